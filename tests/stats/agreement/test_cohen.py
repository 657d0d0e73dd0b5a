import csv
import gzip
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score
from tests.stats.agreement.kit import estimate, noisy_answers, seeds

from evenhand.stats.agreement import cohen_kappa, percent_agreement
from evenhand.stats.agreement.binary import binary_agreement
from evenhand.stats.agreement.gwet import gwet_ac1
from evenhand.stats.agreement.weights import Weighting
from evenhand.stats.confusion import confusion, confusion_table
from evenhand.stats.estimate import Estimate, Measured, Undefined

# Cohen (1960), table 1 in counts of 200: agreement .70, by chance .41.
COHEN_1960 = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])


def kappa(table: NDArray[np.int64], seed: int = 0) -> Measured:
    return cohen_kappa(table, rng=np.random.default_rng(seed))


def test_kappa_of_cohens_own_table() -> None:
    measured = estimate(kappa(COHEN_1960))
    assert measured.value == pytest.approx(Fraction(29, 59), abs=1e-12)  # (.70 - .41) / (1 - .41)
    assert measured.n == 200


def test_kappa_worked_by_hand() -> None:
    # p_o = 35/50; p_e = (25*30 + 25*20)/2500 = 1/2; kappa = (7/10 - 1/2) / (1/2) = 2/5
    assert estimate(kappa(np.array([[20, 5], [10, 15]]))).value == pytest.approx(Fraction(2, 5), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=4, max_size=4))
def test_kappa_equals_the_one_of_scikit_learn(rows: list[list[int]]) -> None:
    table = np.array(rows)
    measured = kappa(table)
    if isinstance(measured, Estimate):
        first, second = np.indices(table.shape).reshape(2, -1)
        theirs = cohen_kappa_score(first, second, sample_weight=table.ravel())
        assert measured.value == pytest.approx(theirs, abs=1e-12)
        assert measured.interval.low <= measured.interval.high


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from(["linear", "quadratic"]))
def test_weighted_kappa_equals_the_one_of_scikit_learn(
    seed: int, weights: Literal["linear", "quadratic"]
) -> None:
    first, second = noisy_answers(seed, items=40, raters=2, gaps=0).T
    table = confusion(first, second, categories=4).table
    measured = estimate(cohen_kappa(table, weights=weights, rng=np.random.default_rng(0), draws=20))
    assert measured.value == pytest.approx(cohen_kappa_score(first, second, weights=weights), abs=1e-12)


# methods.md 2.1: at unchanged sensitivity and specificity of .9 kappa, AC1 and MCC move with the prevalence.
@pytest.mark.parametrize(
    ("prevalence", "kappas", "ac1", "mcc"),
    [(0.5, 0.80, 0.80, 0.80), (0.8, 0.72, 0.85, 0.73), (0.95, 0.43, 0.88, 0.50), (0.99, 0.14, 0.89, 0.26)],
)
def test_the_paradox_of_prevalence(prevalence: float, kappas: float, ac1: float, mcc: float) -> None:
    positive, negative = round(10_000 * prevalence), round(10_000 * (1 - prevalence))
    truth = np.repeat([1, 0], [positive, negative])
    answers = np.concatenate([np.arange(positive) % 10 > 0, np.arange(negative) % 10 == 0]).astype(np.int64)
    binary = binary_agreement(answers, truth, positive=1, rng=np.random.default_rng(0), draws=20)
    table = confusion(truth, answers, categories=2).table
    agreement = gwet_ac1(
        np.stack([truth, answers], axis=1), categories=2, rng=np.random.default_rng(0), draws=20
    )
    assert estimate(binary.accuracy).value == pytest.approx(0.9)
    assert estimate(binary.youden).value == pytest.approx(0.8)
    assert estimate(kappa(table)).value == pytest.approx(kappas, abs=5e-3)
    assert estimate(agreement).value == pytest.approx(ac1, abs=5e-3)
    assert estimate(binary.mcc).value == pytest.approx(mcc, abs=5e-3)


def test_one_table_per_cluster_is_read_as_clusters() -> None:
    rng = np.random.default_rng(1)
    tables = rng.multinomial(1, [0.4, 0.1, 0.1, 0.4], size=80).reshape(-1, 2, 2)
    alike, apart = estimate(kappa(5 * tables)), estimate(kappa(5 * tables.sum(axis=0)))
    assert alike.value == pytest.approx(apart.value, abs=1e-12)
    assert alike.n == apart.n == 400
    ratio = (alike.interval.high - alike.interval.low) / (apart.interval.high - apart.interval.low)
    assert ratio == pytest.approx(5**0.5, rel=0.1)


@pytest.mark.parametrize(
    "weights",
    [
        np.eye(2),
        np.array([[1, 0.5, 0.2], [0.4, 1, 0.5], [0.2, 0.5, 1]]),
        np.array([[0.9, 0.5, 0.2], [0.5, 1, 0.5], [0.2, 0.5, 1]]),
        np.array([[1, 1.5, 0.2], [1.5, 1, 0.5], [0.2, 0.5, 1]]),
        "cubic",
    ],
)
def test_weights_that_are_none_are_refused(weights: Weighting) -> None:
    with pytest.raises(ValueError, match="weights"):
        cohen_kappa(COHEN_1960, weights=weights, rng=np.random.default_rng(0))


def test_a_matrix_of_weights_is_taken_as_it_is() -> None:
    linear = np.array([[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]])
    assert cohen_kappa(COHEN_1960, weights=linear, rng=np.random.default_rng(0)) == cohen_kappa(
        COHEN_1960, weights="linear", rng=np.random.default_rng(0)
    )


def test_agreement_is_the_share_on_the_diagonal() -> None:
    measured = estimate(percent_agreement(COHEN_1960))
    assert measured.value == pytest.approx(0.7)
    assert measured.n == 200


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[0, 0], [0, 0]], "no item"),
        ([[30, 0], [0, 0]], "one and the same label"),
        ([[199, 1], [0, 0]], "hardly vary"),
        ([[48, 1], [0, 1]], "hardly vary"),
    ],
)
def test_kappa_without_a_meaning_says_why(table: list[list[int]], reason: str) -> None:
    measured = kappa(np.array(table))
    assert isinstance(measured, Undefined)
    assert reason in measured.reason


def test_full_agreement_is_not_certainty() -> None:
    measured = estimate(kappa(np.diag([30, 30])))
    # Beside it: Wilson's lower limit of 60 in 60 is .9398, and kappa there (.9398 - .5) / .5 = .88
    assert (measured.value, measured.interval.high) == (1.0, 1.0)
    assert measured.interval.low == pytest.approx(0.88, abs=0.02)


def test_the_same_generator_gives_the_same_interval() -> None:
    assert kappa(COHEN_1960, seed=7) == kappa(COHEN_1960, seed=7)


@pytest.mark.parametrize("table", [np.zeros((2, 3), dtype=np.int64), np.array([[-1, 2], [3, 4]])])
def test_a_table_that_is_none_is_refused(table: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match="confusion table"):
        kappa(table)


@pytest.mark.parametrize(
    ("judge", "agreement", "kappa_value"), [("gpt-4", 0.799, 0.628), ("string-match", 0.839, 0.699)]
)
def test_agreement_on_real_refusals_equals_the_recorded_figures(
    shared_data: Path, judge: str, agreement: float, kappa_value: float
) -> None:
    folder = shared_data / "xstest_refusals"
    final = {
        row["item_id"]: row["label"] for row in rows(folder / "humans.csv.gz") if row["annotator"] == "final"
    }
    given = {
        row["item_id"]: row["label"] for row in rows(folder / "verdicts.csv.gz") if row["judge"] == judge
    }
    pairs = Counter((final[item], label or "(none)") for item, label in given.items())
    table = confusion_table(pairs, sorted({label for pair in pairs for label in pair}))
    assert estimate(percent_agreement(table)).value == pytest.approx(agreement, abs=5e-4)
    assert estimate(kappa(table)).value == pytest.approx(kappa_value, abs=5e-4)


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
