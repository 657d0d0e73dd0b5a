import pytest

from evenhand.errors import UsageError
from evenhand.records.scale import NominalScale, NumericScale, OrdinalScale, Reading
from evenhand.workflows.tidy.scales import infer_scale, is_pairwise
from evenhand.workflows.tidy.survey import CriterionSurvey


def seen(
    *verdicts: str, humans: tuple[str, ...] = (), scores: dict[str, float] | None = None
) -> CriterionSurvey:
    survey = CriterionSurvey(scores={label: {score} for label, score in (scores or {}).items()})
    survey.verdicts.update(verdicts)
    survey.humans.update(humans)
    return survey


def test_words_are_a_scale_without_order_or_pass_rate() -> None:
    scale = infer_scale("c", seen("yes", "no", "", humans=("no", "unsure"))).scale
    assert isinstance(scale, NominalScale)
    assert scale.values == ("no", "unsure", "yes")
    assert {scale.reading(label) for label in scale.values} == {Reading.NEUTRAL}


def test_numbers_are_ordered_by_size_and_not_by_spelling() -> None:
    scale = infer_scale("c", seen("10", "9", "-1", "0.5")).scale
    assert isinstance(scale, OrdinalScale)
    assert scale.values == ("-1", "0.5", "9", "10")
    assert scale.describe["9"] == "Point 3 of 4; the import came without a descriptor."


def test_two_spellings_of_a_number_are_one_point() -> None:
    found = infer_scale("c", seen("1.0", "2.0", humans=("1", "2")))
    assert isinstance(found.scale, OrdinalScale)
    assert found.scale.values == ("1", "2")
    assert found.renamed == {"1.0": "1", "2.0": "2"}


def test_many_numbers_are_a_range() -> None:
    scale = infer_scale("c", seen(*map(str, range(101)))).scale
    assert isinstance(scale, NumericScale)
    assert (scale.minimum, scale.maximum) == (0, 100)


def test_words_whose_score_is_a_label_become_that_label() -> None:
    found = infer_scale("c", seen("-1", "1", humans=("NO", "YES"), scores={"NO": -1, "YES": 1, "-1": -1}))
    assert isinstance(found.scale, OrdinalScale)
    assert (found.scale.values, found.renamed) == (("-1", "1"), {"NO": "-1", "YES": "1"})
    assert found.scale.describe == {"-1": "NO", "1": "YES"}


@pytest.mark.parametrize(
    "scores",
    [{"NO": -1.0}, {"NO": -1.0, "YES": 7.0}, {"NO": 1.0, "YES": 1.0}],
    ids=["a word without a score", "a score that is no label", "two words of one score"],
)
def test_words_and_numbers_that_do_not_pair_up_stay_apart(scores: dict[str, float]) -> None:
    found = infer_scale("c", seen("-1", "1", humans=("NO", "YES"), scores=scores))
    assert isinstance(found.scale, NominalScale)
    assert set(found.scale.values) == {"NO", "YES", "-1", "1"}


def test_outer_space_is_mapped_and_a_label_of_several_lines_is_left_off() -> None:
    found = infer_scale("c", seen(" yes", "no", "two\nlines", "x" * 81))
    assert found.scale.labels == ("yes", "no")
    assert found.renamed == {" yes": "yes"}
    assert found.unfit == ("two\nlines", "x" * 81)


@pytest.mark.parametrize(
    ("labels", "problem"),
    [((), "shows no label"), (("yes",), "only 'yes'"), (tuple(f"w{n}" for n in range(201)), "free text")],
)
def test_what_can_not_be_a_scale_is_refused(labels: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        infer_scale("quality", seen(*labels))


@pytest.mark.parametrize(
    ("labels", "pairwise"),
    [
        (("1", "2", "tie", ""), True),
        (("A>B", "B>A", "A=B"), True),
        (("model_a", "model_b"), True),
        (("1", "2", "3"), False),
        (("", ""), False),
    ],
)
def test_comparisons_are_known_by_their_words(labels: tuple[str, ...], *, pairwise: bool) -> None:
    assert is_pairwise([seen(*labels)]) is pairwise
