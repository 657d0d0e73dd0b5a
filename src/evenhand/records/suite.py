"""Suites: named sets of cases, and the items a rater sees."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier, short_digest
from evenhand.records.constitution import Importance
from evenhand.records.gate import GateSpec
from evenhand.records.label import LEAST_INCLUSION
from evenhand.records.message import Text, plain
from evenhand.records.scale import Label, Scale

CaseId = str

_CLOSE = 1e-9


class Candidate(FileRecord):
    """One output under judgement."""

    id: str = Field(default="1", min_length=1, max_length=200)
    """Name of the candidate in its case."""
    text: Text | None = None
    """The output; absent where the source does not hold it, and then only recorded judges can rate it."""
    producer: str = ""
    """Who or what wrote it; never shown to a rater."""

    @cached_property
    def digest(self) -> bytes:
        """Digest of its text."""
        return short_digest(plain(self.text))


class Case(FileRecord):
    """One situation, with the outputs to judge. One line of a case file."""

    id: str = Field(min_length=1, max_length=300)
    """Name of the case, unique in the suite."""
    prompt: Text | None = None
    """What the person asked; absent where the source does not say."""
    response: Text | None = None
    """The output to judge, where there is one; short for a single candidate."""
    producer: str = ""
    """Who or what wrote `response`; never shown to a rater."""
    candidates: tuple[Candidate, ...] = ()
    """The outputs to judge, where there are several; a pairwise judge compares the first two."""
    reference: Text | tuple[str, ...] | None = None
    """A right answer, or several."""
    principles: tuple[str, ...] = ()
    """Principles it is judged by, such as "privacy.*"; empty means all that apply."""
    scope: Mapping[str, str] = Field(default_factory=dict)
    """Where the case lies, matched against the scope of the principles."""
    slice: Mapping[str, str] = Field(default_factory=dict)
    """Groups it is reported by, such as {"topic": "privacy"}."""
    source: str = ""
    """Cases that share a source are not independent of each other."""
    tags: tuple[str, ...] = ()
    """Free words."""
    sensitive: tuple[str, ...] = ()
    """Content tags; reviewers may opt out of them."""

    @model_validator(mode="after")
    def _candidates_have_names_of_their_own(self) -> Self:
        names = [candidate.id for candidate in self._all_outputs()] if self.candidates else []
        if len(set(names)) < len(names):
            twice = Counter(names).most_common(1)[0][0]
            raise ValueError(f"two candidates are named {twice!r}; give each an id of its own")
        return self

    @cached_property
    def outputs(self) -> tuple[Candidate, ...]:
        """The candidates, whichever way they were written; at least one."""
        return self._all_outputs()

    @cached_property
    def prompt_digest(self) -> bytes:
        """Digest of all that raters may see of it beside its outputs: the prompt and the right answers."""
        return short_digest([plain(self.prompt), _plain_reference(self.reference)])

    def _all_outputs(self) -> tuple[Candidate, ...]:
        if self.response is not None:
            return (Candidate(text=self.response, producer=self.producer), *self.candidates)
        return self.candidates or (Candidate(producer=self.producer),)


class CaseFile(FileRecord):
    """A file of cases."""

    path: str
    """JSONL file, as a path from the suite file."""
    tag: str = ""
    """Word added to the tags of its cases."""
    hash: str = ""
    """sha256 of the file, where it must not drift."""


class LabelFile(FileRecord):
    """A file of human labels."""

    path: str
    """JSONL file, as a path from the suite file."""
    hash: str = ""
    """sha256 of the file, where it must not drift."""
    principles: Mapping[Identifier, str] = Field(default_factory=dict)
    """Name the file uses for a principle, where it differs from the principle's id."""
    labels: Mapping[str, Label] = Field(default_factory=dict)
    """Label of the scale for a label of the file, where they differ."""
    resolved: tuple[str, ...] = ("final", "adjudicated", "gold")
    """Annotators whose labels are settled reference labels, not people."""
    inclusion: float | None = Field(default=None, ge=LEAST_INCLUSION, le=1)
    """Probability with which an item was drawn to be labelled, for lines that do not say; 1 means that every item of
    the suite is labelled."""
    design: str = ""
    """Name of the draw the items came by, for lines that do not say."""
    blind: bool | None = None
    """Whether labels were given without sight of what judges said, for lines that do not say."""


class Splits(FileRecord):
    """How human labels are divided, by the source of their cases: shares that sum to 1."""

    optimise: float = Field(default=0, ge=0, le=1)
    """Share to learn from: weights, maps and stacks are fitted to it, and its mistakes are shown."""
    gate: float = Field(default=0, ge=0, le=1)
    """Share to certify with: agreement, rates and thresholds. Nothing is fitted to it."""
    sealed: float = Field(default=0, ge=0, le=1)
    """Share that stays closed until a release opens it; each opening is counted."""

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares, in their order."""
        return self.optimise, self.gate, self.sealed

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        if abs(math.fsum(self.shares) - 1) > _CLOSE:
            raise ValueError(
                "optimise, gate and sealed should sum to 1, as in {optimise: 0.4, gate: 0.4, sealed: 0.2}"
            )
        if not self.gate:
            raise ValueError("gate should be above 0: without labels to certify with there is no calibration")
        return self


class Selection(FileRecord):
    """Which principles of the constitution are judged."""

    include: tuple[str, ...] = ("*",)
    """Principles by id or pattern such as "honesty.*"."""
    exclude: tuple[str, ...] = ()
    """Principles left out again."""
    min_severity: Importance = "low"
    """Leave out principles below this severity."""


class Limits(FileRecord):
    """Walls of a run."""

    usd: float | None = Field(default=None, ge=0)
    """Most US dollars the run may spend."""
    failed_share: float = Field(default=0.05, ge=0, le=1)
    """Above this share of failed ratings the run could not measure (exit code 3)."""


class Suite(FileRecord):
    """A named set of cases, the constitution they are judged by and the panel that judges."""

    schema_: Literal["suite/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    id: Identifier
    """Name of the suite."""
    title: str = ""
    """Name for people."""
    summary: str = ""
    """What the cases are and where they come from."""
    constitution: str
    """Constitution file, as a path from this file."""
    panel: str
    """Panel file, as a path from this file."""
    principles: Selection = Selection()
    """Which principles are judged."""
    cases: tuple[CaseFile, ...] = Field(min_length=1)
    """Files of cases."""
    labels: tuple[LabelFile, ...] = ()
    """Files of human labels for these cases."""
    splits: Splits = Splits(optimise=0.4, gate=0.4, sealed=0.2)
    """How the labels are divided into those to learn from, those to certify with and those that stay sealed. It holds
    for good from the first calibration on."""
    seed: int = Field(default=0, ge=0)
    """Seed of every random choice of a run."""
    limits: Limits = Limits()
    """Walls of a run."""
    gate: GateSpec | None = None
    """Rules for CI; without them the suite has no gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a rater sees: one candidate, or a pair, of one case under one principle."""

    seq: int
    """Position in the suite, from 0."""
    case: Case
    """The situation."""
    candidates: tuple[Candidate, ...]
    """The one candidate, or the two to compare."""
    principle_id: str
    """The principle."""
    scale: Scale
    """The answers allowed."""

    @property
    def is_pair(self) -> bool:
        """Whether two candidates are compared."""
        return len(self.candidates) == 2

    @property
    def candidate_id(self) -> str:
        """Name of the candidate, or of both with a bar between them."""
        return name_of(self.candidates)


def digest_outputs(candidates: tuple[Candidate, ...]) -> bytes:
    """Return the digest of a candidate's text, or of both of a pair."""
    if len(candidates) == 1:
        return candidates[0].digest
    return short_digest([candidate.digest.hex() for candidate in candidates])


def _plain_reference(reference: Text | tuple[str, ...] | None) -> Any:
    if isinstance(reference, tuple):
        return [each if isinstance(each, str) else each.canonical() for each in reference]
    return plain(reference)


def name_of(candidates: tuple[Candidate, ...]) -> str:
    """Return the name of a candidate, or of both of a pair with a bar between them."""
    return "|".join(candidate.id for candidate in candidates)
