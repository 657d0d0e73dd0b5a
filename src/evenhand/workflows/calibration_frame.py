"""A calibration for notebooks: the record itself, and every number of it as one tidy frame."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import Calibration
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.workflows.calibrate import DEFAULT_CHOICES, calibrate_stored
from evenhand.workflows.load_frames import Columns, Row, frame_of
from evenhand.workflows.read_run import read_run

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS: Columns = {
    "section": "string",
    "rater": "string",
    "principle": "string",
    "measure": "string",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "n": "Int64",
    "reason": "string",
}
_RATERS: Final = ("judge", "rater", "annotator", "rule")
"""Fields that name who a number is about."""
_KEYS: Final = ("first", "second", "dimension", "value", "kind", "alpha", "coverage", "run", "name")
"""Fields that tell rows of one section apart."""
_BY_PRINCIPLE: Final = ("principles", "confusions")
"""Mappings whose keys are principles."""


def calibration_of(
    run: str = "latest",
    workspace: str | Path = ".",
    *,
    humans: Sequence[str | Path] = (),
    open_sealed: bool = False,
    choices: Choices = DEFAULT_CHOICES,
) -> Calibration:
    """Calibrate a run, as `evenhand calibrate` does, and return the record behind its report.

    Each call is a use of the labels to certify with, and is written into the ledger like one of the command.

    Args:
        run: The run's name, as `evenhand runs` shows it, or "latest".
        workspace: A folder in the workspace.
        humans: Files of human labels beside those of the suite.
        open_sealed: Whether the labels of the sealed split are read too.
        choices: Cut-offs and seeds.

    Raises:
        UnknownNameError: There is no such run.
        FileError: A file of labels has bad lines.
        UsageError: The labels were divided in another way before, or a file of labels meets no item of the run.
        MeasureError: There are no labels to certify with, or the ledger can not be read or written.
    """
    return calibrate_stored(
        read_run(Path(workspace), run),
        humans=[Path(path) for path in humans],
        open_sealed=open_sealed,
        choices=choices,
        command="evenhand.calibration_of()",
    )


def calibration_frame(calibration: Calibration) -> "pd.DataFrame":
    """Return every number of a calibration, one row each.

    section string, the part of the record · rater string, a judge, "panel", a person or a rule · principle string,
    `<NA>` where all are together · measure string · value, low, high float64, the interval where there is one ·
    n Int64, units it rests on · reason string, why there is no value.
    """
    rows = [row for field in fields(calibration) for row in _section(calibration, field.name)]
    return frame_of(rows, _COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in the record a number stands."""

    section: str
    rater: str | None = None
    principle: str | None = None
    path: tuple[str, ...] = ()

    def below(self, *names: str) -> "_Place":
        return replace(self, path=(*self.path, *names))

    def row(self, **numbers: Any) -> Row:
        return {
            "section": self.section,
            "rater": self.rater,
            "principle": self.principle or None,
            "measure": ".".join(self.path),
            **numbers,
        }


def _section(calibration: Calibration, name: str) -> Iterator[Row]:
    place = _Place(section=name, rater="panel" if name in {"panel", "principles", "slices"} else None)
    yield from _walk(getattr(calibration, name), place)


def _walk(value: Any, place: _Place) -> Iterator[Row]:
    if isinstance(value, Estimate):
        yield place.row(value=value.value, low=value.interval.low, high=value.interval.high, n=value.n)
    elif isinstance(value, Undefined):
        yield place.row(n=value.n, reason=value.reason)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place.row(value=value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _walk_record(value, place)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _walk(each, place.below(str(key)))
    elif isinstance(value, tuple):
        named = [_named(each, place) if is_dataclass(each) else place for each in value]
        tell_apart = len(set(named)) == len(named)
        for number, each in enumerate(value, start=1):
            yield from _walk(each, place if tell_apart else place.below(str(number)))


def _walk_record(record: Any, place: _Place) -> Iterator[Row]:
    here = _named(record, place)
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in _BY_PRINCIPLE and isinstance(value, Mapping):
            for key, each in value.items():
                yield from _walk(each, replace(here, principle=key))
        elif not _is_key(field.name, value):
            yield from _walk(value, here.below(field.name))


def _named(record: Any, place: _Place) -> _Place:
    """Return the place of a record, with what it says it is about."""
    told = {field.name: getattr(record, field.name) for field in fields(record)}
    rater = next((told[name] for name in _RATERS if isinstance(told.get(name), str)), place.rater)
    principle = told["principle"] if isinstance(told.get("principle"), str) else place.principle
    keys = (f"{name}={value}" for name, value in told.items() if _is_key(name, value))
    return replace(place.below(*keys), rater=rater, principle=principle)


def _is_key(name: str, value: Any) -> bool:
    return name in _KEYS and isinstance(value, str | float)


__all__ = ["calibration_frame", "calibration_of"]
