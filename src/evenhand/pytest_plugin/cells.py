"""The cells of a suite: what a test can be about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_LONGEST = 120


class Cell(NamedTuple):
    """One output of a case (or the two that are compared) under one principle."""

    case: str
    candidate: str
    principle: str

    @property
    def name(self) -> str:
        """Name people use: case, candidate where it has a name of its own, principle."""
        middle = "" if self.candidate in {"1", ""} else f"/{self.candidate}"
        return f"{self.case}{middle}/{self.principle}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SuiteCells:
    """A suite as tests see it."""

    path: Path
    """Its file, with all links followed."""
    start: Path
    """Folder from which its workspace is looked for."""
    name: str
    cells: tuple[Cell, ...]
    """Every cell, in the order of the suite."""
    quarantined: Mapping[Cell, str] = field(default_factory=dict)
    """Why a cell is in quarantine, of those that are."""
    has_gate: bool = False


class SuiteCell(NamedTuple):
    """A cell with the suite it is of: the parameter of a marked test."""

    suite: SuiteCells
    cell: Cell


def cell_ids(cells: Sequence[Cell]) -> list[str]:
    """Return a name for each cell that can be printed, typed and selected; all differ, whatever the cells are named."""
    seen: dict[str, int] = {}
    return list(_ids(cells, seen))


def _ids(cells: Sequence[Cell], seen: dict[str, int]) -> Iterator[str]:
    for cell in cells:
        name = _printable(cell.name)
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _printable(name: str) -> str:
    """Spell out what is not ASCII or has a meaning in the names of tests, and cut what is long."""
    text = name.encode("unicode_escape").decode("ascii")
    text = text.replace("::", r"\x3a\x3a").replace("[", r"\x5b").replace("]", r"\x5d").replace("#", r"\x23")
    if len(text) <= _LONGEST:
        return text
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{text[: _LONGEST - 13]}-{digest}"
