"""What an export came to: everything its dataset card, its manifest and its command say."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.provenance import Provenance
from evenhand.feedback.shapes import Format, Shape, Source
from evenhand.feedback.trust import StandingFacts, TrustReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file of rows."""

    path: str
    """From the folder of the export, with / between its parts."""
    split: str
    rows: int
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFacts:
    """An export."""

    format: Format
    shape: Shape
    source: Source
    """What rows were made from."""
    conversational: bool
    """Whether texts are lists of messages."""
    provenance: Provenance
    standing: StandingFacts
    records: int
    """How many went in; the same as rows and what was left out together."""
    rows: Mapping[str, int]
    """By split, the empty ones too."""
    left_out: Mapping[LeftOut, int]
    """By reason; reasons that met nothing are absent."""
    trust: Mapping[TrustReason, int]
    """Rows by whether they are trusted and why."""
    untrusted: bool
    """Whether rows that nobody vouches for were asked for."""
    held_back: int
    """Sources whose labels are kept to certify with."""
    include_gate: bool
    """Whether sources with labels of the gate split were let in."""
    shares: Mapping[str, float]
    """Of the splits."""
    seed: int
    """Of the splits."""
    license: str
    """As given; empty where nobody said."""
    version: str
    """Of evenhand."""
    files: tuple[ExportedFile, ...]
    beside: tuple[ExportedFile, ...] = ()
    """Files with the columns of the same rows, where the format has no room for them."""
    notes: tuple[str, ...] = ()
    """What readers have to know besides."""

    @property
    def total(self) -> int:
        """Rows of all splits."""
        return sum(self.rows.values())

    @property
    def trusted(self) -> int:
        """Rows that people settled or a calibrated panel decided alone."""
        return self.trust.get(TrustReason.PEOPLE, 0) + self.trust.get(TrustReason.CERTIFIED, 0)


__all__ = ["ExportFacts", "ExportedFile"]
