"""What votes leave open, as a table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.review.uncertainty import (
    LEAST,
    panel_uncertainty,
    spread_of_confidence,
    spread_of_labels,
    spread_of_numbers,
)
from evenhand.stats.arrays import Floats

MASSES = st.lists(st.integers(0, 20).map(float), min_size=3, max_size=3)


@pytest.mark.parametrize(
    ("votes", "spread"),
    [
        ([5, 0, 0], 0),  # one voice
        ([4, 1, 0], 4 * 0.8 * 0.2),
        ([3, 2, 0], 4 * 0.6 * 0.4),
        ([0.75, 0.25, 0], 4 * 0.75 * 0.25),  # probabilities count like votes
        ([1, 1, 0], 1),
        ([3, 1, 1], 2 * (1 - 11 / 25)),
        ([1, 1, 1], 1),  # 4/3, cut
        ([0, 0, 0], 1),  # nobody voted
    ],
)
def test_labels_spread_by_their_shares(votes: list[float], spread: float) -> None:
    expected = min(1.0, spread)
    np.testing.assert_allclose(spread_of_labels(np.array([votes], dtype=np.float64)), [expected], atol=1e-6)


@pytest.mark.parametrize(
    ("numbers", "spread"),
    [
        ([3, 3, 3], 0),
        ([1, 5], 1),  # both ends
        ([1, 3], 4 * 1 / 16),
        ([1, 1, 1, 5], 4 * 3 / 16),
        ([], 1),
    ],
)
def test_numbers_spread_by_their_variance_over_the_range(numbers: list[float], spread: float) -> None:
    each = np.array(numbers, dtype=np.float64)
    found = spread_of_numbers(
        np.array([float(len(each))]), np.array([each.sum()]), np.array([(each**2).sum()]), 4.0
    )
    np.testing.assert_allclose(found, [spread], atol=1e-12)


def test_a_calibrated_share_spreads_like_votes_for_and_against() -> None:
    np.testing.assert_allclose(spread_of_confidence(np.array([1.0, 0.8, 0.5])), [0, 0.64, 1], atol=1e-12)


@pytest.mark.parametrize(
    ("spread", "silent", "undecided", "uncertainty"),
    [
        (0.0, 0.0, False, LEAST),  # judges of one voice err together
        (0.96, 0.0, False, 0.96),
        (0.0, 0.2, False, 0.2),  # one of five can not tell
        (0.5, 0.5, False, 0.75),
        (1.0, 1.0, False, 1),  # every rating failed
        (0.0, 0.0, True, 1),  # left to people
    ],
)
def test_silence_and_indecision_leave_items_open(
    spread: float, silent: float, *, undecided: bool, uncertainty: float
) -> None:
    found = panel_uncertainty(np.array([spread]), silent=np.array([silent]), undecided=np.array([undecided]))
    np.testing.assert_allclose(found, [uncertainty], atol=1e-12)


@given(st.lists(MASSES, min_size=1, max_size=8), st.floats(0, 1))
def test_uncertainty_is_between_the_least_and_one(votes: list[list[float]], silent: float) -> None:
    spread = spread_of_labels(np.array(votes))
    found = panel_uncertainty(
        spread, silent=np.full(len(votes), silent), undecided=np.zeros(len(votes), dtype=np.bool_)
    )
    assert ((found >= LEAST) & (found <= 1)).all()


@given(MASSES, st.permutations(range(3)), st.floats(0.1, 10))
def test_neither_the_order_of_labels_nor_the_number_of_judges_matters(
    votes: list[float], order: list[int], scale: float
) -> None:
    def spread(masses: Floats) -> Floats:
        return spread_of_labels(masses[None])

    one = np.array(votes)
    np.testing.assert_allclose(spread(one), spread(one[list(order)] * scale), atol=1e-6)
