"""Words and cells of calibration reports."""

import re

from evenhand.calibration.results import PANEL, Trust
from evenhand.reporting.display import count, one_line
from evenhand.reporting.document import Cell, Span, Words, foreign, words
from evenhand.reporting.sections.cells import foreign_cell, text_cell
from evenhand.stats.estimate import Estimate, Measured

ALL_PRINCIPLES = "all principles"
_MOST_SAID = 600
TONES = {
    Trust.AS_A_PERSON: "trust-person",
    Trust.WITH_SPOT_CHECKS: "trust-checks",
    Trust.NOT_SHOWN: "trust-open",
    Trust.NO: "trust-no",
    Trust.PEOPLE_DISAGREE: "trust-people",
    Trust.TOO_FEW: "trust-few",
}
"""Class of each word of trust."""


def said(text: str) -> Span:
    """Return a sentence of the calibration. It is ours, but names from outside stand in it: it stays on one line."""
    shown = one_line(text)
    return Span(text=shown if len(shown) <= _MOST_SAID else shown[: _MOST_SAID - 1] + "…")


def rater(name: str) -> Span:
    """Return the name of a rater."""
    return Span(text="the panel") if name == PANEL else foreign(name)


def rater_cell(name: str) -> Cell:
    """Return a cell with the name of a rater."""
    return text_cell("The panel") if name == PANEL else foreign_cell(name)


def principle(name: str) -> Span:
    """Return the name of a principle; an empty one stands for all together."""
    return foreign(name) if name else Span(text=ALL_PRINCIPLES)


def principle_cell(name: str) -> Cell:
    """Return a cell with the name of a principle."""
    return Cell(words=(principle(name),))


def trust_cell(trust: Trust, *, adds_nothing: bool = False) -> Cell:
    """Return a cell with a word of trust."""
    return Cell(words=words(trust.value), detail="adds nothing" if adds_nothing else "", tone=TONES[trust])


def points_parts(measured: Measured) -> tuple[str, str]:
    """Return a difference of shares in points and what stands behind it, or why there is none."""
    if not isinstance(measured, Estimate):
        return "", f"n = {count(measured.n)}, {measured.reason}"
    low, high = 100 * measured.interval.low, 100 * measured.interval.high
    return f"{100 * measured.value:+.1f} points", f"{low:+.1f} to {high:+.1f}, n = {count(measured.n)}"


def points_cell(measured: Measured) -> Cell:
    """Return a cell with a difference of shares."""
    value, detail = points_parts(measured)
    return Cell(words=words(value) if value else (), detail=detail)


def plural(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def joined(parts: list[Span]) -> Words:
    """Return names in a row."""
    if len(parts) < 2:
        return tuple(parts)
    commas = [span for part in parts[:-1] for span in (part, Span(text=", "))][:-1]
    return (*commas, Span(text=" and "), parts[-1])


def slug(text: str) -> str:
    """Return a text as part of an id: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
