"""The lossless shape of labels and adjudications: one flat record each, the same in JSONL, CSV and Parquet."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.label import LEAST_INCLUSION
from evenhand.records.rating import Order
from evenhand.records.review import (
    AdjudicationReason,
    EvidenceSpan,
    Provenance,
    ReviewLabelKind,
)
from evenhand.review.evidence import MOST_SPANS
from evenhand.review.exchange.records import (
    ExchangeAdjudication,
    Exchanged,
    ExchangeLabel,
    ItemContext,
    Placed,
)
from evenhand.review.exchange.shapes import read_shape

SCHEMA: Final = "review/v1"
MOST_COMMENT: Final = 100_000
"""Characters of a comment: more than people can type here, for what was written in another tool."""
MOST_COUNT: Final = 2**53
"""The largest whole number that every tool reads as it is."""


class SpanLine(FileRecord):
    """A passage the label rests on."""

    block: str = Field(min_length=1)
    """"prompt", or "output:" and the name of the candidate; "/" and a number after it is the turn, from 0."""
    start: int = Field(ge=0)
    """First code point, from 0."""
    end: int = Field(ge=0)
    """One after the last."""
    quote: str
    """The passage itself; checked against the text."""


class ReviewLine(FileRecord):
    """A label of a person, or a decision that settled an item, with everything the estimates need."""

    schema_: Literal["review/v1"] = Field(default="review/v1", alias="schema")
    """Kind and version of the line."""
    record: Literal["label", "adjudication"]
    """What the line is."""
    id: str = ""
    """Of the label or decision; the same wherever it goes."""
    item: str = Field(min_length=1)
    """Id of the review item."""
    run: str = ""
    """The run whose item it is."""
    constitution: str = ""
    """Name and version of the constitution."""
    case: str = ""
    """The case."""
    candidate: str = ""
    """The candidate, or both with a bar between them."""
    principle: str = ""
    """The principle."""
    principle_hash: str = ""
    """Hash over what a label on the principle rests on, as it was when the label was given."""
    design: str = ""
    """The design the item was drawn in."""
    stratum: str = ""
    """Group of items the draw was made in."""
    inclusion: float | None = Field(default=None, ge=LEAST_INCLUSION, le=1)
    """Probability with which the design draws the item; left out for a gold item."""
    gold: str | None = None
    """The answer that was known already, of a gold item."""
    person: str = ""
    """Who answered."""
    kind: ReviewLabelKind = ReviewLabelKind.FIRST
    """first: what calibration reads; repeat: the same item again; revealed: a changed mind after seeing the judges."""
    blind: bool = True
    """Whether it was given without sight of what judges and other people said."""
    label: str = Field(min_length=1)
    """The answer; of a pair, "a" is the first candidate of the case."""
    sure: bool = True
    """Whether the person was sure."""
    defensible: tuple[str, ...] | None = None
    """Other answers that could be defended; empty where the person looked and found none, left out where not asked."""
    comment: str = Field(default="", max_length=MOST_COMMENT)
    """The person's comment; of a decision, its note."""
    evidence: tuple[SpanLine, ...] = Field(default=(), max_length=MOST_SPANS)
    """Passages the label rests on."""
    order: Order = Order.GIVEN
    """In which order a pair was shown."""
    at: str = ""
    """UTC time, ISO 8601."""
    active_ms: int = Field(default=0, ge=0, le=MOST_COUNT)
    """Active time, in milliseconds."""
    idle_ms: int = Field(default=0, ge=0, le=MOST_COUNT)
    """Time with the page in view and nothing done, in milliseconds."""
    revisits: int = Field(default=0, ge=0, le=MOST_COUNT)
    """How often the item was opened again."""
    via: str = ""
    """Where it was given."""
    withdrawn: bool = False
    """Whether it was undone."""
    provenance: Provenance | None = None
    """What the labels of the item come to."""
    reason: AdjudicationReason | None = None
    """Why reviewers differed; of a decision."""
    own: bool = False
    """Whether who decided had labelled the item too."""


FIELDS: Final = tuple(field.alias or name for name, field in ReviewLine.model_fields.items())
"""Names of the fields, as they are written."""

_ITEM = ("run", "constitution", "case", "candidate", "principle", "design", "stratum", "inclusion", "gold")
_SAID = ("id", "item", "person", "label", "at", "active_ms", "idle_ms", "principle_hash")
_LABEL = (
    *_SAID,
    *("kind", "blind", "sure", "defensible", "comment", "order", "revisits", "via", "withdrawn"),
)
_DECISION = (*_SAID, "reason", "own")


def as_line(said: Exchanged) -> dict[str, Any]:
    """Return a label or a decision as plain JSON values; what is not known is left out."""
    line = line_of(said)
    return line.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)


def line_of(said: Exchanged) -> ReviewLine:
    """Return a label or a decision as the line of a file."""
    item = {name: getattr(said.context, name) for name in (*_ITEM, "provenance")}
    if isinstance(said, ExchangeAdjudication):
        own = {name: getattr(said, name) for name in _DECISION}
        return ReviewLine(schema_=SCHEMA, record="adjudication", comment=said.note, **own, **item)
    spans = tuple(
        SpanLine(block=span.block, start=span.start, end=span.end, quote=span.quote) for span in said.evidence
    )
    own = {name: getattr(said, name) for name in _LABEL}
    return ReviewLine(schema_=SCHEMA, record="label", evidence=spans, **own, **item)


def read_line(record: Mapping[str, Any]) -> Placed:
    """Read a label or a decision out of a record of a file; values of None count as left out.

    Raises:
        RecordError: It has not the shape.
    """
    line = read_shape(ReviewLine, {name: value for name, value in record.items() if value is not None})
    return Placed(said=_said(line), places={name: (name,) for name in record})


def _said(line: ReviewLine) -> Exchanged:
    context = ItemContext(
        **{name: getattr(line, name) for name in _ITEM},
        provenance=line.provenance,
    )
    if line.record == "adjudication":
        own = {name: getattr(line, name) for name in _DECISION}
        own["reason"] = line.reason or AdjudicationReason.OTHER
        return ExchangeAdjudication(note=line.comment, context=context, **own)
    spans = tuple(
        EvidenceSpan(block=span.block, start=span.start, end=span.end, quote=span.quote)
        for span in line.evidence
    )
    return ExchangeLabel(evidence=spans, context=context, **{name: getattr(line, name) for name in _LABEL})
