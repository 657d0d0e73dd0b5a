"""Generation runs from end to end, on a loopback server whose generator is scripted."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.generation.kit import PRICE, Mend, job, mends, unwatched, workspace, write_all, writes

from evenhand.errors import MeasureError, UnknownNameError, UsageError
from evenhand.records.generation import FailedStep
from evenhand.records.run import RunState
from evenhand.store.generations import generations, read_generation, read_steps
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.testing import JudgeAnswer, JudgeRequest, LoopbackServer, serve_in_thread
from evenhand.testing.exchange import Finish
from evenhand.workflows.generation.generate import generate
from evenhand.workflows.generation.job import GenerationOptions
from evenhand.workflows.list_runs import list_generations, list_runs

PROTOCOLS = ("openai-chat", "openai-responses", "anthropic")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LOOP_API_KEY"):
        monkeypatch.setenv(name, "key")


def ledger_of(folder: Path) -> LedgerFile:
    return open_ledger(folder / ".evenhand/ledger.sqlite")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_chain_is_written_step_by_step_over_each_protocol(tmp_path: Path, protocol: str) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = write_all(job(folder, mends(3, rounds=2), most_steps=4))
    assert result.run.state is RunState.FINISHED
    assert result.account.steps == {"written": 12}
    steps = list(read_steps(ledger_of(folder), result.run.id))
    assert [(step.chain, step.kind, step.place) for step in steps[:4]] == [
        ("case-0", "critique", 0),
        ("case-0", "revise", 1),
        ("case-0", "critique", 2),
        ("case-0", "revise", 3),
    ]
    assert [step.outcome for step in steps[:4]] == [
        "It shouts 5 letters.",
        "reply 0!",
        "It shouts 0 letters.",
        "reply 0!",
    ]
    assert {step.principle_id for step in steps} == {"calm"}
    assert len({step.key for step in steps}) == len(steps)


def test_a_second_run_of_the_same_job_is_the_first_one_and_asks_nobody(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url)
        first = write_all(job(folder, mends(3)))
        asked = len(server.ledger.calls)
        assert write_all(job(folder, mends(3))) == first
        assert len(server.ledger.calls) == asked


def test_another_job_takes_the_texts_over_that_were_asked_for_before(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url)
        first = write_all(job(folder, mends(3)))
        asked = len(server.ledger.calls)
        second = write_all(job(folder, mends(5), seed=1))
        assert len(server.ledger.calls) - asked == 4  # two new chains of two steps
    assert second.run.id != first.run.id
    assert second.account.reused == 6
    assert second.account.calls == 4


def test_asking_again_pays_again(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url)
        write_all(job(folder, mends(2)))
        again = write_all(job(folder, mends(2)), again=True)
    assert (again.account.calls, again.account.reused) == (4, 0)


def test_a_replay_asks_nobody_and_says_what_is_missing(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url)
        with pytest.raises(MeasureError, match="nothing is recorded about its endpoint"):
            write_all(job(folder, mends(2)), replay=True)
        write_all(job(folder, mends(2)))
        asked = len(server.ledger.calls)
        result = write_all(job(folder, mends(3), seed=1), replay=True)
        assert len(server.ledger.calls) == asked
    assert result.run.state is RunState.STOPPED
    assert result.account.steps == {"written": 4}
    assert result.reasons == ("1 chains have no reply in the ledger, and nobody was to be asked",)


def test_a_cap_stops_the_run_and_a_higher_one_goes_on_with_it(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url, params={"max_tokens": 50})
        first = write_all(job(folder, mends(30)), max_usd=0.3)
        assert first.needs_cap
        assert first.run.state is RunState.STOPPED
        assert first.account.possibly_spent_nanousd <= 300_000_000
        second = write_all(job(folder, mends(30)), max_usd=100.0)
        assert second.run.id == first.run.id
        assert second.run.state is RunState.FINISHED
        assert second.account.steps == {"written": 60}
        billed = Counter(call.status for call in server.ledger.calls)
    assert billed[200] == second.account.calls


def test_the_wall_of_the_settings_raises_no_cap_that_a_run_has(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url, params={"max_tokens": 50})
        first = write_all(job(folder, mends(30)), max_usd=0.3, wall_usd=100.0)
        again = write_all(job(folder, mends(30)), wall_usd=100.0)
        assert again.run.id == first.run.id
        assert again.run.state is RunState.STOPPED
        assert again.run.manifest.max_usd == 0.3
        walled = write_all(job(folder, mends(30)), max_usd=5.0, wall_usd=0.4)
        assert walled.run.manifest.max_usd == 0.4


def test_a_text_that_is_refused_cut_off_or_empty_is_a_failed_step_and_ends_its_chain(tmp_path: Path) -> None:
    def picky(request: JudgeRequest) -> JudgeAnswer:
        number = next((char for char in request.candidate if char.isdigit()), "preflight")
        if number == "0":
            return JudgeAnswer(finish=Finish.REFUSAL, reason="I'm sorry.")
        if number == "1":
            return JudgeAnswer(raw="half a sen", finish=Finish.LENGTH)
        if number == "2":
            return JudgeAnswer(raw=f"The code was {request.nonce}.")
        return JudgeAnswer(raw="" if number == "3" else "ready")

    with serve_in_thread(LoopbackServer(picky)) as server:
        folder = workspace(tmp_path, server.base_url)
        result = write_all(job(folder, mends(4)))
    assert result.run.state is RunState.FINISHED
    assert result.account.steps == {"empty": 1, "malformed": 1, "refused": 1, "truncated": 1}
    details = {
        step.chain: step.outcome.detail
        for step in read_steps(ledger_of(folder), result.run.id)
        if isinstance(step.outcome, FailedStep)
    }
    assert "fence code" in details["case-2"]


def test_a_text_longer_than_the_generator_may_see_is_never_cut(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url, max_chars=20)
        long = Mend(name="long", reply="A" * 21)
        result = write_all(job(folder, [long, *mends(1)]))
    assert result.account.steps == {"too_long": 1, "written": 2}


def test_generation_runs_are_not_among_the_runs_of_judges(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url)
        run = write_all(job(folder, mends(1))).run
    ledger = ledger_of(folder)
    assert ledger.runs() == ledger.recent_runs(5) == ()
    with pytest.raises(UsageError, match="wrote texts and judged nothing"):
        ledger.run(run.id)
    (listed,) = list_generations(folder)
    assert (listed.id, listed.title, listed.written, listed.failed) == (run.id, "mending", 2, 0)
    assert list_runs(folder) == ()
    assert generations(ledger) == (run,)
    assert read_generation(ledger, "latest", "revise") == read_generation(ledger, run.id) == run
    with pytest.raises(UnknownNameError, match="generation run"):
        read_generation(ledger, run.id, "reword")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "nowhere/x"}, "nowhere"),
        ({"price": None}, "price"),
        ({"model": "loop/writer-latest"}, "floating alias"),
    ],
)
def test_what_can_not_be_asked_for_is_refused_before_anything_is_paid(
    tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url, **settings)
        with pytest.raises(UsageError, match=words):
            write_all(job(folder, mends(1)))
        assert not server.ledger.calls


def test_a_cap_that_is_no_amount_is_refused(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1")
    with pytest.raises(UsageError, match="no amount"):
        generate(job(folder, mends(1)), GenerationOptions(max_usd=-1.0), unwatched)
    with pytest.raises(UsageError, match="asks nobody"):
        GenerationOptions(replay=True, again=True)


def test_the_cost_is_what_the_server_billed(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes)) as server:
        folder = workspace(tmp_path, server.base_url)
        result = write_all(job(folder, mends(4)))
        tokens = sum(call.tokens_in + call.tokens_out for call in server.ledger.calls)
    assert result.account.cost_nanousd == round(tokens * PRICE * 1000)
