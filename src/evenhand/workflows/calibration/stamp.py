"""What was calibrated, with what and when, for the head of the report."""

from datetime import date

import numpy as np

from evenhand.calibration.results import CalibrationStamp
from evenhand.calibration.table import NONE, CalibrationTable, JudgeFacts
from evenhand.records.canonical import content_hash
from evenhand.records.run import Run

_HASH_SHOWN = len("sha256:") + 12


def make_stamp(run: Run, table: CalibrationTable, evenhand: str) -> CalibrationStamp:
    """Return the stamp of a calibration.

    Args:
        run: The run.
        table: What was read of it.
        evenhand: The version of evenhand.
    """
    constitution, panel = run.manifest.constitution, run.manifest.panel
    digest = content_hash(constitution.canonical())[:_HASH_SHOWN]
    return CalibrationStamp(
        run=run.id,
        suite=table.suite,
        finished=run.finished,
        constitution=f"{constitution.title or constitution.id} {constitution.version} ({digest})",
        panel=panel.title or panel.id,
        rule=table.rule,
        judges=tuple(_line(judge) for judge in table.judges),
        blind=_all_blind(table),
        reviewers=len({name for each in table.principles for name in each.people.annotators}),
        label_dates=table.label_dates,
        stale_days=_stale_days(table.label_dates[1], run.finished or run.created),
        evenhand=evenhand,
    )


def _line(judge: JudgeFacts) -> str:
    words = [f"{judge.id} {judge.version}", *([judge.model] if judge.model else [])]
    if judge.served:
        words.append(f"answered by {', '.join(judge.served)}")
    return ", ".join(words)


def _all_blind(table: CalibrationTable) -> bool | None:
    """Return whether all reference labels are blind; None where that is not recorded and none is known not to be."""
    flags = np.concatenate(
        [np.zeros(0, dtype=np.int16)]
        + [each.reference.blind[each.reference.label != NONE] for each in table.principles]
    )
    if not flags.size:
        return None
    return False if (flags == 0).any() else True if (flags == 1).all() else None


def _stale_days(last: str, finished: str) -> int | None:
    if not last or not finished:
        return None
    return (date.fromisoformat(finished[:10]) - date.fromisoformat(last)).days
