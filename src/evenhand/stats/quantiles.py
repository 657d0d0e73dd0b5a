"""Quantiles of the normal and of Student's distribution, without loading scipy before t is asked for."""

import math
from statistics import NormalDist


def normal_quantile(confidence: float) -> float:
    """Return the upper limit of the central `confidence` of a standard normal value.

    Raises:
        ValueError: The confidence is impossible.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def student_quantile(confidence: float, degrees: float) -> float:
    """Return the upper limit of the central `confidence` of a t-distributed value with `degrees` of freedom.

    Raises:
        ValueError: The confidence or the degrees are impossible.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - run and report need no t, and start without scipy

    normal_quantile(confidence)
    if degrees < 1:
        raise ValueError(f"{degrees} degrees of freedom, expected at least one")
    return float(stdtrit(degrees, 0.5 + confidence / 2))


def few_units_quantile(confidence: float, units: int) -> float:
    """Return what a bootstrap of few units takes its tails at in place of a normal quantile.

    A t interval is wider than a normal one, and few units vary less than the population they stand for: the quantile of
    t with `units` - 1 degrees of freedom, times sqrt(units / (units - 1)).

    Source: Hesterberg (2015), Am. Stat. 69, 371-386.

    Raises:
        ValueError: The confidence is impossible, or there are fewer than two units.
    """
    return student_quantile(confidence, units - 1) * math.sqrt(units / (units - 1))


def tail_levels(quantile: float) -> tuple[float, float]:
    """Return the levels of the two limits whose normal quantiles are minus and plus `quantile`."""
    level = NormalDist().cdf(-quantile)
    return level, 1 - level


def normal_tail(z: float) -> float:
    """Return the chance that a standard normal number is at most `z`."""
    return NormalDist().cdf(z)
