"""Numbers and names in the sentences of a gate."""

from evenhand.calibration.words import count, percent, points
from evenhand.gate.results import Measure, Slice, TestResult
from evenhand.stats.estimate import Undefined


def subject(principle: str, measure: Measure, group: Slice | None) -> str:
    """Return what a comparison is about, as in "sensitivity on privacy.share (topic health)"."""
    return f"{measure.value} on {principle}{_of(group)}"


def measured(measure: Measure, group: Slice | None) -> str:
    """Return what is compared on a principle that was named, as in "sensitivity (topic health)"."""
    return f"{measure.value}{_of(group)}"


def _of(group: Slice | None) -> str:
    return f" ({group})" if group else ""


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


def sight(cells: int, detectable: float | None, margin: float) -> str:
    """Return what a test sees: the smallest drop, and whether that is its margin."""
    who = count(cells, "cell")
    if detectable is None:
        return f"{who} can not detect any drop"
    if detectable <= margin:
        return f"{who} can detect drops of {points(detectable)}"
    return f"{who} can not detect the margin, only drops of {points(detectable)} or more"
