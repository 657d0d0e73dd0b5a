"""Pacing: how many calls an account was allowed at once, and why that changed."""

from dataclasses import dataclass
from enum import StrEnum


class PaceChange(StrEnum):
    """Why the pace of an account changed."""

    START = "start"
    """The run began to use the account."""
    GROWN = "grown"
    """A round of calls went well and most places were in use."""
    CUT = "cut"
    """The provider limits the rate."""
    REST = "rest"
    """No call starts for a while, because the provider asked for it."""
    OPENED = "opened"
    """Calls get no answer: the breaker opened, and one probe at a time finds out when that ends."""
    PROBE = "probe"
    """A probe left."""
    CLOSED = "closed"
    """A probe was answered: the breaker closed, and the limit starts small again."""
    GIVEN_UP = "given_up"
    """The account is asked nothing more in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingEvent:
    """One change of an account's pace."""

    account: str
    at: float
    """Seconds since 1970, UTC."""
    limit: int
    """Most calls in flight from now on."""
    in_flight: int
    """Calls in flight now."""
    why: PaceChange
    rest_s: float = 0.0
    """With `rest`: seconds until calls start again."""
