"""How a monitor knows what it says, for the foot of its report."""

from collections.abc import Iterator

from evenhand.gate.monitor.results import MonitorResult
from evenhand.reporting.display import count, percent
from evenhand.reporting.document import Block, Bullets, words

_REFERENCE = (
    "What was usual is not given: all looks before a possible change are its reference, and the error of that is part "
    "of the bet."
)
_ANCHORS = (
    "The anchors are a fixed set, judged again and again. A round counts when each was really asked once; answers "
    "taken from the ledger count once and never again. An anchor whose text is changed under its old name looks like a "
    "change of the judge."
)
_LIVE = (
    "A live label counts once, with the verdict of the first run that judged its item, on the day on which verdict and "
    "label were both there, weighted by the probability with which it was drawn."
)
_MISSING = (
    "Labels of the sealed split and of the split to learn from are not used. An undecided panel does not agree. A "
    "missing verdict counts against the evidence for an alarm; in the last column those since the last complete "
    "look count for it."
)


def method_blocks(result: MonitorResult) -> Iterator[Block]:
    """Return how it is known."""
    points = (_promise(result), _REFERENCE, _ANCHORS, _LIVE, _MISSING, _rule(result))
    yield Bullets(points=tuple(words(point) for point in points))


def _promise(result: MonitorResult) -> str:
    return (
        f"The null hypothesis of each stream: agreement stays within {100 * result.tolerance:g} points. A bet on a "
        "drop wins in expectation only if that is false, so the evidence exceeds 1 / alpha with a chance of at most "
        f"{percent(result.alpha)}, ever, however often it is looked at."
    )


def _rule(result: MonitorResult) -> str:
    return (
        f"The judge: the anchors raise the alarm, alone or with a change that began within {result.guard_days} days of "
        "that of the live labels. The "
        f"system: the live labels do, and the anchors keep silent for more than {result.guard_days} days and "
        f"{count(result.fewest_anchors)} answers. Else it is undecided."
    )
