"""Text from outside as inert HTML, so that every place in it can be told from the page.

A block of text is written piece by piece. Hidden characters are drawn as visible marks that carry their code points,
so that the script can count the code points of the text as it is, and not of what is drawn. What a browser would change
on its own (a carriage return) is such a mark too, without anything to see.
"""

import re
import sys
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from markupsafe import Markup, escape

from evenhand.records.reveal import reveal

PART = 20_000
"""Code points of a text that one part of it shows."""
MOST_MARKS = 12
"""Marks of one run of hidden characters that are drawn one by one."""

_MARK = re.compile(r"⟦U\+[0-9A-F]{4,6}⟧")
_LINE_NEAR = 400
_FENCE = re.compile(r"^[ ]{0,3}(?:```|~~~)", re.MULTILINE)


class Drawn(Enum):
    """How a stretch of text is drawn."""

    PLAIN = auto()
    """As it is."""
    MARKS = auto()
    """Hidden characters, as marks."""
    QUIET = auto()
    """Carriage returns at the end of a line, as a mark without anything to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text that is drawn in one way."""

    start: int
    """Place in the text as it is."""
    text: str
    """As it is."""
    drawn: Drawn = Drawn.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Stretches of a text that are set off in one way; none overlaps another of the same layer."""

    tag: str
    """Name of the HTML element around them."""
    look: str
    """Its class."""
    spans: Sequence[tuple[int, int]]
    """In order."""

    def covers(self, place: int) -> bool:
        """Tell whether a place is inside one of the stretches."""
        before = bisect_right(self.spans, (place, sys.maxsize)) - 1
        return before >= 0 and place < self.spans[before][1]


def pieces(text: str) -> Iterator[Piece]:
    """Yield a text as stretches that are drawn in one way, whole and in order."""
    start = 0
    for first, last, drawn in _runs(text):
        if first > start:
            yield Piece(start=start, text=text[start:first])
        yield Piece(start=first, text=text[first:last], drawn=drawn)
        start = last
    if start < len(text):
        yield Piece(start=start, text=text[start:])


def _runs(text: str) -> Iterator[tuple[int, int, Drawn]]:
    """Yield where neighbouring characters are drawn as marks of one kind."""
    first = last = 0
    kind = Drawn.PLAIN
    for place in _marked_places(text):
        drawn = Drawn.QUIET if text.startswith("\r\n", place) else Drawn.MARKS
        if place != last or drawn is not kind:
            if last > first:
                yield first, last, kind
            first, kind = place, drawn
        last = place + 1
    if last > first:
        yield first, last, kind


def _marked_places(text: str) -> list[int]:
    """Return the places of what `reveal` draws, and of carriage returns, which browsers would change."""
    places = {place for place, char in enumerate(text) if char == "\r"} if "\r" in text else set()
    shift = 0
    for mark in _MARK.finditer(reveal(text)):
        place = mark.start() - shift
        if text[place] != "⟦":  # else the text holds such a mark itself
            shift += len(mark[0]) - 1
            places.add(place)
    return sorted(places)


def part_bounds(text: str) -> tuple[int, ...]:
    """Return where the parts of a text begin, and its length last; a part ends with a line where one ends nearby."""
    bounds = [0]
    while len(text) - bounds[-1] > PART + _LINE_NEAR:
        end = bounds[-1] + PART
        line_end = text.find("\n", end, end + _LINE_NEAR)
        bounds.append(line_end + 1 if line_end >= 0 else end)
    return (*bounds, len(text))


def fenced(text: str) -> tuple[tuple[int, int], ...]:
    """Return the stretches of fenced code, fences among them."""
    fences = [match.start() for match in _FENCE.finditer(text)]
    pairs = zip(fences[::2], fences[1::2], strict=False)
    return tuple((first, _line_end(text, last)) for first, last in pairs)


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def draw_text(
    whole: Sequence[Piece], *, start: int, end: int, layers: Sequence[Layer] = (), source: bool = False
) -> Markup:
    """Return the code points from `start` to `end` as HTML.

    Args:
        whole: The pieces of the whole text; whether a character is hidden can depend on what stands before it.
        start: Of the first code point.
        end: One after the last.
        layers: What is set off; later ones lie inside earlier ones.
        source: Whether tabs and line ends are drawn as well.
    """
    inside = {place for layer in layers for span in layer.spans for place in span if start < place < end}
    cut = _cut(whole, sorted({start, end, *inside}))
    return Markup("").join(
        _wrap(_draw(run, source=source), [layer for layer in layers if layer.covers(first)])
        for first, run in cut
    )


def _cut(whole: Sequence[Piece], bounds: Sequence[int]) -> Iterator[tuple[int, list[Piece]]]:
    """Yield the pieces between each bound and the next, with the place of the bound."""
    rest = deque(whole)
    while rest and rest[0].start + len(rest[0].text) <= bounds[0]:
        rest.popleft()
    for first, last in pairwise(bounds):
        run = []
        while rest and rest[0].start < last:
            piece = rest.popleft()
            run.append(_slice(piece, first, last))
            if piece.start + len(piece.text) > last:
                rest.appendleft(piece)
                break
        yield first, run


def _slice(piece: Piece, first: int, last: int) -> Piece:
    start = max(first, piece.start)
    return Piece(start=start, text=piece.text[start - piece.start : last - piece.start], drawn=piece.drawn)


def _wrap(html: Markup, layers: Sequence[Layer]) -> Markup:
    for layer in reversed(layers):
        html = Markup('<{0} class="{1}">{2}</{0}>').format(layer.tag, layer.look, html)
    return html


def _draw(run: Sequence[Piece], *, source: bool) -> Markup:
    return Markup("").join(
        _draw_plain(piece.text, source=source) if piece.drawn is Drawn.PLAIN else _draw_marks(piece)
        for piece in run
    )


def _draw_plain(text: str, *, source: bool) -> Markup:
    html = escape(text)
    if not source:
        return html
    return html.replace("\t", Markup('<i class="tab">\t</i>')).replace(
        "\n", Markup('<i class="line-end"></i>\n')
    )


def _draw_marks(piece: Piece) -> Markup:
    if piece.drawn is Drawn.QUIET:
        return _mark(piece.text, "")
    one_by_one, rest = piece.text[:MOST_MARKS], piece.text[MOST_MARKS:]
    drawn = [_mark(char, f"⟦U+{ord(char):04X}⟧") for char in one_by_one]
    return Markup("").join([*drawn, *([_mark(rest, f"⟦+{len(rest)}⟧")] if rest else [])])


def _mark(characters: str, shown: str) -> Markup:
    codes = " ".join(f"{ord(char):x}" for char in characters)
    return Markup('<span class="{}" data-c="{}">{}</span>').format(
        "drawn" if shown else "quiet", codes, shown
    )
