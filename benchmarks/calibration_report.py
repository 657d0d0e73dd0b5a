"""CPU, wall time and memory of `evenhand calibrate`, from the ledger and label files to the written reports.

    python benchmarks/calibration_report.py [FOLDER] [--quick]

First `benchmarks/made_up_run.py`: 1,000,000 ratings of 200,000 items, 20 principles, 5 judges, some 20,000 labelled
items with the probabilities they were drawn with; once with answers alone and once with probabilities. Then the two
largest recorded sets with labels, by labels and by ratings, of FOLDER (by default the data beside the checkout),
imported and run as anyone would. Making the runs is not measured. Each calibration is a process of its own, with
start-up and every file it writes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
RECORDED = ("alttest/summeval", "llmbar")
AIM_SECONDS, AIM_MIB = 30, 1536


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one calibration took."""

    wall: float
    cpu: float
    peak_mib: float
    files: Sequence[tuple[str, int]]
    """End of the name and bytes of each file of the report."""


def prepare(*words: str) -> str:
    """Run Python, in a process of its own because one starts with the peak of that which starts it."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


def calibrate(workspace: Path, *words: str) -> Cost:
    """Calibrate the newest run of a workspace and measure that process.

    Raises:
        RuntimeError: It failed.
    """
    out = workspace / "out"
    command = ["-m", "evenhand", "calibrate", "--workspace", str(workspace), "--out", str(out), "--quiet"]
    started = time.perf_counter()
    with (workspace / "printed.txt").open("w", encoding="utf-8") as printed:
        process = subprocess.Popen([sys.executable, *command, *words], stdout=printed, stderr=printed)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((workspace / "printed.txt").read_text(encoding="utf-8"))
    return Cost(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
        files=[
            (path.name.rpartition("-")[2], path.stat().st_size)
            for path in sorted(out.rglob("*"))
            if path.is_file()
        ],
    )


def made_up(workspace: Path, items: int, *, probabilities: bool) -> tuple[str, Cost]:
    """Return what was calibrated, and its cost."""
    more = ["--probabilities"] if probabilities else []
    size = prepare("-m", "benchmarks.made_up_run", str(workspace), "--items", str(items), *more)
    kind = "probabilities" if probabilities else "answers alone"
    return f"made up, {kind}: {size}", calibrate(workspace, "--humans", str(workspace / "humans.jsonl"))


def recorded(workspace: Path, data: Path, name: str) -> tuple[str, Cost]:
    """Return what was calibrated, and its cost."""
    (workspace / "evenhand.toml").write_text("", encoding="utf-8")
    place = ("--workspace", str(workspace), "--quiet")
    prepare("-m", "evenhand", "import", "tidy", str(data / name), *place)
    (suite,) = (workspace / "suites").glob("*.yaml")
    prepare("-m", "evenhand", "run", str(suite), *place)
    return name, calibrate(workspace)


def line(what: str, cost: Cost) -> str:
    """Return a line of the table."""
    met = cost.wall < AIM_SECONDS and cost.peak_mib < AIM_MIB
    return (
        f"{what:<56} {cost.cpu:>7.1f} {cost.wall:>7.1f} {cost.peak_mib:>9.0f}  {'met' if met else 'MISSED'}"
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument(
        "--quick", action="store_true", help="a hundredth of the made-up run, no recorded sets"
    )
    options = parser.parse_args()
    items = 2_000 if options.quick else 200_000
    sets = [] if options.quick else [name for name in RECORDED if (options.folder / name).is_dir()]
    print(
        f"{'run':<56} {'CPU s':>7} {'wall s':>7} {'peak MiB':>9}  below {AIM_SECONDS} s wall, {AIM_MIB} MiB"
    )
    costs = []
    for number in range(2 + len(sets)):
        with tempfile.TemporaryDirectory() as folder:
            if number < 2:
                found = made_up(Path(folder), items, probabilities=number == 1)
            else:
                found = recorded(Path(folder), options.folder, sets[number - 2])
        print(line(*found), flush=True)
        costs.append(found)
    print("\nThe files they wrote, in KiB")
    for what, cost in costs:
        sizes = ", ".join(f"{name} {size / 1024:,.0f}" for name, size in cost.files)
        print(f"{what}: {sizes}")


if __name__ == "__main__":
    main()
