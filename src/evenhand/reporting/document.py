"""A report as blocks of words, tables and charts, before it is HTML or Markdown.

Both renderings walk the same blocks, so they hold the same numbers.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from markupsafe import Markup

from evenhand.reporting.item_view import ItemView
from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of characters."""

    text: str
    foreign: bool = False
    """Whether it comes from outside and is shown as what it is, character by character."""
    code: bool = False
    """Whether it is something to type."""
    link: str = ""
    """Address beside the report that it leads to, made by us; only HTML follows it."""


Words = tuple[Span, ...]
"""Running text."""


def words(*parts: str | Span) -> Words:
    """Return running text; plain strings are our own words."""
    return tuple(Span(text=part) if isinstance(part, str) else part for part in parts)


def foreign(text: str) -> Span:
    """Return text from outside: ids, labels, names, anything a file or a model wrote."""
    return Span(text=text, foreign=True)


def code(text: str) -> Span:
    """Return something to type."""
    return Span(text=text, code=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table."""

    words: Words
    detail: str = ""
    """What stands behind a number: interval and n."""
    anchor: str = ""
    """Name by which a link reaches the row, where the cell is its heading."""
    tone: str = ""
    """Class of a word that is a judgement, so that it is found at a glance; the word says it all."""

    @property
    def is_empty(self) -> bool:
        """Whether there is a detail only: no estimate, and why."""
        return not self.words and bool(self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    words: Words
    number: bool = False
    """Whether it holds numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the first cell of a row is its heading."""

    kind: ClassVar[str] = "table"
    caption: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    extra: str = ""
    """What it is called when a short report leaves it out; empty stays in every report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph."""

    kind: ClassVar[str] = "paragraph"
    words: Words
    tone: Literal["text", "note"] = "text"
    extra: str = ""
    """What it is called when a short report leaves it out; empty stays in every report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of points."""

    kind: ClassVar[str] = "bullets"
    points: tuple[Words, ...]
    tone: Literal["text", "warning", "steps"] = "text"
    """Steps are numbered, the most important first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """A number that opens a report."""

    name: Words
    value: str
    """Empty where there is no estimate."""
    detail: str
    """What stands behind it: interval and n, or why there is none."""
    note: Words = ()
    """What it means, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumbers:
    """The few numbers a reader came for."""

    kind: ClassVar[str] = "key"
    numbers: tuple[KeyNumber, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    words: Words
    extra: str = ""
    """What it is called when a short report leaves it out; empty stays in every report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Items with their texts."""

    kind: ClassVar[str] = "gallery"
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One part of every bar."""

    name: Words
    colour: str
    """Name of its colour class."""
    hatch: str
    """Name of its hatch, so that it is told apart without colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, cut into the series."""

    name: Words
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBars:
    """Bars of equal length, cut by shares."""

    shape: ClassVar[str] = "stacked"
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Raters against raters: agreement above the diagonal, kappa below it."""

    shape: ClassVar[str] = "heat"
    names: tuple[str, ...]
    agreement: tuple[tuple[Measured | None, ...], ...]
    """By first and second rater; None where no item was answered by both."""
    kappa: tuple[tuple[Measured | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts over bins."""

    shape: ClassVar[str] = "histogram"
    ticks: tuple[str, ...]
    """Upper end of each bin."""
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A picture as vector graphics, ready for a page; one unit is one pixel."""

    width: int
    height: int
    body: Markup
    """What stands inside its `<svg>`: shapes and escaped words."""


class Drawing(Protocol):
    """What a picture shows, as numbers and names."""

    def draw(self) -> Vector:
        """Return the picture."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture of a plot."""

    title: Words
    description: str
    """What the picture shows, for those who do not see it."""
    drawing: Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Pictures side by side that are drawn when the page is written; Markdown has their table only."""

    shape: ClassVar[str] = "plot"
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure with everything it shows in a table beside it."""

    kind: ClassVar[str] = "chart"
    id: str
    title: Words
    description: str
    """What the figure shows, for those who do not see it."""
    drawing: StackedBars | HeatMap | Histogram | Plot
    table: Table
    note: Words = ()
    """What to read from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks behind a line that opens them; Markdown has them under a heading."""

    kind: ClassVar[str] = "fold"
    words: Words
    blocks: tuple["Block", ...]
    extra: str = ""
    """What it is called when a short report leaves it out; empty stays in every report."""


Block = Table | Paragraph | Bullets | KeyNumbers | Heading | Gallery | Chart | Fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report."""

    title: Words
    subtitle: tuple[Words, ...]
    """The stamp in short, line by line: what was run, when, and with which versions."""
    sections: tuple[Section, ...]
