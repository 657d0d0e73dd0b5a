"""Where the panel may decide alone."""

from collections.abc import Iterator

from evenhand.calibration.results import Automation, AutomationStep, Calibration
from evenhand.reporting.calibration.figures.curves import CoverageCurve
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.quality import is_known
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Bullets, Cell, Paragraph, Section, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, percent_cell, text_cell


def automation_section(calibration: Calibration) -> Section:
    """Return the section on decisions without people."""
    found = calibration.automation
    blocks: tuple[Block, ...] = ()
    if found:
        blocks = (
            Bullets(points=tuple(words(f"{_promise(each)}. ", said(each.words)) for each in found)),
            *(block for place, each in enumerate(found, start=1) for block in _one(each, place)),
            Paragraph(
                words=words(
                    "The thresholds are fixed before any label is looked at, and tried from the strictest on; the "
                    "first that fails ends it. The promise holds for items like these and for this panel only."
                ),
                tone="note",
            ),
        )
    return Section(id="automation", title="Where the panel may decide alone", blocks=blocks)


def _promise(each: Automation) -> str:
    return f"At most {100 * each.alpha:g} % wrong, certain to {100 * (1 - each.delta):g} %"


def _one(each: Automation, place: int) -> Iterator[Block]:
    table = Table(
        caption=words(f"Thresholds tried for: {_promise(each)[0].lower()}{_promise(each)[1:]}"),
        columns=(
            *columns("Share decided alone"),
            *columns(
                "Confidence at least", "Labelled", "Wrong", "Agreement", "p of the promise broken", numbers=5
            ),
            *columns("Certified"),
        ),
        rows=tuple(_row(step) for step in each.steps),
    )
    if any(is_known(step.agreement) for step in each.steps):
        yield plot(
            f"coverage-{place}",
            _promise(each),
            (
                panel(
                    f"Agreement by share decided alone. {_promise(each)}",
                    "A mark for each threshold: the share of items decided alone against their agreement with people, "
                    "with its interval. Filled dots are certified, hollow squares are not. The dashed line is the "
                    "promise; the shaded part ends at the certified share.",
                    CoverageCurve(steps=each.steps, alpha=each.alpha, automated=each.automated),
                ),
            ),
            table,
            f"Confidence is {each.confidence_source}. It takes at least {plural(each.least_labels, 'label')} without "
            "an error to certify anything.",
        )
    elif each.steps:
        yield table


def _row(step: AutomationStep) -> tuple[Cell, ...]:
    return (
        text_cell(f"{100 * step.coverage:.0f} %"),
        text_cell(f"{step.threshold:.3f}"),
        count_cell(step.labelled),
        text_cell(count(step.errors)),
        percent_cell(step.agreement),
        text_cell("not tried" if step.p_value is None else f"{step.p_value:.3f}"),
        text_cell("yes" if step.certified else "no"),
    )
