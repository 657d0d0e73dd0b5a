"""What the labels of an item come to, without ever taking a majority for the truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.records.review import Adjudication, Provenance, ReviewLabel, ReviewLabelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the labels of an item come to."""

    provenance: Provenance
    label: str
    """The label most people gave, or that of the adjudication; empty where none leads."""

    @property
    def may_be_reference(self) -> bool:
        """Whether the label may stand as a reference: nobody differed, or the difference was settled."""
        return self.provenance in {Provenance.SINGLE, Provenance.UNANIMOUS, Provenance.ADJUDICATED}


def settle(labels: Iterable[ReviewLabel], adjudication: Adjudication | None) -> Settled | None:
    """Return what the labels of an item come to; None where nobody labelled it."""
    if adjudication is not None:
        return Settled(provenance=Provenance.ADJUDICATED, label=adjudication.label)
    given = [each for each in labels if each.kind is ReviewLabelKind.FIRST and not each.withdrawn]
    if not given:
        return None
    counts = Counter(each.label for each in given)
    (label, most), *_ = counts.most_common()
    if len(counts) == 1:
        return Settled(provenance=Provenance.SINGLE if most == 1 else Provenance.UNANIMOUS, label=label)
    if most * 2 > len(given):
        return Settled(provenance=Provenance.MAJORITY, label=label)
    return Settled(provenance=Provenance.UNRESOLVED, label="")
