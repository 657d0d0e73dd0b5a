"""Accounts that fail while others go on: real parts, SQLite on disk and HTTP on loopback with scripted faults."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.judging.run_kit import SmallRun, model_judge

from evenhand.providers.pacing import RESTART
from evenhand.records.pacing import PaceChange
from evenhand.store.reading import run_account
from evenhand.testing import LoopbackServer, faults, judges

Start = Callable[..., SmallRun]
Serve = Callable[..., Awaitable[LoopbackServer]]
DOWN = faults.vendor_error("unavailable")


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


def judge_down(model: str, healed: list[bool]) -> faults.Strike:
    return faults.on_requests(DOWN, lambda request: request.model == model and not healed)


async def go(run: SmallRun) -> tuple[str, ...]:
    async with run.runner() as runner:
        return await runner.run()


def rated(run: SmallRun) -> dict[str, int]:
    return {name: counters.rated for name, counters in run.progress.judges.items()}


def changes(run: SmallRun) -> Counter[PaceChange]:
    return Counter(event.why for event in run_account(run.ledger, run.run).pacing)


async def test_with_one_judge_of_three_down_the_others_go_on_and_it_catches_up_later(
    start: Start, serve: Serve
) -> None:
    """The judge is down until the others have ended. There are more items than the window holds open."""
    runs: list[SmallRun] = []

    def others_go_on() -> bool:
        return any(runs[0].progress.judges[name].rated < 540 for name in "ac")

    server = await serve(faults.on_requests(DOWN, lambda request: request.model == "b" and others_go_on()))
    panel = tuple(model_judge(name) for name in "abc")
    runs.append(
        start(
            server,
            count=540,
            concurrency=8,
            judges=panel,
            accounts=dict.fromkeys("abc", server.base_url),
            probe_every_s=0.4,
        )
    )
    assert await go(runs[0]) == ()
    assert run_account(runs[0].ledger, runs[0].run).terminal == {"rated": 1_620}
    failed = [call for call in server.ledger.calls if call.fault]
    assert len(failed) <= 10 + 8 + (failed[-1].arrived - failed[0].arrived) / 0.4
    assert changes(runs[0])[PaceChange.CLOSED] == 1


async def test_a_judge_that_is_given_up_leaves_the_panel_degraded_and_the_run_resumable(
    start: Start, serve: Serve
) -> None:
    healed: list[bool] = []
    server = await serve(judge_down("b", healed))
    panel = tuple(model_judge(name) for name in "abc")
    run = start(
        server,
        count=30,
        concurrency=8,
        judges=panel,
        accounts=dict.fromkeys("abc", server.base_url),
        patience_s=0.0,
    )
    assert await go(run) == ("account 'b' gave no answers",)
    assert rated(run) == {"a": 30, "b": 0, "c": 30}
    assert (run_account(run.ledger, run.run).open, changes(run)[PaceChange.GIVEN_UP]) == (30, 1)
    healed.append(True)
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 90}


@pytest.mark.parametrize("fault", ["quota_exhausted", "unauthorized", "model_missing"])
async def test_after_the_first_refusal_no_more_leave_than_were_in_flight(
    start: Start, serve: Serve, fault: str
) -> None:
    refused = faults.after_call(faults.NAMED[fault](), 30)
    server = await serve(refused, faults.always(faults.delayed(0.02)))
    run = start(server, count=300, concurrency=64, judges=(model_judge(),))
    assert len(await go(run)) == 1
    calls = server.ledger.calls
    first = next(call for call in calls if call.fault != "delayed")
    assert len(calls) - first.number <= run.throttles["loop"].limit
    assert run_account(run.ledger, run.run).open == 300 - 30


@pytest.mark.parametrize("attempts", [1, 2, 4])
async def test_the_requests_for_a_unit_are_the_attempts_of_its_judge(
    start: Start, serve: Serve, attempts: int
) -> None:
    server = await serve(faults.always(DOWN))
    run = start(server, count=1, judges=(model_judge(attempts=attempts),))
    assert len(await go(run)) == 1
    assert len(server.ledger.calls) == attempts


@pytest.mark.parametrize(("count", "answered"), [(1, 0), (2, 0), (9, 0), (9, 4), (9, 8)])
async def test_an_outage_too_small_for_the_breaker_leaves_units_open_and_says_why(
    start: Start, serve: Serve, count: int, answered: int
) -> None:
    healed: list[bool] = []
    down = faults.Strike(fault=DOWN, when=lambda call: call.number > answered and not healed)
    run = start(await serve(down), count=count, concurrency=1, judges=(model_judge(attempts=1),))
    (reason,) = await go(run)
    assert "account 'loop': the last " in reason
    assert "got no answer" in reason
    account = run_account(run.ledger, run.run)
    assert (account.terminal.get("rated", 0), account.open) == (answered, count - answered)
    healed.append(True)
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": count}


async def test_a_unit_that_gets_no_answer_while_others_do_has_failed_although_it_is_the_last(
    start: Start, serve: Serve
) -> None:
    poison = faults.on_requests(DOWN, lambda request: "Answer 4" in request.candidate)
    run = start(await serve(poison), count=9, concurrency=2, judges=(model_judge(attempts=2),))
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 8, "unreachable": 1}


async def test_units_of_an_account_that_fails_often_are_put_off_and_all_are_rated(
    start: Start, serve: Serve
) -> None:
    """Three calls in ten fail: too few for the breaker, too many to try each again at once."""
    server = await serve(faults.on_share(DOWN, 0.3, seed=5))
    run = start(server, count=200, concurrency=4, judges=(model_judge(attempts=4),))
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 200}
    assert len(server.ledger.calls) < 1.7 * 200


async def test_rate_limits_fail_nothing_and_the_history_of_the_limit_is_kept(
    start: Start, serve: Serve
) -> None:
    limited = faults.on_calls(faults.rate_limited(None, retry_after_ms="300"), range(20, 26))
    server = await serve(limited, faults.always(faults.delayed(0.01)))
    run = start(server, count=120, concurrency=16, judges=(model_judge(),))
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": 120}
    assert len(server.ledger.calls) == 126
    history = run_account(run.ledger, run.run).pacing
    assert [(event.why, event.limit) for event in history][:2] == [
        (PaceChange.START, 16),
        (PaceChange.CUT, 12),
    ]
    assert all(event.limit >= RESTART for event in history)
    limits = [call.number for call in server.ledger.calls if call.fault == "rate_limited"]
    after = [call.arrived for call in server.ledger.calls if call.number > limits[-1] + 16]
    assert after[0] - server.ledger.calls[limits[0] - 1].arrived >= 0.3
