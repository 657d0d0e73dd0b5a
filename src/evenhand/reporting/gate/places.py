"""Where in the files of a workspace the things stand that a gate is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file."""

    path: str
    """Path from the top of the repository, with slashes."""
    line: int
    """Line, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What stands where."""

    gate: Place
    """The `gate` block of the suite."""
    principles: Mapping[str, Place] = field(default_factory=dict)
    """Where each principle is written."""
    cases: Mapping[str, Place] = field(default_factory=dict)
    """Where each case is written."""
    quarantine: Place | None = None
    """The quarantine file."""
    web: str = ""
    """Address under which the files are read, up to their path; empty where there is none."""

    def of_principle(self, principle: str) -> Place:
        """Return where a principle is written, or the gate where that is not known."""
        return self.principles.get(principle, self.gate)

    def of_case(self, case: str) -> Place:
        """Return where a case is written, or the gate where that is not known."""
        return self.cases.get(case, self.gate)
