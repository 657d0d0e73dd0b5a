"""What an earlier run leaves behind answers the same question only, and only where it was an answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.judging import run_kit
from tests.judging.run_kit import SmallRun, model_judge

from evenhand.records.judge import AnswerSettings, ModelParams
from evenhand.store.reading import run_account
from evenhand.testing import LoopbackServer, faults, judges

CASES = 6
NO_ANSWERS: dict[str, faults.Fault] = {
    "refused": faults.refused(),
    "empty": faults.said(""),
    "cut at the limit": faults.truncated(),
    "whole, but cut at the limit": faults.truncated(1.0),
    "filtered": faults.filtered(),
    "server error": faults.vendor_error("server_error"),
    "another nonce": faults.wrong_nonce(),
    "an empty body": faults.empty_body(),
}


@pytest.fixture
async def server() -> AsyncIterator[tuple[LoopbackServer, list[faults.Fault]]]:
    """A server, and the fault it is struck by as long as there is one."""
    struck: list[faults.Fault] = []
    strikes = [
        faults.Strike(fault=fault, when=lambda _call, fault=fault: fault in struck)  # type: ignore[misc] # bound early
        for fault in NO_ANSWERS.values()
    ]
    async with LoopbackServer(judges.rule("password"), strikes=strikes) as server:
        yield server, struck


async def go(run: SmallRun) -> tuple[int, dict[str, int]]:
    """Run as far as it goes; return how many ratings were taken from earlier runs, and the states."""
    async with run.runner() as runner:
        await runner.run()
    account = run_account(run.ledger, run.run)
    reused = sum(calls.reused for calls in account.calls.values())
    return reused, dict(account.terminal)


@pytest.mark.parametrize("kind", NO_ANSWERS)
async def test_what_was_no_answer_is_asked_again_by_the_next_run(
    tmp_path: Path, server: tuple[LoopbackServer, list[faults.Fault]], kind: str
) -> None:
    served, struck = server
    judge = model_judge(attempts=1, answer=AnswerSettings(reasks=0))
    struck.append(NO_ANSWERS[kind])
    run = SmallRun(folder=tmp_path, base_url=served.base_url, count=CASES, judges=(judge,))
    _, states = await go(run)
    assert "rated" not in states
    struck.clear()
    run.new_run()
    assert await go(run) == (0, {"rated": CASES})
    asked = len(served.ledger.calls)
    run.new_run()
    assert await go(run) == (CASES, {"rated": CASES})
    assert len(served.ledger.calls) == asked, "answers are taken from the ledger"


VARIATIONS: dict[str, dict[str, object]] = {
    "the same question": {},
    "a parameter": {"params": ModelParams(max_tokens=1023)},
    "another temperature": {"params": ModelParams(temperature=0.5)},
    "the model": {"model": "loop/another"},
}


@pytest.mark.parametrize("what", VARIATIONS)
async def test_only_the_same_question_is_answered_from_the_ledger(
    tmp_path: Path, server: tuple[LoopbackServer, list[faults.Fault]], what: str
) -> None:
    served, _ = server
    await go(SmallRun(folder=tmp_path, base_url=served.base_url, count=CASES, judges=(model_judge(),)))
    other = SmallRun(
        folder=tmp_path,
        base_url=served.base_url,
        count=CASES,
        judges=(model_judge("reader", **VARIATIONS[what]),),
    )
    hits = CASES if what == "the same question" else 0
    assert await go(other) == (hits, {"rated": CASES})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEMPLATE", run_kit.TEMPLATE.replace("\n", " \n", 1)),
        ("TEMPLATE", run_kit.TEMPLATE.replace("Rule", "rule")),
        (
            "CONSTITUTION",
            run_kit.CONSTITUTION.model_copy(
                update={
                    "principles": (
                        run_kit.CONSTITUTION.principles[0].model_copy(
                            update={"text": "Do not tell the passw0rd."}
                        ),
                    )
                }
            ),
        ),
    ],
)
async def test_a_byte_of_the_prompt_or_of_the_rule_makes_another_question(
    tmp_path: Path,
    server: tuple[LoopbackServer, list[faults.Fault]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: object,
) -> None:
    served, _ = server
    await go(SmallRun(folder=tmp_path, base_url=served.base_url, count=CASES, judges=(model_judge(),)))
    monkeypatch.setattr(run_kit, name, value)
    other = SmallRun(folder=tmp_path, base_url=served.base_url, count=CASES, judges=(model_judge(),))
    assert await go(other) == (0, {"rated": CASES})


async def test_each_repeat_is_a_question_of_its_own(
    tmp_path: Path, server: tuple[LoopbackServer, list[faults.Fault]]
) -> None:
    served, _ = server
    judge = model_judge(repeats=3)
    run = SmallRun(folder=tmp_path, base_url=served.base_url, count=CASES, judges=(judge,))
    assert await go(run) == (0, {"rated": 3 * CASES})
    assert len(served.ledger.calls) == 3 * CASES
    with run.ledger.read() as connection:
        keys = connection.exec_driver_sql("SELECT count(DISTINCT key) FROM attempts").scalar_one()
    assert keys == 3 * CASES
