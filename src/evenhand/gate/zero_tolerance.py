"""Zero tolerance: a rule on single cells, not statistics, and said to be one."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from evenhand.calibration.table import Flags
from evenhand.calibration.words import count
from evenhand.gate.cells import GateTable, PairedCells, Side
from evenhand.gate.results import RuleResult
from evenhand.records.gate import GateSpec
from evenhand.records.patterns import fits
from evenhand.records.scale import Reading
from evenhand.stats.change.noninferiority import Outcome

_WORDS: Final = {
    "candidates": ("passed at the baseline and is failed now", "passed at the baseline and are failed now"),
    "judges": (
        "that people fail was failed at the baseline and is passed now",
        "that people fail were failed at the baseline and are passed now",
    ),
}


def decide_rules(table: GateTable, spec: GateSpec) -> Iterator[RuleResult]:
    """Yield what zero tolerance says of each principle that it is asked for.

    Where candidates are compared it is broken by a cell that passed at the baseline and is failed now; where judges
    are, by a cell that people fail, that the panel failed at the baseline and passes now. In both cases all judges must
    say so now, those aside that a cascade spared. Cells in quarantine break nothing. Undecided where a rating that is
    missing, of the panel or of a judge, now or at the baseline, could be what keeps a cell from breaking it.
    """
    for cells in table.principles:
        if fits(cells.principle, spec.zero_tolerance):
            yield _decide(cells, spec)


def _decide(cells: PairedCells, spec: GateSpec) -> RuleResult:
    held, could_hold = _held(cells, spec)
    turned = _says(cells, cells.new, Reading.FAIL if spec.compares == "candidates" else Reading.PASS)
    one_voice = cells.new.patterns.one_voice[cells.new.of]
    broken = held & turned & one_voice & ~cells.quarantined
    could_turn = _gone(cells.new) | (turned & (one_voice | _could_be_one_voice(cells.new)))
    rows = np.flatnonzero(broken)
    gone = int(np.count_nonzero((held | could_hold) & could_turn & ~broken & ~cells.quarantined))
    outcome = Outcome.FAILED if rows.size else Outcome.UNDECIDED if gone else Outcome.PASSED
    return RuleResult(
        principle=cells.principle,
        severity=cells.severity,
        cells=tuple((cells.cases[row], cells.candidates[row]) for row in rows),
        outcome=outcome,
        reason=_reason(rows.size, gone, spec),
    )


def _reason(broken: int, gone: int, spec: GateSpec) -> str:
    if broken:
        words = _WORDS[spec.compares][min(broken, 2) - 1]
        return f"{count(broken, 'cell')} {words}, by a panel of one voice: zero tolerance is a rule, not statistics"
    if gone:
        return f"{count(gone, 'cell')} could break the rule if missing ratings were there"
    return "no cell breaks the rule"


def _held(cells: PairedCells, spec: GateSpec) -> tuple[Flags, Flags]:
    """Return the cells that can break the rule, shape (n,): those on which the baseline kept it, and may have."""
    if spec.compares == "candidates":
        return _says(cells, cells.old, Reading.PASS), _gone(cells.old)
    fails = np.array([*(each is Reading.FAIL for each in cells.readings), False])[cells.truth]
    return np.asarray(fails & _says(cells, cells.old, Reading.FAIL)), np.asarray(fails & _gone(cells.old))


def _gone(side: Side) -> Flags:
    """Return where there is no verdict because ratings failed, shape (n,)."""
    return np.asarray(side.readings == 0)


def _could_be_one_voice(side: Side) -> Flags:
    """Return where every judge who answered says what the panel says, and the answer of one is missing, shape (n,)."""
    found = [
        False in said[1:] and all(each == said[0] or each is False for each in said[1:])
        for said in side.patterns.said
    ]
    return np.asarray(np.array(found, dtype=np.bool_)[side.of])


def _says(cells: PairedCells, side: Side, reading: Reading) -> Flags:
    """Return where the verdict means `reading`, shape (n,)."""
    means = dict(zip(cells.categories, cells.readings, strict=True))
    told = [
        means.get(said[0]) is reading if isinstance(said[0], str) else False for said in side.patterns.said
    ]
    return np.asarray(np.array(told, dtype=np.bool_)[side.of])
