"""Numbers in the sentences of a calibration."""

from collections.abc import Sequence

from evenhand.stats.estimate import Measured, Undefined


def percent(value: float) -> str:
    """Return a share in percent, to one place."""
    return f"{100 * value:.1f} %"


def points(value: float) -> str:
    """Return a difference of shares in points, to one place."""
    return f"{100 * value:.1f} points"


def number(value: float) -> str:
    """Return a coefficient to two places."""
    return f"{value:.2f}"


def count(value: int, noun: str, nouns: str = "") -> str:
    """Return "1 label" or "2 labels"; `nouns` where the plural is not made with an s."""
    return f"{value:,} {noun if value == 1 else nouns or noun + 's'}"


def share_with_limits(measured: Measured) -> str:
    """Return a share with its interval, or why there is none."""
    if isinstance(measured, Undefined):
        return f"no estimate ({measured.reason}, n = {measured.n})"
    low, high = measured.interval.low, measured.interval.high
    return f"{percent(measured.value)} ({100 * low:.1f} to {100 * high:.1f})"


def number_with_limits(measured: Measured) -> str:
    """Return a coefficient with its interval, or why there is none."""
    if isinstance(measured, Undefined):
        return f"no estimate ({measured.reason}, n = {measured.n})"
    return f"{number(measured.value)} ({number(measured.interval.low)} to {number(measured.interval.high)})"


def points_with_limits(measured: Measured) -> str:
    """Return a difference of shares in points with its interval, or why there is none."""
    if isinstance(measured, Undefined):
        return f"no estimate ({measured.reason}, n = {measured.n})"
    low, high = measured.interval.low, measured.interval.high
    return f"{100 * measured.value:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Return names as a list in a sentence; those beyond `most` are counted."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
