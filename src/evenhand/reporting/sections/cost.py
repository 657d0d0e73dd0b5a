"""What the calls cost."""

from evenhand.reporting.display import usd
from evenhand.reporting.document import Cell, Paragraph, Section, Table, words
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
        caption=words(f"Calls, tokens and money, by the price table of {summary.stamp.prices_as_of}"),
        columns=(
            *columns("Judge"),
            *columns("Calls", "Failed", "Asked again", "Reused", "Tokens read", "Tokens written", numbers=6),
            *columns("Cost", "Possible duplicates", "Money at risk", numbers=3),
        ),
        rows=tuple(_row(each) for each in summary.cost),
    )
    total = Paragraph(words=words(f"Total: {usd(summary.total_nanousd)}."))
    return Section(id="cost", title="Cost", blocks=(table, total))


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
