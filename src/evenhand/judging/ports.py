"""What the runner needs from the outside: a ledger to commit to and offline judges to ask."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from evenhand.errors import CallError
from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled, SettledItem, StoredReply
from evenhand.records.rating import Outcome
from evenhand.records.run import Unit


class Ledger(Protocol):
    """The append-only record the runner commits to. Each await returns after the commit is on disk."""

    async def begin(self, attempt: NewAttempt) -> int:
        """Commit `reserved` and `sent` before a byte leaves; return the attempt's number in the ledger."""
        ...

    async def received(self, attempt: int, raw: RawReply) -> None:
        """Commit the reply's bytes before anything is read from them."""
        ...

    async def failed(self, attempt: int, error: CallError) -> None:
        """Commit that no reply came."""
        ...

    async def settle(self, settled: Sequence[Settled], decided: Sequence[SettledItem]) -> None:
        """Commit terminal states, and the verdicts of the items they complete."""
        ...

    async def served(self, served: Served) -> None:
        """Commit what a reply outside any unit said, such as one of preflight."""
        ...

    def stored_replies(self, unit: Unit, key: bytes) -> Iterable[StoredReply]:
        """Return replies already paid for: those of this unit in this run, and of its key in earlier runs."""
        ...


class OfflineJudge(Protocol):
    """A judge that needs no call."""

    def rate(self, unit: Unit) -> Outcome:
        """Return its rating of `unit`."""
        ...
