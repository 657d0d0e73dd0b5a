"""Constitution: a versioned list of principles, with what binds kept apart from what explains."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from evenhand.records.canonical import FileRecord, Identifier, Prose, content_hash
from evenhand.records.extension import Extension
from evenhand.records.principle import Conflict, Example, Importance, Principle, Reference, Support
from evenhand.records.scale import BUILT_IN_SCALES, NominalScale, Scale


class Tombstone(FileRecord):
    """A principle that was removed, and why."""

    id: Identifier
    """Its name."""
    removed: str
    """Version it left with."""
    because: Prose
    """The reason."""


class ConflictOrder(FileRecord):
    """What decides when principles collide."""

    rule: Literal["lexicographic", "weighted", "escalate"] = "lexicographic"
    """lexicographic: the higher tier wins."""
    on_equal: Literal["escalate"] = "escalate"
    """Principles of one tier go to a person."""


class Constitution(FileRecord):
    """A versioned list of principles in plain language.

    As a file spells it, or effective: what is left once everything it extends is merged into it. Only the former has
    `extends`; everybody but its readers and writers meets the latter.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["principles"]}, {"required": ["extends"]}]}
    )

    schema_: Literal["constitution/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    id: Identifier
    """Name of the constitution."""
    title: Prose = ""
    """Name for people."""
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    """Semantic version; a new major version changes what verdicts mean."""
    status: Literal["draft", "active", "retired"] = "draft"
    """Whether it is in force."""
    language: str = "en"
    """BCP 47 tag of its language."""
    license: str = ""
    """SPDX name of the licence of its text."""
    owners: tuple[str, ...] = ()
    """Who answers for it."""
    changed: str = Field(default="", pattern=r"^(?:\d{4}-\d{2}-\d{2})?$")
    """Date of the last change, YYYY-MM-DD."""
    summary: Prose = ""
    """What it asks for, in a sentence or two."""
    extends: tuple[Extension, ...] = ()
    """Constitutions whose principles hold here as well."""
    tiers: tuple[str, ...] = ()
    """Conflict order of the tiers, highest first."""
    conflict: ConflictOrder = ConflictOrder()
    """What decides when principles collide."""
    scales: Mapping[Identifier, Scale] = Field(default_factory=dict)
    """Scales of its own, by name; "comply" and "pair" exist without being written."""
    principles: tuple[Principle, ...] = Field(default=(), validate_default=True)
    """The principles; its own, where it extends others."""
    tombstones: tuple[Tombstone, ...] = ()
    """Principles that were removed."""

    @field_validator("principles")
    @classmethod
    def _has_principles(cls, value: tuple[Principle, ...], info: ValidationInfo) -> tuple[Principle, ...]:
        if not value and info.data.get("extends") == ():
            raise ValueError("a constitution that extends no other one needs at least one principle")
        return value

    @cached_property
    def hash(self) -> str:
        """Hash over everything, binding or not."""
        return content_hash(self.canonical())

    @cached_property
    def by_id(self) -> Mapping[str, Principle]:
        """Principles by their id."""
        return {principle.id: principle for principle in self.principles}

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """Ids by the earlier names of their principles: what history calls by an old name counts for the new one."""
        return {alias: principle.id for principle in self.principles for alias in principle.aliases}

    def current_id(self, name: str) -> str:
        """Return the id that a principle's name, of today or of earlier, stands for; an unknown name stays."""
        return name if name in self.by_id else self.renamed.get(name, name)

    def called_as_in(self, newest: "Constitution") -> "Constitution":
        """Return this one with its principles under the names they have in `newest`, a later state of it.

        Principles that `newest` alone has stand at the end, so that both know the same earlier names.
        """
        if not newest.renamed:
            return self
        mine = [
            principle.model_copy(update={"id": name, "aliases": now.aliases if now else ()})
            for principle in self.principles
            for name in [newest.current_id(principle.id)]
            for now in [newest.by_id.get(name)]
        ]
        known = {principle.id for principle in mine}
        more = [principle for principle in newest.principles if principle.id not in known]
        return self.model_copy(update={"principles": (*mine, *more)})

    def scale_of(self, principle: Principle) -> "Scale":
        """Return the scale of `principle`, with the labels that pass for it.

        Raises:
            KeyError: The principle names a scale that is not there (the loader refuses such a file).
        """
        scale = {**BUILT_IN_SCALES, **self.scales}[principle.scale]
        if principle.passes and isinstance(scale, NominalScale):
            return scale.model_copy(update={"passes": principle.passes})
        return scale

    def binding_hash(self, principle: Principle) -> str:
        """Hash over what a verdict on `principle` rests on."""
        return content_hash(principle.binding(self.scale_of(principle)))

    def advisory_hash(self, principle: Principle) -> str:
        """Hash over everything in `principle` that does not bind."""
        binding = {"text", "exceptions", "scope", "when", "scale", "pass"}
        return content_hash({k: v for k, v in principle.canonical().items() if k not in binding})

    def duplicate_ids(self) -> tuple[str, ...]:
        """Return ids of principles, aliases and examples that stand more than once."""
        return _repeated(
            name
            for principle in self.principles
            for name in (principle.id, *principle.aliases, *(example.id for example in principle.examples))
        )


def _repeated(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name, count in Counter(names).items() if count > 1))


__all__ = [
    "Conflict",
    "ConflictOrder",
    "Constitution",
    "Example",
    "Importance",
    "Principle",
    "Reference",
    "Support",
    "Tombstone",
]
