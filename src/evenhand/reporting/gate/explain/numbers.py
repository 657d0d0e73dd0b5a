"""Numbers written so that they can be put into a formula again."""

from statistics import NormalDist


def written(value: float) -> str:
    """Return a number with ten significant digits."""
    return f"{value:.10g}"


def quantile(tail: float) -> float:
    """Return the standard normal number that is exceeded with chance `tail`."""
    return -NormalDist().inv_cdf(tail)


def yes_or_no(*, holds: bool) -> str:
    """Return an answer."""
    return "yes" if holds else "no"
