"""The steps of a cascade: how far items came, and what was not asked."""

from collections.abc import Iterator

from evenhand.reporting.cascade import CascadeResult, Saving, StepResult
from evenhand.reporting.display import count, usd
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, percent_cell, text_cell
from evenhand.reporting.summary import RunSummary

_BASIS = {
    "offline": "makes no calls",
    "its calls": "mean and spread of its own ratings in this run",
    "its price": "its price, with prompts as long as those of the other judges",
    "unknown": "nothing to go by",
}


def cascade_section(summary: RunSummary) -> Section:
    """Return the section on the cascade; empty without one."""
    cascade = summary.cascade
    blocks = () if cascade is None else (*_steps(cascade), *_agreement(cascade), *_savings(cascade))
    return Section(id="cascade", title="Cascade", blocks=blocks)


def _steps(cascade: CascadeResult) -> Iterator[Block]:
    yield Table(
        caption=words("Items and calls at each step of the cascade"),
        columns=(
            *columns("Step", "Judges", "Settles an item when"),
            *columns("Items", "Settled", "To the next step", "To people", "Calls", "Cost", numbers=6),
        ),
        rows=tuple(_step_row(step) for step in cascade.steps),
    )
    if any(step.confidence is not None for step in cascade.steps):
        yield Paragraph(words=words(_calibration(cascade)), tone="note")
    yield Paragraph(
        words=words(
            "Judges of later steps saw only items that the earlier ones were not sure about. What is said about them "
            "elsewhere in this report, alone or beside another judge, holds for such items and not for all."
        ),
        tone="note",
    )


def _step_row(step: StepResult) -> tuple[Cell, ...]:
    return (
        text_cell(str(step.step)),
        foreign_cell(", ".join(step.judges)),
        text_cell(_settles(step)),
        *(count_cell(number) for number in (step.reached, step.settled, step.escalated, step.people)),
        count_cell(step.calls),
        text_cell(usd(step.nanousd)),
    )


def _settles(step: StepResult) -> str:
    parts = []
    if step.confidence is not None:
        parts.append(f"confidence is at least {step.confidence:.3g}")
    if step.disagreement is not None:
        parts.append(f"disagreement is at most {step.disagreement:.3g}")
    said = " and ".join(parts) or "the rule gives a verdict"
    return said + ("; judges of earlier steps vote too" if step.combine == "all" and step.step > 1 else "")


def _calibration(cascade: CascadeResult) -> str:
    made = f" of {cascade.calibration_made}" if cascade.calibration_made else ""
    which = f"the calibration map{made} ({cascade.calibration})"
    if cascade.is_calibrated:
        return f"Every confidence was read through {which}."
    read = ", ".join(
        f"{count(step.calibrated)} at step {step.step}"
        for step in cascade.steps
        if step.confidence is not None
    )
    return (
        "Not calibrated: confidence is the judges' own probability, which nobody has measured against people. "
        f"Items read through {which if cascade.calibration else 'a calibration map'}: {read}."
    )


def _agreement(cascade: CascadeResult) -> Iterator[Block]:
    rows = tuple(
        (text_cell(str(step.step)), foreign_cell(each.annotator), percent_cell(each.matched))
        for step in cascade.steps
        for each in step.agreement
    )
    if rows:
        yield Table(
            caption=words("Verdicts beside human labels, by the step that settled them"),
            columns=(*columns("Step", "Labels of"), *columns("Verdicts that match", numbers=1)),
            rows=rows,
        )


def _savings(cascade: CascadeResult) -> Iterator[Block]:
    if not cascade.savings:
        yield Paragraph(words=words("Every judge was asked about every item; nothing was saved."))
        return
    yield Table(
        caption=words("What was not asked, and what it would have cost: an estimate"),
        columns=(
            *columns("Judge"),
            *columns("Ratings spared", "Calls", "Cost", numbers=3),
            *columns("Estimated from"),
        ),
        rows=tuple(_saving_row(each) for each in cascade.savings),
    )
    yield Paragraph(
        words=words(
            "Estimated as if the spared items were like those that were asked about, with 95 % prediction intervals "
            "where a judge's own calls tell; spared items may be shorter or longer."
        ),
        tone="note",
    )


def _saving_row(each: Saving) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.judge),
        count_cell(each.spared),
        text_cell(count(round(each.calls))),
        text_cell(price_range(each.low_nanousd, each.high_nanousd)),
        text_cell(_BASIS[each.basis]),
    )


def price_range(low: int | None, high: int | None) -> str:
    """Return a range of amounts in words."""
    if low is None or high is None:
        return "not known"
    return usd(low) if low == high else f"{usd(low)} to {usd(high)}"
