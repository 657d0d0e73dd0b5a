"""A suite watched over real runs of recorded and scripted judges; answers and labels are made up by the tests."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases
from tests.workflows.calibration_kit import RecordedSuite, cases, label
from tests.workflows.monitor_kit import ANCHORS, WatchedSuite

from evenhand.calibration.splits import split_clusters
from evenhand.calibration.table import Split
from evenhand.catalog.settings import find_workspace
from evenhand.errors import LedgerError, NothingSelectedError, UnknownNameError, UsageError
from evenhand.gate.monitor.history import Answer, History
from evenhand.gate.monitor.results import Finding
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.baseline.accept import Acceptance, accept_run
from evenhand.workflows.monitor import monitor_suite, read_history
from evenhand.workflows.run_suite import RunOptions, run_suite


def past(folder: Path, suite: str = "s", since: str = "") -> History:
    return read_history(find_workspace(folder), suite, since=since)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_a_judge_that_gets_worse_is_found_and_looking_again_changes_nothing(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(4)
    assert monitor_suite(watched.folder, "s").result.finding is Finding.NONE
    watched.run(3, wrong=0.35)
    first = monitor_suite(watched.folder, "s")
    before = digests(watched.folder)
    assert monitor_suite(watched.folder, "suite.yaml") == first
    assert digests(watched.folder) == before
    assert first.result.finding is Finding.JUDGE
    assert [path.name for path in first.reports] == ["s-monitor.html", "s-monitor.md", "s-monitor.json"]
    assert [line.asked for line in first.result.runs] == [ANCHORS] * 7


def test_recorded_answers_that_are_read_again_are_no_new_evidence(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(2)
    watched.run_from_store()
    asked = [len(run.again) for run in past(watched.folder).runs]
    assert asked == [ANCHORS, ANCHORS, 0]
    result = monitor_suite(watched.folder, "s").result
    assert len(result.anchors.looks) == 2
    assert any("runs took every anchor's answer from the ledger" in note for note in result.notes)


def test_replies_of_a_model_count_once_however_many_runs_take_them_from_store(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(20))
        lines = [label(f"case-{place}", "complies", principle="keep.secrets") for place in range(20)]
        (folder / "suites/l.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        suite = folder / "suites/small.yaml"
        suite.write_text(suite.read_text() + "labels: [{path: l.jsonl}]\nsplits: {gate: 1}\n")
        for again in (False, False, True, False):
            run_suite(folder, suite, RunOptions(again=again), lambda _run, _progress: None)
    history = past(folder, "small")
    assert [len(run.again) for run in history.runs] == [20, 0, 20, 0]
    assert [sum(answer is Answer.AGREES for answer in run.answers.values()) for run in history.runs] == [
        15
    ] * 4


def test_only_labels_of_the_gate_split_are_read(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path, suite="splits: {optimise: 0.3, gate: 0.4, sealed: 0.3}\n")
    names = [f"c{place}" for place in range(ANCHORS)]
    split = dict(zip(names, split_clusters("s", 0, (0.3, 0.4, 0.3), names).tolist(), strict=True))
    watched.run(2)
    first = past(watched.folder)
    assert {split[case] for case, _, _ in first.runs[0].answers} == {Split.GATE}
    watched.suite.labels = [
        line if split[line["case"]] == Split.GATE else {**line, "label": "violates"}
        for line in watched.suite.labels
    ]
    watched.run(1)
    then = past(watched.folder)
    assert [run.answers for run in then.runs[:2]] == [run.answers for run in first.runs]


def test_the_whole_history_is_held_against_the_labels_of_today(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(2)
    agreed = [list(run.answers.values()).count(Answer.AGREES) for run in past(watched.folder).runs]
    other = {"violates": "complies", "complies": "violates"}
    watched.suite.labels = [{**line, "label": other[line["label"]]} for line in watched.suite.labels]
    watched.run(1)
    turned = [list(run.answers.values()).count(Answer.DIFFERS) for run in past(watched.folder).runs]
    assert turned[:2] == agreed


def test_anchors_without_a_verdict_are_counted_and_an_outage_is_no_drift(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(3)
    watched.run(1, lost=ANCHORS // 2)
    result = monitor_suite(watched.folder, "s").result
    assert result.anchors.looks[-1].missing == ANCHORS // 2
    assert result.finding is Finding.COULD_NOT_MEASURE
    assert result.reason.startswith(f"{ANCHORS // 2} verdicts are missing on the anchors")
    watched.run(3)
    assert monitor_suite(watched.folder, "s").result.finding is Finding.NONE


def test_labels_on_items_of_their_own_are_live_ones(tmp_path: Path) -> None:
    day_cases = cases(40)
    suite = RecordedSuite(tmp_path / "w", day_cases, {"one": []}, suite="splits: {gate: 1}\n")
    labels = [label(f"c{place}", "complies", inclusion=0.5, design="d") for place in range(20)]
    for day in range(3):
        fresh = [{**case, "id": f"day{day}-{case['id']}"} for case in cases(10)]
        suite.cases = [*day_cases, *fresh]
        suite.ratings = {
            "one": [{"case": case["id"], "label": "complies", "reason": str(day)} for case in suite.cases]
        }
        labels += [
            label(case["id"], "violates", inclusion=0.5, design="d", at=f"2999-01-0{day + 1}")
            for case in fresh
        ]
        suite.labels = list(labels)
        suite.run()
    result = monitor_suite(suite.folder, "s").result
    assert result.anchors.items == 20
    assert [(look.day, look.n, look.agreed) for look in result.live.looks] == [
        (f"2999-01-0{day + 1}", 10, 0) for day in range(3)
    ]


def test_a_history_can_begin_later(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(3)
    since = watched.run(1, wrong=0.35)
    watched.run(1, wrong=0.35)
    assert monitor_suite(watched.folder, "s").result.finding is Finding.JUDGE
    later = monitor_suite(watched.folder, "s", since=since).result
    assert later.finding is Finding.NONE
    assert [line.run for line in later.runs] == [run.id for run in watched.suite.runs[3:]]
    with pytest.raises(UnknownNameError, match="finished run of the suite"):
        monitor_suite(watched.folder, "s", since="yesterday")


def accept(watched: WatchedSuite, run: str) -> None:
    said = Acceptance(reason="it was meant", by="ada", environment={}, now=datetime(2026, 1, 1, tzinfo=UTC))
    accept_run(watched.folder, "suite.yaml", run, said)


def test_an_accepted_baseline_is_where_the_history_begins(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(3)
    meant = watched.run(1, wrong=0.35)
    watched.run(1, wrong=0.35)
    assert monitor_suite(watched.folder, "s").result.finding is Finding.JUDGE
    accept(watched, meant)
    result = monitor_suite(watched.folder, "s").result
    assert result.finding is Finding.NONE
    assert [line.run for line in result.runs] == [run.id for run in watched.suite.runs[3:]]
    assert any(f"the accepted baseline on, run {meant}" in note for note in result.notes)


def test_the_answers_of_a_baseline_are_a_reference_where_its_run_is_in_another_ledger(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    first = watched.run(1)
    accept(watched, first)
    here = past(watched.folder).runs[0]
    (watched.folder / ".evenhand").rename(watched.folder / "elsewhere")
    watched.run(1, wrong=0.5)
    there = past(watched.folder).runs
    assert [run.run for run in there] == [first, watched.suite.runs[-1].id]
    assert there[0].answers == here.answers
    assert monitor_suite(watched.folder, "s").result.anchors.items == ANCHORS


def test_where_nothing_can_be_watched_the_next_step_is_said(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.suite.write()
    with pytest.raises(LedgerError):
        monitor_suite(watched.folder, "s")
    watched.run(1)
    with pytest.raises(NothingSelectedError, match="nothing to compare yet") as caught:
        monitor_suite(watched.folder, "s")
    assert "--again" in caught.value.hint
    with pytest.raises(UnknownNameError):
        monitor_suite(watched.folder, "another")
    (watched.folder / "taken").write_text("")
    watched.run(1)
    with pytest.raises(UsageError, match="can not be written") as refused:
        monitor_suite(watched.folder, "s", folder=watched.folder / "taken")
    assert "--out" in refused.value.hint
