"""What the chain runner needs from the outside: a ledger to commit to."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from evenhand.judging.ports import Attempts
from evenhand.records.attempt import Served, StoredReply
from evenhand.records.generation import Step


class StepLedger(Attempts, Protocol):
    """The append-only record of a generation run."""

    def settled_steps(self, first: int, last: int) -> Mapping[int, Step]:
        """Return the steps from `first` to `last` that have a terminal state, by their number."""
        ...

    def own_replies(self, seq: int, key: bytes) -> Sequence[StoredReply]:
        """Return the replies that this run had of a step before it was interrupted, the first one first."""
        ...

    def earlier_replies(self, seq: int, key: bytes) -> Sequence[StoredReply]:
        """Return the replies of other runs to the same question, the best one first."""
        ...

    async def settle(self, step: Step, served: Sequence[Served]) -> None:
        """Write a terminal state; a step that has one keeps it."""
        ...
