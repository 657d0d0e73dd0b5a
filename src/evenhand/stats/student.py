"""Quantiles of Student's t, without loading scipy before one is asked for."""

from statistics import NormalDist


def normal_quantile(confidence: float) -> float:
    """Return the upper limit of the central `confidence` of a standard normal value.

    Raises:
        ValueError: The confidence is impossible.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def student_quantile(confidence: float, degrees: int) -> float:
    """Return the upper limit of the central `confidence` of a t-distributed value with `degrees` of freedom.

    Raises:
        ValueError: The confidence or the degrees are impossible.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - run and report need no t, and start without scipy

    normal_quantile(confidence)
    if degrees < 1:
        raise ValueError(f"{degrees} degrees of freedom, expected at least one")
    return float(stdtrit(degrees, 0.5 + confidence / 2))
