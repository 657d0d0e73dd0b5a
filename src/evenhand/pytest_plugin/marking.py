"""Tests that are marked to run once for each cell of a suite."""

from collections.abc import Sequence
from typing import Any

import pytest

from evenhand.pytest_plugin.cells import SuiteCell, SuiteCells, cell_ids
from evenhand.pytest_plugin.state import desk_of
from evenhand.pytest_plugin.verdict import CannotJudgeError
from evenhand.records.patterns import fits

_USAGE = "write @pytest.mark.evenhand(suite=NAME, principles=[...], cases=[...])"


def parametrize_cells(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    """Run a marked test once for each cell that fits."""
    suite, principles, cases = _arguments(marker)
    if "verdict" not in metafunc.fixturenames:
        raise _wrong("a test that is marked evenhand takes the argument `verdict`")
    try:
        found = desk_of(metafunc.config).find_suite(suite)
    except CannotJudgeError as error:
        raise _wrong(str(error)) from None
    cells = [
        cell
        for cell in found.cells
        if (not principles or fits(cell.principle, principles)) and (not cases or fits(cell.case, cases))
    ]
    _refuse_idle(found, principles, cases)
    ids = dict(zip(found.cells, cell_ids(found.cells), strict=True))
    metafunc.parametrize(
        "verdict",
        [SuiteCell(found, cell) for cell in cells],
        ids=[ids[cell] for cell in cells],
        indirect=True,
    )


def _arguments(marker: pytest.Mark) -> tuple[str, Sequence[str], Sequence[str]]:
    def read(suite: str, *, principles: Sequence[str] = (), cases: Sequence[str] = ()) -> Any:
        return str(suite), _names(principles), _names(cases)

    try:
        found: tuple[str, Sequence[str], Sequence[str]] = read(*marker.args, **marker.kwargs)
    except TypeError as error:
        raise _wrong(f"the marker evenhand is written in another way ({error}); {_USAGE}") from None
    return found


def _names(names: Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else list(names)


def _refuse_idle(suite: SuiteCells, principles: Sequence[str], cases: Sequence[str]) -> None:
    """Refuse a name or pattern that nothing fits, as it may be a slip of the keyboard that tests nothing."""
    for kind, patterns, known in (
        ("principle", principles, {cell.principle for cell in suite.cells}),
        ("case", cases, {cell.case for cell in suite.cells}),
    ):
        for pattern in patterns:
            if not any(fits(name, [pattern]) for name in known):
                raise _wrong(f"no {kind} of suite {suite.name} fits {pattern!r}")
    if not suite.cells:
        raise _wrong(f"suite {suite.name} has no cells")


def _wrong(message: str) -> pytest.Collector.CollectError:
    return pytest.Collector.CollectError(message)
