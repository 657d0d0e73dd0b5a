"""The reference label of each item, out of everything that people said about it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.table import NONE, Codes, Flags, Floats, Indices, Reference, ReferenceBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLabels:
    """Labels of persons and settled labels on the n items of a principle, one entry each (m labels).

    Every array has the shape (m,).
    """

    item: Indices
    """Row of the item."""
    label: Codes
    """Category; -1 where it is not on the scale."""
    settled: Flags
    """Whether it is a settled label; else a person's."""
    inclusion: Floats
    """Probability of being labelled; not a number where it is not recorded."""
    design: Codes
    """Number of the draw it belongs to; -1 where it names none."""
    blind: Codes
    """1 yes, 0 no, -1 not recorded."""

    def take(self, chosen: Flags) -> "GivenLabels":
        """Return the labels in `chosen`, shape (m,)."""
        return GivenLabels(
            item=self.item[chosen],
            label=self.label[chosen],
            settled=self.settled[chosen],
            inclusion=self.inclusion[chosen],
            design=self.design[chosen],
            blind=self.blind[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReference:
    """Reference labels, and how many items have none though people said something."""

    reference: Reference
    tied: int
    """Items on which people tie, and nobody settled it."""
    contradicting: int
    """Items whose settled labels differ."""
    mixed: int
    """Items whose labels come from several draws, or with several probabilities: theirs is not known."""
    unresolved: int = 0
    """Items whose reviewers differ, where that waits for an adjudicator."""


def find_reference(
    given: GivenLabels, *, items: int, categories: int, unresolved: Flags | None = None
) -> FoundReference:
    """Return the settled label of each item, or else the label most persons gave it.

    A tie of persons, or settled labels that differ, leave an item without a reference label, and so does a difference
    that waits for an adjudicator: a majority settles nothing there. An item has one
    probability of being labelled: where its labels were drawn in two designs, or with two probabilities, or only some
    of its persons' labels have one, it is not known; but where one of them was certain to be labelled (1), so was the
    item, whatever else it was drawn for. Labels that name no draw and have no probability do not count
    there beside those of a draw that has a name: they are more opinions on an item that was drawn anyway, or they stand
    apart.

    Args:
        given: The labels, all of them on the scale.
        items: How many items there are.
        categories: How many answers the scale has.
        unresolved: Items that wait for an adjudicator, shape (items,).
    """
    waits = np.zeros(items, dtype=np.bool_) if unresolved is None else unresolved
    persons = _votes(given, ~given.settled, items, categories)
    settled = _votes(given, given.settled, items, categories)
    by_persons, tied = _leading(persons)
    waits = waits & persons.any(axis=1)
    by_persons = np.where(waits, NONE, by_persons)
    kinds = (settled > 0).sum(axis=1)
    label = np.where(kinds == 1, settled.argmax(axis=1), np.where(kinds > 1, NONE, by_persons))
    inclusion, mixed = _inclusion(given, items)
    reference = Reference(
        label=label.astype(np.int16),
        basis=_basis(persons, kinds, label),
        inclusion=inclusion,
        blind=np.where(label == NONE, NONE, _blind(given, kinds, items)).astype(np.int16),
        apart=_apart(given, label),
    )
    return FoundReference(
        reference=reference,
        tied=int((tied & ~waits & (kinds == 0)).sum()),
        contradicting=int((kinds > 1).sum()),
        mixed=int((mixed & (label != NONE)).sum()),
        unresolved=int((waits & (kinds == 0)).sum()),
    )


def _votes(given: GivenLabels, chosen: Flags, items: int, categories: int) -> NDArray[np.int64]:
    """Return how many of the chosen labels each item has of each category, shape (items, categories)."""
    cells = given.item[chosen] * categories + given.label[chosen]
    return np.bincount(cells, minlength=items * categories).reshape(items, categories)


def _leading(votes: NDArray[np.int64]) -> tuple[NDArray[np.int64], Flags]:
    """Return the category with more votes than any other, or -1; and where several lead."""
    most = votes.max(axis=1, initial=0)
    leaders = ((votes == most[:, None]) & (votes > 0)).sum(axis=1)
    return np.where(leaders == 1, votes.argmax(axis=1), NONE), np.asarray(leaders > 1)


def _basis(
    persons: NDArray[np.int64], kinds: NDArray[np.int64], label: NDArray[np.int64]
) -> NDArray[np.int8]:
    most, total = persons.max(axis=1, initial=0), persons.sum(axis=1)
    by_persons = np.where(
        most < total,
        ReferenceBasis.MAJORITY,
        np.where(total > 1, ReferenceBasis.UNANIMOUS, ReferenceBasis.SINGLE),
    )
    found = np.where(kinds == 1, ReferenceBasis.RESOLVED, by_persons)
    return np.where(label == NONE, ReferenceBasis.NOTHING, found).astype(np.int8)


def _inclusion(given: GivenLabels, items: int) -> tuple[Floats, Flags]:
    """Return the probability of each item, and where its labels contradict each other about it."""
    known = np.isfinite(given.inclusion)
    keys = np.column_stack([given.design[known], given.inclusion[known]])
    kinds, draw = np.unique(keys, axis=0, return_inverse=True)
    low, high = np.full(items, len(kinds)), np.full(items, NONE)
    np.minimum.at(low, given.item[known], draw.reshape(-1))
    np.maximum.at(high, given.item[known], draw.reshape(-1))
    some = _any(given.item, known & ~given.settled, items)
    drawn = _any(given.item, known & (given.design != NONE), items)
    beside = drawn[given.item] & (given.design == NONE)
    others = _any(given.item, ~known & ~given.settled & ~beside, items)
    certain = _any(given.item, known & (given.inclusion == 1), items)
    mixed = np.asarray(((high > low) | (some & others)) & ~certain)
    values = np.append(kinds[:, 1], np.nan)
    return np.where(certain, 1.0, np.where(mixed, np.nan, values[high])), mixed


def _apart(given: GivenLabels, label: NDArray[np.int64]) -> Flags | None:
    """Return the items with a reference label of which no label claims to be drawn; None where no draw has a name."""
    known = np.isfinite(given.inclusion)
    if not (known & (given.design != NONE)).any():
        return None
    claimed = _any(given.item, known | (given.design != NONE), len(label))
    return np.asarray((label != NONE) & ~claimed)


def _blind(given: GivenLabels, kinds: NDArray[np.int64], items: int) -> NDArray[np.int64]:
    """Return 1 where every label behind the reference was blind, 0 where one was not, -1 where that is not known."""
    behind = given.settled == (kinds[given.item] == 1)
    seen = _any(given.item, behind & (given.blind == 0), items)
    unknown = _any(given.item, behind & (given.blind == NONE), items)
    return np.where(seen, 0, np.where(unknown, NONE, 1))


def _any(item: Indices, chosen: Flags, items: int) -> Flags:
    return np.asarray(np.bincount(item[chosen], minlength=items) > 0)
