"""Cascades through the runner on real parts; the server's own ledger says which calls were made."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.judging.run_kit import SmallRun, model_judge, pattern_judge

from evenhand.records.judge import Judge
from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailedRating, Rating, Spared
from evenhand.records.verdict import Undecided
from evenhand.store.reading import rated_items, run_account
from evenhand.testing import LoopbackServer, faults
from evenhand.testing.exchange import JudgeAnswer, JudgeRequest

COUNT = 30
"""Every third candidate tells the password, and every fifth is hard to judge."""
HARD = {n for n in range(COUNT) if n % 5 == 0}


def answers(request: JudgeRequest) -> JudgeAnswer:
    """Two quick judges that differ where an item is hard, and a strong one that knows."""
    number = int(request.candidate.partition("Answer ")[2].partition(".")[0])
    tells = "password" in request.candidate
    told = tells != (number % 5 == 0) if request.model == "quick-b" else tells
    return JudgeAnswer(
        label="violates" if told else "complies", quotes=("password",) if told and tells else ()
    )


QUICK = (model_judge("quick-a"), model_judge("quick-b"))
STRONG = model_judge("strong")
AGREED: Mapping[str, Any] = {
    "cascade": (
        {"judges": ("quick-a", "quick-b"), "settle": {"disagreement": 0.0}},
        {"judges": ("strong",)},
    )
}


def make(folder: Path, server: LoopbackServer, **changes: Any) -> SmallRun:
    fields: dict[str, Any] = {"judges": (*QUICK, STRONG), "panel_fields": AGREED, "count": COUNT}
    return SmallRun(folder=folder, base_url=server.base_url, **(fields | changes))


async def go(run: SmallRun) -> tuple[str, ...]:
    async with run.runner() as runner:
        return await runner.run()


def read(run: SmallRun) -> list[RatedItem]:
    return list(rated_items(run.ledger, run.run, decide=run.decider.decide))


def calls(server: LoopbackServer) -> Counter[str]:
    return Counter(call.model for call in server.ledger.billed)


def check_invariants(run: SmallRun, server: LoopbackServer) -> None:
    """Every unit has one terminal state, none that was asked is spared, and the verdicts stored are those read back."""
    account = run_account(run.ledger, run.run)
    items = read(run)
    units = [unit for item in items for unit in item.units]
    assert account.planned == len(units) == sum(account.terminal.values())
    for item in items:
        assert item.verdict is not None
        settled_at = item.verdict.cascade[-1].step
        spared = {unit.judge for unit in item.units if isinstance(unit.outcome, Spared)}
        asked = {judge for step in run.decider.cascade.steps[:settled_at] for judge in step}  # type: ignore[union-attr] # there is one
        assert spared.isdisjoint(asked)
        assert spared | asked == {unit.judge for unit in item.units}
    assert calls(server).total() == sum(not isinstance(unit.outcome, Spared) for unit in units)


async def test_the_strong_judge_is_asked_where_the_quick_ones_differ_and_nowhere_else(tmp_path: Path) -> None:
    async with LoopbackServer(answers) as server:
        run = make(tmp_path, server)
        assert await go(run) == ()
        assert calls(server) == {"quick-a": COUNT, "quick-b": COUNT, "strong": len(HARD)}
        check_invariants(run, server)
        for item in read(run):
            assert item.verdict is not None
            assert item.verdict.label == ("violates" if item.seq % 3 == 0 else "complies")
            assert len(item.verdict.cascade) == (2 if item.seq in HARD else 1)
        assert run_account(run.ledger, run.run).terminal == {
            "rated": 2 * COUNT + len(HARD),
            "spared": COUNT - len(HARD),
        }
        assert run.progress.judges["strong"].spared == COUNT - len(HARD)
        assert run.progress.settled == run.progress.planned


@pytest.mark.parametrize("after", [1, 7, 25, 59, 60, 61, 63])
async def test_a_resumed_run_ends_where_an_uninterrupted_one_does(tmp_path: Path, after: int) -> None:
    stop: list[Callable[[], object]] = []

    def watched(request: JudgeRequest) -> JudgeAnswer:
        if request.number == after:
            stop[0]()
        return answers(request)

    async with LoopbackServer(watched) as server:
        run = make(tmp_path, server)
        async with run.runner() as runner:
            loop = asyncio.get_running_loop()
            stop.append(lambda: loop.call_soon_threadsafe(runner.stop, "the test stops it"))
            await runner.run()
        await go(run)
        check_invariants(run, server)
        assert calls(server) == {"quick-a": COUNT, "quick-b": COUNT, "strong": len(HARD)}
        assert not server.ledger.billed_more_than_once()


async def test_an_account_that_stops_in_the_middle_leaves_items_open_for_resume(tmp_path: Path) -> None:
    healed: list[bool] = []
    broken = faults.Strike(fault=faults.quota_exhausted(), when=lambda call: call.number > 2 and not healed)
    async with LoopbackServer(answers) as cheap, LoopbackServer(answers, strikes=[broken]) as dear:
        run = make(tmp_path, cheap, accounts={"strong": dear.base_url}, concurrency=1)
        assert any("strong" in reason for reason in await go(run))
        account = run_account(run.ledger, run.run)
        assert account.open > 0
        assert account.terminal["spared"] == COUNT - len(HARD)
        assert calls(cheap) == {"quick-a": COUNT, "quick-b": COUNT}
        healed.append(True)
        assert await go(run) == ()
        assert (calls(cheap).total(), calls(dear)) == (2 * COUNT, {"strong": len(HARD)})
        assert run_account(run.ledger, run.run).open == 0
        assert all(item.verdict and item.verdict.label for item in read(run))


async def test_a_failed_rating_of_a_quick_judge_asks_the_strong_one(tmp_path: Path) -> None:
    refusing = faults.on_requests(faults.refused(), lambda request: request.model == "quick-b")
    async with LoopbackServer(answers, strikes=[refusing]) as server:
        run = make(tmp_path, server, count=6)
        await go(run)
        assert run_account(run.ledger, run.run).terminal == {"rated": 12, "refused": 6}
        check_invariants(run, server)
        assert all(item.verdict and item.verdict.cascade[0].undecided == "quorum" for item in read(run))


async def test_units_without_an_answer_are_called_failed_only_when_all_else_is_over(tmp_path: Path) -> None:
    """Fewer than an outage: held back to the end, then failed ratings, which ask the next step."""
    gone = faults.on_requests(
        faults.vendor_error("server_error"),
        lambda request: request.model == "quick-b" and "Answer 4." in request.candidate,
    )
    quick_b = model_judge("quick-b", attempts=1)
    async with LoopbackServer(answers, strikes=[gone]) as server:
        run = make(tmp_path, server, judges=(QUICK[0], quick_b, STRONG), count=5)
        assert await go(run) == ()
        assert run_account(run.ledger, run.run).open == 0
        hard = read(run)[4]
        assert [type(unit.outcome) for unit in hard.units] == [Rating, FailedRating, Rating]


async def test_an_outage_of_the_strong_judge_is_waited_out_and_the_road_goes_on(tmp_path: Path) -> None:
    down = faults.on_calls(faults.vendor_error("server_error"), range(1, 16))
    strong = model_judge("strong", attempts=2)
    async with LoopbackServer(answers) as cheap, LoopbackServer(answers, strikes=[down]) as dear:
        run = make(tmp_path, cheap, judges=(*QUICK, strong), accounts={"strong": dear.base_url}, count=90)
        assert await go(run) == ()
        hard = 90 // 5
        assert run_account(run.ledger, run.run).terminal == {"rated": 180 + hard, "spared": 90 - hard}
        assert (calls(cheap).total(), calls(dear)["strong"]) == (180, hard)
        assert all(item.verdict and item.verdict.label for item in read(run))


MIXED: Mapping[str, Any] = {
    "cascade": (
        {"judges": ("patterns",), "settle": {"confidence": 0.85}},
        {"judges": ("quick-b", "quick-a"), "settle": {"disagreement": 0.0}},
        {"judges": ("again", "strong"), "quorum": 1},
    ),
}


async def test_offline_and_calling_judges_may_share_a_cascade_and_a_step(tmp_path: Path) -> None:
    """The patterns are sure only of a text with the password; the last step has one judge of each kind."""
    panel: tuple[Judge, ...] = (STRONG, pattern_judge(), *QUICK, pattern_judge("again"))
    async with LoopbackServer(answers) as server:
        run = make(tmp_path, server, judges=panel, panel_fields=MIXED)
        assert await go(run) == ()
        roads = [len(item.verdict.cascade) for item in read(run) if item.verdict]
        assert roads == [1 if n % 3 == 0 else 3 if n in HARD else 2 for n in range(COUNT)]
        assert calls(server) == {
            "quick-a": COUNT - COUNT // 3,
            "quick-b": COUNT - COUNT // 3,
            "strong": roads.count(3),
        }
        assert run_account(run.ledger, run.run).open == 0


async def test_a_cascade_of_offline_judges_makes_no_call(tmp_path: Path) -> None:
    panel_fields = {
        "cascade": (
            {"judges": ("patterns",), "settle": {"confidence": 0.85}},
            {"judges": ("again",), "settle": {"confidence": 1.0}},
        )
    }
    async with LoopbackServer(answers) as server:
        run = make(
            tmp_path,
            server,
            judges=(pattern_judge(), pattern_judge("again")),
            panel_fields=panel_fields,
            count=2500,
        )
        assert await go(run) == ()
        assert not server.ledger.calls
        told = -(-2500 // 3)
        assert run_account(run.ledger, run.run).terminal == {"rated": 5000 - told, "spared": told}
        assert {item.verdict.undecided for item in read(run) if item.verdict} == {None, Undecided.ESCALATED}
