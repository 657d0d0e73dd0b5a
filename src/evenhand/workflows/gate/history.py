"""What earlier runs of the same judges said of each cell: which cells do not hold still.

Only what was asked is counted. A reply that was taken from the ledger or a recording says nothing about whether the
judge would say it again, so a reading counts in the run that asked for all of its replies, and nowhere else.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from evenhand.gate.flips import CellFlips, CellReadings, count_flips
from evenhand.judging.readings import repeats_of
from evenhand.records.baseline import Said
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Manifest
from evenhand.store.askings import Asking, askings_by_item
from evenhand.workflows.gate.flakiness import answered_alike
from evenhand.workflows.gate.readings import read_readings
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

    A run counts where panel and judges are the same and the same models answered, and a cell in it where what was asked
    about it has the same keys: text, principle, prompt and parameters. A cell without two readings that can be compared
    is left out, and so is every cell of a panel that asks no model: nobody can answer it anew.

    Args:
        stored: The run whose cells are wanted.
        most_runs: How many of the newest runs are looked at.
    """
    manifest = stored.manifest
    if not any(isinstance(judge, ModelJudge) for judge in manifest.judges):
        return ()
    keys = {_place(cell): key for cell, key, _ in _asked_cells(stored)}
    said: dict[_Place, list[Said]] = {place: [] for place in keys}
    runs = dict.fromkeys(keys, 0)
    for other in _same_instrument(stored, most_runs):
        for cell, key, fresh in _asked_cells(other):
            place = _place(cell)
            if fresh and keys.get(place) == key:
                said[place] += [cell.said[reading] for reading in sorted(fresh)]
                runs[place] += 1
    found = (
        CellHistory(case=place[0], candidate=place[1], principle=place[2], said=tuple(each), runs=runs[place])
        for place, each in said.items()
    )
    return tuple(each for each in found if each.flips.pairs)


_Place = tuple[str, str, str]


def _place(cell: CellReadings) -> _Place:
    return cell.case, cell.candidate, cell.principle


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
        name: content.get(name) for name in ("panel", "calibration", "fit", "judges", "mode")
    }


def _asked_cells(stored: StoredRun) -> Iterator[tuple[CellReadings, bytes, AbstractSet[int]]]:
    """Yield each cell of a run with a digest of what was asked first, and which of its readings were asked for then."""
    askings = dict(_digests(stored.manifest, askings_by_item(stored.ledger, stored.run)))
    for seq, cell in enumerate(read_readings(stored)):
        if seq in askings:
            yield (cell, *askings[seq])


def _digests(
    manifest: Manifest, items: Iterator[tuple[int, Sequence[Asking]]]
) -> Iterator[tuple[int, tuple[bytes, AbstractSet[int]]]]:
    each = {judge.id: repeats_of(judge) for judge in manifest.judges}
    models = {judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)}
    for seq, units in items:
        first = b"".join(unit.key for unit in units if unit.repeat < each[unit.judge])
        reused = {
            unit.repeat // each[unit.judge] for unit in units if unit.judge in models and unit.is_reused
        }
        fresh = frozenset(range(manifest.readings)) - reused
        yield seq, (hashlib.sha256(first).digest(), fresh)
