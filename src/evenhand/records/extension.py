"""Extension: what a constitution takes from another one, and what it says differently."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from evenhand.records.canonical import FileRecord, Identifier, Prose
from evenhand.records.principle import Conflict, Example, Importance, Reference, Support
from evenhand.records.scale import Label


class Override(FileRecord):
    """What is said differently of an inherited principle, field by field. Its id and earlier names stay."""

    because: Prose = Field(min_length=1)
    """Why this constitution says it differently."""
    title: Prose | None = None
    """Its title here."""
    text: Prose | None = None
    """The rule here, binding."""
    exceptions: Prose | None = None
    """Where the rule does not hold here, binding."""
    scope: Mapping[str, tuple[str, ...]] | None = None
    """Where the rule applies here, binding."""
    when: Prose | None = None
    """Where the rule applies here, in words, binding."""
    scale: str | None = None
    """Name of the scale it is answered on here."""
    passes: tuple[Label, ...] | None = Field(default=None, alias="pass")
    """Labels that pass here."""
    tier: str | None = None
    """Its place in the conflict order here."""
    severity: Importance | None = None
    """Weight in a gate here."""
    strength: Literal["must", "should", "may"] | None = None
    """How strongly it binds here."""
    evidence: Literal["required", "optional", "none"] | None = None
    """Whether a failing label needs a quote here."""
    rationale: Prose | None = None
    """Why the rule exists here; not binding."""
    show_rationale_to: tuple[Literal["judges", "reviewers"], ...] | None = None
    """Who is shown the rationale here."""
    critique: Prose | None = None
    """How a critique of a reply under the rule is asked for here; not binding."""
    revision: Prose | None = None
    """How a revision of a reply under the rule is asked for here; not binding."""
    conflicts_with: tuple[Conflict, ...] | None = None
    """Principles it is known to collide with here."""
    examples: tuple[Example, ...] | None = None
    """The worked cases here, instead of the inherited ones."""
    tests: tuple[str, ...] | None = None
    """The larger case files here, as paths from this file."""
    support: Support | None = None
    """Public support here."""
    references: tuple[Reference, ...] | None = None
    """Sources here."""
    tags: tuple[str, ...] | None = None
    """Free words here."""
    owner: str | None = None
    """Who answers for it here."""
    since: str | None = None
    """Version of this constitution it came with."""
    notes: Prose | None = None
    """Anything else; not binding."""


class Extension(FileRecord):
    """A base: another constitution whose principles hold here as well."""

    ref: str
    """File of the base, as a path from this file."""
    hash: str = ""
    """sha256 of the base's effective constitution; lint says what to write here."""
    only: tuple[str, ...] = ()
    """Principles that are taken, by id or pattern such as "honesty.*"; empty takes all."""
    except_: tuple[str, ...] = Field(default=(), alias="except")
    """Principles that are left out, by id or pattern."""
    override: Mapping[Identifier, Override] = Field(default_factory=dict)
    """What is said differently, by the id of the principle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """One override that a principle went through on its way into an effective constitution."""

    by: str
    """Id of the constitution that says it differently."""
    file: str
    """Its file, as a reader wants to see it."""
    fields: tuple[str, ...]
    """The fields, as files name them."""
    because: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a principle of an effective constitution is written."""

    constitution: str
    """Id of the constitution whose own principle it is."""
    file: str
    """Its file, as a reader wants to see it."""
    line: int
    """The line in it."""
    own: bool
    """Whether it is the constitution's own, and not of a base."""
    overridden: tuple[Overridden, ...] = ()
    """Overrides, the first one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A principle of a base that is not taken."""

    id: str
    """Its id."""
    constitution: str
    """Id of the base."""
    file: str
    """The base's file, as a reader wants to see it."""
    by: str
    """Id of the constitution that leaves it out."""
    tombstone: bool
    """Whether the constitution that leaves it out, or one above, has a tombstone for it or goes on with it under
    another name."""


__all__ = ["Extension", "LeftOut", "Origin", "Overridden", "Override"]
