"""How accounts are asked, in lines: while a run moves, and when it has ended."""

from collections.abc import Iterator, Sequence

from evenhand.cli.output import plural
from evenhand.records.pacing import AccountNow, AccountPace, PacingEvent, account_paces


def account_line(now: AccountNow) -> str:
    """Return how an account is asked now."""
    line = f"account {now.account}: {now.in_flight:,} of {now.limit:,} calls in flight"
    return f"{line}, {state}" if (state := account_state(now)) else line


def account_state(now: AccountNow) -> str:
    """Return what holds an account back now; empty where nothing does."""
    if now.is_closed:
        return "is asked nothing more"
    if now.is_open:
        return "gives no answers, a probe now and then asks whether it is back"
    rest_s = now.resting_s
    return f"rests for {rest_s:.0f} s because it asked for it" if rest_s >= 1 else ""


def pace_lines(events: Sequence[PacingEvent]) -> Iterator[str]:
    """Yield what happened to the accounts over a run; nothing where nothing did."""
    for pace in account_paces(events):
        if pace.is_eventful:
            yield f"account {pace.account}: {pace.last:,} calls at once at the end, {', '.join(_happened(pace))}"


def _happened(pace: AccountPace) -> Iterator[str]:
    yield f"{pace.peak:,} at most"
    if pace.cuts:
        yield f"cut {_times(pace.cuts)} by rate limits"
    if pace.rests:
        yield f"{plural(pace.rests, 'rest')} of {pace.rested_s:,.0f} s in all"
    if pace.openings:
        yield f"without answers {_times(pace.openings)} ({plural(pace.probes, 'probe')})"
    if pace.given_up:
        yield "given up"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
