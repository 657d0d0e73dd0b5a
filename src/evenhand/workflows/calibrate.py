"""Calibrate a run: hold its judges and its panel against human labels, and write the report of it."""

import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.calibration.calibrate import calibrate
from evenhand.calibration.choices import Choices
from evenhand.calibration.results import Calibration, ErrorGallery
from evenhand.calibration.table import CalibrationTable
from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError
from evenhand.records.panel_fit import LearnedRule
from evenhand.reporting.calibration.html import render_html
from evenhand.reporting.calibration.json_report import render_json
from evenhand.reporting.calibration.markdown import render_markdown
from evenhand.reporting.item_view import REPORT_LIMITS, ItemView, view_item
from evenhand.workflows.calibration.divide import Division, note_use
from evenhand.workflows.calibration.stamp import make_stamp
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.calibration.write_fit import (
    WrittenFit,
    WrittenMaps,
    refuse_other_than_fit,
    refuse_other_than_maps,
    write_fit,
    write_maps,
)
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.report_files import write_report
from evenhand.workflows.report_run import FORMATS, text_finder
from evenhand.workflows.versions import version_of

CALLED_FROM_PYTHON: Final = "calibrate_run() called from Python"
DEFAULT_CHOICES: Final = Choices()
"""The cut-offs of methods.md."""
_PACKAGES: Final = ("evenhand", "numpy", "scipy", "matplotlib")

Gallery = Mapping[int, ItemView]
"""Items worth reading, by their position in the suite."""

_RENDERERS: Final[Mapping[str, Callable[[tuple[Calibration, Gallery], str], str]]] = {
    "html": lambda shown, stem: render_html(*shown, stem=stem),
    "md": lambda shown, _stem: render_markdown(*shown),
    "json": lambda shown, _stem: render_json(shown[0]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCalibration:
    """A calibration and its report on disk."""

    calibration: Calibration
    reports: tuple[Path, ...]
    """The report, a file for each format."""
    fit: WrittenFit | None = None
    """What a panel learned from the labels; None where nothing was to be learned."""
    maps: WrittenMaps | None = None
    """What the judges' probabilities are worth; None where it was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a panel is to learn from the labels."""

    rule: LearnedRule
    path: Path
    """Where its numbers are written."""


def calibrate_run(
    start: Path,
    name: str,
    *,
    humans: Sequence[Path] = (),
    open_sealed: bool = False,
    review: bool = True,
    choices: Choices = DEFAULT_CHOICES,
    lesson: Lesson | None = None,
    maps: Path | None = None,
    folder: Path | None = None,
    formats: Collection[str] = FORMATS,
    command: str = CALLED_FROM_PYTHON,
) -> WrittenCalibration:
    """Calibrate a run and write the report. The use of the labels is written into the ledger.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        humans: Files of human labels beside those of the suite.
        open_sealed: Whether the labels of the sealed split are read too; each opening is counted.
        review: Whether the labels that people gave in the workspace's review are read.
        choices: Cut-offs and seeds.
        lesson: What a panel is to learn from the labels, if anything.
        maps: Where to write what the judges' probabilities are worth, if anywhere.
        folder: Where to write; by default the reports folder of the workspace.
        formats: Which of `FORMATS` to write.
        command: The command line, for the report and the record of the use.

    Raises:
        UnknownNameError: There is no such run.
        FileError: A file of labels has bad lines.
        UsageError: The labels were divided in another way before, a file of labels meets no item of the run, or the
            folder can not be written.
        MeasureError: The run has not ended, there are no labels to certify with, the lesson can not be learned from
            them, or the ledger can not be read or written.
    """
    if lesson:
        refuse_other_than_fit(lesson.path)
    if maps:
        refuse_other_than_maps(maps)
    stored = read_run(start, name)
    with collecting_less():
        table = _certifying_table(stored, humans, command, open_sealed=open_sealed, review=review)
    calibration = _calibrate(stored, table, choices, command)
    target = folder or find_workspace(start).reports_path
    stem = f"{stored.manifest.suite.id}-{stored.run.id}-calibration"
    gallery = _gallery(stored, calibration.errors) if {"html", "md"} & set(formats) else {}
    reports = write_report(target, stem, _RENDERERS, (calibration, gallery), formats)
    fit = write_fit(table, choices, rule=lesson.rule, path=lesson.path) if lesson else None
    written = write_maps(table, choices, path=maps) if maps else None
    return WrittenCalibration(calibration=calibration, reports=reports, fit=fit, maps=written)


def calibrate_stored(
    stored: StoredRun,
    *,
    humans: Sequence[Path] = (),
    open_sealed: bool = False,
    review: bool = True,
    choices: Choices = DEFAULT_CHOICES,
    command: str = CALLED_FROM_PYTHON,
) -> Calibration:
    """Calibrate a run that is read, as `calibrate_run`, and write no report."""
    table = _certifying_table(stored, humans, command, open_sealed=open_sealed, review=review)
    return _calibrate(stored, table, choices, command)


def _certifying_table(
    stored: StoredRun, humans: Sequence[Path], command: str, *, open_sealed: bool, review: bool
) -> CalibrationTable:
    """Read a run and its labels, and write their use down.

    Raises:
        MeasureError: The run has not ended, or there are no labels to certify with.
    """
    if not stored.run.finished:
        raise MeasureError(
            f"run {stored.run.id} has not ended, and what it has so far is no fair part of it",
            hint=f"go on with `evenhand resume {stored.run.id}`, or calibrate a finished run",
        )
    read = read_table(stored, humans=humans, open_sealed=open_sealed, review=review)
    _refuse_nothing_to_certify_with(read.division)
    before = note_use(stored.ledger, stored.manifest.suite, read.division, run=stored.run.id, purpose=command)
    return replace(read.table, splits=replace(read.table.splits, accesses=before))


def _calibrate(stored: StoredRun, table: CalibrationTable, choices: Choices, command: str) -> Calibration:
    stamp = make_stamp(stored.run, table, version_of("evenhand"))
    return calibrate(table, choices, stamp, versions=_versions(), command=command)


def _refuse_nothing_to_certify_with(division: Division) -> None:
    facts = division.facts
    optimise, gate, sealed = facts.labelled
    if gate or (facts.opened and sealed):
        return
    first = (
        "label more items"
        if facts.accesses
        else "label more items, or write `splits: {gate: 1}` in the suite"
    )
    raise MeasureError(
        f"none of the {optimise + sealed:,} labelled items lies in the gate split, so there is nothing to certify with",
        hint=f"{first}; with --open-sealed the {sealed:,} sealed ones are used" if sealed else first,
    )


def _versions() -> Mapping[str, str]:
    return {"python": platform.python_version(), **{name: version_of(name) for name in _PACKAGES}}


def _gallery(stored: StoredRun, errors: ErrorGallery) -> Gallery:
    """Return the items a report shows, with their texts from the case files as they were when it ran."""
    wanted = dict.fromkeys(each.seq for each in (*errors.confident, *errors.split))
    items = [item for seq in wanted if (item := stored.item_at(seq))]
    texts = text_finder(stored)({(item.case_id, item.candidate_id) for item in items})
    return {
        item.seq: view_item(item, texts.get((item.case_id, item.candidate_id)), REPORT_LIMITS)
        for item in items
    }
