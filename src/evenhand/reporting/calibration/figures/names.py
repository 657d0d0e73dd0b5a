"""Names in pictures: on one line, as long as there is room, and visibly shortened where there is not."""

from itertools import accumulate
from unicodedata import combining, east_asian_width

from evenhand.reporting.display import one_line

_MOST_MARKS = 2
"""Marks upon one letter; more of them would climb out of the line."""


def shorten(text: str, most: int) -> str:
    """Return text on one line with hidden characters drawn, in the room of `most` letters.

    It is cut in the middle: names of one kind often differ at their end only.
    """
    shown = _calm(one_line(text))
    if room(shown) <= most:
        return shown
    tail = _beginning(shown[::-1], (most - 1) // 3)[::-1]
    return f"{_beginning(shown, most - 1 - room(tail)).rstrip()}…{tail.lstrip()}"


def _beginning(text: str, most: int) -> str:
    return text[: sum(width <= most for width in accumulate(_width(char) for char in text))]


def room(text: str) -> int:
    """Return the widths of a letter a text takes; wide letters count twice, marks upon letters not at all."""
    return sum(_width(char) for char in text)


def letter(place: int) -> str:
    """Return the name of the `place`-th thing in a picture that has no room for names."""
    return (
        chr(ord("A") + place)
        if place < 26
        else f"{chr(ord('A') + place // 26 - 1)}{chr(ord('A') + place % 26)}"
    )


def _width(char: str) -> int:
    return 0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1


def _calm(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
