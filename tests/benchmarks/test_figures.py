"""The committed figures are those of the commands that are listed, and none failed."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from benchmarks.figures import PACKAGES, TITLES, command, heading, measurable
from benchmarks.measurement import Measurement
from benchmarks.measurements import CALIBRATION, REPORTS, UNTIMED

EVERY = [(report, measurement) for report, listed in REPORTS.items() for measurement in listed]
AWAITED: frozenset[str] = frozenset()
"""Reports that are yet to be written on a quiet machine; none once they are."""
WRITTEN = [report for report in REPORTS if report not in AWAITED]
SECONDS_ONLY = ("agreement.py", "calibration_road.py")
"""Scripts of the calibration's figures whose short form takes a few seconds."""
SHORT = [each for each in CALIBRATION if each.script in SECONDS_ONLY and not each.recorded_data]


def section(root: Path, report: str, title: str) -> str:
    text = (root / "reports" / f"{report}.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("report", "measurement"),
    [each for each in EVERY if each[0] in WRITTEN],
    ids=lambda value: getattr(value, "title", ""),
)
def test_a_report_holds_the_table_of_every_measurement(
    project_root: Path, report: str, measurement: Measurement
) -> None:
    table = section(project_root, report, measurement.title)
    assert f"`{' '.join(['python', *command(measurement, quick=False)])}`" in table
    assert measurement.meaning in table
    assert "ended with exit code" not in table


def test_no_report_is_awaited_that_is_there(project_root: Path) -> None:
    assert not [report for report in AWAITED if (project_root / "reports" / f"{report}.md").exists()]


@pytest.mark.parametrize("report", WRITTEN)
def test_a_report_names_no_place_of_the_machine(project_root: Path, report: str) -> None:
    text = (project_root / "reports" / f"{report}.md").read_text(encoding="utf-8")
    assert not [place for place in ("/tmp", "/root", "/home", sys.prefix) if place in text]


def test_every_script_is_there(project_root: Path) -> None:
    for _, measurement in EVERY:
        first, *rest = command(measurement, quick=True)
        place = rest[0].replace(".", "/") if first == "-m" else first
        path = project_root / place
        assert path.exists() or path.with_suffix(".py").exists()


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_says_on_what_it_was_measured(report: str) -> None:
    text = heading(report)
    assert text.startswith(f"# {TITLES[report]}\n")
    assert f"`python benchmarks/figures.py {report}`" in text
    assert all(f"{name} {version(name)}" in text for name in PACKAGES[report])
    assert ("no table holds a time" in text) == (report in UNTIMED)


def test_a_measurement_whose_data_is_not_here_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.figures.RECORDED_DATA", tmp_path / "nowhere")
    kept = list(measurable(CALIBRATION))
    left_out = [each for each in CALIBRATION if each not in kept]
    assert left_out == [each for each in CALIBRATION if each.recorded_data]
    assert all(each.title in capsys.readouterr().err for each in left_out[:1])


@pytest.mark.parametrize("measurement", SHORT, ids=lambda each: each.script)
def test_the_short_form_of_a_measurement_prints_a_table(project_root: Path, measurement: Measurement) -> None:
    words = [sys.executable, *command(measurement, quick=True)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=project_root)
    assert len(done.stdout.splitlines()) > 1
