"""Recorded outcomes by their place in the suite, small enough for hundreds of thousands of lines."""

import sys
from collections.abc import Iterator
from typing import cast

from evenhand.records.rating import Order, Outcome
from evenhand.records.run import Unit

_Place = tuple[str, str, Order, int]
"""Candidate, principle, order and repeat; few different ones occur, and equal ones are kept once."""


class RecordingIndex:
    """Outcomes of one recording.

    A case costs one entry of a dictionary and one flat tuple of places and outcomes, about 150 bytes for a case
    with one line; equal places and equal outcomes are shared between lines.
    """

    def __init__(self) -> None:
        self._cases: dict[str, tuple[_Place | Outcome, ...]] = {}
        self._places: dict[_Place, _Place] = {}
        self.lines = 0

    def add(self, case: str, place: _Place, outcome: Outcome) -> None:
        """Add the outcome of a line; the reader of the file has refused second lines for one place."""
        shared = self._places.setdefault(place, place)
        self._cases[sys.intern(case)] = (*self._cases.get(case, ()), shared, outcome)
        self.lines += 1

    def find(self, unit: Unit) -> Outcome | None:
        """Return what is recorded for `unit`, or None.

        A line that names no principle is about every principle of its case. A line that names no candidate is
        about the only one, or about the pair; where a case has several candidates, it is about none. Of several
        lines that fit, the one that says most is meant.
        """
        known = self._cases.get(unit.item.case.id, ())
        for place in _places(unit):
            shared = self._places.get(place)
            if shared is None:
                continue
            for at in range(0, len(known), 2):
                if known[at] is shared:
                    return cast("Outcome", known[at + 1])
        return None


def _places(unit: Unit) -> Iterator[_Place]:
    """Yield the places a line about `unit` can have, the one that says most first."""
    is_clear = unit.item.is_pair or len(unit.item.case.outputs) == 1
    candidates = (unit.item.candidate_id, "") if is_clear else (unit.item.candidate_id,)
    for principle in (unit.item.principle_id, ""):
        for candidate in candidates:
            yield candidate, principle, unit.order, unit.repeat
