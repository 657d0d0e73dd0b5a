"""Which labels a tuning reads, and what becomes of ratings that are missing."""

from pathlib import Path

import pytest
from tests.workflows.review.drawn_run import drawn, label, panel_says
from tests.workflows.tuning.tuning_kit import TEMPLATE, TuningWorkspace, tuning_workspace

from evenhand.calibration.table import Split
from evenhand.errors import MeasureError
from evenhand.tuning.accept import Outcome
from evenhand.workflows.run_suite import RunOptions
from evenhand.workflows.tuning.few_shot import FewShot
from evenhand.workflows.tuning.tune import Tuned, TuneWishes, tune_judge


def tune_reviewed(folder: Path, *, review: bool = True) -> Tuned:
    return tune_judge(
        folder,
        folder / "suite.yaml",
        TuneWishes(judge="judge0", files=(folder / "judge1.yaml",), review=review),
        RunOptions(),
        lambda _run, _progress: None,
    )


def test_labels_of_the_workspaces_review_are_read(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=60, double=0.0)
    label(desk, "ann", 60)
    result = tune_reviewed(tmp_path).result
    assert result.chosen.items > 15
    assert [each.score for each in result.candidates] == [pytest.approx(0.75, abs=0.2), 1.0]
    with pytest.raises(MeasureError, match="no labelled case"):
        tune_reviewed(tmp_path, review=False)


def test_items_on_which_reviewers_differ_count_for_nobody(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=60, double=1.0)
    label(desk, "ann", 60)
    label(desk, "bo", 60, lambda number: panel_says(number) if number % 2 else "violates")
    result = tune_reviewed(tmp_path).result
    assert result.candidates[1].score == 1.0
    assert any("reviewers differ" in note for note in result.notes)


def test_labels_of_another_file_are_read_in_the_words_of_the_suite(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=100) as workspace:
        text = (workspace.folder / "suites/labels.jsonl").read_text(encoding="utf-8")
        humans = workspace.put("humans.jsonl", text)
        workspace.put("suites/labels.jsonl", "")
        careful = workspace.judge("careful", f"Read carefully. {TEMPLATE}")
        with pytest.raises(MeasureError, match="no labelled case"):
            workspace.tune(files=(careful,))
        assert workspace.tune(files=(careful,), humans=(humans,)).result.chosen.items > 20


def missing(workspace: TuningWorkspace, *, every: int) -> Path:
    """Write a recorded judge that is always right and has no answer on a share of the cases."""
    lines = [
        f'{{"case": "{case["id"]}", "principle": "keep", "label": '
        f'"{"violates" if "BAD" in case["response"] else "complies"}"}}\n'
        for number, case in enumerate(workspace.made)
        if number % every
    ]
    workspace.put("judges/gaps.jsonl", "".join(lines))
    return workspace.put(
        "judges/gaps.yaml",
        "schema: judge/v1\nid: gaps\nversion: 1.0.0\nkind: recorded\nratings: {path: gaps.jsonl}\n",
    )


def test_a_candidate_with_too_many_missing_answers_is_not_measured(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=400) as workspace:
        result = workspace.tune(files=(missing(workspace, every=8),)).result
        assert result.candidates[1].failed > 0
        assert 0.8 < result.candidates[1].score < 0.95, "a missing answer is a wrong one"
        assert (result.outcome, result.sealed) == (Outcome.NOT_MEASURED, None)


def test_a_text_that_is_shown_is_never_scored_under_another_source(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path / "plain") as plain:
        plain.tune(proposers=(FewShot(counts=(1,)),))
        learned = plain.cases_of(Split.OPTIMISE)
        shown = next(case for case in learned if case["id"] in plain.derived("learn").decode())
        scored = next(case for case in learned if case["id"] in plain.derived("choose").decode())
    pair = (int(scored["id"][-4:]), int(shown["id"][-4:]))
    with tuning_workspace(tmp_path / "twins", twins=[pair]) as workspace:
        result = workspace.tune(proposers=(FewShot(counts=(1,)),)).result
        assert any("1 case to learn from left out" in note for note in result.notes)
        assert scored["id"] not in workspace.derived("choose").decode()
        assert shown["id"] in workspace.derived("learn").decode()
