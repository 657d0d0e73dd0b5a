"""What people say among themselves: worked by hand where it can be."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.human_labels import HumanLabels, gather_labels, no_labels, pool_labels
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.people import compare_with_people, measure_people
from evenhand.calibration.results import People
from evenhand.calibration.table import PeopleLabels, PrincipleAnswers, Split
from evenhand.stats.estimate import Estimate, Measured, Undefined

from .tables import PlantedJudge, plant_principle

ANY = Measuring(choices=Choices(draws=200, too_few=1))
NAMES = ("ann", "bob", "cem")


def said(labels: Sequence[Sequence[int]], **changes: object) -> PrincipleAnswers:
    """Return a principle whose items got these labels, a column to a person, -1 where one gave none."""
    table = np.array(labels)
    item, person = np.nonzero(table >= 0)
    people = PeopleLabels(
        annotators=NAMES[: table.shape[1]],
        item=item,
        annotator=person.astype(np.int16),
        label=table[item, person].astype(np.int16),
        blind=np.ones(item.size, dtype=np.int16),
        several_defensible=np.full(item.size, -1, dtype=np.int16),
        seconds=np.full(item.size, np.nan),
    )
    planted = plant_principle(n=len(table), splits=(0.0, 1.0, 0.0))
    return replace(planted, people=replace(people, **changes))  # type: ignore[arg-type] # by name


def gather(answers: PrincipleAnswers) -> HumanLabels:
    return gather_labels(answers, NAMES, certify=(Split.GATE,))


def people(answers: PrincipleAnswers, measuring: Measuring = ANY) -> People:
    labels = gather(answers)
    return measure_people([answers.principle], [labels], labels, names=NAMES, measuring=measuring)


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


def test_a_person_is_compared_with_the_majority_of_the_others() -> None:
    # item 0: all say 0; item 1: cem is alone; item 2: the others of ann tie with nobody left, ann and bob differ
    labels = gather(said([[0, 0, 0], [1, 1, 0], [0, 1, -1]]))
    assert labels.others.tolist() == [0, 0, 0, -1, -1, 1, 1, 0]
    overall = people(said([[0, 0, 0], [1, 1, 0], [0, 1, -1]])).overall
    # comparable: three of item 0, cem of item 1, both of item 2; right are the three of item 0
    assert value(overall.ceiling) == pytest.approx(3 / 6)
    assert overall.doubly_labelled == 3


def test_pairs_and_contested_items_are_counted() -> None:
    overall = people(said([[0, 0, 0], [1, 1, 0], [0, 1, -1], [1, -1, -1]])).overall
    # pairs: 3 of 3, 1 of 3, 0 of 1
    assert value(overall.pairwise) == pytest.approx(4 / 7)
    assert value(overall.contested) == pytest.approx(2 / 3)
    assert overall.pairwise.n == overall.contested.n == 3


def test_a_label_alone_is_compared_with_nothing() -> None:
    overall = people(said([[0, -1, -1], [-1, 1, -1]])).overall
    assert (overall.doubly_labelled, overall.ceiling) == (0, Undefined(n=0, reason="too few"))


def test_what_was_not_recorded_is_not_zero() -> None:
    overall = people(said([[0, 0, 1]] * 30)).overall
    assert overall.defensible == Undefined(n=0, reason="not recorded")
    assert overall.cannot_tell == Undefined(n=90, reason="the scale has no abstention")
    recorded = said([[0, 0, 1]] * 30, several_defensible=np.tile([1, 0, 0], 30).astype(np.int16))
    assert value(people(recorded).overall.defensible) == pytest.approx(1 / 3)


def test_pace_is_the_median_of_recorded_times() -> None:
    timed = said([[0, 0, 1]] * 30, seconds=np.tile([10.0, 20.0, np.nan], 30))
    found = people(timed)
    assert found.seconds_per_label == 15
    assert [(row.annotator, row.seconds) for row in found.persons] == [
        ("ann", 10),
        ("bob", 20),
        ("cem", None),
    ]


def test_persons_with_most_labels_come_first() -> None:
    rows = people(said([[0, -1, 1], [-1, 1, 1], [-1, 1, 1]])).persons
    assert [(row.annotator, row.labels) for row in rows] == [("cem", 3), ("bob", 2), ("ann", 1)]


def test_under_twenty_items_there_is_no_number() -> None:
    overall = people(said([[0, 0, 1]] * 19), Measuring(choices=Choices())).overall
    for measured in (overall.ceiling, overall.pairwise, overall.alpha, overall.contested):
        assert measured == Undefined(n=19, reason="too few")


def test_a_judge_as_good_as_a_person_has_a_ratio_of_one() -> None:
    planted = plant_principle(
        judges=(
            PlantedJudge(sensitivity=0.9, specificity=0.9),
            PlantedJudge(sensitivity=0.6, specificity=0.6),
        ),
        n=4000,
        people=3,
        person_accuracy=0.9,
        splits=(0.0, 1.0, 0.0),
    )
    labels = gather_labels(planted, planted.people.annotators, certify=(Split.GATE,))
    good, poor, _ = (found.ratio for found in compare_with_people(labels, ANY))
    assert isinstance(good, Estimate)
    assert good.interval.low < 1 < good.interval.high
    assert value(poor) == pytest.approx(0.6 / 0.9, abs=0.04)


def test_only_items_to_certify_with_compare_judges_with_people() -> None:
    planted = plant_principle(n=1000, people=2, splits=(1.0, 0.0, 0.0))
    labels = gather_labels(planted, planted.people.annotators, certify=(Split.GATE,))
    assert all(isinstance(found.ratio, Undefined) for found in compare_with_people(labels, ANY))


def test_a_table_without_principles_has_people_without_labels() -> None:
    none = no_labels(2)
    found = measure_people([], [], none, names=(), measuring=Measuring(choices=Choices()))
    assert (found.principles, found.persons, found.seconds_per_label) == ((), (), None)


def test_labels_of_principles_with_different_scales_have_no_alpha_together() -> None:
    first, second = gather(said([[0, 0, 1]] * 30)), gather(said([[0, 0, 1]] * 30))
    assert pool_labels([first, second]).scale == first.scale
    assert first.scale is not None
    other = replace(second, scale=replace(first.scale, categories=("yes", "no")))
    assert pool_labels([first, other]).scale is None
