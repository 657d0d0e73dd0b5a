"""How many calls at once each account bore, and what held it back."""

from evenhand.records.pacing import AccountPace
from evenhand.reporting.document import Cell, Paragraph, Section, Table, words
from evenhand.reporting.extras import PACING
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, text_cell
from evenhand.reporting.summary import RunSummary


def pacing_section(summary: RunSummary) -> Section:
    """Return the section on the pace of the accounts; empty where none was asked."""
    if not summary.pacing:
        return Section(id="pacing", title="Pacing", blocks=())
    table = Table(
        caption=words(
            "Calls in flight by account: the limit at first, at most and at the end, and what held it back"
        ),
        columns=(
            *columns("Account"),
            *columns("Start", "Peak", "Last", "Cuts", "Rests", "Rested", "Outages", "Probes", numbers=8),
            *columns("End"),
        ),
        rows=tuple(_row(each.pace) for each in summary.pacing),
        extra=PACING,
    )
    note = Paragraph(
        words=words(
            "A cut follows a rate limit, a rest is what the provider asked for, an outage is a time without answers. "
            "Every change stands in the JSON report."
        ),
        tone="note",
        extra=PACING,
    )
    return Section(id="pacing", title="Pacing", blocks=(table, note))


def _row(pace: AccountPace) -> tuple[Cell, ...]:
    counts = (pace.start, pace.peak, pace.last, pace.cuts, pace.rests)
    return (
        foreign_cell(pace.account),
        *(count_cell(number) for number in counts),
        text_cell(f"{pace.rested_s:,.0f} s"),
        count_cell(pace.openings),
        count_cell(pace.probes),
        text_cell("given up" if pace.given_up else "in use"),
    )
