"""The pace of a run's accounts, from its events."""

from collections.abc import Iterator, Sequence

from evenhand.records.pacing import PacingEvent, account_paces
from evenhand.reporting.summary import AccountPacing, PaceStep

MOST_STEPS = 1_000
"""A report holds so many changes of an account, the first ones."""


def account_pacing(events: Sequence[PacingEvent]) -> Iterator[AccountPacing]:
    """Yield how each account was asked, with the history of its limit."""
    for pace in account_paces(events):
        mine = [event for event in events if event.account == pace.account]
        yield AccountPacing(
            pace=pace,
            history=tuple(_step(event, events[0].at) for event in mine[:MOST_STEPS]),
            left_out=max(0, len(mine) - MOST_STEPS),
        )


def _step(event: PacingEvent, first: float) -> PaceStep:
    return PaceStep(
        after_s=round(event.at - first, 3),
        why=event.why,
        limit=event.limit,
        in_flight=event.in_flight,
        rest_s=event.rest_s,
    )
