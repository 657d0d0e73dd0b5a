"""How figures stand in the sentences of findings."""

from evenhand.stats.estimate import Estimate


def percent(share: float) -> str:
    """Return a share as per cent, with as many digits as small ones need."""
    value = 100 * share
    digits = 0 if value >= 10 else 1 if value >= 1 or value == 0 else 2
    return f"{value:.{digits}f} %"


def span(estimate: Estimate) -> str:
    """Return a share with its interval."""
    return (
        f"{percent(estimate.value)} ({percent(estimate.interval.low)} to {percent(estimate.interval.high)})"
    )


def number(estimate: Estimate, digits: int = 2) -> str:
    """Return a number with its interval."""
    low, high = estimate.interval.low, estimate.interval.high
    return f"{estimate.value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
