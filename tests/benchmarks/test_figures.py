"""The committed figures are those of the commands that are listed, and none failed."""

import sys
from pathlib import Path

import pytest
from benchmarks.figures import command
from benchmarks.measurements import REPORTS, Measurement

EVERY = [(report, measurement) for report, listed in REPORTS.items() for measurement in listed]


def section(root: Path, report: str, title: str) -> str:
    text = (root / "reports" / f"{report}.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("report", "measurement"), EVERY, ids=lambda value: getattr(value, "title", ""))
def test_a_report_holds_the_table_of_every_measurement(
    project_root: Path, report: str, measurement: Measurement
) -> None:
    table = section(project_root, report, measurement.title)
    assert f"`{' '.join(['python', *command(measurement, quick=False)])}`" in table
    assert measurement.meaning in table
    assert "ended with exit code" not in table


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_names_no_place_of_the_machine(project_root: Path, report: str) -> None:
    text = (project_root / "reports" / f"{report}.md").read_text(encoding="utf-8")
    assert not [place for place in ("/tmp", "/root", "/home", sys.prefix) if place in text]


def test_every_script_is_there(project_root: Path) -> None:
    for _, measurement in EVERY:
        first, *rest = command(measurement, quick=True)
        place = rest[0].replace(".", "/") if first == "-m" else first
        path = project_root / place
        assert path.exists() or path.with_suffix(".py").exists()
