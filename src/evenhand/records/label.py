"""Human labels: a person's rating of an item, or the settled reference label."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord

LEAST_INCLUSION = 1e-9
"""One item of a billion: below that, one over the probability swamps every other label, or is no number."""


class LabelKind(StrEnum):
    """Who a label comes from."""

    PERSON = "person"
    RESOLVED = "resolved"


class _Said(FileRecord):
    """Who said what about which item."""

    case: str = Field(min_length=1)
    """The case."""
    principle: str = Field(min_length=1)
    """The principle, or the file's own name for it."""
    annotator: str = Field(min_length=1)
    """Who gave the label."""
    label: str
    """The label."""
    candidate: str = ""
    """The candidate, where the case has several; left out, the label is about all that is shown of the case."""
    note: str = ""
    """The reason, or anything else."""


class LabelDetail(FileRecord):
    """How a label came about: what an estimate has to know beside the label itself. Everything may be left out."""

    inclusion: float | None = Field(default=None, ge=LEAST_INCLUSION, le=1)
    """Probability with which the item was drawn to be labelled, such as 0.1; 1 where all items were. Without it no rate
    of a population follows from the label."""
    design: str = ""
    """Name of the draw or rule the item came by; a probability holds within its design."""
    stratum: str = ""
    """Group of items the draw was made in."""
    blind: bool | None = None
    """Whether the label was given without sight of what judges and other people said."""
    at: str = ""
    """When it was given, as an ISO date or time such as 2026-11-20 or 2026-11-20T09:30:00Z."""
    seconds: float | None = Field(default=None, ge=0)
    """Active time it took, in seconds."""
    defensible: tuple[str, ...] | None = None
    """Labels that the person finds defensible too; an empty list where the person was asked and named none."""

    @property
    def day(self) -> str:
        """The day it was given, YYYY-MM-DD; empty where that is not recorded."""
        return datetime.fromisoformat(self.at).date().isoformat() if self.at else ""

    @model_validator(mode="after")
    def _has_a_real_date(self) -> Self:
        if self.at and not _is_iso(self.at):
            raise ValueError("at is no date or time; write it as 2026-11-20 or 2026-11-20T09:30:00Z")
        return self


class LabelLine(LabelDetail, _Said):
    """One line of a label file."""


NO_DETAIL = LabelDetail()
"""Nothing is known about how a label came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanLabel:
    """A label as the ledger holds it."""

    case_id: str
    candidate_id: str
    """The candidate; empty where the label is about all that is shown of the case."""
    principle_id: str
    annotator: str
    kind: LabelKind
    label: str
    note: str = ""
    detail: LabelDetail = NO_DETAIL
    """How it came about, in the words of the scale."""


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
