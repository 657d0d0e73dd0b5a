"""Entries of a quarantine in the terminal."""

from evenhand.cli.output import Column, Mark, Part, Screen, Style
from evenhand.records.quarantine import WARN_DAYS
from evenhand.workflows.quarantine import HeldBack

_COLUMNS = (
    Column(title="case", gives_way=True),
    Column(title="principle"),
    Column(title="until"),
    Column(title="days", right=True),
    Column(title="owner"),
    Column(title="reason", gives_way=True),
)


def show_entries(screen: Screen, entries: tuple[HeldBack, ...]) -> None:
    """Show entries, one a line."""
    screen.table(_COLUMNS, [_row(each) for each in entries])


def _row(each: HeldBack) -> tuple[Part, ...]:
    style = Style.GOOD if each.days_left > WARN_DAYS else Style.WARNING
    days = f"{each.days_left}" if each.days_left >= 0 else "ended"
    return (
        Mark(each.entry.case, Style.STRONG),
        "all" if each.entry.principle == "*" else each.entry.principle,
        each.entry.until,
        Mark(days, style if each.holds else Style.BAD),
        each.entry.owner,
        each.entry.reason,
    )
