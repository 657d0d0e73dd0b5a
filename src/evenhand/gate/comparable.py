"""Whether enough of a baseline can be compared: what was taken out, or changed, could be what got worse."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from evenhand.calibration.words import count, points
from evenhand.gate.cells import PairedCells
from evenhand.gate.results import Measure, TestResult
from evenhand.gate.words import measured
from evenhand.records.gate import GateSpec
from evenhand.records.scale import Reading
from evenhand.stats.change.noninferiority import Outcome

_KINDS: Final = {Measure.SENSITIVITY: Reading.FAIL, Measure.SPECIFICITY: Reading.PASS}


def too_little(cells: PairedCells, spec: GateSpec) -> str:
    """Return why too little of a principle can be compared; empty where enough can."""
    if cells.of == 0:
        return f"the baseline holds nothing of it ({count(len(cells.fresh), 'new cell')})"
    if cells.n < spec.least_comparable * cells.of:
        why = _most_frequent(cells.not_comparable)
        return f"only {cells.n:,} of {count(cells.of, 'cell')} of the baseline can be compared: {why}"
    return _of_a_kind(cells, spec) if spec.compares == "judges" else ""


def _of_a_kind(cells: PairedCells, spec: GateSpec) -> str:
    """Return why too little of what people fail, or pass, can be compared: sensitivity and specificity rest on one."""
    means = dict(zip(cells.categories, cells.readings, strict=True))
    for reading, word in ((Reading.FAIL, "fail"), (Reading.PASS, "pass")):
        apart = [cell for cell in cells.apart if means.get(cell.label) is reading]
        kept = int(np.isin(cells.truth, cells.reading_as(reading)).sum())
        if kept < spec.least_comparable * (kept + len(apart)):
            why = _most_frequent(Counter(cell.reason for cell in apart))
            whole = count(kept + len(apart), "cell")
            return f"only {kept:,} of {whole} of the baseline that people {word} can be compared: {why}"
    return ""


def _most_frequent(reasons: Mapping[str, int]) -> str:
    return max(reasons, key=lambda name: reasons[name])


def could_hide(cells: PairedCells, tests: Sequence[TestResult]) -> str:
    """Return why the cells that can not be compared could hide a drop of the margin; empty where they could not.

    In the worst case each of the t cells that were taken out of the baseline, or changed, was right and would be wrong
    now. With the lower limit L on the n cells that were compared, that of all missing verdicts at their worst, the
    limit on all of them is (n L - t) / (n + t). Where it is not above -margin, what is left does not say that nothing
    was lost. A test of one measurement is passed over: nothing that answers depend on changed.
    """
    for test in tests:
        if test.slice is not None or test.same or test.outcome is not Outcome.PASSED:
            continue
        out = _taken_out(cells, test.measure)
        low = test.worst.low if test.worst else test.low
        n = test.worst.cells if test.worst else test.cells
        if out and low is not None and (limit := (n * low - out) / (n + out)) <= -test.margin:
            return (
                f"on {measured(test.measure, None)}, {count(out, 'cell')} of the baseline can not be compared and "
                f"could hide a drop of {points(test.margin)}: if all were lost, the limit would be "
                f"{100 * limit:+.1f} points"
            )
    return ""


def _taken_out(cells: PairedCells, measure: Measure) -> int:
    """Return how many cells of the baseline that a measure is about can not be compared."""
    if measure not in _KINDS:
        return len(cells.apart)
    means = dict(zip(cells.categories, cells.readings, strict=True))
    return sum(means.get(cell.label) is _KINDS[measure] for cell in cells.apart)
