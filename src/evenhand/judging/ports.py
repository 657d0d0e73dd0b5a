"""What the runner needs from the outside: a ledger to commit to and offline judges to ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from evenhand.errors import CallError
from evenhand.providers.interface import RawReply
from evenhand.records.rating import Outcome, Usage
from evenhand.records.run import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """A call about to leave."""

    unit_seq: int
    """The unit it is for; -1 for a preflight call."""
    judge: str
    number: int
    """Which attempt of the unit, from 1."""
    key: bytes
    """The unit's key."""
    nonce: str
    reserved_nanousd: int
    """Its worst-case price in billionths of a US dollar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a reply's envelope says about the call."""

    attempt: int
    """The attempt, as the ledger numbers it."""
    usage: Usage
    cost_nanousd: int
    served_model: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A unit in its terminal state."""

    unit: Unit
    key: bytes
    outcome: Outcome
    served: tuple[Served, ...] = ()
    """The replies read for it, the last one decides."""
    reused: int | None = None
    """The attempt of an earlier run whose reply was used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A reply that was paid for and stored, ready to be read again."""

    attempt: int
    body: bytes
    nonce: str
    from_this_run: bool


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

    async def settle(self, settled: Sequence[Settled]) -> None:
        """Commit terminal states."""
        ...

    def stored_replies(self, unit: Unit, key: bytes) -> Iterable[StoredReply]:
        """Return replies already paid for: those of this unit in this run, and of its key in earlier runs."""
        ...


class OfflineJudge(Protocol):
    """A judge that needs no call."""

    def rate(self, unit: Unit) -> Outcome:
        """Return its rating of `unit`."""
        ...
