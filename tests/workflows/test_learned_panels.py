"""From labels to a rule to a run: what is learned from one run decides the next, for free."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from tests.calibration.tables import QUICK
from tests.workflows.calibration_kit import Line, RecordedSuite, cases, label

from evenhand.calibration.learn import groups_of
from evenhand.calibration.table import Split
from evenhand.errors import UsageError
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.calibration.write_fit import write_fit
from evenhand.workflows.report_run import report_run
from evenhand.workflows.run_suite import RunOptions, resume_run

COUNT = 700
RIGHT, WRONG = "complies", "violates"
OTHER = {RIGHT: WRONG, WRONG: RIGHT}


@pytest.fixture
def suite(tmp_path: Path) -> RecordedSuite:
    """A good judge outvoted by two that mean the opposite."""
    dice = random.Random(11)
    truth = {f"c{number}": dice.choice([RIGHT, WRONG]) for number in range(COUNT)}

    def lines(accuracy: float) -> list[Line]:
        return [
            {"case": case, "label": text if dice.random() < accuracy else OTHER[text]}
            for case, text in truth.items()
        ]

    return RecordedSuite(
        folder=tmp_path,
        cases=cases(COUNT),
        ratings={"good": lines(0.85), "contrary": lines(0.1), "contrary-too": lines(0.15)},
        labels=[label(case, text) for case, text in truth.items()],
    )


def agreed(suite: RecordedSuite) -> float:
    """The share of verdicts of the latest run that people share."""
    truth = {line["case"]: line["label"] for line in suite.labels}
    run = suite.run()
    met = Counter(item.verdict.label == truth[item.case_id] for item in run.items() if item.verdict)
    return met[True] / COUNT


def test_a_stack_learned_from_one_run_decides_the_next_one_without_a_call(suite: RecordedSuite) -> None:
    before = agreed(suite)
    stored = suite.run()
    table = read_table(stored).table
    written = write_fit(table, QUICK, rule="stack", path=suite.folder / "p.fit.json")
    suite.panel = "rule: stack\nfit: p.fit.json\n"
    after = agreed(suite)
    assert before < 0.3
    assert after > 0.9
    assert written.fit.held_out is not None
    assert written.fit.held_out.accuracy == pytest.approx(after, abs=0.05)
    summary = report_run(suite.folder, "latest", formats=("json",)).summary
    assert summary.stamp.panel_rule == "stack"


def test_what_was_learned_holds_for_a_principle_under_its_new_name(suite: RecordedSuite) -> None:
    path = suite.folder / "p.fit.json"
    write_fit(read_table(suite.run()).table, QUICK, rule="stack", path=path)
    learned = json.loads(path.read_text())
    learned["fits"][0]["principles"] = "honest"
    path.write_text(json.dumps(learned))
    suite.panel = "rule: stack\nfit: p.fit.json\n"
    suite.principles = ("integrity, aliases: [honest]",)
    assert agreed(suite) > 0.9


def test_a_learned_rule_uses_no_label_of_the_splits_to_certify_with(suite: RecordedSuite) -> None:
    table = read_table(suite.run()).table
    written = write_fit(table, QUICK, rule="weighted", path=suite.folder / "f.json")
    (group,) = groups_of(table)
    assert written.fit.fits[0].labelled == group.count([Split.OPTIMISE]) < COUNT / 2


def test_another_fit_is_another_run(suite: RecordedSuite) -> None:
    stored = suite.run()
    path = suite.folder / "p.fit.json"
    write_fit(read_table(stored).table, QUICK, rule="weighted", path=path)
    suite.panel = "rule: weighted\nfit: p.fit.json\n"
    first = suite.run()
    path.write_text(
        path.read_text().replace('"version": 1', '"version": 2').replace("labels of", "labels  of")
    )
    with pytest.raises(UsageError, match="fit"):
        resume_run(suite.folder, first.run.id, RunOptions(), lambda _run, _progress: None)


def test_a_panel_that_learned_from_gate_labels_is_told_apart(suite: RecordedSuite) -> None:
    suite.suite = "splits: {gate: 1}\n"
    written = write_fit(
        read_table(suite.run()).table, QUICK, rule="weighted", path=suite.folder / "p.fit.json"
    )
    assert written.fit.learned_from == "gate"
    suite.panel = "rule: weighted\nfit: p.fit.json\n"
    notes = read_table(suite.run()).table.notes
    assert any("learned from labels of the gate split" in note for note in notes)
