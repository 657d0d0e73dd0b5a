"""What happens on the connection once it is decided how a call ends."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send bytes, then go on to the next request."""

    data: bytes
    """A whole response, or the beginning of one."""
    delay: float = 0.0
    """Seconds to wait first."""
    close: bool = False
    """Close the connection afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip:
    """Send bytes a few at a time."""

    data: bytes
    """A whole response."""
    interval: float
    """Seconds between two pieces."""
    size: int
    """Bytes per piece."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Tear the connection down with a TCP reset."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer; the call ends when the client goes away."""


Delivery: TypeAlias = Send | Drip | Reset | Hang
