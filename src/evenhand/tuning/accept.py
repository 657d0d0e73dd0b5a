"""What the gate's outcome and the gain on its labels mean for a candidate."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

from evenhand.tuning.choices import Must
from evenhand.tuning.gains import Gain


class Outcome(StrEnum):
    """What became of a tuning."""

    ACCEPTED = "accepted"
    """The gate accepted the candidate."""
    REFUSED = "refused"
    """The gate refused it: it is worse somewhere."""
    UNDECIDED = "undecided"
    """The labels of the gate split do not tell."""
    NOT_MEASURED = "not measured"
    """Too many ratings failed or are open."""
    NOTHING = "nothing better"
    """No candidate was better than the current judge where candidates are chosen; nothing else was opened."""


EXIT_CODES: Final[Mapping[Outcome, int]] = {
    Outcome.ACCEPTED: 0,
    Outcome.REFUSED: 1,
    Outcome.NOT_MEASURED: 3,
    Outcome.UNDECIDED: 4,
    Outcome.NOTHING: 5,
}
"""What each outcome means for a script."""

GateStatus = Literal["passed", "failed", "undecided", "could-not-measure"]


def decide(status: str, headline: str, gain: Gain | None, *, must: Must, alpha: float) -> tuple[Outcome, str]:
    """Return what becomes of a candidate, and why.

    The gate alone lets a candidate through; whether it is better is asked besides, of the same labels.

    Args:
        status: What the gate says: passed, failed, undecided, or anything else for "could not measure".
        headline: The same in a sentence.
        gain: The paired gain on the gate split; None where it was not measured.
        must: Whether it has to be better, or no worse.
        alpha: Chance that a candidate which is no better is taken for better.
    """
    if status == "failed":
        return Outcome.REFUSED, headline
    if status == "undecided":
        return Outcome.UNDECIDED, headline
    if status != "passed" or gain is None:
        return Outcome.NOT_MEASURED, headline
    if must == "no-worse":
        return Outcome.ACCEPTED, headline
    if gain.p_better <= alpha:
        return Outcome.ACCEPTED, f"{headline}; better on the gate split (p = {gain.p_better:.2g})"
    return (
        Outcome.UNDECIDED,
        f"no worse, and not shown to be better on the gate split (p = {gain.p_better:.2g}, {alpha:g} is asked for)",
    )
