import pytest
from scipy.stats import norm, t

from evenhand.stats.quantiles import normal_quantile, student_quantile


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("degrees", [1, 4, 29, 1000])
def test_quantiles_equal_the_ones_of_scipy(confidence: float, degrees: int) -> None:
    assert student_quantile(confidence, degrees) == pytest.approx(
        t.ppf(0.5 + confidence / 2, degrees), rel=1e-9
    )
    assert normal_quantile(confidence) == pytest.approx(norm.ppf(0.5 + confidence / 2), rel=1e-9)


def test_impossible_input_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        student_quantile(1.0, 5)
    with pytest.raises(ValueError, match="at least one"):
        student_quantile(0.95, 0)
