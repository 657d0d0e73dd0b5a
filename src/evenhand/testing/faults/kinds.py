"""Kinds of scripted faults: what goes wrong with a call, and whether the vendor still bills it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenhand.testing.api import Reply
from evenhand.testing.exchange import JsonObject
from evenhand.testing.wire import JSON_TYPE

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorFault:
    """The vendor answers with an error; nothing is billed."""

    name: str
    """Name in the ledger."""
    kind: str
    """Key of `vendor_errors.ERRORS`."""
    headers: Headers = ()
    """Extra response headers."""
    date_in: float | None = None
    """Seconds from the reply to the date a `retry-after` header names; None sends no date."""
    message: str = ""
    """Replaces the vendor's message."""
    billed: bool = False
    """Whether the vendor bills it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFault:
    """The answer is tampered with before the protocol writes it down."""

    name: str
    """Name in the ledger."""
    edit: Callable[[Reply], Reply]
    """The tampering."""
    billed: bool = True
    """Whether the vendor bills it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFault:
    """The JSON document of the reply is tampered with."""

    name: str
    """Name in the ledger."""
    edit: Callable[[JsonObject], JsonObject]
    """The tampering."""
    billed: bool = True
    """Whether the vendor bills it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFault:
    """The response has a body of its own."""

    name: str
    """Name in the ledger."""
    body: Callable[[], bytes]
    """Makes the body, when it is needed."""
    status: int = 200
    """HTTP status."""
    content_type: str = JSON_TYPE
    """Content type."""
    headers: Headers = ()
    """Extra response headers."""
    billed: bool = True
    """Whether the vendor bills it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketFault:
    """The connection fails."""

    name: str
    """Name in the ledger."""
    moment: Literal["before_body", "after_body", "hang"]
    """Reset before the body was read, reset after it was, or silence."""
    billed: bool = True
    """Whether the vendor bills it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceFault:
    """The reply is right but comes late, slowly or not whole."""

    name: str
    """Name in the ledger."""
    delay: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds between two pieces; 0 sends all at once."""
    piece: int = 1
    """Bytes per piece."""
    share: float = 1.0
    """Share of the body that is sent before the connection closes."""
    billed: bool = True
    """Whether the vendor bills it."""


Fault: TypeAlias = ErrorFault | ReplyFault | DocumentFault | BodyFault | SocketFault | PaceFault
