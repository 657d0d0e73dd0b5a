"""Principle: one normative statement, with what binds kept apart from what explains."""

from collections.abc import Collection, Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier, Prose
from evenhand.records.message import Text
from evenhand.records.patterns import fits
from evenhand.records.scale import Label, Scale

Importance = Literal["critical", "high", "medium", "low"]


class Example(FileRecord):
    """A worked case of a principle: a test of the judges or a shot shown to them, never both."""

    id: Identifier
    """Name of the example, unique in the constitution."""
    kind: Literal["violates", "complies", "borderline"]
    """Which side of the line the example lies on."""
    prompt: Text = ""
    """What the person asked."""
    response: Text
    """The text under judgement."""
    expect: Label | None = None
    """The label a good judge gives; needed for a borderline example."""
    why: Prose = ""
    """The reason, in one sentence."""
    use: Literal["test", "shot"] = "test"
    """Whether judges are tested on it, or may be shown it."""
    tags: tuple[str, ...] = ()
    """Free words to find it by."""
    sensitive: tuple[str, ...] = ()
    """Content tags; reviewers may opt out of them."""

    @model_validator(mode="after")
    def _borderline_says_what_it_expects(self) -> Self:
        if self.kind == "borderline" and self.expect is None:
            raise ValueError("a borderline example needs expect: the label a good judge gives")
        return self


class Conflict(FileRecord):
    """A declared conflict with another principle and how it is resolved."""

    id: Identifier
    """The other principle."""
    resolution: Prose
    """Which one wins, and how."""


class Reference(FileRecord):
    """A source behind a principle."""

    title: Prose
    """What the source is called."""
    url: str = ""
    """Where it is."""


class Support(FileRecord):
    """How many people asked agreed with the principle."""

    source: str
    """Who was asked."""
    agree: float = Field(ge=0, le=1)
    """Share that agreed, 0 to 1."""
    n: int = Field(gt=0)
    """How many were asked."""


class Principle(FileRecord):
    """One normative statement. Text, exceptions, scope and scale bind; the rest explains."""

    id: Identifier
    """Stable name that verdicts, labels and reports are joined by."""
    title: Prose = ""
    """Short name for people."""
    text: Prose = Field(min_length=1)
    """The rule itself, binding."""
    exceptions: Prose = ""
    """Where the rule does not hold, binding."""
    scope: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Where the rule applies, binding: a dimension and its values, matched against the scope of a case."""
    when: Prose = ""
    """Where the rule applies, in words, binding."""
    scale: str = "comply"
    """Name of the scale it is answered on."""
    passes: tuple[Label, ...] = Field(default=(), alias="pass")
    """Labels that pass for this principle, when they differ from the scale's own."""
    tier: str = ""
    """Its place in the conflict order."""
    severity: Importance = "medium"
    """Weight in a gate."""
    strength: Literal["must", "should", "may"] = "must"
    """How strongly it binds."""
    evidence: Literal["required", "optional", "none"] = "optional"
    """Whether a failing label needs a quote."""
    rationale: Prose = ""
    """Why the rule exists; not binding."""
    show_rationale_to: tuple[Literal["judges", "reviewers"], ...] = ("reviewers",)
    """Who is shown the rationale."""
    critique: Prose = ""
    """How a critique of a reply under the rule is asked for, where a generator's own words do not do; not binding."""
    revision: Prose = ""
    """How a revision of a reply under the rule is asked for; not binding."""
    conflicts_with: tuple[Conflict, ...] = ()
    """Principles it is known to collide with."""
    examples: tuple[Example, ...] = ()
    """Worked cases on both sides of the line."""
    tests: tuple[str, ...] = ()
    """Larger case files tied to the rule, as paths from the constitution file."""
    support: Support | None = None
    """Public support, where people were asked."""
    references: tuple[Reference, ...] = ()
    """Sources."""
    aliases: tuple[Identifier, ...] = ()
    """Earlier names, kept so that history stays joined."""
    tags: tuple[str, ...] = ()
    """Free words."""
    owner: str = ""
    """Who answers for it."""
    since: str = ""
    """Version of the constitution it came with."""
    notes: Prose = ""
    """Anything else; not binding."""

    def binding(self, scale: "Scale") -> dict[str, Any]:
        """Return what a verdict rests on, as plain JSON values."""
        return {
            "text": self.text,
            "exceptions": self.exceptions,
            "scope": {name: list(values) for name, values in self.scope.items()},
            "when": self.when,
            "scale": scale.canonical(),
            "pass": list(self.passes),
        }

    def is_meant_by(self, patterns: Collection[str]) -> bool:
        """Tell whether one of `patterns` means the principle: by its id, or by one of its earlier names in full."""
        return fits(self.id, patterns) or any(name in patterns for name in self.aliases)

    def applies_to(self, scope: Mapping[str, str]) -> bool:
        """Tell whether a case of this scope falls under the principle; dimensions it leaves out are open."""
        return all(scope.get(name, values[0]) in values for name, values in self.scope.items() if values)
