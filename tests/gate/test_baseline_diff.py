"""What a run would change in a baseline, cell by cell."""

import pytest
from hypothesis import given
from tests.catalog.made_baselines import BASELINES, baseline, case, judge, mark

from evenhand.gate.baseline_diff import OUTPUT_CHANGED, TEXT_CHANGED, compare_baselines
from evenhand.records.baseline import Baseline, Said

MISSING = False


@given(BASELINES)
def test_a_run_that_says_the_same_changes_nothing(made: Baseline) -> None:
    diff = compare_baselines(made, made)
    assert diff.is_empty
    assert diff.instrument == ()
    assert sum(each.same for each in diff.principles) == made.cells


@given(BASELINES, BASELINES)
def test_every_cell_is_the_same_or_changed_or_gone_or_new(old: Baseline, new: Baseline) -> None:
    diff = compare_baselines(old, new)
    assert sum(each.same + each.changed + each.gone for each in diff.principles) == old.cells
    assert sum(each.same + each.changed + each.fresh for each in diff.principles) == new.cells
    assert len(diff.changed) == sum(each.changed for each in diff.principles)
    assert [each.direction < 0 for each in diff.changed] == sorted(
        (each.direction < 0 for each in diff.changed), reverse=True
    )


@pytest.mark.parametrize(
    ("then", "now", "direction"),
    [
        ("complies", "violates", -1),
        ("complies", None, -1),
        ("complies", MISSING, -1),
        ("complies", "not_applicable", -1),
        ("violates", "complies", 1),
        (None, "complies", 1),
        (MISSING, None, 0),
        (None, "violates", 0),
        ("violates", "not_applicable", 0),
    ],
)
def test_only_what_passes_counts_as_passing(then: Said, now: Said, direction: int) -> None:
    diff = compare_baselines(baseline(case("a", then, None, None)), baseline(case("a", now, None, None)))
    assert [each.direction for each in diff.changed] == [direction]


def test_undecided_and_missing_are_told_apart() -> None:
    diff = compare_baselines(baseline(case("a", None, None, None)), baseline(case("a", MISSING, None, None)))
    assert [(each.old, each.new) for each in diff.changed] == [(None, MISSING)]


def test_a_change_says_which_of_its_texts_changed_and_what_each_judge_says() -> None:
    old = baseline(case("a", "complies", "complies", "violates"))
    new = baseline(
        case("a", "violates", "violates", "violates", prompt="p", outputs={"1": "o"}),
        judges=(judge("one"), judge("three")),
    )
    (change,) = compare_baselines(old, new).changed
    assert change.texts == (TEXT_CHANGED, OUTPUT_CHANGED)
    assert [(each.judge, each.old, each.new) for each in change.judges] == [
        ("one", "complies", "violates"),
        ("three", MISSING, "violates"),
    ]


def test_worse_cells_come_first_then_the_more_severe() -> None:
    principles = {"low": mark(severity="low"), "high": mark(severity="critical")}

    def made(word: str, other: str) -> Baseline:
        said = {"1": {"low": (word, None, None), "high": (word, None, None)}}
        turned = {"1": {"high": (other, None, None)}}
        return baseline(case("a", said=said), case("b", said=turned), principles=principles)

    changed = compare_baselines(made("complies", "violates"), made("violates", "complies")).changed
    assert [(each.case, each.principle) for each in changed] == [("a", "high"), ("a", "low"), ("b", "high")]
