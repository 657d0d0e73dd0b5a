"""A human label as its source has it, before it meets the items of a run."""

from dataclasses import dataclass

from evenhand.calibration.splits import label_digest

Place = tuple[str, str]
"""Case and principle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """Who said what about which item."""

    place: Place
    candidate_id: str
    annotator: str
    settled: bool
    label: str
    detail: str | None
    """How it came about, as the ledger holds it."""

    def digest(self, principle: str = "") -> bytes:
        """Return what tells whether it changed: who said what about which item.

        Args:
            principle: An earlier name of its principle, for what the digest was then.
        """
        place = (self.place[0], principle or self.place[1])
        who = (self.annotator, "settled" if self.settled else "person")
        return label_digest((*place, self.candidate_id, *who, self.label))
