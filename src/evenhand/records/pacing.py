"""Pacing: how many calls an account was allowed at once, and why that changed."""

from collections import Counter
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNow:
    """How an account is asked at one moment."""

    account: str
    limit: int
    """Most calls in flight."""
    in_flight: int
    """Calls in flight."""
    resting_s: float
    """Seconds for which no call starts because the provider asked for it; 0 for none."""
    is_open: bool
    """Whether the account gives no answers, and only probes leave."""
    is_closed: bool
    """Whether it is asked nothing more in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPace:
    """How an account was asked over a run, in short."""

    account: str
    start: int
    """Calls at once at first."""
    peak: int
    """The highest limit."""
    last: int
    """The limit at the end."""
    cuts: int
    """Times the limit was cut because the provider limits the rate."""
    rests: int
    """Times the account rested because the provider asked for it."""
    rested_s: float
    """Seconds the provider asked for, rests that overlap counted in full."""
    openings: int
    """Times the breaker opened because calls got no answers."""
    probes: int
    """Calls made to find out whether an outage is over."""
    given_up: bool
    """Whether the account was asked nothing more at the end."""

    @property
    def is_eventful(self) -> bool:
        """Whether anything happened that people should know."""
        return bool(self.cuts or self.rests or self.openings or self.given_up)


def account_paces(events: Sequence[PacingEvent]) -> tuple[AccountPace, ...]:
    """Return how each account was asked, from the events of a run in their order."""
    by_account: dict[str, list[PacingEvent]] = {}
    for event in events:
        by_account.setdefault(event.account, []).append(event)
    return tuple(_account_pace(account, mine) for account, mine in sorted(by_account.items()))


def _account_pace(account: str, events: Sequence[PacingEvent]) -> AccountPace:
    counts = Counter(event.why for event in events)
    return AccountPace(
        account=account,
        start=events[0].limit,
        peak=max(event.limit for event in events),
        last=events[-1].limit,
        cuts=counts[PaceChange.CUT],
        rests=counts[PaceChange.REST],
        rested_s=sum(event.rest_s for event in events),
        openings=counts[PaceChange.OPENED],
        probes=counts[PaceChange.PROBE],
        given_up=events[-1].why is PaceChange.GIVEN_UP,
    )
