"""Every cell of a gate with what became of it, for reports that list them one by one."""

from collections.abc import Iterator

import numpy as np

from evenhand.gate.cells import GateTable, PairedCells
from evenhand.gate.cells_told import CellState, CellTold
from evenhand.gate.told import score_steps
from evenhand.records.gate import GateSpec


def tell_cells(table: GateTable, spec: GateSpec) -> Iterator[CellTold]:
    """Yield every cell of baseline and run, principle by principle."""
    for cells in table.principles:
        yield from _compared(cells, spec)
        for cell in cells.apart:
            yield CellTold(
                case=cell.case,
                candidate=cell.candidate,
                principle=cells.principle,
                state=CellState.NOT_COMPARABLE,
                reason=cell.reason,
            )
        for case, candidate in cells.fresh:
            yield CellTold(case=case, candidate=candidate, principle=cells.principle, state=CellState.FRESH)


def _compared(cells: PairedCells, spec: GateSpec) -> Iterator[CellTold]:
    steps = score_steps(cells, spec)
    gone_then, gone_now = cells.old.missing, cells.new.missing
    states = np.where(steps < 0, CellState.WORSE, np.where(steps > 0, CellState.BETTER, CellState.EQUAL))
    states = np.where(gone_then | gone_now, CellState.MISSING, states)
    states = np.where(cells.quarantined, CellState.QUARANTINED, states)
    for row, (case, candidate) in enumerate(zip(cells.cases, cells.candidates, strict=True)):
        yield CellTold(
            case=case,
            candidate=candidate,
            principle=cells.principle,
            state=CellState(states[row]),
            reason=_MISSING[bool(gone_then[row]), bool(gone_now[row])],
        )


_MISSING = {
    (False, False): "",
    (True, False): "no verdict that stands at the baseline: ratings failed",
    (False, True): "no verdict that stands now: ratings failed",
    (True, True): "no verdict that stands on either side: ratings failed",
}
