"""The answer of a calibration: whom to trust for what, and what to do next."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PANEL: Final = "panel"
"""How the panel is named where raters are listed."""


class Trust(StrEnum):
    """How far a rater may be trusted for a principle."""

    AS_A_PERSON = "as a person"
    """It agrees with people at least as well as people with each other, within the margin."""
    WITH_SPOT_CHECKS = "with spot checks"
    """Its quality is above the floor, and the interval is too."""
    NOT_SHOWN = "not shown"
    """Its quality may be above the floor; the labels are too few to tell."""
    NO = "no"
    """Its quality is below the floor, and so is the whole interval."""
    PEOPLE_DISAGREE = "people disagree"
    """People do not agree with each other, so nothing can be measured against them; rewrite the principle first."""
    TOO_FEW = "too few labels"
    """Fewer labels than give any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCell:
    """May this rater be trusted for this principle, and why."""

    rater: str
    """A judge, or `PANEL`."""
    principle: str
    trust: Trust
    reason: str
    """One sentence with the numbers it rests on."""
    adds_nothing: bool = False
    """Whether an estimate with this rater is as wide as one from the human labels alone."""


class AdviceKind(StrEnum):
    """What kind of next step."""

    USE = "use"
    USE_SINGLE = "use the best single judge"
    DROP = "drop a judge"
    LABEL = "label more"
    REWRITE = "rewrite a principle"
    FIX_LABELS = "fix the labels"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do next, most important first."""

    kind: AdviceKind
    words: str
    """One sentence."""
