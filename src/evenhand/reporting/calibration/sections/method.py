"""What has to be known to do it again."""

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.extras import CHOICES
from evenhand.reporting.calibration.wording import said
from evenhand.reporting.document import Bullets, Fold, Heading, Paragraph, Section, Table, code, words
from evenhand.reporting.sections.cells import columns, foreign_cell

NOTES = (
    (
        "The corrected share that passes takes the errors of the judges into account, as the labels show them. What "
        "the judges alone would say stands beside it and is not a result."
    ),
    (
        "Kappa and alpha fall when one label becomes more common, at unchanged error rates; Gwet's coefficient does "
        "not. Read them together, with both kinds of errors."
    ),
    (
        "The effective number of judges says how many independent judges would be as good. Judges that err together "
        "count as fewer than they are."
    ),
    (
        "Estimates drawn to the mean borrow from all items where a group has few labels; their intervals say how far "
        "that can be trusted."
    ),
    (
        "All estimates hold for items drawn as these were. For other prompts, other languages or another version of a "
        "judge nothing follows."
    ),
)
"""How to read the numbers."""


def method_section(calibration: Calibration) -> Section:
    """Return the section on method: notes, cut-offs, versions, and the command that rebuilds the report."""
    method = calibration.method
    return Section(
        id="method",
        title="Method",
        blocks=(
            Paragraph(words=words("Build this report again: ", code(method.command))),
            *(
                (Bullets(points=tuple((said(step),) for step in method.procedure)),)
                if method.procedure
                else ()
            ),
            Heading(words=words("How to read it")),
            Bullets(points=tuple(words(note) for note in NOTES)),
            Fold(
                words=words("Cut-offs, seed and versions"),
                extra=CHOICES,
                blocks=(
                    Table(
                        caption=words("Cut-offs and their values"),
                        columns=columns("What", "Value"),
                        rows=tuple(
                            (foreign_cell(name), foreign_cell(value))
                            for name, value in (
                                *method.choices.items(),
                                ("seed", str(method.seed)),
                                *(
                                    (f"version of {name}", version)
                                    for name, version in sorted(method.versions.items())
                                ),
                            )
                        ),
                        extra=CHOICES,
                    ),
                ),
            ),
        ),
    )
