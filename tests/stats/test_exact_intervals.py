import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from evenhand.stats.exact_intervals import clopper_pearson_interval, jeffreys_interval


@settings(deadline=None)  # the oracle loads slowly
@given(st.integers(1, 500), st.sampled_from([0.5, 0.9, 0.95, 0.99]), st.data())
def test_limits_equal_the_ones_of_statsmodels(n: int, confidence: float, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    exact = clopper_pearson_interval(successes, n, confidence=confidence)
    assert (exact.low, exact.high) == pytest.approx(
        proportion_confint(successes, n, alpha=1 - confidence, method="beta"), abs=1e-10
    )
    if 0 < successes < n:  # at the ends ours goes on to 0 and 1
        jeffreys = jeffreys_interval(successes, n, confidence=confidence)
        assert (jeffreys.low, jeffreys.high) == pytest.approx(
            proportion_confint(successes, n, alpha=1 - confidence, method="jeffreys"), abs=1e-10
        )
        assert exact.low < jeffreys.low < jeffreys.high < exact.high


@pytest.mark.parametrize("interval", [jeffreys_interval, clopper_pearson_interval])
def test_none_and_all_touch_the_ends_and_no_draws_leave_all_open(interval: type[object]) -> None:
    for successes, n, ends in ((0, 9, "low"), (9, 9, "high"), (0, 0, "low"), (0, 0, "high")):
        assert getattr(interval(successes, n), ends) == float(ends == "high")  # type: ignore[call-arg]  # both take counts


def test_no_failure_in_59_leaves_five_percent_at_ninety_percent_confidence() -> None:
    # .95^59 = .0485: the rule of the 59 null outputs
    assert clopper_pearson_interval(59, 59, confidence=0.9).low == pytest.approx(0.05 ** (1 / 59), abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)]
)
def test_impossible_counts_are_refused(successes: int, n: int, confidence: float) -> None:
    for interval in (jeffreys_interval, clopper_pearson_interval):
        with pytest.raises(ValueError, match=r"draws|between 0 and 1"):
            interval(successes, n, confidence=confidence)
