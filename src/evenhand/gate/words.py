"""Numbers and names in the sentences of a gate."""

from evenhand.calibration.words import count, percent, points
from evenhand.gate.results import Measure, Slice, TestResult
from evenhand.stats.estimate import Undefined


def subject(principle: str, measure: Measure, group: Slice | None) -> str:
    """Return what a comparison is about, as in "sensitivity on privacy.share (topic health)"."""
    return f"{measure.value} on {principle}{f' ({group})' if group else ''}"


def p_words(p: float) -> str:
    """Return a p-value with as many places as it deserves."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def fall(test: TestResult) -> str:
    """Return a change in words: from where to where, on how many cells, with limits and adjusted p."""
    name = subject(test.principle, test.measure, test.slice)
    if isinstance(test.difference, Undefined) or test.old is None or test.new is None:
        return f"{name}: {test.reason}"
    change = test.difference
    verb = "fell" if change.value < 0 else "rose" if change.value > 0 else "stayed"
    return (
        f"{name} {verb} from {percent(test.old)} to {percent(test.new)} "
        f"({count(test.cells, 'cell')}, {100 * change.value:+.1f} points, "
        f"{change.interval.confidence:.0%} interval {100 * change.interval.low:+.1f} to "
        f"{100 * change.interval.high:+.1f}, adjusted {p_words(test.p_adjusted)})"
    )


def sight(detectable: float | None, margin: float) -> str:
    """Return what a test sees: the smallest drop, and whether that is its margin."""
    if detectable is None:
        return f"it can not detect any drop, so not its margin of {points(margin)}"
    if detectable <= margin:
        return f"it sees drops of {points(detectable)} or more"
    return f"it can not detect its margin of {points(margin)}: only drops of {points(detectable)} or more"
