"""What earlier runs of the same judges said of each cell: which cells do not hold still.

Only what was asked is counted. A reply that was taken from the ledger or a recording says nothing about whether the
judge would say it again, so a reading counts in the run that asked for all of its replies, and nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evenhand.gate.flips import CellFlips, CellReadings, count_flips
from evenhand.judging.readings import repeats_of
from evenhand.records.baseline import Said
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Manifest
from evenhand.store.askings import Asking, askings_by_item
from evenhand.workflows.gate.flakiness import answered_alike
from evenhand.workflows.gate.readings import read_counted_readings
from evenhand.workflows.read_run import StoredRun, decider_of

RUNS_LOOKED_AT = 50
"""So many of the newest runs are read; older judges are another instrument more often than not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellHistory:
    """Every reading of one cell that was asked for, the newest run first."""

    case: str
    candidate: str
    principle: str
    said: tuple[Said, ...]
    """The panel's verdict of each reading."""
    runs: int
    """Runs they come from."""

    @property
    def flips(self) -> CellFlips:
        """How often they differ."""
        return count_flips(self.said)


def per_case_history(stored: StoredRun, *, most_runs: int = RUNS_LOOKED_AT) -> tuple[CellHistory, ...]:
    """Return what the judges of a run said of each of its cells in all runs, the cells in the order of the run.

    A run counts where panel, judges and prompts are the same and the same models answered, and a cell in it where all
    that was asked about it in both runs has the same keys. A cell without two readings that can be compared is left
    out, and so is whatever was settled without a model: nobody can answer it anew.

    Args:
        stored: The run whose cells are wanted.
        most_runs: How many of the newest runs are looked at.
    """
    wanted = {_place(cell): _Cell(keys=asked.keys) for cell, asked in _cells(stored, _asked(stored))}
    for other in _same_instrument(stored, most_runs):
        asked = _asked(other)
        if not any(each.fresh for each in asked.values()):
            continue
        for cell, here in _cells(other, asked):
            there = wanted.get(_place(cell))
            if there and here.fresh and _agree(here.keys, there.keys):
                there.said += [cell.said[reading] for reading in here.fresh]
                there.runs += 1
    found = (
        CellHistory(
            case=case, candidate=candidate, principle=principle, said=tuple(each.said), runs=each.runs
        )
        for (case, candidate, principle), each in wanted.items()
    )
    return tuple(each for each in found if each.flips.pairs)


_Place = tuple[str, str, str]
_Keys = Mapping[tuple[str, str, int], bytes]
"""Keys of the units of the first reading, by judge, order and repeat."""


@dataclass(slots=True, kw_only=True)
class _Cell:
    """What is known of a cell so far."""

    keys: _Keys
    said: list[Said] = field(default_factory=list)
    runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked about a cell in one run."""

    keys: _Keys
    fresh: tuple[int, ...]
    """Readings of which every reply was asked for in this run, and at least one of a model."""


def _place(cell: CellReadings) -> _Place:
    return cell.case, cell.candidate, cell.principle


def _agree(one: _Keys, other: _Keys) -> bool:
    """Tell whether what was asked in both is the same; in a cascade, one may have been asked less than the other."""
    common = one.keys() & other.keys()
    return bool(common) and all(one[place] == other[place] for place in common)


def _same_instrument(stored: StoredRun, most: int) -> Iterator[StoredRun]:
    """Yield the newest runs of the same suite by the same judges, the run itself among them."""
    wanted = _instrument(stored.manifest)
    for run in stored.ledger.recent_runs(most):
        if _instrument(run.manifest) == wanted and answered_alike(run.manifest, stored.manifest):
            yield replace(stored, run=run, decider=decider_of(run.manifest))


def _instrument(manifest: Manifest) -> Mapping[str, Any]:
    """Return what settles a cell besides what was asked about it, which its keys tell."""
    content = manifest.canonical()
    return {"suite": manifest.suite.id} | {
        name: content.get(name) for name in ("panel", "calibration", "fit", "judges", "templates", "mode")
    }


def _cells(stored: StoredRun, asked: Mapping[int, _Asked]) -> Iterator[tuple[CellReadings, _Asked]]:
    """Yield each cell of a run about which something was asked."""
    for seq, cell in enumerate(read_counted_readings(stored)):
        if seq in asked:
            yield cell, asked[seq]


def _asked(stored: StoredRun) -> Mapping[int, _Asked]:
    """Return what was asked about each item of a run, by its position."""
    manifest = stored.manifest
    each = {judge.id: repeats_of(judge) for judge in manifest.judges}
    models = {judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)}
    return {
        seq: _Asked(
            keys={
                (unit.judge, unit.order, unit.repeat): unit.key
                for unit in units
                if unit.key and unit.repeat < each[unit.judge]
            },
            fresh=_fresh([(unit.repeat // each[unit.judge], unit) for unit in units if unit.judge in models]),
        )
        for seq, units in askings_by_item(stored.ledger, stored.run)
    }


def _fresh(units: Sequence[tuple[int, Asking]]) -> tuple[int, ...]:
    """Return the readings whose units, those of models, were all asked for in the run."""
    reused = {reading for reading, unit in units if unit.is_reused}
    return tuple(sorted({reading for reading, _ in units} - reused))
