"""A principle that was renamed: files, runs and labels that know its old name still count."""

from datetime import date
from pathlib import Path

import pytest
from tests.workflows.calibration_kit import PRINCIPLE, RecordedSuite, cases, label
from tests.workflows.monitor_kit import ANCHORS, WatchedSuite

from evenhand.catalog.settings import find_workspace
from evenhand.errors import FileError
from evenhand.workflows.baseline.accept import Acceptance, accept_run
from evenhand.workflows.baseline.compare import compare_run
from evenhand.workflows.gate.check_gate import GateWishes, check_gate
from evenhand.workflows.monitor import read_history

NEW = "integrity"
RENAMED = (f"{NEW}, aliases: [{PRINCIPLE}]",)
"""What the kit writes as the id of the principle, with its earlier name behind it."""
COUNT = 12


def _rates(count: int = COUNT) -> list[dict[str, str]]:
    return [{"case": f"c{n}", "label": "violates" if n % 3 == 0 else "complies"} for n in range(count)]


def _suite(folder: Path, suite: str = "") -> RecordedSuite:
    labels = [label(each["case"], each["label"], inclusion=1) for each in _rates()]
    return RecordedSuite(folder / "w", cases(COUNT), {"one": _rates(), "two": _rates()}, labels, suite=suite)


def test_recordings_and_labels_under_the_old_name_are_those_of_the_new_one(tmp_path: Path) -> None:
    suite = _suite(tmp_path)
    suite.principles = RENAMED
    items = list(suite.run().items())
    assert {item.principle_id for item in items} == {NEW}
    assert all(item.verdict and item.verdict.label == item.labels[0].label for item in items)


def test_labels_are_read_anew_once_a_principle_is_renamed(tmp_path: Path) -> None:
    suite = _suite(tmp_path)
    before = [len(item.labels) for item in suite.run().items()]
    suite.principles = RENAMED
    assert [len(item.labels) for item in suite.run().items()] == before == [1] * COUNT


def test_one_person_can_not_label_an_item_under_both_names(tmp_path: Path) -> None:
    suite = _suite(tmp_path)
    suite.principles = RENAMED
    suite.labels = [*suite.labels, label("c0", "complies", principle=NEW)]
    with pytest.raises(FileError, match="D013"):
        suite.run()


def test_cases_suites_and_rules_of_judges_may_go_on_with_the_old_name(tmp_path: Path) -> None:
    suite = _suite(tmp_path, suite=f"principles: {{include: [{PRINCIPLE}]}}\n")
    suite.cases = cases(COUNT, principles=[PRINCIPLE])
    suite.principles = (*RENAMED, "other")
    assert {item.principle_id for item in suite.run().items()} == {NEW}


def test_a_baseline_under_the_old_name_is_compared_cell_by_cell(tmp_path: Path) -> None:
    suite = _suite(tmp_path, suite="gate: {compares: judges}\nsplits: {gate: 1}\n")
    first = suite.run()
    accept_run(
        suite.folder, "suite.yaml", first.run.id, Acceptance(reason="First.", environment={}, by="ann")
    )
    suite.principles = RENAMED
    second = suite.run()
    for wishes in (GateWishes(), GateWishes(base_run=first.run.id)):
        table = check_gate(suite.folder, second.run.id, wishes).table
        assert table is not None
        assert [(each.principle, each.n, each.apart) for each in table.principles] == [(NEW, COUNT, ())]
    diff = compare_run(suite.folder, "suite.yaml", second.run.id).diff
    assert not diff.changed


def test_a_quarantine_under_the_old_name_still_holds_the_case_back(tmp_path: Path) -> None:
    suite = _suite(tmp_path, suite="gate: {compares: judges, quarantine: q.yaml}\nsplits: {gate: 1}\n")
    entry = f"{{case: c0, principle: {PRINCIPLE}, reason: x, owner: ann, until: 2026-12-01}}"
    suite.folder.mkdir()
    (suite.folder / "q.yaml").write_text(f"schema: quarantine/v1\nentries: [{entry}]\n")
    first = suite.run()
    suite.principles = RENAMED
    second = suite.run()
    wishes = GateWishes(base_run=first.run.id, today=date(2026, 11, 28))
    table = check_gate(suite.folder, second.run.id, wishes).table
    assert table is not None
    assert int(table.principles[0].quarantined.sum()) == 1


def test_a_suite_is_watched_across_a_renaming(tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    watched.run(2)
    watched.suite.principles = RENAMED
    watched.run(2)
    history = read_history(find_workspace(watched.folder), "s")
    assert [len(run.answers) for run in history.runs] == [ANCHORS] * 4
    assert {name[2] for run in history.runs for name in run.answers} == {NEW}
