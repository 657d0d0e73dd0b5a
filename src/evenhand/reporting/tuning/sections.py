"""The report of a tuning as a document; HTML and Markdown are made of it."""

from collections.abc import Iterator

from evenhand.reporting.calibration.wording import points_parts, said
from evenhand.reporting.display import count, percent, usd
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Document,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    Section,
    Table,
    code,
    foreign,
    words,
)
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, foreign_or, text_cell
from evenhand.reporting.tuning.words import HEADLINES, gain_words
from evenhand.tuning.gains import Gain
from evenhand.tuning.results import CandidateResult, GateTest, TuningResult


def tuning_document(result: TuningResult) -> Document:
    """Return the report of a tuning."""
    return Document(
        title=words("Tuning of judge ", foreign(result.judge)),
        subtitle=(words("suite ", foreign(result.suite)),),
        sections=(
            Section(id="answer", title="What came of it", blocks=tuple(_answer(result))),
            Section(id="candidates", title="Candidates", blocks=tuple(_candidates(result))),
            Section(id="gate", title="The gate", blocks=tuple(_gate(result))),
            Section(id="sealed", title="Sealed labels", blocks=tuple(_sealed(result))),
            Section(id="method", title="How it is known", blocks=tuple(_method(result))),
        ),
    )


def _answer(result: TuningResult) -> Iterator[Block]:
    gain = result.sealed.gain if result.sealed else None
    value, detail = points_parts(gain.difference) if gain else ("", "not opened")
    chosen = result.chosen
    worth = "" if chosen.cross_validated is None else percent(chosen.cross_validated)
    yield KeyNumbers(
        numbers=(
            KeyNumber(name=words("Outcome"), value=HEADLINES[result.outcome], detail=result.outcome.value),
            KeyNumber(name=words("Sealed gain"), value=value, detail=detail),
            KeyNumber(
                name=words("Score that chose"),
                value=percent(chosen.score),
                detail=f"n = {count(chosen.items)}",
                note=words(f"cross-validated {worth}") if worth else (),
            ),
            KeyNumber(
                name=words("Candidates tried"),
                value=count(result.tried_ever),
                detail=f"{count(result.tried_now)} in this tuning",
            ),
        )
    )
    yield Paragraph(words=(said(result.reason),))
    yield Bullets(points=tuple((said(line),) for line in gain_words(result)))
    if result.notes:
        yield Bullets(points=tuple((said(note),) for note in result.notes), tone="warning")
    if result.left_out:
        yield Paragraph(words=words("What was not done:"))
        yield Bullets(points=tuple((said(line),) for line in result.left_out))


def _candidates(result: TuningResult) -> Iterator[Block]:
    chosen = result.chosen
    yield Table(
        caption=words(
            f"On {count(chosen.items)} labelled items to learn from ({count(chosen.clusters)} sources) that no "
            "proposer saw. The best of several flatters itself here"
        ),
        columns=(
            *columns("Candidate", "From"),
            *columns("Score", "Gain", "Taken in folds", "Prompt, characters", numbers=4),
            *columns("Calls", "Cost", "Missing", numbers=3),
        ),
        rows=tuple(_candidate(each, chosen.name) for each in result.candidates),
    )
    if result.refused:
        yield Table(
            caption=words("Proposals that were not judged"),
            columns=columns("Proposal", "From", "Why"),
            rows=tuple(
                (foreign_cell(each.name), text_cell(each.origin), text_cell(said(each.reason)))
                for each in result.refused
            ),
        )


def _candidate(each: CandidateResult, chosen: str) -> tuple[Cell, ...]:
    taken = " (chosen)" if each.name == chosen else ""
    return (
        Cell(words=words(foreign(each.name), taken)),
        text_cell(each.origin, ": ", foreign(each.told)),
        text_cell(percent(each.score)),
        _gain_cell(each.gain),
        _share(each.picked),
        text_cell("not known" if each.length is None else count(each.length)),
        count_cell(each.calls),
        text_cell(usd(each.nanousd)),
        count_cell(each.failed),
    )


def _gain_cell(gain: Gain | None) -> Cell:
    if gain is None:
        return text_cell("")
    value, detail = points_parts(gain.difference)
    return Cell(words=words(value) if value else (), detail=detail)


def _gate(result: TuningResult) -> Iterator[Block]:
    if result.gate is None:
        yield Paragraph(words=words("The labels of the gate split were not read."))
        return
    gate = result.gate
    yield Paragraph(words=(said(gate.headline),))
    if gate.reasons:
        yield Bullets(points=tuple((said(reason),) for reason in gate.reasons))
    yield Table(
        caption=words("The candidate against the current judge, on labels that nobody saw before"),
        columns=(
            *columns("Principle", "Measure", "Group"),
            *columns("Cells", "Was", "Is", "Lower limit", "Margin", "Needed", numbers=6),
            *columns("Outcome"),
        ),
        rows=tuple(_test(test) for test in gate.tests),
    )
    if gate.gain:
        value, detail = points_parts(gate.gain.difference)
        yield Paragraph(
            words=words(
                f"All together: {value or 'no estimate'} ({detail}); {count(gate.gain.won)} won, "
                f"{count(gate.gain.lost)} lost. The labels of the gate split were used "
                f"{count(gate.accesses)} times before."
            )
        )


def _test(test: GateTest) -> tuple[Cell, ...]:
    return (
        foreign_cell(test.principle),
        text_cell(test.measure),
        foreign_or(test.slice, "all"),
        count_cell(test.cells),
        _share(test.old),
        _share(test.new),
        text_cell("" if test.low is None else f"{100 * test.low:+.1f}"),
        text_cell(f"{100 * test.margin:.1f}"),
        text_cell("" if test.cells_needed is None else count(test.cells_needed)),
        text_cell(test.outcome),
    )


def _share(value: float | None) -> Cell:
    return text_cell("" if value is None else percent(value))


def _sealed(result: TuningResult) -> Iterator[Block]:
    if result.sealed is None:
        yield Paragraph(words=words("The sealed labels were not opened."))
        return
    gain = result.sealed.gain
    value, detail = points_parts(gain.difference)
    yield Paragraph(
        words=words(
            f"{percent(gain.old)} before, {percent(gain.new)} with the candidate: {value or 'no estimate'} ({detail}). "
            f"{count(gain.won)} items won, {count(gain.lost)} lost."
        )
    )


def _method(result: TuningResult) -> Iterator[Block]:
    chosen = result.chosen
    shown = (
        f"proposers saw {count(chosen.shown)} other labelled items"
        if chosen.shown
        else "no label was shown to a proposer"
    )
    yield Bullets(
        points=(
            words(
                "Labels are divided by source, once and for good: those to learn from, of the gate, and sealed. "
                f"Candidates were compared on labels to learn from alone; {shown}."
            ),
            words(
                f"Accepted is what the gate passes{_also(result)}. The sealed labels are opened once for each accepted "
                "candidate, and each use of labels stands in the ledger."
            ),
            words(f"evenhand {result.evenhand}, seed {result.seed}: ", code(result.command)),
        )
    )


def _also(result: TuningResult) -> str:
    if result.must == "no-worse":
        return ""
    return f" and what is better than the current judge on its labels at {result.alpha:g}"
