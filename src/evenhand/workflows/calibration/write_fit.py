"""Leave what was learned for later runs: a `panel-fit/v1` or a `calibration-map/v1` file beside the panel."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evenhand.calibration.choices import Choices
from evenhand.calibration.learn import NotLearned, learn_rule
from evenhand.calibration.learn_maps import learn_maps
from evenhand.calibration.table import CalibrationTable
from evenhand.catalog.record_files import KINDS, read_record
from evenhand.errors import FileError, MeasureError, UsageError
from evenhand.records.calibration import CalibrationMap
from evenhand.records.canonical import FileRecord
from evenhand.records.panel_fit import LearnedRule, PanelFit
from evenhand.workflows.write_lines import write_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFit:
    """A fit on disk."""

    path: str
    fit: PanelFit
    left_out: tuple[str, ...]
    """Principles with too few labels: the rule counts votes there."""


def write_fit(table: CalibrationTable, choices: Choices, *, rule: LearnedRule, path: Path) -> WrittenFit:
    """Learn a rule from a run's labels and write its numbers; a fit that stands there is replaced by its next version.

    Raises:
        MeasureError: The labels do not give a fit, or a stack does not beat the best single judge.
        UsageError: Something else stands there, or the file can not be written.
    """
    learned = learn_rule(
        table,
        rule,
        choices,
        made=_today(),
        version=_next_version(path),
    )
    if isinstance(learned, NotLearned):
        raise MeasureError(learned.reason, hint=learned.hint)
    _write(path, learned.fit)
    return WrittenFit(path=str(path), fit=learned.fit, left_out=learned.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMaps:
    """Calibration maps on disk."""

    path: str
    maps: CalibrationMap


def write_maps(table: CalibrationTable, choices: Choices, *, path: Path) -> WrittenMaps:
    """Learn what the judges' probabilities are worth and write it; maps that stand there are replaced.

    Raises:
        MeasureError: No judge gives probabilities on enough labelled items.
        UsageError: Something else stands there, or the file can not be written.
    """
    refuse_other_than_maps(path)
    learned = learn_maps(table, choices, made=_today())
    if isinstance(learned, NotLearned):
        raise MeasureError(learned.reason, hint=learned.hint)
    _write(path, learned)
    return WrittenMaps(path=str(path), maps=learned)


def _write(path: Path, record: FileRecord) -> None:
    text = json.dumps(record.canonical(), indent=1)
    write_lines(path, [text.encode() + b"\n"])


def _today() -> str:
    return datetime.now(tz=UTC).date().isoformat()


def _next_version(path: Path) -> int:
    earlier = refuse_other_than_fit(path)
    return int(earlier.version) + 1 if earlier else 1


def refuse_other_than_fit(path: Path) -> PanelFit | None:
    """Return the fit that stands in a file; None where there is no file.

    Raises:
        UsageError: Something else stands there.
    """
    found: PanelFit | None = _refuse_another_kind(path, PanelFit, "panel-fit/v1")
    return found


def refuse_other_than_maps(path: Path) -> None:
    """Refuse to write maps over anything else.

    Raises:
        UsageError: Something else stands there.
    """
    _refuse_another_kind(path, CalibrationMap, "calibration-map/v1")


def _refuse_another_kind(path: Path, record: Any, schema: str) -> Any:
    """Return the record of a kind that stands in a file; None where there is no file."""
    if not path.exists():
        return None
    try:
        found = read_record(path, record, schema).record
    except FileError:
        found = None
    if found is None:
        raise UsageError(
            f"{path} is there and is no {KINDS[schema]}", hint="name another file, or move it away"
        )
    return found
