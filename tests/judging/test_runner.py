"""The runner on real parts: SQLite on disk, the OpenAI SDK, HTTP on loopback with scripted faults."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.judging.run_kit import SmallRun, model_judge, pattern_judge

from evenhand.errors import CallClass, CallError, UsageError
from evenhand.judging.plan import Plan
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailedRating, Rating
from evenhand.records.suite import Case
from evenhand.store.reading import items_to_decide, rated_items, run_account
from evenhand.testing import LoopbackServer, faults, judges

Start = Callable[..., SmallRun]


Serve = Callable[..., Awaitable[LoopbackServer]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a server struck by these faults."""
    async with AsyncExitStack() as stack:

        async def start(*strikes: faults.Strike) -> LoopbackServer:
            return await stack.enter_async_context(LoopbackServer(judges.rule("password"), strikes=strikes))

        yield start


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return lambda server, **changes: SmallRun(folder=tmp_path, base_url=server.base_url, **changes)


def until_healed(fault: faults.Fault, healed: list[bool], *, after: int = 0) -> faults.Strike:
    """A fault that lasts until the test says otherwise."""
    return faults.Strike(fault=fault, when=lambda call: call.number > after and not healed)


async def go(run: SmallRun) -> tuple[str, ...]:
    async with run.runner() as runner:
        return await runner.run()


def read(run: SmallRun) -> list[RatedItem]:
    return list(rated_items(run.ledger, run.run, decide=run.decider.decide))


def failures(run: SmallRun) -> Counter[str]:
    outcomes = (unit.outcome for item in read(run) for unit in item.units)
    return Counter(outcome.kind.value for outcome in outcomes if isinstance(outcome, FailedRating))


async def test_every_unit_is_settled_and_every_item_has_its_verdict(start: Start, serve: Serve) -> None:
    server = await serve()
    run = start(server, count=12)
    assert await go(run) == ()
    items = read(run)
    assert [item.verdict.label for item in items if item.verdict] == ["violates", "complies", "complies"] * 4
    assert items_to_decide(run.ledger, run.run) == ()
    assert len(server.ledger.billed) == 12
    assert run_account(run.ledger, run.run).terminal == {"rated": 24}


async def test_progress_ends_where_the_ledger_does(start: Start, serve: Serve) -> None:
    server = await serve()
    run = start(server, count=9)
    await go(run)
    assert (run.progress.settled, run.progress.planned) == (18, 18)
    assert (run.progress.items_decided, run.progress.items_undecided) == (9, 0)
    assert run.progress.cost_nanousd == run_account(run.ledger, run.run).cost_nanousd > 0


async def test_a_second_run_of_the_same_inputs_pays_nothing(start: Start, serve: Serve) -> None:
    server = await serve()
    run = start(server, count=6)
    await go(run)
    run.new_run()
    await go(run)
    assert len(server.ledger.billed) == 6
    account = run_account(run.ledger, run.run)
    assert (account.calls["reader"].attempts, account.calls["reader"].reused) == (0, 6)
    assert all(item.verdict and item.verdict.label for item in read(run))


async def test_an_unreadable_reply_is_asked_once_more_and_then_a_failed_rating(
    start: Start, serve: Serve
) -> None:
    server = await serve(faults.always(faults.wrong_nonce()))
    run = start(server, count=2, judges=(model_judge(),))
    await go(run)
    assert failures(run) == {"malformed": 2}
    assert len(server.ledger.billed) == 4
    assert run_account(run.ledger, run.run).calls["reader"].unread == 2


def with_endless_number(document: dict[str, Any]) -> dict[str, Any]:
    """A reply whose log-probability is a whole number that no float can hold."""
    token = {"token": "a", "logprob": 10**400, "top_logprobs": []}
    choices = [{**choice, "logprobs": {"content": [token]}} for choice in document["choices"]]
    return {**document, "choices": choices}


@pytest.mark.parametrize(
    ("fault", "kind", "calls"),
    [
        (faults.refused(), "refused", 1),
        (faults.filtered(), "filtered", 1),
        (faults.truncated(), "truncated", 1),
        (faults.html_page(), "malformed", 2),
        (faults.empty_body(), "malformed", 2),
        (faults.no_choices(), "malformed", 2),
        (faults.duplicate_key("label", '"complies"'), "malformed", 2),
        (faults.wrapped(), "malformed", 2),
        (faults.document_edited(with_endless_number), "malformed", 2),
    ],
)
async def test_a_broken_reply_is_a_failed_rating_of_its_kind(
    start: Start, serve: Serve, fault: faults.Fault, kind: str, calls: int
) -> None:
    server = await serve(faults.always(fault))
    run = start(server, count=1, judges=(model_judge(),))
    await go(run)
    assert failures(run) == {kind: 1}
    assert len(server.ledger.calls) == calls


async def test_money_errors_stop_the_account_and_leave_the_run_resumable(start: Start, serve: Serve) -> None:
    healed: list[bool] = []
    server = await serve(until_healed(faults.quota_exhausted(), healed, after=5))
    run = start(server, count=30, concurrency=2, judges=(model_judge(),))
    reasons = await go(run)
    assert "loop" in reasons[0]
    assert len(server.ledger.calls) <= 5 + 2
    healed.append(True)
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 30}


@pytest.mark.parametrize(("attempts", "concurrency"), [(1, 2), (4, 16)])
async def test_an_account_that_is_given_up_leaves_its_units_open(
    start: Start, serve: Serve, attempts: int, concurrency: int
) -> None:
    healed: list[bool] = []
    server = await serve(until_healed(faults.vendor_error("server_error"), healed))
    model = model_judge(attempts=attempts)
    run = start(server, count=40, concurrency=concurrency, patience_s=0.2, judges=(model, pattern_judge()))
    assert await go(run) == ("account 'loop' gave no answers for 0 s",)
    account = run_account(run.ledger, run.run)
    assert (account.open, account.terminal) == (40, {"rated": 40})
    assert account.planned == account.open + sum(account.terminal.values())
    healed.append(True)
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 80}


@pytest.mark.parametrize(
    ("attempts", "fault"), [(1, faults.reset_after_body()), (4, faults.vendor_error("server_error"))]
)
async def test_units_wait_for_the_end_of_an_outage_and_none_fails(
    start: Start, serve: Serve, attempts: int, fault: faults.Fault
) -> None:
    server = await serve(faults.on_calls(fault, range(5, 40)))
    run = start(server, count=60, concurrency=8, judges=(model_judge(attempts=attempts),))
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 60}
    assert len(server.ledger.calls) == 60 + 35


async def test_a_single_unit_without_an_answer_is_a_failed_rating(start: Start, serve: Serve) -> None:
    server = await serve(faults.on_calls(faults.vendor_error("server_error"), [3]))
    run = start(server, count=9, concurrency=1, judges=(model_judge(attempts=1),))
    assert await go(run) == ()
    assert failures(run) == {"unreachable": 1}


async def test_a_question_the_endpoint_does_not_take_is_rejected_and_stops_nobody(
    start: Start, serve: Serve
) -> None:
    server = await serve(faults.on_calls(faults.vendor_error("bad_request"), [2]))
    run = start(server, count=6, concurrency=1, judges=(model_judge(),))
    assert await go(run) == ()
    assert failures(run) == {"rejected": 1}


async def test_the_purse_is_a_wall(start: Start, serve: Serve) -> None:
    server = await serve()
    run = start(server, count=20, concurrency=3, judges=(model_judge(),), cap_usd=0.006)
    reasons = await go(run)
    assert "does not fit under the cap" in reasons[0]
    assert run_account(run.ledger, run.run).cost_nanousd <= 0.006 * 1e9
    assert 0 < len(server.ledger.calls) < 20


async def test_a_run_ends_within_one_worst_case_of_its_cap_however_many_calls_are_in_flight(
    start: Start, serve: Serve
) -> None:
    server = await serve(faults.always(faults.delayed(0.01)))
    run = start(server, count=60, concurrency=32, judges=(model_judge(),), cap_usd=0.012)
    await go(run)
    with run.ledger.read() as connection:
        worst = connection.execute(text("SELECT max(reserved_nanousd) FROM attempts")).scalar_one()
    assert 0.012 * 1e9 - worst <= run_account(run.ledger, run.run).cost_nanousd <= 0.012 * 1e9


class Silent:
    """A provider that takes each call, a little longer each time, and never answers."""

    protocol = "openai-chat"

    def __init__(self, seconds: float, *, maybe_billed: bool) -> None:
        self.calls = 0
        self._seconds = seconds
        self._maybe_billed = maybe_billed

    async def ask(self, request: ChatRequest) -> RawReply:
        self.calls += 1
        await asyncio.sleep(self._seconds * self.calls)
        raise CallError("no answer", call_class=CallClass.TRANSIENT, maybe_billed=self._maybe_billed)

    async def close(self) -> None:
        """Nothing is open."""


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("cap", [0.0045, 0.006])
async def test_a_run_whose_cap_is_reached_ends_although_calls_in_flight_get_no_answer(
    start: Start, serve: Serve, cap: float
) -> None:
    silent = Silent(0.05, maybe_billed=True)
    judge = model_judge(attempts=1)
    run = start(await serve(), concurrency=3, judges=(judge,), cap_usd=cap, provider=silent)
    async with asyncio.timeout(60):
        reasons = await go(run)
    assert "does not fit under the cap" in reasons[0]
    assert silent.calls > 0
    assert run_account(run.ledger, run.run).open == 12


async def test_a_call_that_waits_for_money_is_not_made_once_the_run_is_stopped(
    start: Start, serve: Serve
) -> None:
    silent = Silent(0.2, maybe_billed=False)
    run = start(await serve(), concurrency=4, judges=(model_judge(),), cap_usd=0.006, provider=silent)
    async with run.runner() as runner:
        task = asyncio.create_task(runner.run())
        await until(lambda: silent.calls > 0)
        before = silent.calls
        runner.stop("interrupted by SIGINT")
        async with asyncio.timeout(60):
            assert await task == ("interrupted by SIGINT",)
    assert 0 < before == silent.calls < 4
    assert run_account(run.ledger, run.run).open == 12


async def test_stopping_finishes_what_is_in_flight_and_resuming_asks_only_the_rest(
    start: Start, serve: Serve
) -> None:
    healed: list[bool] = []
    server = await serve(until_healed(faults.delayed(0.05), healed))
    run = start(server, count=40, concurrency=4, judges=(model_judge(),))
    async with run.runner() as runner:
        task = asyncio.create_task(runner.run())
        await until(lambda: len(server.ledger.billed) >= 4)
        runner.stop("enough")
        assert await task == ("enough",)
    done = run_account(run.ledger, run.run).terminal["rated"]
    assert 0 < done < 40
    healed.append(True)
    await go(run)
    assert len(server.ledger.billed) == 40
    assert run_account(run.ledger, run.run).terminal == {"rated": 40}


async def test_a_reply_stored_before_a_crash_is_read_and_not_bought_again(start: Start, serve: Serve) -> None:
    server = await serve()
    run = start(server, count=3, judges=(model_judge(),))
    await go(run)
    with run.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM ratings")
        connection.exec_driver_sql("DELETE FROM verdicts")
        connection.exec_driver_sql("UPDATE attempts SET state = 'received'")
    await go(run)
    assert len(server.ledger.billed) == 3
    assert all(isinstance(unit.outcome, Rating) for item in read(run) for unit in item.units)


async def test_a_call_in_flight_at_a_crash_is_asked_again_and_counted_as_a_possible_duplicate(
    start: Start, serve: Serve
) -> None:
    server = await serve()
    run = start(server, count=3, judges=(model_judge(),))
    await go(run)
    with run.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM ratings WHERE unit = 1")
        connection.exec_driver_sql("UPDATE attempts SET state = 'sent', reply = NULL WHERE unit = 1")
    await go(run)
    counts = run_account(run.ledger, run.run).calls["reader"]
    assert (counts.possible_duplicates, len(server.ledger.billed)) == (1, 4)
    assert counts.at_risk_nanousd > 0


async def test_calls_cut_short_are_possible_duplicates_as_soon_as_the_run_has_ended(
    start: Start, serve: Serve
) -> None:
    server = await serve(faults.always(faults.delayed(300)))
    run = start(server, count=3, judges=(model_judge(),))
    async with run.runner() as runner:
        task = asyncio.create_task(runner.run())
        await until(lambda: server.ledger.in_flight == 3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    counts = run_account(run.ledger, run.run).calls["reader"]
    assert counts.possible_duplicates == counts.attempts == 3


async def test_only_items_that_are_whole_are_looked_at_when_a_run_has_ended(
    start: Start, serve: Serve
) -> None:
    run = start(await serve(), count=9)
    await go(run)
    with run.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM verdicts WHERE item IN (1, 2, 5)")
        connection.exec_driver_sql("DELETE FROM ratings WHERE item = 2 AND judge = 'reader'")
        connection.exec_driver_sql("DELETE FROM ratings WHERE item = 5")
    assert items_to_decide(run.ledger, run.run) == (1,)


@pytest.mark.parametrize("state", ["sent", "received"])
async def test_a_call_whose_price_is_not_known_yet_is_at_risk_before_the_run_is_resumed(
    start: Start, serve: Serve, state: str
) -> None:
    run = start(await serve(), count=3, judges=(model_judge(),))
    await go(run)
    before = run_account(run.ledger, run.run)
    with run.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM ratings WHERE unit = 1")
        connection.exec_driver_sql(
            "UPDATE attempts SET cost_nanousd = NULL, state = ? WHERE unit = 1", (state,)
        )
    after = run_account(run.ledger, run.run)
    assert after.calls["reader"].at_risk_nanousd > 0
    assert after.possibly_spent_nanousd > before.cost_nanousd


async def test_a_second_run_gives_each_judge_its_own_answers_back(start: Start, serve: Serve) -> None:
    twins = (model_judge("reader"), model_judge("twin", model="loop/reader"))
    run = start(await serve(), count=3, judges=twins)
    await go(run)
    first = run.ledger.run_number(run.run.id)
    run.new_run()
    await go(run)
    with run.ledger.read() as connection:
        query = "SELECT r.unit, a.unit FROM ratings r JOIN attempts a ON a.id = r.reused WHERE r.run > ?"
        pairs = connection.exec_driver_sql(query, (first,)).all()
    assert len(pairs) == 6
    assert all(mine == other for mine, other in pairs)


async def test_an_error_of_a_judge_ends_the_run_as_itself(start: Start, serve: Serve) -> None:
    run = start(await serve(), count=3, judges=(model_judge(), pattern_judge()))

    def broken() -> Iterator[Case]:
        yield run.all_cases[0]
        raise UsageError("the cases can not be read any more")

    run.plan = Plan(
        suite=run.manifest.suite,
        constitution=run.manifest.constitution,
        panel=run.manifest.panel,
        judges=run.judges,
        cases=broken,
    )
    with pytest.raises(UsageError, match="any more"):
        await go(run)


async def test_a_fast_judge_does_not_run_far_ahead_of_a_slow_one(start: Start, serve: Serve) -> None:
    server = await serve(faults.always(faults.delayed(0.3)))
    run = start(server, count=900, concurrency=1)
    async with run.runner() as runner:
        task = asyncio.create_task(runner.run())
        await asyncio.sleep(0.5)
        assert run.progress.judges["patterns"].settled <= 520
        runner.stop("enough")
        await task
