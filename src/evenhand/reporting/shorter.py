"""A document without some of its parts, for a page that would be too large."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from evenhand.reporting.display import count
from evenhand.reporting.document import (
    Block,
    Bullets,
    Chart,
    Document,
    Fold,
    Heading,
    Paragraph,
    Table,
    words,
)


def extras_of(document: Document) -> frozenset[str]:
    """Return the names of all parts that can be left out."""
    return frozenset(name for section in document.sections for name in _extras(section.blocks) if name)


def leave_out(document: Document, names: Collection[str], most_bytes: int) -> Document:
    """Return a document without the parts of some names; its last line says which, and for which size."""
    note = Paragraph(
        words=words(
            f"Left out to stay under {count(most_bytes)} bytes: {', '.join(names)}. The JSON report has their numbers."
        ),
        tone="note",
    )
    kept = [replace(section, blocks=tuple(_kept(section.blocks, names))) for section in document.sections]
    *first, last = [section for section in kept if section.blocks]
    return replace(document, sections=(*first, replace(last, blocks=(*last.blocks, note))))


def cut_lists(document: Document, most: int) -> Document:
    """Return a document with at most `most` rows in each table and points in each list, which say so."""
    return replace(
        document,
        sections=tuple(
            replace(section, blocks=tuple(_cut(block, most) for block in section.blocks))
            for section in document.sections
        ),
    )


def _cut(block: Block, most: int) -> Block:
    match block:
        case Table():
            return _cut_table(block, most)
        case Chart():
            return replace(block, table=_cut_table(block.table, most))
        case Fold():
            return replace(block, blocks=tuple(_cut(inner, most) for inner in block.blocks))
        case Bullets() if len(block.points) > most:
            more = words(f"{count(len(block.points) - most)} more are in the JSON report.")
            return replace(block, points=(*block.points[:most], more))
        case _:
            return block


def _cut_table(table: Table, most: int) -> Table:
    if len(table.rows) <= most:
        return table
    caption = (*table.caption, *words(f" (the first {count(most)} of {count(len(table.rows))})"))
    return replace(table, caption=caption, rows=table.rows[:most])


def _kept(blocks: Iterable[Block], names: Collection[str]) -> Iterator[Block]:
    for block in blocks:
        if _extra(block) in names:
            continue
        yield replace(block, blocks=tuple(_kept(block.blocks, names))) if isinstance(block, Fold) else block


def _extras(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield _extra(block)
        if isinstance(block, Fold):
            yield from _extras(block.blocks)


def _extra(block: Block) -> str:
    match block:
        case Chart():
            return block.table.extra
        case Fold() | Heading() | Paragraph() | Table():
            return block.extra
        case _:
            return ""
