"""The report as Markdown for pull requests and issues: text only, short enough to post, hostile text inert."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.reporting.display import count, one_line
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
    Span,
    Table,
    Words,
)
from evenhand.reporting.extras import DROP_ORDER, ITEMS, TEXTS
from evenhand.reporting.item_view import Excerpt, ItemView, JudgeView
from evenhand.reporting.sections import run_document
from evenhand.reporting.summary import RunSummary

MOST_BYTES = 60_000
"""Longest report; a comment on a pull request may hold 65,536 bytes."""
_ROW_LIMITS = (60, 20, 6, 1)
_FOREIGN_LENGTH = 160
_EXCERPT_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
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


def write_markdown(document: Document, *, drop_order: Sequence[str], most_bytes: int = MOST_BYTES) -> str:
    """Return a document as Markdown of at most `most_bytes`; the last line says what was left out for that."""
    for rows in _ROW_LIMITS:
        pieces = list(_pieces(document, rows))
        for dropped in range(len(drop_order) + 1):
            text = _join(pieces, drop_order[:dropped], most_bytes)
            if len(text.encode()) <= most_bytes:
                return text
    return text.encode()[: most_bytes - 8].decode(errors="ignore") + "\n\n…\n"


def _join(pieces: Sequence[_Piece], dropped: Sequence[str], most_bytes: int) -> str:
    kept = [piece.text for piece in pieces if piece.extra not in dropped]
    missing = [name for name in dropped if any(piece.extra == name for piece in pieces)]
    if missing:
        kept.append(f"Left out to stay under {count(most_bytes)} bytes: {', '.join(missing)}.")
    return "\n\n".join(kept) + "\n"


def _pieces(document: Document, rows: int) -> Iterator[_Piece]:
    yield _Piece(text=f"# {_line(document.title)}")
    yield from (_Piece(text=_line(line)) for line in document.subtitle)
    for section in document.sections:
        yield _Piece(text=f"## {section.title}")
        for block in section.blocks:
            yield from _block(block, rows)


def _block(block: Block, rows: int) -> Iterator[_Piece]:
    match block:
        case Chart():
            yield _Piece(text=_table(block.table, rows), extra=block.table.extra)
            if block.note:
                yield _Piece(text=_line(block.note), extra=block.table.extra)
        case Fold():
            yield _Piece(text=f"### {_line(block.words)}", extra=block.extra)
            for inner in block.blocks:
                yield from (replace(piece, extra=piece.extra or block.extra) for piece in _block(inner, rows))
        case Gallery():
            for item in block.items:
                yield from _item(item)
        case Paragraph() | Heading() | Table():
            yield _Piece(text=_text(block, rows), extra=block.extra)
        case Bullets() | KeyNumbers():
            yield _Piece(text=_list(block))


def _text(block: Paragraph | Heading | Table, rows: int) -> str:
    if isinstance(block, Table):
        return _table(block, rows)
    return f"### {_line(block.words)}" if isinstance(block, Heading) else _line(block.words)


def _list(block: Bullets | KeyNumbers) -> str:
    if isinstance(block, KeyNumbers):
        return "\n".join(f"- {_key_number(each)}" for each in block.numbers)
    points = [_line(point) for point in block.points]
    if block.tone == "warning":
        return "\n".join(["> **Before any number**", ">", *(f"> - {point}" for point in points)])
    mark = "1." if block.tone == "steps" else "-"
    return "\n".join(f"{mark} {point}" for point in points)


def _key_number(each: KeyNumber) -> str:
    value = f"**{_own(each.value)}** ({_own(each.detail)})" if each.value else _own(each.detail)
    note = f"; {_line(each.note)}" if each.note else ""
    return f"{_line(each.name)}: {value}{note}"


# -- Tables ----------------------------------------------------------------------------------------


def _table(table: Table, rows: int) -> str:
    lines = [
        f"**{_line(table.caption)}**",
        "",
        _row(_line(column.words, in_table=True) for column in table.columns),
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
        return _own(cell.detail)
    text = _line(cell.words, in_table=True)
    return f"{text} ({_own(cell.detail)})" if cell.detail else text


# -- Items -----------------------------------------------------------------------------------------


def _item(item: ItemView) -> Iterator[_Piece]:
    verdict = _code(item.label) if item.label is not None else f"undecided ({item.undecided or 'open'})"
    lines = [
        f"### {_code(item.name)}",
        "",
        (
            f"Verdict: {verdict}. Disagreement {item.disagreement:.2f} of {item.asked} judges; "
            f"{item.failed} of {item.units} ratings failed."
        ),
        *_flags(item),
        "",
        *(f"- {_code(judge.judge)}: {_says(judge)}" for judge in item.judges),
        *(f"- {_code(label.annotator)} ({label.kind.value}): {_code(label.label)}" for label in item.labels),
    ]
    yield _Piece(text="\n".join(lines), extra=ITEMS)
    if texts := "\n".join(_texts(item)):
        yield _Piece(text=texts, extra=TEXTS)


def _flags(item: ItemView) -> Iterator[str]:
    if item.flags:
        yield ""
        yield f"Flags of the candidate: {', '.join(_own(flag.spoken) for flag in item.flags)}."


def _says(judge: JudgeView) -> str:
    if judge.spared:
        return f"not asked: {_own(judge.spared)}"
    if judge.label is None:
        failures = ", ".join(
            dict.fromkeys(answer.failure.value for answer in judge.answers if answer.failure)
        )
        return "answers tie" if judge.abstains else f"no answer ({_own(failures or 'open')})"
    notes = (", the two orders differ" * judge.inconsistent) + (", asked in one order" * judge.one_order)
    return _code(judge.label) + notes


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
                yield f"- {_code(judge.judge)} says: {_excerpt(answer.detail)}"
            for quote in answer.quotes:
                yield f"- {_code(judge.judge)} quotes: {_excerpt(quote)}"


def _excerpt(excerpt: Excerpt | None) -> str:
    if excerpt is None:
        return "the suite does not hold this text"
    left_out = excerpt.left_out + max(0, len(excerpt.text) - _EXCERPT_LENGTH)
    note = f" and {count(left_out)} more characters" if left_out else ""
    return _code(excerpt.text[:_EXCERPT_LENGTH], most=3 * _EXCERPT_LENGTH) + note


# -- Words -----------------------------------------------------------------------------------------


def _line(words: Words, *, in_table: bool = False) -> str:
    """Return words on one line; a blank keeps two code spans apart, which would else become one."""
    parts: list[str] = []
    for span in words:
        text = _span(span, in_table=in_table)
        if parts and parts[-1].endswith("`") and text.startswith("`"):
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def _span(span: Span, *, in_table: bool) -> str:
    is_text = span.foreign or span.code
    return _code(span.text, in_table=in_table) if is_text else _own(span.text)


def _own(text: str) -> str:
    """Return our own words with every character that Markdown reads made plain, and nothing an address by itself."""
    return re.sub(r"([\\`*_{}\[\]<>#|~@]|:(?=//)|(?<=[Ww]{3})\.)", r"\\\1", text)


def _code(text: str, *, in_table: bool = True, most: int = _FOREIGN_LENGTH) -> str:
    """Return text from outside as a code span, in which nothing is a link, a mention, an image or a tag.

    The span stays on its line and in its cell: line ends are drawn, and a bar is escaped. A backslash before a bar
    would undo that, so it is drawn too.
    """
    shown = one_line(text)
    shown = shown[: most - 1] + "…" if len(shown) > most else shown
    if in_table:
        shown = re.sub(r"\\(?=\\*\|)", "⟦U+005C⟧", shown).replace("|", "\\|")
    if not shown.strip():
        return "(empty)"
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", shown)), default=0))
    edge = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{edge}{shown}{edge}{fence}"
