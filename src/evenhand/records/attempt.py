"""Attempts: paid calls as they are reserved, answered, read and settled."""

from dataclasses import dataclass

from evenhand.records.instrument import Instrument
from evenhand.records.rating import TerminalState, Usage
from evenhand.records.run import AttemptState, Unit
from evenhand.records.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """A successful answer before anything is read: exactly the bytes of the body."""

    body: bytes
    request_id: str = ""
    """The provider's id of the request, from a header."""
    rest_s: float = 0.0
    """Seconds the account should rest, because its headers say that a rate limit is used up."""


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
    instrument: int | None = None
    """What it is made with, as the ledger numbers it."""
    batch: int | None = None
    """The batch it is part of, as the ledger numbers it; None for a call of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a reply's envelope says about the call."""

    attempt: int
    """The attempt, as the ledger numbers it."""
    usage: Usage
    cost_nanousd: int
    served_model: str = ""
    fingerprint: str = ""
    reserved_nanousd: int = 0
    """What was set aside for it by an earlier execution, or when it left in a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A unit in its terminal state."""

    unit: Unit
    key: bytes
    outcome: TerminalState
    served: tuple[Served, ...] = ()
    """The replies read for it, the last one decides."""
    reused: int | None = None
    """The attempt of an earlier run whose reply was used again; negative for an imported recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledItem:
    """An item whose units are all settled, with what the panel makes of them."""

    seq: int
    """Position in the suite."""
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A reply that was paid for and stored, ready to be read again."""

    attempt: int
    """The attempt, as the ledger numbers it; an imported recording has a negative number."""
    body: bytes
    nonce: str
    key: bytes
    """The key of the unit it answered."""
    batched: bool = False
    """Whether it came in a batch, at the price of one."""
    reserved_nanousd: int = 0
    """What was set aside for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """A paid call as the ledger holds it, without its reply."""

    id: int
    """The attempt, as the ledger numbers it."""
    unit: int
    """The unit it was for; -1 for a preflight call."""
    judge: str
    number: int
    """Which attempt of the unit, from 1."""
    state: AttemptState
    reserved_nanousd: int
    """Its worst-case price in billionths of a US dollar."""
    cost_nanousd: int | None
    """What it cost; None where no reply was read."""
    sent_at: float
    """Seconds since 1970, UTC."""
    ended_at: float | None
    """The same; None where nothing came back."""
    request_id: str
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    usage_estimated: bool
    """Whether the provider reported no tokens and the counts are ours."""
    served_model: str
    fingerprint: str
    error_class: str
    """Class of the failure; empty where a reply came."""
    error: str
    """What the failure said, for people; hostile text."""
    maybe_billed: bool
    """Whether a failed call may have been charged for."""
    instrument: Instrument | None
    """What it was made with; None in ledgers of earlier versions."""
    batch: int | None
    """The batch it was part of, as the ledger numbers it; None for a call of its own."""
