"""What the calls cost."""

from collections.abc import Iterator

from evenhand.records.spending import Spending
from evenhand.reporting.display import usd
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, text_cell
from evenhand.reporting.summary import CallCost, RunSummary


def cost_section(summary: RunSummary) -> Section:
    """Return the section on calls, tokens and money."""
    if not summary.cost:
        return Section(
            id="cost",
            title="Cost",
            blocks=(Paragraph(words=words("No judge of this panel makes calls; nothing was paid.")),),
        )
    table = Table(
        caption=words(
            "Calls, tokens and money; prices that neither a judge nor the settings give are those of "
            f"{summary.stamp.prices_as_of}"
        ),
        columns=(
            *columns("Judge"),
            *columns("Calls", "Failed", "Asked again", "Reused", "Tokens read", "Tokens written", numbers=6),
            *columns("Cost", "Possible duplicates", "Money at risk", numbers=3),
        ),
        rows=tuple(_row(each) for each in summary.cost),
    )
    total = Paragraph(words=words(f"Total: {usd(summary.total_nanousd)}."))
    return Section(id="cost", title="Cost", blocks=(table, *_spending(summary), total))


def _spending(summary: RunSummary) -> Iterator[Block]:
    """Yield what the money bought, judge by judge; each row adds up, and the rows to the total."""
    if summary.spending:
        yield Table(
            caption=words("What was paid for, and what may have been"),
            columns=(
                *columns("Judge"),
                *columns(
                    "Ratings", "Failed ratings", "Asked again", "Preflight", "Open", "Together", numbers=6
                ),
                *columns("Risk: possible duplicates", "Risk: no reply", "Risk: unread", numbers=3),
                *columns("Estimated replies", "Estimates up to", numbers=2),
            ),
            rows=tuple(_spending_row(each) for each in summary.spending),
        )


def _spending_row(each: Spending) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.judge),
        text_cell(usd(each.rated_nanousd)),
        text_cell(usd(each.failed_nanousd)),
        text_cell(usd(each.asked_again_nanousd)),
        text_cell(usd(each.preflight_nanousd)),
        text_cell(usd(each.open_nanousd)),
        text_cell(usd(each.nanousd)),
        text_cell(usd(each.duplicates_at_risk_nanousd)),
        text_cell(usd(each.unanswered_at_risk_nanousd)),
        text_cell(usd(each.waiting_at_risk_nanousd)),
        count_cell(each.estimated_replies),
        text_cell(usd(each.unsure_nanousd)),
    )


def _row(each: CallCost) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.judge),
        *(
            count_cell(number)
            for number in (
                each.calls,
                each.failed,
                each.asked_again,
                each.reused,
                each.input_tokens,
                each.output_tokens,
            )
        ),
        text_cell(usd(each.nanousd)),
        count_cell(each.possible_duplicates),
        text_cell(usd(each.at_risk_nanousd)),
    )
