"""From the tests that are selected to what has to be judged for them, and to the gates that can be decided."""

from collections.abc import Iterator

import pytest

from evenhand.pytest_plugin.cells import Cell, SuiteCell, SuiteCells
from evenhand.pytest_plugin.state import desk_of, is_worker
from evenhand.pytest_plugin.suite_file import CellItem, GateItem


def judge_selected(session: pytest.Session) -> None:
    """Judge every suite that selected tests are about, the parts of it that they need, in one run each."""
    config = session.config
    if session.testsfailed and not config.option.continue_on_collection_errors:
        return  # pytest will run nothing
    desk = desk_of(config)
    wanted: dict[SuiteCells, dict[Cell, None]] = {}
    in_file: dict[SuiteCells, int] = {}
    for item in session.items:
        for suite, cell in _cells(item):
            wanted.setdefault(suite, {})[cell] = None
        if isinstance(item, CellItem):
            in_file[item.suite] = in_file.get(item.suite, 0) + 1
    gates = [item for item in session.items if isinstance(item, GateItem)]
    for gate in gates:
        chosen = in_file.get(gate.suite, 0)
        desk.want_gate(gate.suite, chosen=chosen)
        if not chosen:  # the gate alone was selected: it measures the whole suite by itself
            wanted.setdefault(gate.suite, {}).update(dict.fromkeys(gate.suite.cells))
    for suite, cells in wanted.items():
        desk.judge_cells(suite, cells)
    if not is_worker(config):
        desk.decide_gates()


def _cells(item: pytest.Item) -> Iterator[SuiteCell]:
    """Yield the cells that a test is about, as far as that is known before it runs."""
    if isinstance(item, CellItem):
        yield SuiteCell(item.suite, item.cell)
    callspec = getattr(item, "callspec", None)
    if callspec is not None:
        yield from (each for each in callspec.params.values() if isinstance(each, SuiteCell))
