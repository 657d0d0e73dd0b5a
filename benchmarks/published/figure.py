"""One printed figure beside ours, and how both are compared."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

FULL_PRECISION = 9
"""Decimals compared where a figure is printed with all its digits."""
FRACTION = re.compile(r"(\d+) / (\d+) = ([\d.]+)%")

Ours = float | str
"""What was computed: a number, or a word where a word is printed."""


class Number(str):
    """A number as it is printed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A printed figure and ours."""

    group: str
    """The data set."""
    name: str
    """What the figure is of."""
    printed: str
    """The figure as it is printed."""
    ours: Ours
    """The figure computed from the files."""
    decimals: int
    """Decimals to which a number is printed."""

    @property
    def difference(self) -> float | None:
        """Ours less the printed one; None between words."""
        return None if isinstance(self.ours, str) else self.ours - float(self.printed)

    @property
    def same(self) -> bool:
        """Whether ours is the printed one at its precision."""
        if isinstance(self.ours, str):
            return self.ours == self.printed
        decimals = min(self.decimals, FULL_PRECISION)
        return abs(self.ours - float(self.printed)) <= 0.5 * 0.1**decimals + 1e-9


def printed_figures(text: str, *, settings: frozenset[str]) -> dict[str, str]:
    """Return every figure of a `published.json`, as printed, under its path; keys among `settings` are none."""
    content = json.loads(text, parse_float=Number, parse_int=Number)
    return dict(_leaves(content, (), settings))


def _leaves(node: object, path: tuple[str, ...], settings: frozenset[str]) -> Iterator[tuple[str, str]]:
    name = " / ".join(path)
    match node:
        case dict():
            for key, value in node.items():
                if key not in settings:
                    yield from _leaves(value, (*path, key), settings)
        case list():
            for index, value in enumerate(node):
                yield from _leaves(value, (*path, str(index)), settings)
        case Number():
            yield name, node
        case str() if fraction := FRACTION.fullmatch(node):
            for part, printed in zip(("count", "of", "percent"), fraction.groups(), strict=True):
                yield f"{name} / {part}", printed
        case str():
            yield name, node


def compared(
    group: str, printed: Mapping[str, str], ours: Mapping[str, Ours], *, decimals: int | None = None
) -> list[Figure]:
    """Return printed figures beside ours.

    `decimals` is how many are printed, where a trailing zero may have been lost; else they are counted.

    Raises:
        KeyError: A printed figure has no recipe, or a recipe has no printed figure.
    """
    if left := set(printed) ^ set(ours):
        raise KeyError(f"{group}: printed or computed, but not both: {', '.join(sorted(left)[:5])}")
    return [
        Figure(
            group=group,
            name=name,
            printed=text,
            ours=ours[name],
            decimals=_decimals(text) if decimals is None else decimals,
        )
        for name, text in printed.items()
    ]


def _decimals(text: str) -> int:
    if not re.fullmatch(r"-?[\d.]+(e-?\d+)?", text):
        return 0
    exponent = Decimal(text).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
