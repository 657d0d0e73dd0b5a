"""Imports of tidy folders: how their words map onto a constitution, and what came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from evenhand.records.canonical import FileRecord, Identifier
from evenhand.records.scale import Label


class ScopeField(FileRecord):
    """A dimension of scope that stands in the items' `meta`."""

    field: str = Field(min_length=1)
    """Field of `meta`."""
    values: Mapping[str, str] = Field(min_length=1)
    """Value of the scope for a value of the field; `true` and `false` are written as text."""


class TidyMapping(FileRecord):
    """What the words of a tidy folder mean in a constitution."""

    schema_: Literal["tidy-mapping/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    principles: Mapping[str, tuple[Identifier, ...]] = Field(default_factory=dict)
    """Principles that a criterion of the folder stands for."""
    labels: Mapping[str, Label] = Field(default_factory=dict)
    """Label of the scale for a label of the folder, where they differ."""
    scope: Mapping[str, ScopeField] = Field(default_factory=dict)
    """Dimensions of scope, by name, and where their values stand."""
    texts: Mapping[str, str] = Field(default_factory=dict)
    """Wording of a criterion, for the constitution the import writes where none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """Something about imported data that people should know."""

    kind: str
    """Stable short name, such as `contradicting-rows`."""
    count: int
    """How many rows, items or fields it concerns."""
    message: str
    """What it is and what the import did about it."""
    examples: tuple[str, ...] = ()
    """A few of them, as they stand in the files; hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSet:
    """What came in from one folder."""

    name: str
    """Name of the suite it became."""
    source: str
    """The folder, as the reader named it."""
    items: int
    """Lines of the items."""
    verdict_rows: int
    """Rows of the verdicts."""
    human_rows: int
    """Rows of the human labels."""
    judges: Mapping[str, str]
    """Judges by id, with the name the folder uses."""
    criteria: Mapping[str, tuple[str, ...]]
    """Principles of each criterion, by the name the folder uses."""
    people: int
    """Annotators who are people."""
    resolved: tuple[str, ...]
    """Annotators whose labels are settled reference labels."""
    mode: Literal["absolute", "pairwise"]
    """Whether candidates are rated or compared."""
    rating_lines: int
    """Recorded ratings written."""
    label_lines: int
    """Human labels written."""
    reply_lines: int
    """Recorded replies written; a row with two texts gives two."""
    empty_verdicts: int
    """Rows without a label; each is a failed rating."""
    duplicate_rows: int
    """Verdict rows beyond the first of their place; a place whose rows differ became one failed rating."""
    unknown_verdicts: int
    """Verdict rows for items that are not there; not written."""
    left_out_verdicts: int
    """Verdict rows of judges the caller did not want."""
    quirks: tuple[Quirk, ...]
    """Everything else people should know."""
    files: tuple[str, ...]
    """Files written, as paths from the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import brought in."""

    sets: tuple[ImportedSet, ...]
    """One for each folder that holds the layout."""
