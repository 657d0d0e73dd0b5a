import csv
import gzip
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from evenhand.stats.agreement import cohen_kappa, percent_agreement
from evenhand.stats.confusion import confusion_table
from evenhand.stats.estimate import Estimate, Measured, Undefined

# Cohen (1960), table 1 in counts of 200: agreement .70, by chance .41.
COHEN_1960 = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])


def kappa(table: NDArray[np.int64], seed: int = 0) -> Measured:
    return cohen_kappa(table, rng=np.random.default_rng(seed))


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def test_kappa_of_cohens_own_table() -> None:
    measured = estimate(kappa(COHEN_1960))
    assert measured.value == pytest.approx(Fraction(29, 59), abs=1e-12)  # (.70 - .41) / (1 - .41)
    assert measured.n == 200


def test_kappa_worked_by_hand() -> None:
    # p_o = 35/50; p_e = (25*30 + 25*20)/2500 = 1/2; kappa = (7/10 - 1/2) / (1/2) = 2/5
    assert estimate(kappa(np.array([[20, 5], [10, 15]]))).value == pytest.approx(Fraction(2, 5), abs=1e-12)


@given(st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=4, max_size=4))
def test_kappa_equals_the_one_of_scikit_learn(rows: list[list[int]]) -> None:
    table = np.array(rows)
    measured = kappa(table)
    if isinstance(measured, Estimate):
        first, second = np.indices(table.shape).reshape(2, -1)
        theirs = cohen_kappa_score(first, second, sample_weight=table.ravel())
        assert measured.value == pytest.approx(theirs, abs=1e-12)
        assert measured.interval.low <= measured.interval.high


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
    # Wilson's lower limit of 60 in 60 is .9398; kappa there is (.9398 - .5) / .5
    assert (measured.value, measured.interval.high) == (1.0, 1.0)
    assert measured.interval.low == pytest.approx(0.8796, abs=1e-4)


def test_the_same_generator_gives_the_same_interval() -> None:
    assert kappa(COHEN_1960, seed=7) == kappa(COHEN_1960, seed=7)


@pytest.mark.parametrize("table", [np.zeros((2, 3), dtype=np.int64), np.array([[-1, 2], [3, 4]])])
def test_a_table_that_is_none_is_refused(table: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match="confusion table"):
        kappa(table)


# Short form: 1,500 repetitions, Monte-Carlo standard error 0.006. Seen over 9,000 repetitions: .938 to .947.
@pytest.mark.parametrize(
    ("prevalence", "sensitivity", "specificity", "n"), [(0.5, 0.9, 0.9, 100), (0.8, 0.9, 0.85, 200)]
)
def test_kappas_interval_covers_the_truth(
    prevalence: float, sensitivity: float, specificity: float, n: int
) -> None:
    rng = np.random.default_rng(20261120)
    positive = prevalence * np.array([sensitivity, 1 - sensitivity])
    negative = (1 - prevalence) * np.array([1 - specificity, specificity])
    joint = np.stack([positive, negative])
    chance = float(joint.sum(axis=0) @ joint.sum(axis=1))
    truth = (float(np.trace(joint)) - chance) / (1 - chance)
    tables = rng.multinomial(n, joint.ravel(), size=1500).reshape(-1, 2, 2)
    found = [estimate(cohen_kappa(table, rng=rng, draws=1000)).interval for table in tables]
    covered = np.mean([interval.low <= truth <= interval.high for interval in found])
    assert 0.92 <= covered <= 0.97


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
