"""The items worth reading."""

from evenhand.reporting.document import Block, Gallery, Paragraph, Section, words
from evenhand.reporting.summary import RunSummary


def divided_section(summary: RunSummary) -> Section:
    """Return the section with the items the judges are most divided on."""
    blocks: tuple[Block, ...] = (
        Paragraph(
            words=words(
                f"The {len(summary.divided)} items with the highest disagreement, then the most failed ratings; equals "
                "in an order drawn from the seed. Texts are cut; everything is in the ledger."
            ),
            tone="note",
        ),
        Gallery(items=summary.divided),
    )
    if not summary.divided:
        blocks = (Paragraph(words=words("No item divides the judges.")),)
    return Section(id="divided", title="Most divided items", blocks=blocks)
