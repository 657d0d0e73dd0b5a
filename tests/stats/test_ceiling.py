import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.ceiling import (
    Ties,
    judge_against_people,
    leave_one_out_agreement,
    pairwise_agreement,
    self_agreement,
)
from evenhand.stats.estimate import Estimate, Measured, Undefined

Integers = NDArray[np.int64]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def people(n: int, *, right: float, annotators: int = 3, seed: int = 0) -> Integers:
    """Answers in two classes of people who are each right this often; the truth is 1."""
    return (np.random.default_rng(seed).random((n, annotators)) < right).astype(np.int64)


# -- People against people -------------------------------------------------------------------------

# Three people, three categories. Item 0: all say 0. Item 1: 0, 0, 1. Item 2: 0, 1, 2. Item 3: one label only.
FOUR = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 2], [2, -1, -1]])


@pytest.mark.parametrize(
    ("ties", "earned", "comparisons"),
    [
        # Item 0 earns 3 of 3. Item 1: the two 0s face a tie of 0 and 1, half each; the 1 faces two 0s, nothing.
        # Item 2: each faces a tie it is not part of.
        ("share", 3 + 1, 9),
        ("leave out", 3 + 0, 4),
    ],
)
def test_one_person_against_the_majority_of_the_others_worked_by_hand(
    ties: Ties, earned: float, comparisons: int
) -> None:
    seen = leave_one_out_agreement(FOUR, categories=3, ties=ties)
    assert estimate(seen.overall).value == pytest.approx(earned / comparisons)
    assert (seen.items, seen.ties) == (3, 5)


def test_each_person_is_measured_by_the_others() -> None:
    answers = np.ones((100, 4), dtype=np.int64)
    answers[:40, 3] = 0
    first, *_, last = leave_one_out_agreement(answers, categories=2).annotators
    assert (first.annotator, estimate(first.agreement).value) == (0, 1.0)
    assert (last.annotator, estimate(last.agreement).value) == (3, 0.6)


def test_two_people_are_a_pair() -> None:
    answers = people(200, right=0.8, annotators=2)
    same = float((answers[:, 0] == answers[:, 1]).mean())
    for seen in (leave_one_out_agreement(answers, categories=2), pairwise_agreement(answers, categories=2)):
        assert estimate(seen.overall).value == pytest.approx(same)
        assert [estimate(each.agreement).value for each in seen.annotators] == pytest.approx([same, same])


def test_pairs_worked_by_hand() -> None:
    # Item 0: 3 of 3 pairs, item 1: 1 of 3, item 2: none. Person 0: (1 + 1/2 + 0) / 3.
    seen = pairwise_agreement(FOUR, categories=3)
    assert estimate(seen.overall).value == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert estimate(seen.annotators[0].agreement).value == pytest.approx(0.5)


def test_labels_of_one_item_are_one_draw() -> None:
    # Five people who always say the same of an item say it once.
    answers = np.repeat(people(100, right=0.5, annotators=2), 1, axis=1)
    few = estimate(pairwise_agreement(answers, categories=2).overall).interval
    many = estimate(pairwise_agreement(np.repeat(answers, 3, axis=1)[:, ::3], categories=2).overall).interval
    assert few == many


def test_clusters_of_items_widen_the_interval() -> None:
    answers = np.repeat(people(50, right=0.7), 6, axis=0)
    alone = estimate(leave_one_out_agreement(answers, categories=2).overall).interval
    clusters = np.repeat(np.arange(50), 6)
    together = estimate(leave_one_out_agreement(answers, categories=2, clusters=clusters).overall).interval
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_people_who_always_agree_are_not_certain_to() -> None:
    interval = estimate(
        leave_one_out_agreement(np.ones((30, 3), dtype=np.int64), categories=2).overall
    ).interval
    assert interval.low == pytest.approx(0.886, abs=0.001)
    assert interval.high == 1.0


@pytest.mark.parametrize("answers", [np.zeros((0, 3), dtype=np.int64), np.array([[0, -1], [-1, 1]])])
def test_items_with_one_label_say_nothing_of_agreement(answers: Integers) -> None:
    for seen in (leave_one_out_agreement(answers, categories=2), pairwise_agreement(answers, categories=2)):
        assert isinstance(seen.overall, Undefined)
        assert "two people" in seen.overall.reason
        assert seen.items == 0


def test_one_cluster_says_nothing_about_others() -> None:
    clusters = np.zeros(30, dtype=np.int64)
    seen = pairwise_agreement(people(30, right=0.8), categories=2, clusters=clusters)
    assert isinstance(seen.overall, Undefined)


def test_a_rater_against_itself() -> None:
    repeats = np.array([[0, 0], [1, 1], [0, 1], [2, 2]])
    assert estimate(self_agreement(repeats, categories=3)).value == 0.75


@pytest.mark.parametrize(("right", "n"), [(0.7, 50), (0.9, 200)])
def test_the_interval_covers_the_truth(right: float, n: int) -> None:
    truth, covered = right**2 + (1 - right) ** 2, 0
    for seed in range(600):
        interval = estimate(
            pairwise_agreement(people(n, right=right, seed=seed), categories=2).overall
        ).interval
        covered += interval.low <= truth <= interval.high
    assert 0.92 <= covered / 600 <= 0.98  # Monte-Carlo standard error .009


# -- A judge against people ------------------------------------------------------------------------


def against(judge: Integers, answers: Integers, clusters: Integers | None = None) -> tuple[Measured, ...]:
    seen = judge_against_people(
        judge, answers, categories=2, rng=np.random.default_rng(0), clusters=clusters, draws=500
    )
    return seen.judge, seen.human, seen.ratio, seen.difference


def test_a_judge_who_is_always_right_is_nearer_to_people_than_they_are() -> None:
    judge, human, ratio, difference = map(
        estimate, against(np.ones(400, dtype=np.int64), people(400, right=0.8))
    )
    assert ratio.value == pytest.approx(judge.value / human.value)
    assert difference.value == pytest.approx(judge.value - human.value)
    assert ratio.interval.low > 1
    assert difference.interval.low > 0
    assert ratio.n == judge.n == 400


def test_a_judge_like_one_more_person_has_a_ratio_about_one() -> None:
    answers = people(600, right=0.8, annotators=4)
    interval = estimate(against(answers[:, 3], answers[:, :3])[2]).interval
    assert interval.low < 1 < interval.high


def test_judge_and_person_are_measured_by_the_same_others() -> None:
    # Labels 0, 0, 1 and a judge who says 0: it earns half twice and 1 once, people half twice and nothing once.
    judge, human, *_ = against(np.array([0, 0]), np.array([[0, 0, 1], [0, 0, 1]]))
    assert (estimate(judge).value, estimate(human).value) == pytest.approx((2 / 3, 1 / 3))


def test_items_without_a_verdict_are_left_out() -> None:
    answers, judge = people(100, right=0.8), np.ones(100, dtype=np.int64)
    judge[:30] = -1
    assert estimate(against(judge, answers)[0]).n == 70


def test_a_comparison_that_never_varies_has_no_interval() -> None:
    *_, ratio, difference = against(np.ones(30, dtype=np.int64), np.ones((30, 3), dtype=np.int64))
    assert isinstance(ratio, Undefined)
    assert isinstance(difference, Undefined)


@pytest.mark.parametrize("judge", [np.array([0, 1, 2]), np.array([0, 1])])
def test_a_judge_off_the_scale_or_of_other_items_is_refused(judge: Integers) -> None:
    with pytest.raises(ValueError, match="answer of the judge"):
        against(judge, people(3, right=0.8))


@pytest.mark.parametrize("answers", [np.array([0, 1]), np.array([[0, 5]])])
def test_answers_that_are_none_are_refused(answers: Integers) -> None:
    with pytest.raises(ValueError, match=r"expected|off the scale"):
        pairwise_agreement(answers, categories=2)


# -- Published figures -----------------------------------------------------------------------------


def human_labels(folder: Path) -> tuple[Integers, int]:
    with gzip.open(folder / "humans.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    items = {key: row for row, key in enumerate(sorted({(row["item_id"], row["criterion"]) for row in rows}))}
    names = {name: column for column, name in enumerate(sorted({row["annotator"] for row in rows}))}
    labels = {label: code for code, label in enumerate(sorted({row["label"] for row in rows}))}
    table = np.full((len(items), len(names)), -1)
    for row in rows:
        table[items[row["item_id"], row["criterion"]], names[row["annotator"]]] = labels[row["label"]]
    return table, len(labels)


# methods.md 1.1, last column: items with a human majority, comparisons with a tie left out.
@pytest.mark.parametrize(
    ("name", "items", "ceiling"),
    [
        ("framing", 2549, 0.866),
        ("cebab_aspects", 972, 0.939),
        ("wax", 206, 0.529),
        ("lesion", 434, 0.762),
        ("summeval", 5680, 0.765),
        ("cebab_stars", 619, 0.618),
    ],
)
def test_the_ceiling_of_public_sets(name: str, items: int, ceiling: float, shared_data: Path) -> None:
    answers, categories = human_labels(shared_data / "alttest" / name)
    counts = np.stack([(answers == code).sum(axis=1) for code in range(categories)], axis=1)
    majority = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) == 1
    seen = leave_one_out_agreement(answers[majority], categories=categories, ties="leave out")
    assert majority.sum() == items
    assert estimate(seen.overall).value == pytest.approx(ceiling, abs=0.0005)
