"""What changed in a constitution, as pieces of Markdown: a table of principles, and each one's changes in a fold."""

from collections.abc import Iterator
from typing import Final

from evenhand.constitution.changes import Change, ConstitutionDiff, Fate, PrincipleChange
from evenhand.constitution.words import marked, said_of, told_warnings
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.document import Bullets, Cell, Span, Table, Words, foreign, words
from evenhand.reporting.markdown import Piece, block_pieces
from evenhand.reporting.markdown_words import fenced, html_line, paragraph
from evenhand.reporting.sections.cells import columns, text_cell

DETAILS: Final = "principles one by one"
WHOLE: Final = "changes outside of principles"
TABLE: Final = "the table of principles"
_MOST_TEXT: Final = 2_000
"""Characters of a changed text that are shown."""


def principles_table(diff: ConstitutionDiff) -> Iterator[Table]:
    """Yield the principles that changed, with what that does; those that ask something else come first."""
    if diff.principles:
        yield Table(
            caption=words("Principles that changed"),
            columns=columns("Principle", "What became of it", "Changes"),
            rows=tuple(
                (Cell(words=name_words(each)), text_cell(said_of(each)), Cell(words=_parts(each)))
                for each in by_weight(diff)
            ),
            extra=TABLE,
        )


def warnings(diff: ConstitutionDiff) -> Iterator[Words]:
    """Yield what is wrong with how the constitution was changed."""
    for about, warning in told_warnings(diff):
        yield said(about), Span(text=": "), said(warning)


def name_words(each: PrincipleChange) -> Words:
    """Return how a principle is called, with its earlier id where it had another."""
    if each.fate is Fate.RENAMED:
        return words(foreign(each.before), ", now ", foreign(each.after))
    return words(foreign(each.id))


def principle_folds(diff: ConstitutionDiff, rows: int) -> Iterator[Piece]:
    """Yield what changed in each principle, folded, at most `rows` of them."""
    told = [each for each in by_weight(diff) if each.changes or each.guess or each.tombstone]
    for each in told[:rows]:
        yield from _fold(each)
    if left := len(told) - len(told[:rows]):
        yield Piece(text=f"{plural(left, 'more principle')} in the JSON document.", extra=DETAILS)


def whole_pieces(diff: ConstitutionDiff, rows: int) -> Iterator[Piece]:
    """Yield what changed outside of principles."""
    if diff.whole:
        yield Piece(text="**Outside of principles**", extra=WHOLE)
        points = Bullets(points=tuple(_change_words(change) for change in diff.whole))
        yield from (Piece(text=piece.text, extra=WHOLE) for piece in block_pieces(points, rows, folded=True))


def by_weight(diff: ConstitutionDiff) -> list[PrincipleChange]:
    """Return the principles with the largest effect first, and else in their order."""
    return sorted(diff.principles, key=lambda each: -each.effect.rank)


def _parts(each: PrincipleChange) -> Words:
    return words(", ".join(dict.fromkeys(change.part.value for change in each.changes)))


def _fold(each: PrincipleChange) -> Iterator[Piece]:
    title = html_line((*name_words(each), Span(text=f": {said_of(each)}")))
    yield Piece(text=f"<details><summary>{title}</summary>", extra=DETAILS)
    points = tuple(_points(each))
    if points:
        yield from (
            Piece(text=piece.text, extra=DETAILS)
            for piece in block_pieces(Bullets(points=points), len(points), folded=True)
        )
    for change in each.changes:
        if change.words:
            told = paragraph((said(f"{change.what}:"),))
            yield Piece(text=f"{told}\n\n{fenced(marked(change.words), most=_MOST_TEXT)}", extra=DETAILS)
    yield Piece(text="</details>", extra=DETAILS)


def _points(each: PrincipleChange) -> Iterator[Words]:
    if each.tombstone:
        yield words("tombstone: ", foreign(each.tombstone))
    if each.guess:
        yield (Span(text="a guess: "), said(each.guess))
    for change in each.changes:
        if not change.words:
            yield _change_words(change)


def _change_words(change: Change) -> Words:
    told: list[Span] = [said(change.what)]
    if change.before or change.after:
        told += [Span(text=": "), *_side(change.before), Span(text=" became "), *_side(change.after)]
    return tuple(told)


def _side(text: str) -> Words:
    return (foreign(text),) if text else words("nothing")
