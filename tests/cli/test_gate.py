"""`evenhand gate` as CI meets it: one scenario for each exit code, and what is written before it ends."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from tests import forked
from tests.cli.gate_kit import GATE, gated_workspace, reword
from tests.cli.kit import Cli

from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.exchange import Judge, JudgeAnswer, JudgeRequest

ENOUGH = 200
"""Anchors that exclude a drop of 3 points where no verdict changes."""


class Changing:
    """A judge that can be made another one."""

    def __init__(self) -> None:
        self.now: Judge = judges.rule("secret")

    def __call__(self, request: JudgeRequest) -> JudgeAnswer:
        return self.now(request)


@pytest.fixture
def judge() -> Changing:
    return Changing()


@pytest.fixture
def serving(judge: Changing) -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judge)) as running:
        yield running


@pytest.fixture
def base(tmp_path: Path, serving: LoopbackServer, cli: Cli) -> tuple[Path, str]:
    """A workspace with a run to compare with."""
    folder = gated_workspace(tmp_path, serving.base_url, cases=ENOUGH)
    return folder, cli("run", "small", "--workspace", folder, "--json").document["run"]


def test_0_a_reworded_judge_that_says_the_same_passes(base: tuple[Path, str], cli: Cli) -> None:
    folder, run = base
    reword(folder)
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder)
    assert ended.code == 0, ended.err
    assert "Gate passed: no drop beyond the margin on 1 principle" in ended.out


def test_0_nothing_changed_passes_however_few_anchors_there_are(
    tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    folder = gated_workspace(tmp_path, serving.base_url, cases=6)
    run = cli("run", "small", "--workspace", folder, "--json").document["run"]
    told = cli("gate", "small", "--base-run", run, "--workspace", folder, "--json")
    assert told.code == 0
    assert {test["reason"] for test in told.document["tests"]} == {
        "nothing changed: the same judges, panel and principle, and every answer taken over"
    }


def test_2_a_suite_without_a_gate_is_refused_before_anybody_is_asked(
    tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    folder = gated_workspace(tmp_path, serving.base_url, cases=6, gate="")
    ended = cli("gate", "small", "--workspace", folder)
    assert ended.code == 2
    assert "suite small has no gate" in ended.err
    assert "add `gate: {compares: judges}` to" in ended.err
    assert cli("runs", "--workspace", folder, "--json").document["runs"] == []


def test_2_a_baseline_that_is_not_there_is_refused_before_anybody_is_asked(
    tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    folder = gated_workspace(tmp_path, serving.base_url, cases=6)
    ended = cli("gate", "small", "--workspace", folder, "--baseline", folder / "other.json")
    assert ended.code == 2
    assert "there is no baseline" in ended.err
    assert cli("runs", "--workspace", folder, "--json").document["runs"] == []


def test_1_a_judge_that_finds_less_fails_and_is_named(
    base: tuple[Path, str], judge: Changing, cli: Cli
) -> None:
    folder, run = base
    reword(folder)
    judge.now = judges.rule("Answer 1", found="violates")
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder)
    assert ended.code == 1
    assert "sensitivity on keep.secrets fell from 100.0 % to" in ended.out


def test_1_and_a_report_is_written_all_the_same(base: tuple[Path, str], judge: Changing, cli: Cli) -> None:
    folder, run = base
    reword(folder)
    judge.now = judges.lazy("complies")
    out = folder / "out"
    ended = cli(
        "gate", "small", "--base-run", run, "--workspace", folder, "--out", out, "--format", "all", "--json"
    )
    assert ended.code == 1
    names = sorted(Path(name).name for name in ended.document["files"])
    assert {"comment.md", "junit.xml", "gate.sarif", "summary.md", "annotations.txt"} <= set(names)
    assert all(Path(name).is_file() for name in ended.document["files"])
    whole = json.loads(next(out.glob("*-gate.json")).read_text(encoding="utf-8"))
    assert whole["status"] == "failed"


def test_the_document_keeps_to_its_schema(base: tuple[Path, str], judge: Changing, cli: Cli) -> None:
    folder, run = base
    reword(folder)
    judge.now = judges.lazy("complies")
    document = cli("gate", "small", "--base-run", run, "--workspace", folder, "--json").document
    schema = document_schema("evenhand/gate/v1")
    jsonschema.Draft202012Validator(schema).validate(document)
    assert set(document) == set(schema["properties"])


def test_an_outcome_is_explained_from_its_report_and_the_same_without_it(
    base: tuple[Path, str], judge: Changing, cli: Cli
) -> None:
    folder, run = base
    reword(folder)
    judge.now = judges.rule("Answer 1", found="violates")
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder, "--json").document
    told = cli("explain", f"gate@{ended['run']}", "--workspace", folder, "--json")
    assert told.code == 0, told.err
    jsonschema.Draft202012Validator(document_schema("evenhand/explain-gate/v1")).validate(told.document)
    assert Path(told.document["report"]).name == f"small-{ended['run']}-gate.json"
    sensitivity = next(test for test in ended["tests"] if test["measure"] == "sensitivity")
    text = "\n".join(told.document["lines"])
    assert f"lost {sensitivity['lost']}" in text or str(sensitivity["lost"]) in text
    assert "exit" in text
    one = cli("explain", f"gate/keep.secrets@{ended['run']}", "--workspace", folder)
    assert "sensitivity" in one.out


def test_a_principle_that_a_gate_does_not_have_is_named_with_those_it_has(
    base: tuple[Path, str], cli: Cli
) -> None:
    folder, run = base
    cli("gate", "small", "--base-run", run, "--workspace", folder)
    ended = cli("explain", "gate/keep.promises@latest", "--workspace", folder)
    assert ended.code == 2
    assert "keep.secrets" in ended.err


def test_a_report_that_was_tampered_with_is_no_report(base: tuple[Path, str], cli: Cli) -> None:
    folder, run = base
    cli("gate", "small", "--base-run", run, "--workspace", folder)
    next((folder / "reports").glob("*-gate.json")).write_text(
        '{"schema": "gate-report/v1"}', encoding="utf-8"
    )
    ended = cli("explain", "gate", "--workspace", folder)
    assert ended.code == 2
    assert "it is no report of a gate" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 4), (("--undecided", "pass"), 0), (("--undecided", "fail"), 1), (("--exit-zero",), 0)],
)
def test_4_too_few_anchors_leave_it_undecided_unless_the_caller_says_otherwise(
    arguments: tuple[str, ...], code: int, tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    folder = gated_workspace(tmp_path, serving.base_url, cases=20)
    run = cli("run", "small", "--workspace", folder, "--json").document["run"]
    reword(folder)
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder, *arguments)
    assert ended.code == code
    assert "Gate undecided on 1 of 1 principle" in ended.out
    assert "can not detect" in ended.out


def test_exit_zero_reports_a_failure_and_exits_with_0(
    base: tuple[Path, str], judge: Changing, cli: Cli
) -> None:
    folder, run = base
    reword(folder)
    judge.now = judges.lazy("complies")
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder, "--exit-zero")
    assert (ended.code, "Gate failed" in ended.out) == (0, True)


def test_2_a_suite_without_a_gate_says_what_to_write(
    tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    folder = gated_workspace(tmp_path, serving.base_url, cases=4, gate="")
    ended = cli("gate", "small", "--workspace", folder)
    assert ended.code == 2
    assert "add `gate: {compares: judges}` to suites/small.yaml" in ended.err


def test_2_without_a_baseline_it_says_how_to_make_one(base: tuple[Path, str], cli: Cli) -> None:
    folder, _ = base
    ended = cli("gate", "latest", "--workspace", folder)
    assert ended.code == 2
    assert "evenhand baseline accept suites/small.yaml --reason TEXT" in ended.err


def test_2_a_wrong_baseline_or_base_run_is_refused_before_anybody_is_asked(
    base: tuple[Path, str], serving: LoopbackServer, cli: Cli
) -> None:
    folder, _ = base
    reword(folder)
    before = len(serving.ledger.calls)
    assert cli("gate", "small", "--workspace", folder, "--base-run", "no-such-run").code == 2
    (folder / "suites" / "baselines").mkdir()
    (folder / "suites" / "baselines" / "small.json").write_text("<<<<<<< ours\n", encoding="utf-8")
    assert cli("gate", "small", "--workspace", folder).code == 2
    assert len(serving.ledger.calls) == before


def test_2_a_name_that_is_neither_a_run_nor_a_suite_is_answered_with_suites(
    base: tuple[Path, str], cli: Cli
) -> None:
    folder, _ = base
    ended = cli("gate", "smal", "--workspace", folder)
    assert ended.code == 2
    assert "there is no run and no suite 'smal'" in ended.err
    assert 'did you mean "small"?' in ended.err


@pytest.mark.parametrize(
    "wrong",
    [("--undecided", "maybe"), ("--format", "pdf"), ("--comment-on", "nowhere"), ("--comment", "often")],
)
def test_2_words_that_mean_nothing_are_refused_before_anything_is_paid(
    wrong: tuple[str, str], base: tuple[Path, str], serving: LoopbackServer, cli: Cli
) -> None:
    folder, _ = base
    calls = len(serving.ledger.calls)
    reword(folder)
    assert cli("gate", "small", "--workspace", folder, *wrong).code == 2
    assert len(serving.ledger.calls) == calls


def test_5_without_an_anchor_there_is_nothing_to_gate(
    tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    folder = gated_workspace(tmp_path, serving.base_url, cases=4)
    suite = folder / "suites" / "small.yaml"
    divided = suite.read_text(encoding="utf-8").replace("{gate: 1}", "{optimise: 0.999, gate: 0.001}")
    suite.write_text(divided, encoding="utf-8")
    run = cli("run", "small", "--workspace", folder, "--json").document["run"]
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder)
    assert ended.code == 5
    assert "no item of the run is an anchor" in ended.err


def test_3_a_replay_without_recordings_could_not_measure_and_says_so_in_the_comment(
    base: tuple[Path, str], cli: Cli
) -> None:
    folder, run = base
    reword(folder)
    ended = cli("gate", "small", "--replay", "--base-run", run, "--workspace", folder, "--format", "comment")
    assert ended.code == 3
    assert "Could not measure" in ended.out
    comment = next((folder / "reports").glob("**/comment.md")).read_text(encoding="utf-8")
    assert "ould not measure" in comment.splitlines()[2]


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_3_an_outage_is_neither_a_pass_nor_a_failure(
    share: float, tmp_path: Path, judge: Changing, cli: Cli
) -> None:
    down: list[bool] = []
    strike = faults.Strike(
        fault=faults.vendor_error("overloaded"),
        when=lambda call: bool(down) and call.number % 10 < 10 * share,
    )
    with serve_in_thread(LoopbackServer(judge, strikes=[strike])) as server:
        folder = gated_workspace(tmp_path, server.base_url, cases=60)
        with (folder / "evenhand.toml").open("a", encoding="utf-8") as settings:
            settings.write("patience_minutes = 0\n")
        run = cli("run", "small", "--workspace", folder, "--json").document["run"]
        reword(folder)
        down.append(True)
        ended = cli("gate", "small", "--base-run", run, "--workspace", folder)
    assert ended.code == 3, ended.out


def test_3_failed_ratings_over_the_limit_could_not_measure(
    base: tuple[Path, str], judge: Changing, cli: Cli
) -> None:
    folder, run = base
    reword(folder)
    judge.now = lambda request: (
        JudgeAnswer(raw="I would rather not.")
        if "Answer 1" in request.text
        else judges.rule("secret")(request)
    )
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder)
    assert ended.code == 3
    assert "of the ratings failed, and the suite allows 5.0%" in ended.out


def test_an_unfinished_run_is_never_gated(base: tuple[Path, str], cli: Cli) -> None:
    folder, run = base
    reword(folder)
    stopped = cli("run", "small", "--replay", "--workspace", folder, "--json").document["run"]
    ended = cli("gate", stopped, "--base-run", run, "--workspace", folder)
    assert ended.code == 3
    assert "200 of 200 ratings open" in ended.out
    assert f"evenhand resume {stopped}" in ended.err


def test_130_an_interrupt_while_it_judges_ends_it(tmp_path: Path, cli: Cli) -> None:
    hang = faults.after_call(faults.delayed(300), 140)
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[hang])) as server:
        folder = gated_workspace(tmp_path, server.base_url, cases=100, gate=GATE)
        run = cli("run", "small", "--workspace", folder, "--json").document["run"]
        reword(folder)
        line = ("gate", "small", "--base-run", run, "--yes", "--workspace", folder)
        process = forked.start(*line, cwd=tmp_path)
        try:
            while server.ledger.in_flight < 1:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130
        finally:
            process.send_signal(signal.SIGKILL)
    assert not (folder / "reports").exists()
