"""What the lint of a constitution by a run came to: findings, what there is too little of, what it could not do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evenhand.constitution.lint.choices import LintChoices
from evenhand.stats.estimate import Measured


class Check(StrEnum):
    """What is looked for; the value is the code of its findings."""

    AMBIGUOUS = "U001"
    NEVER = "U002"
    ALWAYS = "U003"
    REDUNDANT = "U004"
    CONFLICT = "U005"
    DEAD_WEIGHT = "U006"
    NOT_CHECKABLE = "U007"
    GAP = "U008"
    COMPOUND = "U009"


TITLES: Mapping[Check, str] = {
    Check.AMBIGUOUS: "ambiguous",
    Check.NEVER: "never fires",
    Check.ALWAYS: "always fires",
    Check.REDUNDANT: "redundant pair",
    Check.CONFLICT: "conflict pair",
    Check.DEAD_WEIGHT: "dead weight",
    Check.NOT_CHECKABLE: "not human-checkable",
    Check.GAP: "coverage gap",
    Check.COMPOUND: "compound",
}
"""Name of each check for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyName:
    """One reply, or pair of replies, under judgement."""

    case_id: str
    candidate_id: str
    """Empty where it is about all replies of the case."""
    by: tuple[str, ...] = ()
    """Of a coverage gap: the principles people failed it under; empty where they judged the whole reply."""

    @property
    def text(self) -> str:
        """Name for people."""
        return f"{self.case_id}/{self.candidate_id}" if self.candidate_id not in {"", "1"} else self.case_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a finding."""

    name: str
    """What it is."""
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFinding:
    """What a run says against a principle, a pair of them, or the whole constitution."""

    check: Check
    principles: tuple[str, ...]
    """One, a pair (the one that may go first), or none where it is about all of them."""
    message: str
    """What is so, with n and interval."""
    suggestion: str
    """What to do."""
    blocking: bool = False
    """Whether it is an error."""
    figures: tuple[Figure, ...] = ()
    adjusted_p: float | None = None
    """P-value, adjusted over all that the check tested; None where nothing was tested."""
    items: tuple[ReplyName, ...] = ()
    """Replies to read, the first of them."""
    more_items: int = 0
    """Replies beyond those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """What looks like a finding, or can not be told from one, with too little behind it."""

    check: Check
    principles: tuple[str, ...]
    reason: str
    """What there is and what it would take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check."""

    check: Check
    findings: tuple[EvidenceFinding, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    needs: str = ""
    """What it would need to be computed at all; empty where it was computed."""
    looked_at: int = 0
    """Principles, pairs or replies with an answer."""
    of: str = "principles"
    """What was looked at."""
    measured: tuple[Figure, ...] = ()
    """The figure of every principle that has one, found or not; named by the principle."""
    out_of: int | None = None
    """Principles or pairs that the run judged, looked at or not; None where it is about replies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLint:
    """Every check of one run, or of several that differ in how the prompts put it."""

    runs: tuple[str, ...]
    replies: int
    """Replies, or pairs, under judgement."""
    judges: int
    choices: LintChoices
    checks: tuple[CheckResult, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def findings(self) -> tuple[EvidenceFinding, ...]:
        """Every finding, check by check."""
        return tuple(finding for check in self.checks for finding in check.findings)

    @property
    def blocking(self) -> int:
        """How many findings are errors."""
        return sum(finding.blocking for finding in self.findings)
