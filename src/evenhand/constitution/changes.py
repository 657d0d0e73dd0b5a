"""What changed between two versions of a constitution, as records."""

from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.word_diff import TextPart


class Effect(StrEnum):
    """What a change does to the answers that are there, the largest first."""

    BINDING = "binding"
    """The question is another one: verdicts and human labels on the principle are stale."""
    SHOWN = "shown"
    """The question is the same, and judges that are shown this are asked in other words."""
    ADVISORY = "advisory"
    """No judge is asked in other words."""

    @property
    def rank(self) -> int:
        """How much it does: 0 is nothing."""
        return {Effect.BINDING: 2, Effect.SHOWN: 1, Effect.ADVISORY: 0}[self]


class Part(StrEnum):
    """What of a constitution changed."""

    TEXT = "text"
    EXCEPTIONS = "exceptions"
    SCOPE = "scope"
    WHEN = "when"
    SCALE = "scale"
    PASS = "pass"  # noqa: S105 - not a password
    SEVERITY = "severity"
    STRENGTH = "strength"
    EVIDENCE = "evidence"
    TIER = "tier"
    CONFLICT = "conflict"
    EXAMPLE = "example"
    TITLE = "title"
    RATIONALE = "rationale"
    TIERS = "tiers"
    CONFLICT_RULE = "conflict rule"
    STATUS = "status"
    LANGUAGE = "language"
    ORDER = "order"
    TOMBSTONE = "tombstone"
    OTHER = "other"
    """Fields that neither judges nor gates look at, all in one change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changed."""

    part: Part
    effect: Effect
    what: str
    """What changed, in a sentence without a full stop; names from the files may stand in it."""
    before: str = ""
    """What was there, where that is short enough to be told or a text."""
    after: str = ""
    """What is there now."""
    words: tuple[TextPart, ...] = ()
    """A text word by word; empty where it is no text."""
    warning: str = ""
    """What is dangerous about it; empty where nothing is."""


class Fate(StrEnum):
    """What became of a principle."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    """It has another id, and an alias keeps the two joined; it may have changed besides."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleChange:
    """What became of one principle."""

    fate: Fate
    before: str
    """Its id before; empty where it was added."""
    after: str
    """Its id now; empty where it was removed."""
    title: str
    """Its title now, or the last one."""
    effect: Effect
    """The largest effect of its changes; of one added or removed, what that does to answers that are there."""
    changes: tuple[Change, ...] = ()
    tombstone: str = ""
    """Why it was removed, as the tombstone says; empty without one."""
    warnings: tuple[str, ...] = ()
    """What is wrong with how it was changed, such as a removal without a tombstone."""
    guess: str = ""
    """What may have happened to it but is not written anywhere; empty where nothing is guessed."""

    @property
    def id(self) -> str:
        """The id it is known by now."""
        return self.after or self.before


class Step(StrEnum):
    """A step from one semantic version to another."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """How large it is."""
        return list(Step).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRule:
    """Whether the version says what changed."""

    asked: Step
    """The step that the changes ask for."""
    why: str
    """The change that asks for it, in words; empty where none does."""
    made: Step | None
    """The step that the versions make; None where the later one is the smaller, or it is another constitution."""
    holds: bool
    """Whether the step made is as large as the one asked for."""
    said: str
    """The rule in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One of the two constitutions."""

    name: str
    """What it was asked for by: a file, run@NAME or REV:PATH."""
    id: str
    version: str
    hash: str
    """Hash over everything in it."""
    principles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstitutionDiff:
    """What changed between two constitutions."""

    before: Version
    after: Version
    principles: tuple[PrincipleChange, ...]
    """Those that changed, in the order of the later one; then those removed, in that of the earlier one."""
    whole: tuple[Change, ...]
    """What changed outside of principles."""
    unchanged: int
    """Principles in which nothing changed."""
    version_rule: VersionRule

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed but perhaps the version and its date."""
        return not (self.principles or self.whole)

    def with_effect(self, effect: Effect) -> tuple[PrincipleChange, ...]:
        """Return the principles that are in both and changed with an effect; a new name alone is no such change."""
        both = (each for each in self.principles if each.before and each.after and each.changes)
        return tuple(each for each in both if each.effect is effect)

    def with_fate(self, fate: Fate) -> tuple[PrincipleChange, ...]:
        """Return the principles of a fate."""
        return tuple(each for each in self.principles if each.fate is fate)
