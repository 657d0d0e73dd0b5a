"""Coefficients from tables resampled together: the same numbers as one by one, and weights and clusters besides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.agreement.cohen import cohen_kappa
from evenhand.stats.agreement.gwet import gwet_ac1, gwet_ac2
from evenhand.stats.agreement.intraclass import intraclass_correlation
from evenhand.stats.agreement.kendall import kendall_tau_b
from evenhand.stats.agreement.krippendorff import krippendorff_alpha
from evenhand.stats.agreement.weights import agreement_weights
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.reference_tables import (
    ReferenceTables,
    alpha_of,
    gwet_of,
    icc_of,
    kappa_of,
    mcc_of,
    squared_distances,
    tables_against_reference,
    tau_b_of,
)

K = 4
NOMINAL = np.eye(K)
QUADRATIC = agreement_weights("quadratic", K)
Answers = NDArray[np.int64]


def raters(n: int = 300, *, seed: int = 0, right: float = 0.7) -> tuple[Answers, Answers]:
    """Return answers of three raters with gaps, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, K, n)
    answers = np.where(rng.random((n, 3)) < right, truth[:, np.newaxis], rng.integers(0, K, (n, 3)))
    answers[rng.random((n, 3)) < 0.1] = -1
    return answers, truth


def tables(
    answers: Answers, truth: Answers, categories: int = K, **options: NDArray[np.generic]
) -> ReferenceTables:
    return tables_against_reference(
        answers,
        truth,
        categories=categories,
        rng=np.random.default_rng(1),
        draws=500,
        **options,  # type: ignore[arg-type] # weights and clusters, as named
    )


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


@pytest.mark.parametrize("rater", range(3))
def test_every_coefficient_is_that_of_its_own_function(rater: int) -> None:
    answers, truth = raters()
    found = tables(answers, truth)
    given_ = answers[:, rater] >= 0
    pairs, table = np.column_stack([truth, answers[:, rater]])[given_], found.counts[rater]

    def rng() -> np.random.Generator:
        return np.random.default_rng(2)

    values = np.array([0.0, 1.0, 2.5, 7.0])
    same = [
        (kappa_of(NOMINAL), cohen_kappa(table, rng=rng())),
        (kappa_of(QUADRATIC), cohen_kappa(table, weights="quadratic", rng=rng())),
        (gwet_of(NOMINAL), gwet_ac1(pairs, categories=K, rng=rng())),
        (gwet_of(QUADRATIC), gwet_ac2(pairs, categories=K, rng=rng())),
        (alpha_of(1 - NOMINAL), krippendorff_alpha(pairs, categories=K, rng=rng())),
        (alpha_of(None), krippendorff_alpha(pairs, categories=K, level="ordinal", rng=rng())),
        (
            alpha_of(squared_distances(values)),
            krippendorff_alpha(pairs, categories=K, level="interval", values=values, rng=rng()),
        ),
        (tau_b_of, kendall_tau_b(table, rng=rng())),
        (icc_of(values), intraclass_correlation(values[pairs], rng=rng())),
    ]
    for statistic, theirs in same:
        ours = found.measure(statistic, rater)
        assert isinstance(ours, Estimate)
        assert isinstance(theirs, Estimate)
        assert ours.value == pytest.approx(theirs.value, abs=1e-10)
        assert ours.n == theirs.n
        assert ours.interval.low == pytest.approx(theirs.interval.low, abs=0.02)
        assert ours.interval.high == pytest.approx(theirs.interval.high, abs=0.02)


def test_mcc_of_two_answers_is_the_correlation_of_the_two() -> None:
    answers, truth = (codes % 2 for codes in raters())
    found = tables(answers, truth, 2)
    expected = np.corrcoef(truth, answers[:, 0])[0, 1]
    assert value(found.measure(mcc_of, 0)) == pytest.approx(expected, abs=1e-10)


def test_a_weight_of_two_is_an_item_seen_twice() -> None:
    answers, truth = raters(120)
    weights = np.where(np.arange(120) < 40, 2.0, 1.0)
    twice = np.concatenate([np.arange(120), np.arange(40)])
    weighted, doubled = tables(answers, truth, weights=weights), tables(answers[twice], truth[twice])
    for statistic in (kappa_of(NOMINAL), gwet_of(QUADRATIC), tau_b_of):
        assert value(weighted.measure(statistic, 0)) == pytest.approx(value(doubled.measure(statistic, 0)))
    assert weighted.n(0) < doubled.n(0)


def test_copies_in_one_cluster_are_as_unsure_as_one_item() -> None:
    answers, truth = raters(100)
    four = np.repeat(np.arange(100), 4)
    one = tables(answers, truth).measure(kappa_of(NOMINAL), 0)
    copies = tables(answers[four], truth[four], clusters=four).measure(kappa_of(NOMINAL), 0)
    assert isinstance(one, Estimate)
    assert isinstance(copies, Estimate)
    assert copies.value == pytest.approx(one.value)
    width = copies.interval.high - copies.interval.low
    assert width == pytest.approx(one.interval.high - one.interval.low, rel=0.15)


def test_merged_categories_are_those_of_fewer_answers() -> None:
    answers, truth = raters()
    merge = np.array([0, 0, 1, -1])
    merged = tables(answers, truth).measure(kappa_of(np.eye(2)), 0, merge=merge)
    kept = (truth != 3) & (answers[:, 0] != 3)
    fewer = tables(np.append(merge, -1)[answers[kept][:, :1]], merge[truth[kept]], 2)
    assert value(merged) == pytest.approx(value(fewer.measure(kappa_of(np.eye(2)), 0)))
    assert merged.n == fewer.n(0)


def test_always_right_is_not_known_to_be_always_right() -> None:
    _, truth = raters(60)
    measured = tables(truth[:, np.newaxis], truth).measure(kappa_of(NOMINAL), 0)
    assert isinstance(measured, Estimate)
    assert measured.value == 1
    assert 0.85 < measured.interval.low < 0.99


@pytest.mark.parametrize(
    ("answers", "truth", "reason"),
    [
        ([], [], "no item"),
        ([-1, -1], [0, 1], "no item"),
        ([1] * 30, [1] * 30, "one and the same label"),
        ([1] * 99 + [0], [1] * 100, "hardly vary"),
    ],
)
def test_tables_without_a_meaning_say_why(answers: list[int], truth: list[int], reason: str) -> None:
    found = tables(np.array(answers, dtype=np.int64).reshape(-1, 1), np.array(truth, dtype=np.int64))
    measured = found.measure(kappa_of(NOMINAL), 0)
    assert isinstance(measured, Undefined)
    assert reason in measured.reason


@pytest.mark.parametrize(
    ("answers", "truth", "expected"),
    [
        (np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64), "expected"),
        (np.zeros((3, 1), dtype=np.int64), np.full(3, -1), "every item has a truth"),
        (np.full((3, 1), K), np.zeros(3, dtype=np.int64), "an answer is from 0"),
    ],
)
def test_what_is_no_table_is_refused(answers: Answers, truth: Answers, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        tables(answers, truth)


@given(st.integers(1, 60), st.integers(0, 2**32), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_intervals_hold_their_estimate(n: int, seed: int, right: float) -> None:
    answers, truth = raters(n, seed=seed, right=right)
    found = tables(answers, truth, clusters=np.arange(n) // 2, weights=1 + np.arange(n) / n)
    for statistic in (
        kappa_of(QUADRATIC),
        gwet_of(NOMINAL),
        alpha_of(None),
        tau_b_of,
        icc_of(np.arange(4.0)),
    ):
        measured = found.measure(statistic, 0)
        if isinstance(measured, Estimate):
            assert measured.interval.low <= measured.value <= measured.interval.high


# Short form: 200 samples of 150 clusters of two alike items, weights 1 or 3; Monte-Carlo standard error .015.
def test_kappas_interval_covers_with_weights_and_clusters() -> None:
    rng = np.random.default_rng(20261127)
    n, right, covered = 150, 0.8, 0
    truth_of_kappa = 2 * right - 1
    for _ in range(200):
        truth = rng.integers(0, 2, n).repeat(2)
        kept = (rng.random(n) < right).repeat(2)
        answers = np.where(kept, truth, 1 - truth)[:, np.newaxis]
        measured = tables_against_reference(
            answers,
            truth,
            categories=2,
            weights=rng.choice([1.0, 3.0], n).repeat(2),
            clusters=np.arange(n).repeat(2),
            rng=rng,
            draws=300,
        ).measure(kappa_of(np.eye(2)), 0)
        assert isinstance(measured, Estimate)
        covered += measured.interval.low <= truth_of_kappa <= measured.interval.high
    assert 0.9 <= covered / 200 <= 0.99
