"""What is exchanged: tasks for people, labels with everything the estimates need, and what is wrong in a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from evenhand.records.rating import Order
from evenhand.records.review import (
    AdjudicationReason,
    EvidenceSpan,
    Provenance,
    ReviewLabelKind,
    ShownCase,
    ShownPrinciple,
)

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Plain data, as JSON holds it."""

Place = tuple[str | int, ...]
"""Keys and positions that lead from a record of a file to one value."""


class Format(StrEnum):
    """A tool or a kind of file that labels are exchanged with."""

    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    SCOUT = "scout"
    """Validation sets of Inspect Scout."""
    CALIBRATE = "calibrate"
    """Lines that `evenhand calibrate --humans` reads; written only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAnswer:
    """What a judge said of an item; leaves the house only where it was asked for."""

    judge: str
    label: str
    """In the frame of the case."""
    reason: str = ""
    """Hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTask:
    """An item as another tool shows it to people. It has no place for stratum, inclusion, gold or other labels."""

    item: str
    """Id of the review item; it travels in every format, so that labels find back."""
    case: ShownCase
    """Outputs in the order of the case."""
    principle: ShownPrinciple
    order: Order = Order.GIVEN
    """In which order a pair is shown: left and right stand for the candidates in this order."""
    judges: tuple[JudgeAnswer, ...] = ()
    """Empty where people are to be blind."""

    @property
    def is_pair(self) -> bool:
        """Whether two candidates are compared."""
        return len(self.case.outputs) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContext:
    """What a label's item is to the estimates. The ledger knows all of it; in a file it is for other readers."""

    run: str = ""
    constitution: str = ""
    case: str = ""
    candidate: str = ""
    principle: str = ""
    design: str = ""
    stratum: str = ""
    inclusion: float | None = None
    """None for a gold item, which no estimate uses."""
    gold: str | None = None
    provenance: Provenance | None = None
    """What the labels of the item come to; None where that is not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLabel:
    """A label of a person on its way out or in. Fields with a default are those a format may not carry."""

    item: str
    person: str
    """Empty where the file names nobody."""
    label: str
    """In the frame of the case."""
    id: str = ""
    kind: ReviewLabelKind = ReviewLabelKind.FIRST
    blind: bool = True
    sure: bool = True
    defensible: tuple[str, ...] | None = None
    """In the frame of the case."""
    comment: str = ""
    evidence: tuple[EvidenceSpan, ...] = ()
    order: Order = Order.GIVEN
    at: str = ""
    active_ms: int = 0
    idle_ms: int = 0
    revisits: int = 0
    principle_hash: str = ""
    via: str = ""
    withdrawn: bool = False
    context: ItemContext = field(default_factory=ItemContext)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeAdjudication:
    """A decision that settled an item, on its way out or in."""

    item: str
    person: str
    label: str
    """In the frame of the case."""
    reason: AdjudicationReason
    id: str = ""
    note: str = ""
    at: str = ""
    active_ms: int = 0
    idle_ms: int = 0
    principle_hash: str = ""
    own: bool = False
    context: ItemContext = field(default_factory=ItemContext)


Exchanged = ExchangeLabel | ExchangeAdjudication


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something wrong in a record of a file."""

    place: Place
    """Where in the record."""
    code: str
    message: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What a record says, with where each field of it stands."""

    said: Exchanged
    places: Mapping[str, Place] = field(default_factory=dict)
    """By field; one that is left out stands where the record does."""

    def complaint(self, name: str, code: str, message: str, suggestion: str = "") -> Complaint:
        """Return a complaint about a field."""
        return Complaint(place=self.places.get(name, ()), code=code, message=message, suggestion=suggestion)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReading:
    """What came of one record of a file."""

    placed: tuple[Placed, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why something in it was passed over that is not wrong, such as "not labelled yet"."""


class RecordError(Exception):
    """A record can not be read."""

    def __init__(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.complaint = Complaint(place=place, code=code, message=message, suggestion=suggestion)
