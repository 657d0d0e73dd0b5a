"""Cells and columns that every section uses."""

from evenhand.reporting.comparing import ALL_PRINCIPLES
from evenhand.reporting.display import bounds_parts, count, percent_parts, plain_parts
from evenhand.reporting.document import Cell, Column, Span, foreign, words
from evenhand.reporting.summary import PrincipleSet
from evenhand.stats.estimate import Measured


def text_cell(*parts: str | Span) -> Cell:
    """Return a cell of words."""
    return Cell(words=words(*parts))


def foreign_cell(text: str) -> Cell:
    """Return a cell with text from outside."""
    return Cell(words=(foreign(text),))


def over(principles: PrincipleSet) -> Span:
    """Return what a figure is counted over."""
    return Span(text=principles.name, foreign=principles.name != ALL_PRINCIPLES)


def foreign_or(text: str, otherwise: str) -> Cell:
    """Return a cell with text from outside, or our own words where there is none."""
    return foreign_cell(text) if text else text_cell(otherwise)


def count_cell(number: int) -> Cell:
    """Return a cell with a count."""
    return text_cell(count(number))


def percent_cell(measured: Measured) -> Cell:
    """Return a cell with a share, its interval and n."""
    return _number_cell(*percent_parts(measured))


def plain_cell(measured: Measured) -> Cell:
    """Return a cell with a coefficient, its interval and n."""
    return _number_cell(*plain_parts(measured))


def bounds_cell(worst: Measured, best: Measured) -> Cell:
    """Return a cell with worst and best case, their outer limits and n."""
    return _number_cell(*bounds_parts(worst, best))


def _number_cell(value: str, detail: str) -> Cell:
    return Cell(words=words(value) if value else (), detail=detail)


def columns(*titles: str | Span, numbers: int = 0) -> tuple[Column, ...]:
    """Return columns; the last `numbers` of them hold numbers."""
    first_number = len(titles) - numbers
    return tuple(
        Column(words=words(title), number=place >= first_number) for place, title in enumerate(titles)
    )
