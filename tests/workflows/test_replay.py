"""A recorded suite is judged again from the ledger alone: nobody is asked, no key is read, and nothing else is used."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import UsageError
from evenhand.records.rated import RatedItem
from evenhand.records.run import RunState
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

CASES = 12
KEY = "KEY_OF_A_TEST"
SENTINEL = "sk-sentinel-0123456789abcdef"
REPLAY = RunOptions(replay=True)


def run(folder: Path, options: RunOptions | None = None) -> RunResult:
    suite = folder / "suites" / "small.yaml"
    return run_suite(folder, suite, options or RunOptions(), lambda _run, _progress: None)


def results(folder: Path, name: str = "latest") -> list[RatedItem]:
    return list(read_run(folder, name).items())


Workspace = Callable[..., Path]


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace in which the suite was run once; the server is gone, and so is the key."""

    def record(*strikes: faults.Strike) -> Path:
        with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=strikes)) as server:
            monkeypatch.setenv(KEY, SENTINEL)
            model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES), key_variable=KEY)
            run(tmp_path)
        monkeypatch.delenv(KEY)
        return tmp_path

    return record


def test_a_replay_gives_what_the_run_gave_and_asks_nobody(recorded: Workspace) -> None:
    folder = recorded()
    before = results(folder)
    again = run(folder, REPLAY)
    assert (again.run.state, again.account.terminal) == (RunState.FINISHED, {"rated": CASES})
    assert again.account.calls["reader"].attempts == again.account.preflight.attempts == 0
    assert again.account.calls["reader"].reused == CASES
    assert results(folder) == before


def test_a_replay_leaves_open_what_is_not_recorded_and_says_whose(recorded: Workspace) -> None:
    folder = recorded()
    cases = folder / "suites" / "small.jsonl"
    text = cases.read_text(encoding="utf-8").replace("Answer 3", "Another answer")
    cases.write_text(text, encoding="utf-8")
    again = run(folder, REPLAY)
    assert again.run.state is RunState.STOPPED
    assert (again.account.open, again.account.terminal) == (1, {"rated": CASES - 1})
    assert again.reasons == ("judge reader: 1 of 12 ratings have no recording that can be read",)
    assert [item.verdict is None for item in results(folder)] == [n == 3 for n in range(CASES)]


def test_nothing_is_replayed_where_nothing_is_recorded(recorded: Workspace) -> None:
    folder = recorded()
    shutil.rmtree(folder / ".evenhand")
    again = run(folder, REPLAY)
    assert again.account.open == CASES
    assert again.reasons == (
        "judge reader: nothing is recorded about its endpoint, so none of its replies can be found",
    )


STRUCK: dict[str, faults.Fault] = {
    "refused": faults.refused(),
    "truncated": faults.truncated(),
    "filtered": faults.filtered(),
    "malformed": faults.wrong_nonce(),
    "unreachable": faults.vendor_error("server_error"),
}


def strikes_one(fault: faults.Fault) -> faults.Strike:
    """The fault meets the questions about one case."""
    return faults.Strike(
        fault=fault, when=lambda call: call.request is not None and "Answer 5" in call.request.candidate
    )


@pytest.mark.parametrize("kind", STRUCK)
def test_what_was_no_answer_is_never_replayed_as_one(recorded: Workspace, kind: str) -> None:
    folder = recorded(strikes_one(STRUCK[kind]))
    states = read_run(folder, "latest").account().terminal
    assert states == {"rated": CASES - 1, kind: 1}
    again = run(folder, REPLAY)
    assert (again.account.terminal, again.account.open) == ({"rated": CASES - 1}, 1)


def test_a_replay_that_lacks_something_is_completed_by_resume(
    recorded: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(strikes_one(faults.refused()))
    run(folder, REPLAY)
    monkeypatch.setenv(KEY, SENTINEL)
    with serve_in_thread(LoopbackServer(judges.rule("secret"), port=port_of(folder))) as server:
        done = resume_run(folder, "latest", RunOptions(), lambda _run, _progress: None)
        assert len(server.ledger.calls) == 1
    assert (done.run.state, done.account.terminal) == (RunState.FINISHED, {"rated": CASES})


def test_asking_again_keeps_the_earlier_replies_and_the_newest_is_used(
    recorded: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded()
    monkeypatch.setenv(KEY, SENTINEL)
    with serve_in_thread(LoopbackServer(judges.lazy("violates"), port=port_of(folder))) as server:
        asked = run(folder, RunOptions(again=True))
        assert len(server.ledger.calls) == CASES
    assert asked.account.calls["reader"].reused == 0
    run(folder, REPLAY)
    assert {item.verdict.label for item in results(folder) if item.verdict} == {"violates"}
    assert {item.verdict.label for item in results(folder, first_run(folder)) if item.verdict} == {
        "complies",
        "violates",
    }


def port_of(folder: Path) -> int:
    """The port the workspace's account points at."""
    return int(re.findall(r"127\.0\.0\.1:(\d+)", (folder / "evenhand.toml").read_text(encoding="utf-8"))[0])


def first_run(folder: Path) -> str:
    return read_run(folder, "latest").ledger.runs()[0].id


@pytest.mark.parametrize("other", [{"again": True}, {"fresh_preflight": True}])
def test_a_replay_can_not_ask_again(other: dict[str, bool]) -> None:
    with pytest.raises(UsageError, match="a replay asks nobody"):
        RunOptions(replay=True, **other)  # type: ignore[arg-type] # the table holds flags only
