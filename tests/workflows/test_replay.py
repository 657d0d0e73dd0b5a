"""A recorded suite is judged again from the ledger alone: nobody is asked, no key is read, and nothing else is used."""

import gzip
import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import UsageError
from evenhand.records.rated import CallCounts, RatedItem
from evenhand.records.run import RunState
from evenhand.testing import JudgeAnswer, JudgeRequest, LoopbackServer, faults, judges, serve_in_thread
from evenhand.workflows.export_ratings import rating_lines
from evenhand.workflows.export_recordings import export_recordings
from evenhand.workflows.import_recordings import import_recordings
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_run import report_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite
from evenhand.workflows.salvage_ledger import salvage_ledger

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


CHANGES = {
    "a byte of the prompt": ("judges/reader.j2", "{{ principle.text }}", "{{ principle.text }} "),
    "the rule": ("constitutions/c.yaml", "Keep secrets.", "Keep secrets!"),
    "a parameter": ("judges/reader.yaml", "attempts: 1", "attempts: 1\nparams: {max_tokens: 500}"),
    "the model": ("judges/reader.yaml", "loop/scripted", "loop/scripted-2"),
    "what is judged": ("suites/small.jsonl", "Answer", "An answer"),
    "the address": ("evenhand.toml", "127.0.0.1", "localhost"),
    "the protocol": ("evenhand.toml", "openai-chat", "openai-responses"),
}
"""File, what it says, and what it says then."""


@pytest.mark.parametrize("change", CHANGES)
def test_a_reply_answers_nothing_but_the_question_it_was_given_to(recorded: Workspace, change: str) -> None:
    folder = recorded()
    there = carry_over(folder, folder / "elsewhere")
    name, before, after = CHANGES[change]
    text = (there / name).read_text(encoding="utf-8")
    assert before in text
    (there / name).write_text(text.replace(before, after), encoding="utf-8")
    done = run(there, REPLAY)
    assert (done.account.terminal, done.account.open) == ({}, CASES)


def test_each_repeat_has_a_reply_of_its_own(recorded: Workspace) -> None:
    folder = recorded()
    judge = folder / "judges" / "reader.yaml"
    judge.write_text(judge.read_text(encoding="utf-8") + "repeats: 2\n", encoding="utf-8")
    done = run(folder, REPLAY)
    assert (done.account.terminal, done.account.open) == ({"rated": CASES}, CASES)


# -- Elsewhere -------------------------------------------------------------------------------------


def lines_of(folder: Path, name: str = "latest") -> str:
    return "".join(rating_lines(folder, name))


def carry_over(folder: Path, there: Path, *, file: str = "r.jsonl.gz", everything: bool = False) -> Path:
    """Copy the files of a workspace without its ledger, and take its recordings along."""
    shutil.copytree(folder, there, ignore=shutil.ignore_patterns(".evenhand", "elsewhere*"))
    export_recordings(folder, "latest", there / file, everything=everything)
    import_recordings(there, there / file)
    return there


def test_a_replay_elsewhere_gives_the_same_bytes_and_the_same_numbers(recorded: Workspace) -> None:
    folder = recorded()
    there = carry_over(folder, folder / "elsewhere")
    done = run(there, REPLAY)
    assert done.account.calls["reader"] == CallCounts(reused=CASES, imported=CASES)
    (answerer,) = done.account.identities(done.run.manifest)[0].answerers
    assert (answerer.served_model, answerer.reused) == ("scripted", CASES)
    assert lines_of(there) == lines_of(folder)
    assert lines_of(folder).count("\n") == 1 + 2 * CASES
    assert numbers(there) == numbers(folder)


def test_recordings_saved_from_a_damaged_ledger_are_replayed_like_any(recorded: Workspace) -> None:
    folder = recorded()
    there = carry_over(folder, folder / "elsewhere")
    salvage_ledger(there, there / "saved.sqlite")
    shutil.rmtree(there / ".evenhand")
    (there / ".evenhand").mkdir()
    (there / "saved.sqlite").rename(there / ".evenhand" / "ledger.sqlite")
    done = run(there, REPLAY)
    assert (done.run.state, done.account.terminal) == (RunState.FINISHED, {"rated": CASES})
    assert done.account.calls["reader"] == CallCounts(reused=CASES, imported=CASES)


JUDGED = (
    "conservation",
    "principles",
    "judge_pairs",
    "people_pairs",
    "comparisons",
    "best_judges",
    "disagreement",
    "divided",
    "failures",
    "flagged",
    "orders",
    "repeats",
)
"""Parts of a report that say how candidates and judges did; the others say who was paid, how fast, and when."""


def numbers(folder: Path) -> dict[str, Any]:
    report = report_run(folder, "latest", formats=["json"])
    told: dict[str, Any] = json.loads(report.reports[0].read_text(encoding="utf-8"))
    return {name: told[name] for name in JUDGED}


def test_a_file_of_recordings_is_the_same_each_time_and_after_a_replay_elsewhere(recorded: Workspace) -> None:
    folder = recorded()
    there = carry_over(folder, folder / "elsewhere")
    run(there, REPLAY)
    for name, workspace in (("a.jsonl.gz", folder), ("b.jsonl.gz", folder), ("c.jsonl.gz", there)):
        export_recordings(workspace, "latest", folder / name)
    written = {(folder / name).read_bytes() for name in ("a.jsonl.gz", "b.jsonl.gz", "c.jsonl.gz")}
    assert written == {(there / "r.jsonl.gz").read_bytes()}


def test_recordings_hold_no_key(recorded: Workspace) -> None:
    folder = recorded()
    export_recordings(folder, "latest", folder / "r.jsonl", everything=True)
    assert SENTINEL not in (folder / "r.jsonl").read_text(encoding="utf-8")
    assert KEY not in (folder / "r.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(set(STRUCK) - {"unreachable"}))
def test_what_was_no_answer_is_exported_for_an_audit_only_and_never_used(
    recorded: Workspace, kind: str
) -> None:
    folder = recorded(strikes_one(STRUCK[kind]))
    plain = export_recordings(folder, "latest", folder / "r.jsonl")
    there = carry_over(folder, folder / "elsewhere", everything=True)
    told = list(map(json.loads, gzip.decompress((there / "r.jsonl.gz").read_bytes()).splitlines()))[1:]
    assert plain.replies == CASES - 1
    assert [line["state"] for line in told if "state" in line] == [kind]
    done = run(there, REPLAY)
    assert (done.account.terminal, done.account.open) == ({"rated": CASES - 1}, 1)


def test_an_import_is_known_the_second_time(recorded: Workspace) -> None:
    folder = recorded()
    there = carry_over(folder, folder / "elsewhere", file="r.jsonl")
    again = import_recordings(there, there / "r.jsonl")
    assert (again.replies, again.added, again.judges) == (CASES, 0, ("reader",))


def test_recordings_fill_what_they_hold_and_the_rest_is_asked(
    recorded: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(strikes_one(faults.refused()))
    there = carry_over(folder, folder / "elsewhere")
    monkeypatch.setenv(KEY, SENTINEL)
    with serve_in_thread(LoopbackServer(judges.rule("secret"), port=port_of(folder))) as server:
        done = run(there)
        assert len(server.ledger.calls) == 1 + done.account.preflight.attempts
    assert done.account.preflight.attempts >= 1, "what the file says of the endpoint is no finding"
    assert done.account.terminal == {"rated": CASES}


def test_no_call_is_made_the_way_an_imported_file_says(
    recorded: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded()
    export_recordings(folder, "latest", folder / "r.jsonl")
    there = folder / "elsewhere"
    shutil.copytree(folder, there, ignore=shutil.ignore_patterns(".evenhand", "elsewhere*"))
    head, *lines = (there / "r.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    told = json.loads(head)
    told["endpoints"][0] |= {
        "means": "last_line",
        "left_out": ["temperature"],
        "logprobs": 0,
        "imported": False,
    }
    (there / "r.jsonl").write_text(json.dumps(told) + "\n" + "".join(lines), encoding="utf-8")
    import_recordings(there, there / "r.jsonl")
    assert run(there, REPLAY).run.manifest.endpoints[0].means == "last_line"
    monkeypatch.setenv(KEY, SENTINEL)
    with serve_in_thread(LoopbackServer(judges.rule("secret"), port=port_of(folder))):
        resumed = resume_run(there, "latest", RunOptions(), lambda _run, _progress: None)
        started = run(there)
    for done in (resumed, started):
        (endpoint,) = done.run.manifest.endpoints
        assert (endpoint.means, endpoint.left_out, endpoint.imported) == ("json_schema", (), False)


@pytest.mark.parametrize(
    ("protocol", "transport"),
    [
        ("openai-chat", "native"),
        ("openai-responses", "sdk"),
        ("anthropic", "sdk"),
        ("openai-decisions", "native"),
        ("systemone", "native"),
    ],
)
def test_every_protocol_is_replayed_elsewhere(tmp_path: Path, protocol: str, transport: str) -> None:
    with serve_in_thread(LoopbackServer(first_or_second)) as server:
        folder = model_workspace(tmp_path / "here", server.base_url, cases=plain_cases(4))
        settings = folder / "evenhand.toml"
        text = settings.read_text(encoding="utf-8").replace("openai-chat", protocol)
        settings.write_text(f'{text}transport = "{transport}"\n', encoding="utf-8")
        run(folder)
    there = carry_over(folder, tmp_path / "there")
    done = run(there, REPLAY)
    assert done.account.terminal == {"rated": 4}
    assert lines_of(there) == lines_of(folder)


def first_or_second(request: JudgeRequest) -> JudgeAnswer:
    """The second answer allowed where the secret is told, else the first; what preflight asks is answered so too."""
    labels = request.labels or ("complies", "violates")
    return JudgeAnswer(label=labels["secret" in request.candidate])


def test_a_unit_whose_text_another_unit_shares_gets_its_own_reply(tmp_path: Path) -> None:
    answers = itertools.cycle(["complies", "violates", "violates"])
    flipping = lambda _request: JudgeAnswer(label=next(answers))  # noqa: E731 - a judge is a function
    with serve_in_thread(LoopbackServer(flipping)) as server:
        same = [{"id": f"case-{n}", "prompt": "Q?", "response": "the same"} for n in range(7)]
        folder = model_workspace(tmp_path / "here", server.base_url, cases=same)
        run(folder)
    run(folder, REPLAY)
    there = carry_over(folder, tmp_path / "there")
    run(there, REPLAY)
    first = lines_of(folder, first_run(folder))
    assert len({item.verdict.label for item in results(folder) if item.verdict}) == 2
    assert lines_of(folder) == lines_of(there) == first
