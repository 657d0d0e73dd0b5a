from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests

from evenhand.stats.change.multiplicity import benjamini_hochberg, benjamini_yekutieli, holm

Adjustment = Callable[[NDArray[np.float64]], NDArray[np.float64]]
THEIRS: dict[Adjustment, str] = {
    holm: "holm",
    benjamini_hochberg: "fdr_bh",
    benjamini_yekutieli: "fdr_by",
}
P_VALUES = arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1))


# Few examples: each call of statsmodels collects garbage, which takes long in a process that holds much.
@pytest.mark.parametrize("adjust", THEIRS, ids=lambda adjust: adjust.__name__)
@pytest.mark.parametrize("tests", [1, 6, 30])
def test_adjusted_p_values_equal_those_of_statsmodels(adjust: Adjustment, tests: int) -> None:
    p_values = (np.random.default_rng(tests).random(tests) ** 3).round(2)  # with ties
    theirs = multipletests(p_values, method=THEIRS[adjust])[1]
    assert adjust(p_values) == pytest.approx(theirs, abs=1e-12)


def test_holm_worked_by_hand() -> None:
    # ordered .005 x 4, .01 x 3, .03 x 2, .04 x 1, each at least the one before
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_rejections_of_benjamini_and_hochbergs_own_example() -> None:
    # Benjamini and Hochberg (1995), section 4: 15 tests; Holm's rule rejects 3, theirs 4, at .05
    significant = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p_values = np.array([*significant, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    assert np.count_nonzero(holm(p_values) <= 0.05) == 3
    assert np.count_nonzero(benjamini_hochberg(p_values) <= 0.05) == 4


@pytest.mark.parametrize("adjust", THEIRS, ids=lambda adjust: adjust.__name__)
@given(P_VALUES)
def test_adjusting_never_lowers_and_keeps_the_order(
    adjust: Adjustment, p_values: NDArray[np.float64]
) -> None:
    adjusted = adjust(p_values)
    assert (adjusted >= p_values - 1e-15).all()
    assert (np.diff(adjusted[np.argsort(p_values)]) >= 0).all()


@pytest.mark.parametrize("adjust", THEIRS, ids=lambda adjust: adjust.__name__)
def test_no_test_needs_no_adjustment(adjust: Adjustment) -> None:
    assert adjust(np.array([])).size == 0
    assert adjust(np.array([0.03])) == pytest.approx([0.03])


@pytest.mark.parametrize("adjust", THEIRS, ids=lambda adjust: adjust.__name__)
@pytest.mark.parametrize("p_values", [[-0.1], [1.1], [float("nan")], [[0.5]]])
def test_what_is_no_p_value_is_refused(adjust: Adjustment, p_values: list[float]) -> None:
    with pytest.raises(ValueError, match="p-value"):
        adjust(np.array(p_values))
