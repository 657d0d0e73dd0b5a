"""Units of one account that got no answer: held back until it is known whether they or the account are to blame."""

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.records.attempt import Settled
from evenhand.records.rating import FailedRating, FailureKind

STRAIGHT_FAILURES = 10
"""So many units in a row without an answer stop their account: an outage must not turn into thousands of failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    settled: Settled
    """The unit, and how it would fail."""
    answers: int
    """How often the account had answered when the unit was given up."""
    before: int
    """How often it had answered when it first gave the unit no answer."""

    def is_to_blame(self, answers: int) -> bool:
        """Tell whether the account refused the unit, or answered others since it first gave this one nothing."""
        outcome = self.settled.outcome
        is_unreachable = isinstance(outcome, FailedRating) and outcome.kind is FailureKind.UNREACHABLE
        return answers > self.before or not is_unreachable


class Unanswered:
    """What is held back of one account. It hears of every answer and of every call that got none."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._held: list[_Held] = []
        self._answers = 0
        self._first_failures: dict[int, int] = {}
        """For each unit under way that met a failure: how often the account had answered before that."""

    def __len__(self) -> int:
        """Return how many units are held back."""
        return len(self._held)

    def answered(self) -> None:
        """Note that the account answered somebody."""
        self._answers += 1

    def failed(self, unit_seq: int) -> None:
        """Note that a call for a unit under way got no answer."""
        self._first_failures.setdefault(unit_seq, self._answers)

    def forget(self, unit_seq: int) -> None:
        """Note that a unit is under way no more."""
        self._first_failures.pop(unit_seq, None)

    def hold(self, settled: Settled) -> bool:
        """Keep a unit without an answer for now; tell whether so many in a row are an outage."""
        before = self._first_failures.get(settled.unit.seq, self._answers)
        self._held.append(_Held(settled=settled, answers=self._answers, before=before))
        return sum(each.answers == self._answers for each in self._held) >= STRAIGHT_FAILURES

    def release_answered(self) -> Sequence[Settled]:
        """Return the units after which the account answered somebody: they failed by themselves."""
        released = [each.settled for each in self._held if each.answers < self._answers]
        self._held = [each for each in self._held if each.answers >= self._answers]
        return released

    def part(self) -> tuple[Sequence[Settled], Sequence[Settled]]:
        """Part what is left when nobody is asked any more: units that are to blame, and units that may not be."""
        held, self._held = self._held, []
        blamed = [each.settled for each in held if each.is_to_blame(self._answers)]
        return blamed, [each.settled for each in held if not each.is_to_blame(self._answers)]

    def clear(self) -> Sequence[Settled]:
        """Return what is held back; nothing is left."""
        held, self._held = self._held, []
        return [each.settled for each in held]
