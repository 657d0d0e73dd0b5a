"""What a check says: what must be true, whether it was, and the figure that was seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Result = Literal["passed", "failed", "not run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    what: str
    """What must be true."""
    passed: bool
    seen: str
    """The figures or words seen."""


@dataclass(slots=True)
class Checklist:
    """The checks of one peer, in the order in which they were made."""

    checks: list[Check] = field(default_factory=list)

    def expect(self, what: str, *, holds: bool, seen: object) -> None:
        """Write down whether `what` holds, and what was seen."""
        self.checks.append(Check(what=what, passed=holds, seen=str(seen)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReport:
    """What came of one peer."""

    peer: str
    title: str
    note: str
    """What a reader has to know about it."""
    versions: Mapping[str, str]
    checks: tuple[Check, ...]
    reason: str = ""
    """Why it was not run, or what broke; empty when it was run to its end."""
    broken: bool = False
    """Whether `reason` is a failure, not an absence."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds of each step: environment, start, checks."""

    @property
    def result(self) -> Result:
        """Passed when it was run to its end and every check holds."""
        if self.broken or not all(check.passed for check in self.checks):
            return "failed"
        return "not run" if self.reason else "passed"
