"""What a reader of another format found: principles without their final ids, and what had to be guessed."""

from dataclasses import dataclass, field
from typing import Literal

from evenhand.errors import Finding
from evenhand.records.message import Text
from evenhand.records.scale import Scale

Side = Literal["violates", "complies", "borderline"]
Strength = Literal["must", "should", "may"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Something the file did not say in so many words, and what was taken for it."""

    line: int
    """Line of the imported file it is about, from 1; 0 where it is about all of it."""
    what: str
    """What was taken, left out or put elsewhere."""
    why: str
    """The reason; guesses of one kind share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftExample:
    """A worked case."""

    kind: Side
    response: Text
    prompt: Text = ""
    expect: str | None = None
    """Label a good judge gives; needed for a borderline case."""
    why: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPrinciple:
    """A principle as it was found."""

    line: int
    """Line of the imported file it begins at."""
    name: str
    """What its id is made of: an id, or words; parts with dots between."""
    text: str
    """The rule, never empty."""
    title: str = ""
    exceptions: str = ""
    rationale: str = ""
    notes: str = ""
    critique: str = ""
    """What a critic was asked, where the file is of critiques and revisions."""
    revision: str = ""
    """What a reviser was asked."""
    tier: str = ""
    strength: Strength = "must"
    scale: Scale | str = "comply"
    """A built-in scale by name, or one of its own."""
    examples: tuple[DraftExample, ...] = ()
    tests: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Draft:
    """All that was found in a file, and what is wrong in it."""

    title: str = ""
    summary: str = ""
    tiers: tuple[str, ...] = ()
    """Conflict order, highest first."""
    principles: list[DraftPrinciple] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    found: dict[str, int] = field(default_factory=dict)
    """Counts of what the format has and ours has not, by what it is called, such as "anchored headings"."""

    def guess(self, line: int, what: str, why: str) -> None:
        """Note a guess."""
        self.guesses.append(Guess(line=line, what=what, why=why))
