"""Tuning sees the labels to learn from and nothing else: by structure, and on the wire."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.workflows.tuning.tuning_kit import REASON, TuningWorkspace, tuning_workspace

from evenhand.calibration.table import Split
from evenhand.errors import MeasureError, UsageError
from evenhand.store.ledger import open_ledger
from evenhand.store.splits import split_uses
from evenhand.workflows.calibrate import calibrate_run
from evenhand.workflows.run_suite import RunOptions, run_suite
from evenhand.workflows.tuning.few_shot import FewShot
from evenhand.workflows.tuning.proposals import LearnView, Proposed


@dataclass
class Spy:
    """A proposer that proposes nothing and keeps what it was given."""

    workspace: TuningWorkspace
    seen: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)

    def propose(self, view: LearnView) -> Proposed:
        """Keep everything that can be reached from the view, and every text that any model was asked so far."""
        self.seen.append(repr(view))
        self.texts.append(self.workspace.derived("."))
        return Proposed()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[TuningWorkspace]:
    with tuning_workspace(tmp_path) as made:
        yield made


def test_what_a_proposer_can_reach_holds_no_item_that_certifies(workspace: TuningWorkspace) -> None:
    spy = Spy(workspace)
    workspace.tune(files=(workspace.judge("other", "carefully " + TEMPLATE_OF_OTHER),), proposers=(spy,))
    learned = {case["id"] for case in workspace.cases_of(Split.OPTIMISE)}
    shown = {case["id"] for case in workspace.made if case["id"] in spy.seen[0]}
    assert shown
    assert shown < learned
    for case in workspace.made:
        if case["id"] not in shown:
            for text in (case["id"], case["prompt"], case["response"], case["source"]):
                assert text not in spy.seen[0]
                assert text.encode() not in spy.texts[0], "not even on disk, when the proposer is asked"


TEMPLATE_OF_OTHER = "{{ principle.text }}\n{{ data('reply', case.response) }}\n"


def test_reasons_of_people_reach_neither_proposers_nor_derived_files(workspace: TuningWorkspace) -> None:
    spy = Spy(workspace)
    better = workspace.judge("other", "carefully " + TEMPLATE_OF_OTHER)
    workspace.tune(files=(better,), proposers=(spy,))
    assert REASON not in spy.seen[0]
    assert REASON.encode() not in workspace.derived(".")


def test_nobody_is_asked_about_gate_or_sealed_items_before_a_candidate_is_chosen(
    workspace: TuningWorkspace,
) -> None:
    worse = workspace.judge("worse", "hastily " + TEMPLATE_OF_OTHER)
    tuned = workspace.tune(files=(worse,))
    assert tuned.result.gate is None
    assert tuned.result.sealed is None
    to_learn = len(workspace.cases_of(Split.OPTIMISE))
    asked = [call for call in workspace.server.ledger.calls if call.tokens_out]
    assert len(asked) - 2 * to_learn < 6, (
        "both judges on the labels to learn from, and the looks at the endpoint"
    )
    assert not workspace.derived("gate")
    assert not workspace.derived("sealed")


def test_shots_come_from_the_shown_part_and_are_never_scored(workspace: TuningWorkspace) -> None:
    spy = Spy(workspace)
    tuned = workspace.tune(proposers=(spy, FewShot(counts=(4, 8), draws=2)))
    assert tuned.result.tried_now == 4
    scored = workspace.derived("choose") + workspace.derived("gate") + workspace.derived("sealed")
    shots = [
        example
        for principle in (tuned.candidate or tuned.current).constitution.principles
        for example in principle.examples
    ]
    written = workspace.derived("constitutions")
    shown = [case for case in workspace.made if case["response"].encode() in written]
    assert len(shown) >= 4
    assert all(case["id"] in spy.seen[0] for case in shown)
    assert all(case["response"].encode() not in scored for case in shown)
    assert all(example.use == "shot" for example in shots)


def test_a_text_to_learn_from_that_stands_among_those_that_certify_is_left_out(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path / "plain") as plain:
        learn, gate = (plain.cases_of(split)[0] for split in (Split.OPTIMISE, Split.GATE))
    pair = (int(learn["id"][-4:]), int(gate["id"][-4:]))
    with tuning_workspace(tmp_path / "twins", twins=[pair]) as workspace:
        tuned = workspace.tune(files=(workspace.judge("other", "carefully " + TEMPLATE_OF_OTHER),))
        assert any("1 case to learn from left out" in note for note in tuned.result.notes)
        chosen = workspace.derived("choose").decode()
        assert gate["response"] not in chosen
        assert gate["response"] in workspace.derived("gate").decode()


def test_a_sealed_text_that_the_gate_decides_by_measures_no_gain(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path / "plain") as plain:
        sealed, gate = (plain.cases_of(split)[0] for split in (Split.SEALED, Split.GATE))
    pair = (int(sealed["id"][-4:]), int(gate["id"][-4:]))
    with tuning_workspace(tmp_path / "twins", twins=[pair]) as workspace:
        tuned = workspace.tune(files=(workspace.judge("other", "carefully " + TEMPLATE_OF_OTHER),))
        assert any("1 sealed case left out" in note for note in tuned.result.notes)
        assert gate["response"] not in workspace.derived("sealed").decode()
        assert workspace.cases_of(Split.SEALED)[1]["response"] in workspace.derived("sealed").decode()


def test_cases_of_one_source_are_in_one_part(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, shared=5) as workspace:
        workspace.tune(proposers=(FewShot(counts=(2,)),))
        parts = {part: workspace.derived(part).decode() for part in ("learn", "choose", "gate", "sealed")}
        for source in {case["source"] for case in workspace.made}:
            assert sum(source in text for text in parts.values()) <= 1


def test_labels_that_were_tuned_on_are_locked_and_can_not_certify(workspace: TuningWorkspace) -> None:
    workspace.tune(files=(workspace.judge("worse", "hastily " + TEMPLATE_OF_OTHER),))
    suite = workspace.folder / "suites/s.yaml"
    suite.write_text(suite.read_text() + "splits: {optimise: 0.1, gate: 0.8, sealed: 0.1}\n")
    with pytest.raises(UsageError, match="other splits"):
        workspace.tune(files=(workspace.folder / "judges/worse.yaml",))
    ended = run_suite(workspace.folder, suite, RunOptions(), lambda _run, _progress: None)
    with pytest.raises(UsageError, match="other splits"):
        calibrate_run(workspace.folder, ended.run.id)


def test_labels_that_another_suite_certifies_with_are_never_learned_from(workspace: TuningWorkspace) -> None:
    text = (workspace.folder / "suites/s.yaml").read_text()
    other = workspace.put(
        "suites/other.yaml",
        text.replace("id: s\n", "id: other\n") + "splits: {optimise: 0, gate: 0.5, sealed: 0.5}\n",
    )
    workspace.put("suites/labels.jsonl", _labels_of(workspace, 150))
    ended = run_suite(workspace.folder, other, RunOptions(), lambda _run, _progress: None)
    calibrate_run(workspace.folder, ended.run.id, formats=())
    workspace.put("suites/labels.jsonl", _labels_of(workspace, 300))
    spy = Spy(workspace)
    better = workspace.judge("other", "carefully " + TEMPLATE_OF_OTHER)
    tuned = workspace.tune(files=(better,), proposers=(spy,))
    learned = spy.seen[0].encode() + workspace.derived("choose")
    assert all(case["response"].encode() not in learned for case in workspace.made[:150])
    assert any(case["response"].encode() in learned for case in workspace.made[150:])
    assert any("another suite keeps labels" in note for note in tuned.result.notes)


def _labels_of(workspace: TuningWorkspace, count: int) -> str:
    """Return the labels of the first so many cases."""
    return "".join(
        json.dumps(
            {
                "case": case["id"],
                "principle": "keep",
                "annotator": "ann",
                "label": "violates" if "BAD" in case["response"] else "complies",
            }
        )
        + "\n"
        for case in workspace.made[:count]
    )


def test_another_division_is_refused_before_a_proposer_sees_a_label(workspace: TuningWorkspace) -> None:
    workspace.tune(files=(workspace.judge("worse", "hastily " + TEMPLATE_OF_OTHER),))
    suite = workspace.folder / "suites/s.yaml"
    suite.write_text(suite.read_text() + "splits: {optimise: 0.9, gate: 0.05, sealed: 0.05}\n")
    spy = Spy(workspace)
    with pytest.raises(UsageError, match="other splits"):
        workspace.tune(proposers=(spy,))
    assert not spy.seen


def test_a_run_on_labels_to_learn_from_can_not_be_calibrated_with(workspace: TuningWorkspace) -> None:
    tuned = workspace.tune(files=(workspace.judge("worse", "hastily " + TEMPLATE_OF_OTHER),))
    with pytest.raises(MeasureError, match=r"none of the .* lies in the gate split"):
        calibrate_run(workspace.folder, tuned.result.chosen.run)


def test_comparisons_are_no_accesses_of_a_calibration(workspace: TuningWorkspace) -> None:
    workspace.tune(files=(workspace.judge("worse", "hastily " + TEMPLATE_OF_OTHER),))
    ended = run_suite(
        workspace.folder, workspace.folder / "suites/s.yaml", RunOptions(), lambda _run, _progress: None
    )
    written = calibrate_run(workspace.folder, ended.run.id, formats=())
    assert written.calibration.data.splits.accesses == ()
    ledger = open_ledger(workspace.folder / ".evenhand/ledger.sqlite")
    assert {use.split for use in split_uses(ledger, "s")} == {"optimise", "gate"}


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        ("splits: {optimise: 0, gate: 1, sealed: 0}\n", "to compare candidates on"),
        ("splits: {optimise: 0.999, gate: 0.001, sealed: 0}\n", "to decide on"),
    ],
)
def test_too_few_labels_are_told_before_anybody_is_asked(tmp_path: Path, splits: str, words: str) -> None:
    with tuning_workspace(tmp_path, cases=40, suite=splits) as workspace:
        with pytest.raises(MeasureError, match=words):
            workspace.tune(files=(workspace.judge("other", TEMPLATE_OF_OTHER),))
        assert not workspace.server.ledger.calls
