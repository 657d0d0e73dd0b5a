"""What is measured of a person, worked by hand, and which of it becomes a question."""

from collections.abc import Sequence
from typing import Any

import pytest

from evenhand.calibration.categories import Categories, categories
from evenhand.records.rating import Order
from evenhand.records.review import GOLD_REQUIRED, ReviewItem, ReviewLabelKind, Spent
from evenhand.records.scale import COMPLY, PAIR
from evenhand.review.quality import CAVEATS, TITLES, PersonQuality, QualityKind, QualityMeasure, ReviewedItem
from evenhand.review.quality_pace import pace_floor_ms
from evenhand.review.quality_questions import measure_reviewers
from evenhand.review.quality_team import doubted_gold, team_agreement
from evenhand.stats.estimate import Estimate, Undefined

from .test_adjudication import decided, label

ABSOLUTE, PAIRS = categories(COMPLY), categories(PAIR)
YES, NO = "complies", "violates"
VERDICTS = ("careless", "bad", "lazy", "cheat", "unreliable", "wrong")


def reviewed(
    said: Sequence[tuple[str, str]],
    *,
    number: int = 0,
    gold: str | None = None,
    settled: str | None = None,
    known: Categories = ABSOLUTE,
    verdict: str | None = None,
    content: str = "",
    **changes: Any,
) -> ReviewedItem:
    """Return an item with labels: who said what."""
    item = ReviewItem(
        id=f"rv-{number}",
        design="rd",
        draw="rd",
        run="r",
        seq=number,
        case_id=f"case-{number}",
        candidate_id="1",
        principle_id="p",
        principle_hash="new",
        content=content or f"content-{number}",
        stratum="",
        inclusion=0.5,
        uncertainty=0.2,
        position=number,
        required=GOLD_REQUIRED if gold else 1,
        severity="medium",
        gold=gold,
    )
    values = {"principle_hash": "new", "item": item.id, **changes}
    return ReviewedItem(
        item=item,
        labels=tuple(label(text, person, **values) for person, text in said),
        adjudication=None if settled is None else decided(settled),
        known=known,
        length=900,
        verdict=verdict,
    )


def person(items: Sequence[ReviewedItem], name: str = "ann") -> PersonQuality:
    return next(each for each in measure_reviewers(items, hashes={"p": "new"}) if each.person == name)


def measure(items: Sequence[ReviewedItem], kind: QualityKind, name: str = "ann") -> QualityMeasure:
    return next(each for each in person(items, name).measures if each.kind is kind)


def value(measured: QualityMeasure) -> float:
    assert isinstance(measured.value, Estimate), measured.value
    return measured.value.value


def times(count: int, *said: tuple[str, str], start: int = 0, **more: Any) -> list[ReviewedItem]:
    return [reviewed(said, number=start + number, **more) for number in range(count)]


def test_every_measure_has_words_and_a_caveat() -> None:
    assert set(TITLES) == set(CAVEATS) == set(QualityKind)


def test_four_labels_give_no_number() -> None:
    found = measure(times(4, ("ann", NO), gold=NO), QualityKind.GOLD)
    assert found.value == Undefined(n=4, reason="too few")
    assert found.question == ""


def test_gold_items_missed_become_a_question_about_the_items_too() -> None:
    items = times(9, ("ann", YES), gold=NO) + times(1, ("ann", NO), gold=NO, start=9)
    found = measure(items, QualityKind.GOLD)
    assert value(found) == pytest.approx(1 / 10)
    assert "are these gold items clear" in found.question


def test_a_question_never_says_that_somebody_works_badly() -> None:
    items = (
        times(30, ("ann", YES), ("bo", NO), ("carl", NO), gold=None, spent=Spent(active_ms=900))
        + times(10, ("ann", YES), gold=NO, start=50)
        + times(30, ("ann", "cannot_tell"), start=90)
        + times(30, ("bo", NO), start=150)
    )
    questions = [each.question for each in person(items).questions]
    assert len(questions) >= 4
    for question in questions:
        assert question.endswith("?")
        assert not any(word in question for word in VERDICTS)


def test_self_agreement_compares_a_repeat_with_the_first_label() -> None:
    def twice(number: int, again: str) -> ReviewedItem:
        first = reviewed([("ann", YES)], number=number)
        repeat = label(again, "ann", kind=ReviewLabelKind.REPEAT)
        return reviewed_with(first, (*first.labels, repeat))

    items = [twice(number, NO if number < 2 else YES) for number in range(8)]
    found = measure(items, QualityKind.SELF_AGREEMENT)
    assert value(found) == pytest.approx(6 / 8)
    assert found.question == ""


def reviewed_with(each: ReviewedItem, labels: Sequence[Any]) -> ReviewedItem:
    return ReviewedItem(
        item=each.item,
        labels=tuple(labels),
        adjudication=each.adjudication,
        known=each.known,
        length=each.length,
        verdict=each.verdict,
    )


@pytest.mark.parametrize(
    ("length", "read_before", "floor"),
    [(0, False, 2_000), (900, False, 12_000), (900, True, 2_000), (1_000_000, False, 20_000)],
)
def test_the_floor_of_the_pace_depends_on_the_text(*, length: int, read_before: bool, floor: int) -> None:
    assert pace_floor_ms(length, read_before=read_before) == floor


def test_labels_without_a_time_and_texts_known_from_before_are_not_held_against_a_pace() -> None:
    fast: dict[str, Any] = {"spent": Spent(active_ms=5_000)}
    assert value(measure(times(6, ("ann", YES), **fast), QualityKind.PACE)) == 1
    known = times(6, ("ann", YES), content="same", **fast)
    assert value(measure(known, QualityKind.PACE)) == pytest.approx(1 / 6)
    untimed = measure(times(6, ("ann", YES)), QualityKind.PACE)
    assert untimed.value == Undefined(n=0, reason="too few")
    assert untimed.detail == "6 without a time"


def test_agreement_with_others_is_set_against_the_others_among_themselves() -> None:
    found = measure(times(20, ("ann", YES), ("bo", NO), ("carl", NO)), QualityKind.OTHERS)
    assert value(found) == 0
    assert found.detail == "others among themselves 100 % of 20"
    assert found.question
    two = measure(times(20, ("ann", YES), ("bo", NO)), QualityKind.OTHERS)
    assert two.question == "", "of two people nobody can say which one differs"


def test_kappa_needs_twenty_comparisons_and_two_answers() -> None:
    few = measure(times(19, ("ann", YES), ("bo", YES)), QualityKind.KAPPA)
    assert few.value == Undefined(n=19, reason="too few")
    one = measure(times(20, ("ann", YES), ("bo", YES)), QualityKind.KAPPA)
    assert isinstance(one.value, Undefined)
    mixed = times(15, ("ann", YES), ("bo", YES)) + times(15, ("ann", NO), ("bo", NO), start=20)
    assert value(measure(mixed, QualityKind.KAPPA)) == 1


def test_the_adjudicator_is_not_held_against_themselves() -> None:
    items = times(6, ("ada", YES), ("ann", NO), settled=YES)  # ada decides, see `decided`
    assert measure(items, QualityKind.ADJUDICATION, "ada").value == Undefined(n=0, reason="too few")
    assert value(measure(items, QualityKind.ADJUDICATION)) == 0


def test_one_answer_throughout_is_asked_about_only_where_others_vary() -> None:
    own = times(40, ("ann", YES))
    alike = own + times(40, ("bo", YES), start=50)
    varied = own + times(20, ("bo", YES), start=50) + times(20, ("bo", NO), start=90)
    assert measure(alike, QualityKind.ONE_ANSWER).question == ""
    assert "others 50 % of 40" in measure(varied, QualityKind.ONE_ANSWER).question


def test_an_answer_with_braces_is_only_an_answer() -> None:
    items = times(20, ("ann", "{found!r}"), ("bo", NO), ("carl", NO))
    assert "{found!r}" in measure(items, QualityKind.ONE_ANSWER).detail


def test_the_left_side_counts_in_the_order_the_person_saw() -> None:
    items = [
        reviewed(
            [("ann", "a" if number % 2 else "b")],
            number=number,
            known=PAIRS,
            order=Order.GIVEN if number % 2 else Order.SWAPPED,
        )
        for number in range(20)
    ]
    found = measure(items, QualityKind.LEFT_RIGHT)
    assert value(found) == 1
    assert "the left side won 100 % of 20 pairs" in found.question
    kinds = {each.kind for each in person(times(5, ("ann", YES))).measures}
    assert QualityKind.LEFT_RIGHT not in kinds


def test_answers_before_and_since_an_edit_are_set_side_by_side() -> None:
    before = times(20, ("ann", YES), principle_hash="old")
    since = times(20, ("ann", NO), start=40)
    found = measure(before + since, QualityKind.DRIFT)
    assert value(found) == 1
    assert found.detail == "p: before the edit 0 % of 20"
    assert "is this what the edit meant?" in found.question
    assert not [each for each in person(since).measures if each.kind is QualityKind.DRIFT]


def test_late_in_a_sitting_is_set_beside_its_beginning() -> None:
    def at(minute: int) -> str:
        return f"2026-11-27T{10 + minute // 60:02}:{minute % 60:02}:00+00:00"

    items = [
        reviewed([("ann", YES if number < 60 else NO)], number=number, gold=YES, at=at(number))
        for number in range(80)
    ]
    found = measure(items, QualityKind.LATE)
    assert (value(found), found.detail) == (0, "early 100 % of 30")
    assert "shorter sittings" in found.question


@pytest.mark.parametrize(
    ("last", "verdict", "way"),
    [(NO, NO, "1 towards, 0"), (NO, YES, "0 towards, 1"), (NO, "x", "1 to a third")],
)
def test_a_changed_mind_has_a_direction(last: str, verdict: str, way: str) -> None:
    first = reviewed([("ann", YES)], verdict=verdict)
    changed = label(last, "ann", kind=ReviewLabelKind.REVEALED, blind=False)
    found = measure([reviewed_with(first, (*first.labels, changed))], QualityKind.CHANGED_MINDS)
    assert way in found.detail


def test_a_gold_item_that_most_people_miss_is_doubted() -> None:
    items = [
        reviewed([("a", YES), ("b", YES), ("c", YES)], number=1, gold=NO),
        reviewed([("a", YES), ("b", NO), ("c", NO)], number=2, gold=NO),
        reviewed([("a", YES), ("b", YES)], number=3, gold=NO),
    ]
    assert [(each.item, each.same, each.people) for each in doubted_gold(items)] == [("rv-1", 0, 3)]


def test_agreement_of_all_people_is_told_by_principle_from_twenty_items_on() -> None:
    (few,) = team_agreement(times(19, ("ann", YES), ("bo", YES)))
    assert few.alpha == Undefined(n=19, reason="too few")
    mixed = times(15, ("ann", YES), ("bo", YES)) + times(15, ("ann", NO), ("bo", NO), start=20)
    (found,) = team_agreement(mixed)
    assert isinstance(found.alpha, Estimate)
    assert found.alpha.value == 1
