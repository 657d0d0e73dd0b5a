"""Run every measurement and write its table to the report it belongs to.

python benchmarks/figures.py                 # all, two hours on two cores; leave the machine alone meanwhile
python benchmarks/figures.py calibration     # one or more of the reports; --help names them
python benchmarks/figures.py --quick         # smaller sizes, to see that it works; into --out FOLDER

The tables of `coverage` hold no times and are made side by side, one a core.
"""

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.measurement import Measurement  # noqa: E402 - needs the line above
from benchmarks.measurements import REPORTS, UNTIMED  # noqa: E402 - the same

RECORDED_DATA = ROOT.parent / "shared" / "data"
TITLES = {
    "figures": "Figures",
    "engine": "Figures of the engine",
    "calibration": "Figures of the calibration",
    "coverage": "Coverage of intervals and promises",
    "review": "Figures of the review",
    "feedback": "Figures of the feedback",
    "gate": "Figures of the gate",
    "monitor": "Figures of the monitor",
    "tuning": "Figures of tuning a judge",
    "constitution": "Figures of constitutions",
}
_ENGINE = ("openai", "anthropic", "aiohttp", "pydantic", "sqlalchemy")
PACKAGES = {
    "figures": _ENGINE,
    "engine": _ENGINE,
    "calibration": ("numpy", "scipy", "scikit-learn", "krippendorff", "crowd-kit", "pydantic", "sqlalchemy"),
    "coverage": ("numpy", "scipy"),
    "review": ("numpy", "scipy", "sqlalchemy", "starlette", "uvicorn"),
    "feedback": ("openai", "numpy", "scipy", "pydantic", "sqlalchemy"),
    "gate": ("numpy", "scipy", "pydantic", "sqlalchemy"),
    "monitor": ("numpy", "scipy"),
    "tuning": ("numpy", "scipy"),
    "constitution": ("numpy", "scipy", "pydantic", "PyYAML"),
}
"""Packages that the figures of a report depend on."""


_TIMES = "Times of one machine are no promise; ratios are taken within one run"


def command(measurement: Measurement, *, quick: bool) -> list[str]:
    """Return what follows `python` to measure."""
    script = measurement.script.split()
    place = script if script[0] == "-m" else [f"benchmarks/{script[0]}"]
    return [*place, *(measurement.quick if quick else measurement.full)]


def table(measurement: Measurement, *, quick: bool) -> str:
    """Run one measurement and return what it printed."""
    print(f"measuring: {measurement.title}", file=sys.stderr, flush=True)
    words = command(measurement, quick=quick)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, env=environment, cwd=ROOT
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
    failed = f"\n(ended with exit code {done.returncode})" if done.returncode else ""
    return (
        f"## {measurement.title}\n\n{measurement.meaning}\n\n`{' '.join(['python', *words])}`\n\n"
        f"```\n{done.stdout.rstrip()}{failed}\n```\n"
    )


def heading(report: str) -> str:
    """Say on what the figures were taken."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES[report])
    times = "Seeded draws; no table holds a time" if report in UNTIMED else _TIMES
    return (
        f"# {TITLES[report]}\n\n"
        f"Written by `python benchmarks/figures.py {report}`: Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}, {os.cpu_count()} cores. {times}.\n"
    )


def measurable(measurements: Iterable[Measurement]) -> Iterator[Measurement]:
    """Yield the measurements whose data are here, and say which are left out."""
    for measurement in measurements:
        if measurement.recorded_data and not RECORDED_DATA.is_dir():
            print(f"left out, its data is not here: {measurement.title}", file=sys.stderr)
        else:
            yield measurement


def write(report: str, folder: Path, *, quick: bool) -> None:
    """Measure and write one report."""
    tables = partial(table, quick=quick)
    listed = list(measurable(REPORTS[report]))
    with ThreadPoolExecutor((os.cpu_count() or 1) if report in UNTIMED else 1) as workers:
        parts = [heading(report), *workers.map(tables, listed)]
    folder.mkdir(exist_ok=True)
    (folder / f"{report}.md").write_text("\n".join(parts), encoding="utf-8")
    print(folder / f"{report}.md")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "reports", nargs="*", choices=[*REPORTS, []], metavar="REPORT", help=", ".join(REPORTS)
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "reports")
    arguments = parser.parse_args()
    for report in arguments.reports or REPORTS:
        write(report, arguments.out, quick=arguments.quick)


if __name__ == "__main__":
    main()
