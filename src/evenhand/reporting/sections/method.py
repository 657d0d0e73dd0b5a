"""How the numbers were made."""

from evenhand.reporting.document import Bullets, Paragraph, Section, code, foreign, words
from evenhand.reporting.summary import RunSummary


def method_section(summary: RunSummary) -> Section:
    """Return the section with the notes and the command that makes the report again."""
    return Section(
        id="method",
        title="How to read this",
        blocks=(
            Bullets(points=tuple(words(note) for note in summary.notes)),
            Paragraph(
                words=words(
                    "Make this report again, from the ledger and without a call: ",
                    code("evenhand report"),
                    " ",
                    foreign(summary.stamp.run),
                )
            ),
        ),
    )
