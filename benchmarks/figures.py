"""Run every measurement and write the tables to reports/figures.md.

python benchmarks/figures.py            # about ten minutes on two cores; leave the machine alone meanwhile
python benchmarks/figures.py --quick    # smaller sizes, to see that it works
"""

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
REPORT = FOLDER.parent / "reports" / "figures.md"
RECORDED_DATA = FOLDER.parent.parent / "shared" / "data"


@dataclass(frozen=True)
class Measurement:
    """One command and what its table means."""

    title: str
    script: str
    full: Sequence[str]
    quick: Sequence[str]
    meaning: str
    recorded_data: bool = False
    """Whether it reads the recorded data sets beside the checkout."""


MEASUREMENTS = (
    Measurement(
        "Start-up",
        "startup.py",
        (),
        ("--runs", "3"),
        "CPU seconds of whole processes, byte-compiled. Aims: import 0.15, help 0.25.",
    ),
    Measurement(
        "The whole road of a rating",
        "road.py",
        ("--calls", "1000", "--repeats", "5"),
        ("--calls", "200", "--repeats", "1"),
        "Plan, prompt, call, ledger, parse and stored verdict (`road`) against a bare loop of the OpenAI SDK that "
        "stores nothing, with its fastest transport (`bare-aiohttp`) and its default one. Ratios pair by pair in the "
        "same run. Aim: at most 1.3.",
    ),
    Measurement(
        "The ledger",
        "ledger.py",
        (),
        ("--units", "500"),
        "Rows on disk with full sync, each unit waiting for its own commits: attempt, reply, rating.",
    ),
    Measurement(
        "Memory",
        "memory.py",
        (),
        ("--ratings", "2000"),
        "A run over recorded ratings (made up, four judges) and its report, each size a process of its own.",
    ),
    Measurement(
        "The loopback server",
        "testing_server.py",
        (),
        (),
        "What the server itself costs, so that it is known not to be the bottleneck of the others.",
    ),
    Measurement(
        "Calls of the providers",
        "provider_calls.py",
        (),
        ("--calls", "100", "--rounds", "1", "--concurrency", "64"),
        "CPU of one call through each provider against the bare `create` of its SDK, parsed, on the same server.",
    ),
    Measurement(
        "XSTest: real replies, recorded judges and a pattern judge",
        "xstest.py",
        (),
        (),
        "Import, run and report of 2,250 real replies. The held-out half is the half of the prompts that the patterns "
        "were written without.",
        recorded_data=True,
    ),
    Measurement(
        "Raw replies of recorded judges, read by declared formats",
        "recorded_replies.py",
        (),
        (),
        "Labels read from raw replies beside the labels their authors recorded; every difference is listed.",
        recorded_data=True,
    ),
    Measurement(
        "Cascades of recorded judges beside human labels",
        "cascade.py",
        (),
        (),
        "Thresholds, calibration maps and first judges are chosen on one half of the cases; what stands here was "
        "counted on the other half. The intervals treat the cases as independent.",
        recorded_data=True,
    ),
)


def table(measurement: Measurement, *, quick: bool) -> str:
    """Run one measurement and return what it printed."""
    arguments = measurement.quick if quick else measurement.full
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, str(FOLDER / measurement.script), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    command = " ".join(["python", f"benchmarks/{measurement.script}", *arguments])
    return f"## {measurement.title}\n\n{measurement.meaning}\n\n`{command}`\n\n```\n{done.stdout.rstrip()}\n```\n"


def heading() -> str:
    """Say on what the figures were taken."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("openai", "anthropic", "aiohttp", "pydantic", "sqlalchemy")
    )
    return (
        "# Figures\n\n"
        f"Written by `python benchmarks/figures.py`: Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}, {os.cpu_count()} cores. Times of one machine are no promise; "
        "ratios are taken within one run.\n"
    )


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=REPORT)
    arguments = parser.parse_args()
    parts = [heading()]
    for measurement in MEASUREMENTS:
        if measurement.recorded_data and not RECORDED_DATA.is_dir():
            print(f"left out, its data is not here: {measurement.title}", file=sys.stderr)
            continue
        print(f"measuring: {measurement.title}", file=sys.stderr)
        parts.append(table(measurement, quick=arguments.quick))
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text("\n".join(parts), encoding="utf-8")
    print(arguments.out)


if __name__ == "__main__":
    main()
