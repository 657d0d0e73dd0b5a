"""What the batcher needs from the outside: a ledger that also knows batches, and files to write rows to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Protocol

from evenhand.errors import CallError
from evenhand.judging.ports import Ledger
from evenhand.records.attempt import NewAttempt, RawReply
from evenhand.records.batch import Batch, BatchedAttempt, BatchStage

OpenFile = Callable[[], IO[bytes]]
"""Opens an empty file that vanishes when it is closed."""


class Replies(Ledger, Protocol):
    """The ledger of the run, which can be told that batches brought replies."""

    def look_again(self) -> None:
        """Notice replies that came for units in batches."""
        ...


class BatchLedger(Protocol):
    """The record of the batches of a run. What is not awaited is on disk when it returns, too."""

    @property
    def replies(self) -> Replies:
        """Where replies are found and terminal states committed."""
        ...

    def open_batches(self) -> tuple[Batch, ...]:
        """Return the batches that something is still to come of."""
        ...

    def taken_ids(self, account: str) -> frozenset[str]:
        """Return the ids at the provider of every batch of an account that is known."""
        ...

    def begin_batch(self, account: str, model: str) -> int:
        """Add a batch of which nothing has left; return its number."""
        ...

    def sending(self, batch: int, *, model: str, rows: int) -> None:
        """Commit that a batch is about to leave."""
        ...

    def running(self, batch: int, provider_id: str) -> None:
        """Commit the provider's id."""
        ...

    def end(self, batch: int, stage: BatchStage, reason: str) -> int:
        """Close a batch and the rows that nothing came of; return how many these are."""
        ...

    def number_row(self) -> int:
        """Return the number of the next attempt."""
        ...

    async def begin_rows(self, rows: Sequence[tuple[int, NewAttempt]]) -> None:
        """Commit rows as sent, in one commit."""
        ...

    async def end_rows(
        self,
        ended: Sequence[tuple[int, RawReply | CallError]],
        extra: Sequence[tuple[int, NewAttempt]] = (),
    ) -> None:
        """Commit what came of rows, in one commit; `extra` attempts are added first."""
        ...

    def attempts(self, numbers: Iterable[int]) -> Mapping[int, BatchedAttempt]:
        """Return these attempts of the run, by their number."""
        ...

    def reply_hashes(self, batch: int, units: Iterable[int]) -> dict[int, set[bytes]]:
        """Return the digests of the replies a batch has brought for these units."""
        ...

    def units_of(self, batch: int, *, unanswered: bool = False) -> list[int]:
        """Return the units of a batch, or those it brought no reply for."""
        ...

    def refused_rows(self) -> Mapping[int, tuple[str, str]]:
        """Return class and message of the refusals of single rows, by unit, where the unit is open."""
        ...

    def excuse_rows(self, batch: int) -> None:
        """Note that the errors of a batch are not those of its rows, which are to be asked again."""
        ...

    def unbilled_nanousd(self, batch: int) -> int:
        """Return what was set aside for the rows of a batch that surely cost nothing."""
        ...
