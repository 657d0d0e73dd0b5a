"""What a provider's batch API is: a file of requests goes up, an id comes back, and much later rows come down."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Protocol

from evenhand.errors import CallError
from evenhand.providers.interface import ChatRequest
from evenhand.records.attempt import RawReply


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchForm:
    """How the requests of a batch are put into one file, and how many fit."""

    head: bytes
    """Before the first row."""
    between: bytes
    """Between two rows."""
    tail: bytes
    """After the last row."""
    most_rows: int
    """Most rows the vendor takes."""
    most_bytes: int
    """Most bytes of the whole file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLabel:
    """What tells one batch of ours from all others at the provider."""

    run: str
    """Name of the run."""
    number: int
    """The batch, as the ledger numbers it."""
    rows: int
    """How many rows it has."""
    created: float
    """When it was handed over, seconds since 1970."""
    prefix: str
    """What the custom ids of its rows begin with, and of no others."""
    taken: frozenset[str] = frozenset()
    """Ids at the provider that are known to be other batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchUpload:
    """A batch ready to leave."""

    label: BatchLabel
    endpoint: str
    """Path the rows ask."""
    file: IO[bytes]
    """The requests; read from its start, perhaps more than once."""
    size: int
    """Bytes of the file."""


class BatchPhase(StrEnum):
    """Where a batch stands, in the same words for all vendors."""

    RUNNING = "running"
    ENDED = "ended"
    """Its results can be read: all, or those that were ready when it expired or was cancelled."""
    REFUSED = "refused"
    """It failed its validation; no row was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStatus:
    """What a provider says about a batch."""

    id: str
    """The provider's id."""
    phase: BatchPhase
    word: str
    """The vendor's own word for it."""
    done: int = 0
    """Rows that are through, as far as the vendor says."""
    total: int = 0
    """Rows in all, as the vendor counted them; 0 where it has not."""
    complaint: str = ""
    """Why it was refused, in the vendor's words: hostile text, made printable."""
    files: tuple[str, ...] = ()
    """Where the results are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a search for a batch came to whose id never reached us."""

    status: BatchStatus | None = None
    """The batch; None where none was found."""
    certain: bool = True
    """With a status of None: whether there surely is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One line of the results."""

    custom_id: str
    """The row it says it answers; hostile text."""
    result: RawReply | CallError
    """The reply's bytes, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLine:
    """A line that is no result."""

    why: str


ResultLine = BatchRow | BrokenLine


class BatchProvider(Protocol):
    """The batch API of one account.

    Every failure goes through the one classifier. Every call goes through the one retry loop, but for the reading of
    results, which goes on where it broke off and waits by the same rule.
    """

    @property
    def form(self) -> BatchForm:
        """How its files are written."""
        ...

    @property
    def endpoint(self) -> str:
        """Path its rows ask."""
        ...

    def row(self, custom_id: str, request: ChatRequest) -> bytes:
        """Return one request as it stands in the file.

        Raises:
            CallError: The protocol can not ask this.
        """
        ...

    async def submit(self, upload: BatchUpload) -> BatchStatus:
        """Hand a batch over. After a reply that was lost the batch is looked for, and none is created again.

        Raises:
            CallError: The provider did not take it; `maybe_billed` says that it may have, without our knowing its id.
        """
        ...

    async def find(self, label: BatchLabel) -> Lookup:
        """Look for a batch whose id never reached us.

        Raises:
            CallError: The provider could not be asked.
        """
        ...

    async def poll(self, batch: str) -> BatchStatus:
        """Ask how a batch stands.

        Raises:
            CallError: The provider could not be asked.
        """
        ...

    def results(self, status: BatchStatus) -> AsyncIterator[ResultLine]:
        """Read the results line by line, never holding more than one.

        Raises:
            CallError: They could not be read to their end.
        """
        ...

    async def cancel(self, batch: str) -> BatchStatus:
        """Ask the provider to stop a batch; what it has answered stays to be read.

        Raises:
            CallError: The provider could not be asked.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...
