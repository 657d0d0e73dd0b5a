import numpy as np
import pytest
from numpy.typing import NDArray
from tests.stats.agreement.kit import estimate, rng

from evenhand.stats.agreement.intraclass import intraclass_correlation
from evenhand.stats.estimate import Undefined

# Shrout and Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS_1979 = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=np.float64
)


def test_icc_of_shrout_and_fleiss() -> None:
    measured = estimate(intraclass_correlation(SHROUT_FLEISS_1979, rng=rng()))
    # Their table 3: mean squares 11.24 between targets, 32.49 between judges, 1.02 left. Their table 4: .29.
    assert measured.value == pytest.approx(0.29, abs=5e-3)
    targets, judges, rest = 1349 / 120, 2339 / 72, 367 / 360
    assert measured.value == pytest.approx(
        (targets - rest) / (targets + 3 * rest + 4 * (judges - rest) / 6), abs=1e-10
    )


def test_a_shift_of_all_scores_changes_nothing_and_one_of_a_single_rater_does() -> None:
    scores = SHROUT_FLEISS_1979
    value = estimate(intraclass_correlation(scores, rng=rng())).value
    assert estimate(intraclass_correlation(scores * 3 + 1e6, rng=rng())).value == pytest.approx(
        value, abs=1e-6
    )
    assert estimate(intraclass_correlation(scores + np.array([9, 0, 0, 0]), rng=rng())).value < value


def test_items_with_a_gap_are_left_out() -> None:
    gap = np.vstack([SHROUT_FLEISS_1979, [[1, np.nan, 2, 3]]])
    assert intraclass_correlation(gap, rng=rng()) == intraclass_correlation(SHROUT_FLEISS_1979, rng=rng())


def test_full_agreement_is_not_certainty() -> None:
    measured = estimate(intraclass_correlation(np.tile(np.arange(40.0)[:, np.newaxis], (1, 2)), rng=rng()))
    assert measured.value == pytest.approx(1, abs=1e-12)
    assert 0.8 < measured.interval.low < 0.99


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.empty((0, 2)), "fewer than two items were scored by all"),
        (np.array([[1.0, 2.0], [1.0, np.nan]]), "fewer than two items were scored by all"),
        (np.ones((5, 1)), "agreement takes two raters"),
        (np.ones((5, 2)), "all scores are equal, so nothing could differ"),
    ],
)
def test_icc_without_a_meaning_says_why(scores: NDArray[np.float64], reason: str) -> None:
    measured = intraclass_correlation(scores, rng=rng())
    assert isinstance(measured, Undefined)
    assert measured.reason == reason


def test_impossible_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="items, raters"):
        intraclass_correlation(np.ones(3), rng=rng())
    with pytest.raises(ValueError, match="items, raters"):
        intraclass_correlation(np.ones((3, 2)), clusters=np.array([1]), rng=rng())
