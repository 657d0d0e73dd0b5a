"""Charts as rectangles and words with their places; a template draws them.

Widths are shares of the page wherever they can be, so that letters keep their size on a phone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.reporting.display import count
from evenhand.reporting.document import HeatMap, Histogram, Span, StackedBars, Words, foreign, words
from evenhand.stats.estimate import Estimate, Measured

_NAME_LENGTH = 48
_BAR, _GAP, _NAME = 20, 14, 18
_LEAST_LABELLED = 0.09
"""Parts of a bar with a smaller share carry no count; the table has it."""
_CELL_WIDTH, _CELL_HEIGHT, _SIDE, _TOP = 112, 58, 168, 26
_COLUMN_HEIGHT, _TICKS = 110, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle."""

    x: str
    y: str
    width: str
    height: str
    colour: str
    """Colour class."""
    hatch: str = "none"
    """Hatch drawn over the colour."""
    strength: float = 1.0
    """Opacity of the colour, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Words at a place."""

    x: str
    y: str
    words: Words
    anchor: str = "start"
    style: str = "plain"
    """plain, strong, or soft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart ready to be drawn."""

    width: str
    height: str
    boxes: tuple[Box, ...]
    marks: tuple[Mark, ...]


def picture(drawing: StackedBars | HeatMap | Histogram) -> Picture:
    """Return the rectangles and words of a chart."""
    match drawing:
        case StackedBars():
            return _stacked(drawing)
        case HeatMap():
            return _heat(drawing)
        case Histogram():
            return _histogram(drawing)


# -- Stacked bars ----------------------------------------------------------------------------------


def _stacked(drawing: StackedBars) -> Picture:
    step = _NAME + _BAR + _GAP
    boxes: list[Box] = []
    marks: list[Mark] = []
    for place, bar in enumerate(drawing.bars):
        top = place * step
        total = sum(bar.counts)
        marks.append(Mark(x="0", y=str(top + 13), words=_short(bar.name), style="strong"))
        marks.append(
            Mark(x="100%", y=str(top + 13), words=words(f"n = {count(total)}"), anchor="end", style="soft")
        )
        for colour, hatch, start, share, number in _parts(drawing, bar.counts):
            y = top + _NAME
            boxes.append(
                Box(
                    x=_percent(start),
                    y=str(y),
                    width=_percent(share),
                    height=str(_BAR),
                    colour=colour,
                    hatch=hatch,
                )
            )
            if share >= _LEAST_LABELLED:
                middle = _percent(start + share / 2)
                marks.append(
                    Mark(x=middle, y=str(y + 14), words=words(count(number)), anchor="middle", style="inside")
                )
    return Picture(width="100%", height=str(len(drawing.bars) * step), boxes=tuple(boxes), marks=tuple(marks))


def _parts(drawing: StackedBars, counts: Sequence[int]) -> Iterator[tuple[str, str, float, float, int]]:
    """Yield colour, hatch, start, share and count of each part of a bar that is not empty."""
    total, before = max(1, sum(counts)), 0
    for series, number in zip(drawing.series, counts, strict=True):
        if number:
            yield series.colour, series.hatch, before / total, number / total, number
        before += number


# -- Heat map --------------------------------------------------------------------------------------


def _heat(drawing: HeatMap) -> Picture:
    boxes: list[Box] = []
    marks: list[Mark] = []
    for row, name in enumerate(drawing.names):
        letter = _letter(row)
        y = _TOP + row * _CELL_HEIGHT
        marks.append(Mark(x="0", y=str(y + 34), words=words(f"{letter}  ", *_short((foreign(name),), 18))))
        middle = _SIDE + row * _CELL_WIDTH + _CELL_WIDTH // 2
        marks.append(Mark(x=str(middle), y="16", words=words(letter), anchor="middle", style="strong"))
        for column in range(len(drawing.names)):
            values = drawing.agreement if column > row else drawing.kappa
            is_share = column > row
            box, written = _cell(row, column, values[row][column], is_share=is_share)
            boxes.append(box)
            marks.extend(written)
    size = len(drawing.names)
    return Picture(
        width=str(_SIDE + size * _CELL_WIDTH + 1),
        height=str(_TOP + size * _CELL_HEIGHT + 1),
        boxes=tuple(boxes),
        marks=tuple(marks),
    )


def _cell(row: int, column: int, value: Measured | None, *, is_share: bool) -> tuple[Box, list[Mark]]:
    x, y = _SIDE + column * _CELL_WIDTH, _TOP + row * _CELL_HEIGHT
    box = Box(
        x=str(x),
        y=str(y),
        width=str(_CELL_WIDTH - 2),
        height=str(_CELL_HEIGHT - 2),
        colour="paper" if row == column else "blue",
        hatch="falling" if row == column else "none",
        strength=_strength(value) if row != column else 1.0,
    )
    if row == column:
        return box, []
    lines = _lines(value, is_share=is_share)
    middle = str(x + _CELL_WIDTH // 2 - 1)
    tops = (y + 21, y + 36, y + 49)
    return box, [
        Mark(x=middle, y=str(top), words=words(line), anchor="middle", style=style)
        for top, line, style in zip(tops, lines, ("strong", "small", "small"), strict=False)
    ]


def _strength(value: Measured | None) -> float:
    return round(0.06 + 0.44 * min(1.0, max(0.0, value.value)), 3) if isinstance(value, Estimate) else 0.0


def _lines(value: Measured | None, *, is_share: bool) -> tuple[str, ...]:
    if value is None:
        return ("no item",)
    if not isinstance(value, Estimate):
        return (value.reason if len(value.reason) < 12 else "none", f"n = {count(value.n)}")
    low, high = value.interval.low, value.interval.high
    if is_share:
        return f"{100 * value.value:.1f} %", f"{100 * low:.1f} to {100 * high:.1f}", f"n = {count(value.n)}"
    return f"κ {value.value:.2f}", f"{low:.2f} to {high:.2f}", f"n = {count(value.n)}"


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"J{place + 1}"


# -- Histogram -------------------------------------------------------------------------------------


def _histogram(drawing: Histogram) -> Picture:
    most = max(1, *drawing.counts)
    share = 1 / len(drawing.counts)
    boxes: list[Box] = []
    marks: list[Mark] = []
    for place, (tick, number) in enumerate(zip(drawing.ticks, drawing.counts, strict=True)):
        height = round(_COLUMN_HEIGHT * number / most, 1)
        top = _TICKS + _COLUMN_HEIGHT - height
        middle = _percent((place + 0.5) * share)
        boxes.append(
            Box(
                x=_percent((place + 0.1) * share),
                y=f"{top:g}",
                width=_percent(0.8 * share),
                height=f"{max(height, 1 if number else 0):g}",
                colour="grey" if place == 0 else "blue",
            )
        )
        marks.append(
            Mark(x=middle, y=f"{top - 5:g}", words=words(count(number)), anchor="middle", style="small")
        )
        y = str(_TICKS + _COLUMN_HEIGHT + 16)
        marks.append(Mark(x=middle, y=y, words=words(tick), anchor="middle", style="soft"))
    return Picture(
        width="100%", height=str(2 * _TICKS + _COLUMN_HEIGHT), boxes=tuple(boxes), marks=tuple(marks)
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3f}".rstrip("0").rstrip(".") + "%"


def _short(name: Words, most: int = _NAME_LENGTH) -> Words:
    """Cut names that are longer than a chart has room for; the table has them whole."""
    return tuple(
        Span(text=span.text[: most - 1] + "…", foreign=span.foreign, code=span.code)
        if len(span.text) > most
        else span
        for span in name
    )
