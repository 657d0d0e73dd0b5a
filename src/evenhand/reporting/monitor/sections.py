"""The report of a monitor as a document; HTML and Markdown are made of it."""

from collections.abc import Iterator, Sequence

from evenhand.gate.monitor.results import Finding, MonitorResult, RunLine, Stream
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import count, percent_parts
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
    Words,
    foreign,
    words,
)
from evenhand.reporting.monitor.method import method_blocks
from evenhand.reporting.monitor.streams import SHOWN, anchor_blocks, evidence_blocks, live_blocks, power_cell
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, text_cell

WORDS = {
    Finding.NONE: "Nothing changed, as far as is seen",
    Finding.JUDGE: "The judge changed",
    Finding.SYSTEM: "What is judged changed",
    Finding.UNDECIDED: "Something changed, but not clear what",
    Finding.COULD_NOT_MEASURE: "Could not measure",
}


def monitor_document(result: MonitorResult) -> Document:
    """Return the report of a monitor."""
    return Document(
        title=words("Drift of ", foreign(result.suite)),
        subtitle=(_subtitle(result),),
        sections=(
            Section(id="answer", title="What changed", blocks=tuple(_answer(result))),
            Section(id="evidence", title="Evidence", blocks=tuple(evidence_blocks(result))),
            Section(id="anchors", title="Anchors", blocks=tuple(anchor_blocks(result))),
            Section(id="live", title="Live labels", blocks=tuple(live_blocks(result))),
            Section(id="runs", title="Runs", blocks=(_runs(result.runs),)),
            Section(id="method", title="How it is known", blocks=tuple(method_blocks(result))),
        ),
    )


def _subtitle(result: MonitorResult) -> Words:
    first, last = result.runs[0], result.runs[-1]
    return words(
        f"{plural(len(result.runs), 'finished run')}, from ",
        foreign(first.run),
        f" ({first.finished[:10]}) to ",
        foreign(last.run),
        f" ({last.finished[:10]})",
    )


def _answer(result: MonitorResult) -> Iterator[Block]:
    yield KeyNumbers(
        numbers=(
            KeyNumber(name=words("Finding"), value=WORDS[result.finding], detail=result.finding.value),
            _key("Agreement on the anchors", result.anchors),
            _key("Agreement on live labels", result.live),
        )
    )
    yield Paragraph(words=(said(result.reason),))
    if result.notes:
        yield Bullets(points=tuple((said(note),) for note in result.notes), tone="warning")


def _key(name: str, stream: Stream) -> KeyNumber:
    value, detail = percent_parts(stream.before if stream.alarm is None else stream.since)
    note = "" if stream.alarm is None else f"before the change {percent_parts(stream.before)[0] or 'unknown'}"
    return KeyNumber(name=words(name), value=value, detail=detail, note=words(note) if note else ())


# -- Runs ------------------------------------------------------------------------------------------


def _runs(lines: Sequence[RunLine]) -> Table:
    return Table(
        caption=words(
            f"The last {plural(min(len(lines), SHOWN), 'run')} of {count(len(lines))}, newest first"
        ),
        columns=(
            *columns("Run", "Finished"),
            *columns(
                "Anchors", "Asked", "Agreed", "Missing", "Evidence, anchors", "Evidence, live", numbers=6
            ),
            *columns("Known then", "Changed before it"),
        ),
        rows=tuple(_run(line) for line in reversed(lines[-SHOWN:])),
    )


def _run(line: RunLine) -> tuple[Cell, ...]:
    return (
        foreign_cell(line.run),
        text_cell(line.finished[:16].replace("T", " ")),
        count_cell(line.anchors),
        count_cell(line.asked),
        count_cell(line.agreed),
        count_cell(line.missing),
        power_cell(line.log10_anchors),
        power_cell(line.log10_live),
        text_cell(line.finding.value),
        text_cell(said("; ".join(line.changes))) if line.changes else text_cell("nothing"),
    )
