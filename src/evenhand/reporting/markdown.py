"""The report as Markdown for pull requests and issues: text only, short enough to post, hostile text inert."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.reporting.display import count
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Document,
    Fold,
    Gallery,
    Heading,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    Table,
)
from evenhand.reporting.extras import DROP_ORDER, ITEMS, TEXTS
from evenhand.reporting.item_view import Excerpt, ItemView, JudgeView
from evenhand.reporting.markdown_words import code_span, html_line, line, own, paragraph
from evenhand.reporting.sections import run_document
from evenhand.reporting.summary import RunSummary

MOST_BYTES = 60_000
"""Longest report; a comment on a pull request may hold 65,536 bytes."""
ROW_LIMITS = (60, 20, 6, 1)
"""Rows of a table, the most first; fewer are written where leaving parts out is not enough."""
_LEAST_POINTS = 12
"""Points of a list that are always written."""
_EXCERPT_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some lines of the report."""

    text: str
    extra: str = ""
    """Its group when the report must be shorter."""


def render_markdown(summary: RunSummary, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown.

    Where it would be longer than `most_bytes`, parts are left out in the order of `extras.DROP_ORDER`, then rows of
    long tables; the last line says which.
    """
    return write_markdown(run_document(summary), drop_order=DROP_ORDER, most_bytes=most_bytes)


def write_markdown(
    document: Document,
    *,
    drop_order: Sequence[str],
    most_bytes: int = MOST_BYTES,
    row_limits: Sequence[int] = ROW_LIMITS,
    folded: bool = False,
) -> str:
    """Return a document as Markdown of at most `most_bytes`; the last line says what was left out for that.

    `folded` writes folds as lines that open, which hosts of code show; else they are headings.
    """
    return fit_pieces(
        lambda rows: _pieces(document, rows, folded=folded),
        drop_order=drop_order,
        most_bytes=most_bytes,
        row_limits=row_limits,
    )


def fit_pieces(
    make: Callable[[int], Iterable[Piece]],
    *,
    drop_order: Sequence[str],
    most_bytes: int,
    row_limits: Sequence[int] = ROW_LIMITS,
) -> str:
    """Return pieces as Markdown of at most `most_bytes`.

    `make` returns them with as many rows in each table as it is told. Where they are too long, those named in
    `drop_order` are left out one after the other, the first first; then rows.
    """
    for rows in row_limits:
        pieces = list(make(rows))
        for dropped in range(len(drop_order) + 1):
            text = _join(pieces, drop_order[:dropped], most_bytes)
            if len(text.encode()) <= most_bytes:
                return text
    return text.encode()[: most_bytes - 8].decode(errors="ignore") + "\n\n…\n"


def _join(pieces: Sequence[Piece], dropped: Sequence[str], most_bytes: int) -> str:
    kept = [piece.text for piece in pieces if piece.extra not in dropped]
    missing = [name for name in dropped if any(piece.extra == name for piece in pieces)]
    if missing:
        kept.append(f"Left out to stay under {count(most_bytes)} bytes: {', '.join(missing)}.")
    return "\n\n".join(kept) + "\n"


def block_pieces(block: Block, rows: int, *, folded: bool) -> Iterator[Piece]:
    """Yield a block as pieces, with at most `rows` rows in each table."""
    match block:
        case Chart():
            yield Piece(text=_table(block.table, rows), extra=block.table.extra)
            if block.note:
                yield Piece(text=paragraph(block.note), extra=block.table.extra)
        case Fold():
            yield from _fold(block, rows, folded=folded)
        case Gallery():
            for item in block.items:
                yield from _item(item)
        case Paragraph() | Heading() | Table():
            yield Piece(text=_text(block, rows), extra=block.extra)
        case Bullets() | KeyNumbers():
            yield Piece(text=_list(block, rows))


def _fold(fold: Fold, rows: int, *, folded: bool) -> Iterator[Piece]:
    opening = f"<details><summary>{html_line(fold.words)}</summary>" if folded else f"### {line(fold.words)}"
    yield Piece(text=opening, extra=fold.extra)
    for block in fold.blocks:
        pieces = block_pieces(block, rows, folded=folded)
        # A part of a fold that could go alone would leave its ends behind.
        yield from (
            replace(piece, extra=fold.extra if folded else piece.extra or fold.extra) for piece in pieces
        )
    if folded:
        yield Piece(text="</details>", extra=fold.extra)


def _pieces(document: Document, rows: int, *, folded: bool) -> Iterator[Piece]:
    yield Piece(text=f"# {line(document.title)}")
    yield from (Piece(text=paragraph(each)) for each in document.subtitle)
    for section in document.sections:
        yield Piece(text=f"## {section.title}")
        for block in section.blocks:
            yield from block_pieces(block, rows, folded=folded)


def _text(block: Paragraph | Heading | Table, rows: int) -> str:
    if isinstance(block, Table):
        return _table(block, rows)
    return f"### {line(block.words)}" if isinstance(block, Heading) else paragraph(block.words)


def _list(block: Bullets | KeyNumbers, most: int) -> str:
    if isinstance(block, KeyNumbers):
        return "\n".join(f"- {_key_number(each)}" for each in block.numbers)
    points = [line(point) for point in block.points[: max(most, _LEAST_POINTS)]]
    if left_out := len(block.points) - len(points):
        points.append(f"{count(left_out)} more are in the HTML and JSON reports.")
    if block.tone == "warning":
        return "\n".join(["> **Before any number**", ">", *(f"> - {point}" for point in points)])
    mark = "1." if block.tone == "steps" else "-"
    return "\n".join(f"{mark} {point}" for point in points)


def _key_number(each: KeyNumber) -> str:
    value = f"**{own(each.value)}** ({own(each.detail)})" if each.value else own(each.detail)
    note = f"; {line(each.note)}" if each.note else ""
    return f"{line(each.name)}: {value}{note}"


# -- Tables ----------------------------------------------------------------------------------------


def _table(table: Table, rows: int) -> str:
    lines = [
        f"**{line(table.caption)}**",
        "",
        _row(line(column.words, in_table=True) for column in table.columns),
        _row("--:" if column.number else "---" for column in table.columns),
        *(_row(_cell(cell) for cell in row) for row in table.rows[:rows]),
    ]
    if left_out := len(table.rows[rows:]):
        lines += ["", f"{count(left_out)} more rows are in the HTML and JSON reports."]
    return "\n".join(lines)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    if cell.is_empty:
        return own(cell.detail, in_table=True)
    text = line(cell.words, in_table=True)
    return f"{text} ({own(cell.detail, in_table=True)})" if cell.detail else text


# -- Items -----------------------------------------------------------------------------------------


def _item(item: ItemView) -> Iterator[Piece]:
    verdict = code_span(item.label) if item.label is not None else f"undecided ({item.undecided or 'open'})"
    lines = [
        f"### {code_span(item.name)}",
        "",
        (
            f"Verdict: {verdict}. Disagreement {item.disagreement:.2f} of {item.asked} judges; "
            f"{item.failed} of {item.units} ratings failed."
        ),
        *_flags(item),
        "",
        *(f"- {code_span(judge.judge)}: {_says(judge)}" for judge in item.judges),
        *(
            f"- {code_span(label.annotator)} ({label.kind.value}): {code_span(label.label)}"
            for label in item.labels
        ),
    ]
    yield Piece(text="\n".join(lines), extra=ITEMS)
    if texts := "\n".join(_texts(item)):
        yield Piece(text=texts, extra=TEXTS)


def _flags(item: ItemView) -> Iterator[str]:
    if item.flags:
        yield ""
        yield f"Flags of the candidate: {', '.join(own(flag.spoken) for flag in item.flags)}."


def _says(judge: JudgeView) -> str:
    if judge.spared:
        return f"not asked: {own(judge.spared)}"
    if judge.label is None:
        failures = ", ".join(
            dict.fromkeys(answer.failure.value for answer in judge.answers if answer.failure)
        )
        return "answers tie" if judge.abstains else f"no answer ({own(failures or 'open')})"
    notes = (", the two orders differ" * judge.inconsistent) + (", asked in one order" * judge.one_order)
    return code_span(judge.label) + notes


def _texts(item: ItemView) -> Iterator[str]:
    if item.text is None:
        yield "- The text of this case is not at hand."
    else:
        yield f"- Asked: {_excerpt(item.text.prompt)}"
        for candidate in item.text.candidates:
            yield f"- Judged: {_excerpt(candidate.text)}"
    for judge in item.judges:
        for answer in judge.answers:
            if answer.detail.text:
                yield f"- {code_span(judge.judge)} says: {_excerpt(answer.detail)}"
            for quote in answer.quotes:
                yield f"- {code_span(judge.judge)} quotes: {_excerpt(quote)}"


def _excerpt(excerpt: Excerpt | None) -> str:
    if excerpt is None:
        return "the suite does not hold this text"
    left_out = excerpt.left_out + max(0, len(excerpt.text) - _EXCERPT_LENGTH)
    note = f" and {count(left_out)} more characters" if left_out else ""
    return code_span(excerpt.text[:_EXCERPT_LENGTH], most=3 * _EXCERPT_LENGTH) + note
