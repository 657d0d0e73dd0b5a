import pytest
from tests.reporting.builders import make_constitution, make_manifest

from evenhand.calibration.categories import categories, categories_by_principle
from evenhand.errors import MeasureError
from evenhand.records.scale import COMPLY, PAIR, NumericScale, OrdinalScale, Reading

GRADES = OrdinalScale(
    type="ordinal", values=("1", "2", "3"), describe={"1": "bad", "2": "fair", "3": "good"}, pass_at="2"
)
MARKED = NumericScale(type="numeric", minimum=0, maximum=1, pass_at=0.5)
UNMARKED = NumericScale(type="numeric", minimum=0, maximum=10)


@pytest.mark.parametrize(
    ("scale", "label", "category"),
    [
        (COMPLY, "violates", "violates"),
        (COMPLY, "maybe", None),
        (GRADES, "2", "2"),
        (MARKED, "0.5", "0.5 or more"),
        (MARKED, "0.499", "below 0.5"),
        (MARKED, "1.5", None),
        (UNMARKED, "0", "0 to 2.5"),
        (UNMARKED, "2.5", "2.5 to 5"),
        (UNMARKED, "10", "7.5 to 10"),
        (UNMARKED, "ten", None),
    ],
)
def test_an_answer_falls_into_its_category(scale: NumericScale, label: str, category: str | None) -> None:
    assert categories(scale).find(label) == category


@pytest.mark.parametrize(
    ("scale", "has_rate"), [(COMPLY, True), (GRADES, True), (MARKED, True), (UNMARKED, False), (PAIR, False)]
)
def test_only_scales_with_passing_answers_have_a_rate(scale: NumericScale, *, has_rate: bool) -> None:
    assert categories(scale).has_rate is has_rate


def test_a_principle_may_name_other_passing_labels() -> None:
    assert categories(COMPLY).readings["complies"] is Reading.PASS


def test_pairs_are_counted_on_the_pair_scale_whatever_the_principle_says() -> None:
    manifest = make_manifest(items=1, mode="pairwise", constitution=make_constitution(["synthetic.one"]))
    assert categories_by_principle(manifest)["synthetic.one"].labels == ("a", "b", "tie", "both_bad")


def test_an_answer_that_is_not_on_the_scale_stops_the_report() -> None:
    with pytest.raises(MeasureError, match="'maybe', which is not on the scale"):
        categories(COMPLY).of("maybe")
