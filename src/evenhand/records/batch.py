"""Batches as the ledger holds them."""

from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.run import AttemptState


class BatchStage(StrEnum):
    """Where a batch stands on our side."""

    RESERVED = "reserved"
    """Its rows are committed; nothing has left."""
    SENDING = "sending"
    """It may have arrived; its id has not reached the ledger."""
    RUNNING = "running"
    """The provider works on it, and its id is stored."""
    READ = "read"
    """Its results are in the ledger."""
    REFUSED = "refused"
    """The provider refused it as a whole; no row was asked."""
    UNSENT = "unsent"
    """It surely never arrived; no row was asked."""
    LOST = "lost"
    """Nobody can tell what became of it: its rows are possibly billed."""


OPEN_STAGES = (BatchStage.RESERVED, BatchStage.SENDING, BatchStage.RUNNING)
"""Stages that something is still to come of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch."""

    id: int
    """The batch, as the ledger numbers it."""
    account: str
    model: str
    """Model all its rows ask, without the account."""
    provider_id: str
    """The provider's id; empty until it is known."""
    stage: BatchStage
    created: float
    """Seconds since 1970, UTC."""
    rows: int
    """How many rows it has; 0 until it is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchedAttempt:
    """What joining a row needs to know of its attempt."""

    id: int
    """The attempt, as the ledger numbers it."""
    batch: int | None
    unit: int
    judge: str
    number: int
    key: bytes
    nonce: str
    instrument: int | None
    state: AttemptState
