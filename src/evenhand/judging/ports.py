"""What the runner needs from the outside: a ledger to commit to and offline judges to ask."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from evenhand.errors import CallError
from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled, SettledItem, StoredReply
from evenhand.records.pacing import PacingEvent
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Outcome
from evenhand.records.run import Unit


class Attempts(Protocol):
    """Where paid calls are committed: what is paid for is on disk when its await returns."""

    async def begin(self, attempt: NewAttempt) -> int:
        """Commit `reserved` and `sent` before a byte leaves; return the attempt's number in the ledger."""
        ...

    async def received(self, attempt: int, raw: RawReply) -> None:
        """Commit the reply's bytes before anything is read from them."""
        ...

    async def failed(self, attempt: int, error: CallError) -> None:
        """Commit that no reply came."""
        ...

    async def served(self, served: Served) -> None:
        """Commit what a reply outside any unit said, such as one of preflight."""
        ...

    async def paced(self, events: Sequence[PacingEvent]) -> None:
        """Commit changes of the pace at which accounts are asked."""
        ...

    async def flush(self) -> None:
        """Return when all that was settled is on disk."""
        ...


class Ledger(Attempts, Protocol):
    """The append-only record the runner commits to.

    What can be made again from attempts and replies, terminal states and verdicts, may follow them a moment later
    (`settle`, `flush`).
    """

    async def settle(self, settled: Sequence[Settled], decided: Sequence[SettledItem]) -> None:
        """Write terminal states, and the verdicts of the items they complete, in one commit and in order.

        It may still be on its way to disk when this returns; `flush` waits for it.
        """
        ...

    def rated_units(self, units: Sequence[Unit]) -> Mapping[int, RatedUnit]:
        """Return the terminal states of those `units` of one item that have one, by position in the plan."""
        ...

    @property
    def has_earlier(self) -> bool:
        """Whether there is any reply of an earlier run or of a recording that may be used."""
        ...

    def earlier_replies(self, sought: Sequence[tuple[Unit, bytes]]) -> Mapping[int, Sequence[StoredReply]]:
        """Return the replies of earlier runs and of recordings that were given to the keys of these units.

        Returns:
            For the place of each unit with replies: those to the same unit first, then the newest.
        """
        ...

    def own_replies(self, unit: Unit) -> Sequence[StoredReply]:
        """Return the replies that this run had of `unit` before it was interrupted, the first one first."""
        ...


class OfflineJudge(Protocol):
    """A judge that needs no call."""

    def rate(self, unit: Unit) -> Outcome:
        """Return its rating of `unit`."""
        ...
