"""What the report rests on, with nothing missing."""

import re
from collections.abc import Iterator

from evenhand.calibration.results import Calibration
from evenhand.errors import MeasureError
from evenhand.reporting.calibration.wording import plural
from evenhand.reporting.display import count
from evenhand.reporting.document import Cell, Section, Table, Words, code, foreign, words
from evenhand.reporting.sections.cells import columns, foreign_cell, foreign_or, text_cell

_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+")
_BLIND = {
    True: "yes: people had not seen the judges",
    False: "no: some people had seen the judges",
    None: "not recorded",
}


def refuse_gaps(calibration: Calibration) -> None:
    """Refuse a report whose origin nobody could check.

    Raises:
        MeasureError: Something is missing in its stamp.
    """
    stamp = calibration.stamp
    needed = {
        "the run's name": stamp.run,
        "the suite": stamp.suite,
        "the end of the run": stamp.finished,
        "the constitution": stamp.constitution,
        "the panel": stamp.panel,
        "the panel's rule": stamp.rule,
        "the judges": stamp.judges,
        "evenhand's version": stamp.evenhand,
        "the versions": calibration.method.versions,
        "the command": calibration.method.command,
    }
    if gaps := [name for name, value in needed.items() if not value]:
        raise MeasureError(
            f"the calibration of {stamp.run or '(a run without a name)'} can not be stamped: "
            f"{', '.join(gaps)} missing",
            hint="a report whose origin nobody can check is not written; calibrate a finished run",
        )


def stamp_lines(calibration: Calibration) -> tuple[Words, ...]:
    """Return the stamp in two lines for the top of the report."""
    stamp = calibration.stamp
    return (
        words(
            "Run ",
            foreign(stamp.run),
            f", finished {stamp.finished}. Constitution ",
            foreign(_DIGEST.sub(r"\1…", stamp.constitution)),
            ".",
        ),
        words(
            f"{plural(len(stamp.judges), 'judge')} in panel ",
            foreign(stamp.panel),
            f"; {plural(calibration.data.labelled, 'labelled item')} from "
            f"{plural(stamp.reviewers, 'person', 'people')}; labels given blind: {_blind(calibration)}.",
        ),
    )


def _blind(calibration: Calibration) -> str:
    return _BLIND[calibration.stamp.blind].partition(":")[0]


def stamp_section(calibration: Calibration) -> Section:
    """Return the section that names everything the numbers rest on."""
    table = Table(
        caption=words("What this report rests on"),
        columns=columns("What", "Which"),
        rows=tuple(_rows(calibration)),
    )
    return Section(id="stamp", title="Stamp", blocks=(table,))


def _rows(calibration: Calibration) -> Iterator[tuple[Cell, ...]]:
    stamp, method = calibration.stamp, calibration.method
    yield text_cell("Run"), text_cell(foreign(stamp.run), f", finished {stamp.finished}")
    yield text_cell("Suite"), foreign_cell(stamp.suite)
    yield text_cell("Constitution"), foreign_cell(stamp.constitution)
    yield text_cell("Panel"), text_cell(foreign(stamp.panel), ", rule ", foreign(stamp.rule))
    for place, judge in enumerate(stamp.judges, start=1):
        yield text_cell(f"Judge {place}"), foreign_cell(judge)
    yield text_cell("Labels given blind"), text_cell(_BLIND[stamp.blind])
    yield text_cell("People"), text_cell(count(stamp.reviewers))
    yield text_cell("Labels dated"), foreign_or(_dates(*stamp.label_dates), "not recorded")
    yield text_cell("Last label given"), text_cell(_staleness(stamp.stale_days))
    for source in calibration.data.sources:
        yield text_cell("Labels from"), text_cell(foreign(source.name), " ", code(source.sha256))
    if calibration.data.splits.digest:
        yield text_cell("Split of the labels"), text_cell(code(calibration.data.splits.digest))
    yield text_cell("Made with"), foreign_cell(_versions(calibration))
    yield text_cell("Seed"), text_cell(str(method.seed))
    yield text_cell("Command"), text_cell(code(method.command))


def _dates(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _staleness(days: int | None) -> str:
    if days is None:
        return "not recorded"
    return f"{plural(days, 'day')} before the run" if days >= 0 else f"{plural(-days, 'day')} after the run"


def _versions(calibration: Calibration) -> str:
    versions = {"evenhand": calibration.stamp.evenhand} | dict(sorted(calibration.method.versions.items()))
    return ", ".join(f"{name} {version}" for name, version in versions.items())
