"""Human labels: a person's rating of an item, or the settled reference label."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from evenhand.records.canonical import FileRecord


class LabelKind(StrEnum):
    """Who a label comes from."""

    PERSON = "person"
    RESOLVED = "resolved"


class LabelLine(FileRecord):
    """One line of a label file."""

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
