"""How often an unchanged panel changes its mind: the companion of a run, and what earlier runs say of each cell.

The companion judges a drawn share of the suite's items several times. It is an ordinary run in the ledger, so it can be
resumed, replayed and reported like any; its first reading takes the replies of the run it goes with, and a later
companion of the same judges takes all of its own.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.records.narrow import Wishes
from evenhand.records.run import Manifest, Run, RunState
from evenhand.store.ledger import LedgerFile
from evenhand.workflows.ask_again import most_readings
from evenhand.workflows.prepare import WHOLE_SUITE, prepare
from evenhand.workflows.run_suite import RunOptions, RunResult, Watch, run_prepared

SHARE: Final = 0.05
"""Share of the items that is judged several times."""
READINGS: Final = 5
"""How often."""
_RUNS_LOOKED_AT = 500
_HOW_MUCH = frozenset({"readings", "asked_once", "narrow", "planned_items", "units_per_item"})
"""Parts of a manifest that say how much was asked; the other inputs say what was asked of whom."""


def find_companion(ledger: LedgerFile, run: Run) -> Run | None:
    """Return the newest finished run that asked the same judges the same several times over; None where there is none.

    Its manifest may differ from that of `run` in the part of the suite and the number of readings, and in what was only
    observed, but not in the model that answered.
    """
    wanted = _asked(run.manifest)
    for other in ledger.recent_runs(_RUNS_LOOKED_AT):
        manifest = other.manifest
        if other.state is not RunState.FINISHED or manifest.readings < 2:
            continue
        if _asked(manifest) == wanted and answered_alike(manifest, run.manifest):
            return other
    return None


def run_companion(
    start: Path,
    suite: Path,
    options: RunOptions,
    watch: Watch,
    *,
    wishes: Wishes = WHOLE_SUITE,
    share: float = SHARE,
    readings: int = READINGS,
) -> RunResult | None:
    """Judge a drawn share of a suite several times over; None where no judge of the panel can be asked again.

    The draw goes by the names of the items and the suite's seed, so it is the same as long as the items are, and
    readings of one day join those of another. A recorded panel is read as often as its recordings have repeats for.

    Args:
        start: Folder from which the workspace is looked for.
        suite: The suite's file.
        options: What is said about the execution; its number of readings is replaced by that of the companion.
        watch: Told once when the run starts.
        wishes: The part of the suite that the run judged which the companion goes with.
        share: Share of its items, above 0 and at most 1; at least one item is drawn.
        readings: How often each is judged.

    Raises:
        UsageError: The share is impossible, or the parts do not fit together.
        FileError: A file has findings.
        MeasureError: Nothing could be measured.
    """
    if not 0 < share <= 1:
        raise UsageError(f"{share} is no share of the items", hint="use a share above 0, and 1 at most")
    part = prepare(start, suite, wishes)
    count = most_readings(part.loaded, readings)
    if count < 2:
        return None
    drawn = replace(wishes, sample=_drawn(part.items, share))
    prepared = prepare(start, suite, drawn, readings=count)
    return run_prepared(prepared, replace(options, readings=count), watch)


def _drawn(items: int, share: float) -> int:
    """Return how many of some items a share of them is, a part of an item being one."""
    return min(items, max(1, math.ceil(round(share * items, 6))))


def answered_alike(one: Manifest, other: Manifest) -> bool:
    """Tell whether the same models answered in two runs, as far as preflight saw and the models name themselves."""
    there = _served(other)
    return all(model == there.get(judge, model) for judge, model in _served(one).items())


def _served(manifest: Manifest) -> Mapping[str, str]:
    return {each.judge: each.served_model for each in manifest.endpoints if each.served_model}


def _asked(manifest: Manifest) -> Mapping[str, Any]:
    return {name: value for name, value in manifest.inputs().items() if name not in _HOW_MUCH}
