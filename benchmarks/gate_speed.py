"""Time and memory of `evenhand gate` as a process of its own, import included.

    python -m benchmarks.gate_speed [--cases 5000] [--quick]

A run of 20 principles and three judges is accepted as the baseline, and a second run in the same ledger, of which two
verdicts in a hundred differ, is gated. The ratings are made up (a label by arithmetic); they measure the road of the
data, not judges. The rows are written straight into a ledger whose runs were started in the usual way.

The reference is a process that imports the same modules and reads the same rows of the ledger, the same case file and
the same baseline, and decides nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

PRINCIPLES, JUDGES = 20, 3
ONCE = 20_000
"""Above so many cases each process runs once."""
LABELS = ("complies", "violates")
GATE = "gate: {compares: candidates, slices: [topic], undecided: {high: warn, medium: warn, low: warn}}\n"
LAUNCH = """
import json, os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
wall = time.perf_counter() - started
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode]))
"""
"""Starts a process from a small one: the kernel counts the memory of the one that starts it too."""
EVENHAND = (sys.executable, "-c", "from evenhand.cli import main; raise SystemExit(main())")


def write_workspace(folder: Path, cases: int) -> None:
    """A suite with a gate, of cases that are each under all principles, and recorded judges."""
    with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
        for number in range(cases):
            case = {"id": f"case-{number}", "response": f"Answer {number}."}
            file.write(json.dumps({**case, "slice": {"topic": f"topic {number % 5}"}}) + "\n")
    (folder / "none.jsonl").write_text("", encoding="utf-8")
    names = [f"j{judge}" for judge in range(JUDGES)]
    for name in names:
        (folder / f"{name}.yaml").write_text(
            f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: recorded\nwho: made up by a benchmark\n"
            "ratings: {path: none.jsonl}\n",
            encoding="utf-8",
        )
    principles = "".join(f"- {{id: p{number}, text: Be plain.}}\n" for number in range(PRINCIPLES))
    files = {
        "evenhand.toml": "",
        "c.yaml": f"schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples:\n{principles}",
        "p.panel.yaml": f"schema: panel/v1\nid: p\njudges: [{', '.join(names)}]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: p.panel.yaml\n"
        f"cases: [{{path: cases.jsonl}}]\n{GATE}",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def ratings(run: int, units: int, *, changed: int) -> Iterator[dict[str, object]]:
    """Yield a rating of every unit; of two items in a hundred all judges change their minds where `changed` is 1."""
    for unit in range(units):
        item, judge = divmod(unit, JUDGES)
        violates = (item * 2_654_435_761 >> 8) % 7 == 0 or (item * (judge + 3)) % 23 == 0
        if changed and (item * 40_503 >> 4) % 50 == 0:
            violates = not violates
        yield {
            "run": run,
            "unit": unit,
            "item": item,
            "judge": f"j{judge}",
            "order": "given",
            "repeat": 0,
            "key": b"",
            "state": "rated",
            "label": LABELS[violates],
            "distribution": None,
            "basis": "answer",
        }


def run_timed(
    words: Sequence[str], folder: Path, *, ends: Container[int] = (0,)
) -> tuple[float, float, float, int]:
    """Run a process; return wall and processor seconds, MiB at most and its exit code."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    for name in ("CI", "GITHUB_ACTIONS", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    words = [sys.executable, "-c", LAUNCH, *words]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    wall, cpu, peak, code = json.loads(done.stdout)
    if code not in ends:
        raise SystemExit(f"{words[3:]} ended with {code}: {done.stderr}")
    return wall, cpu, peak, code


def read_only(folder: Path) -> None:
    """Import what a gate imports and read what it reads."""
    from evenhand.catalog.baselines import read_baseline
    from evenhand.workflows.calibration.table import read_run_answers
    from evenhand.workflows.read_run import read_run

    stored = read_run(folder, "latest")
    said = read_run_answers(stored)
    cases = sum(1 for _ in (folder / "cases.jsonl").open(encoding="utf-8"))
    baseline = read_baseline(folder / "baselines" / "s.json")
    print(json.dumps({"items": len(said.items.case_id), "cases": cases, "cells": baseline.cells}))


def one_size(cases: int, *, times: int) -> Iterator[str]:
    """Yield the lines of one size."""
    from functools import partial

    from benchmarks.calibration_road import write_run

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspace(folder, cases)
        write_run(folder, partial(ratings, changed=0))
        accepted = run_timed(
            (*EVENHAND, "baseline", "accept", "suite.yaml", "--reason", "a benchmark", "--by", "nobody"),
            folder,
        )
        write_run(folder, partial(ratings, changed=1))
        megabytes = (folder / "baselines" / "s.json").stat().st_size / 1e6
        yield (
            f"{cases:,} cases x {PRINCIPLES} principles = {cases * PRINCIPLES:,} paired cells, {JUDGES} judges, "
            f"{cases * PRINCIPLES * JUDGES:,} ratings, baseline {megabytes:.1f} MB"
        )
        rows = {
            "evenhand baseline accept": [accepted],
            "reads the same, decides nothing": [
                run_timed((sys.executable, __file__, "--read", name), folder) for _ in range(times)
            ],
            "evenhand gate latest": [
                run_timed((*EVENHAND, "gate", "latest"), folder, ends={0, 1, 4}) for _ in range(times)
            ],
        }
        for what, found in rows.items():
            wall, cpu, peak, code = min(found)
            yield f"  {what:32} {wall:6.1f} s  {cpu:6.1f} CPU s  {peak:6.0f} MiB at most  exit code {code}"


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--read", type=Path)
    parser.add_argument("--cases", type=int, nargs="*", default=[5_000])
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the size, once")
    arguments = parser.parse_args()
    if arguments.read:
        read_only(arguments.read)
        return
    print(
        f"The best of three for each process, one run above {ONCE:,} cases; peak memory by the kernel's account"
    )
    for cases in arguments.cases:
        once = arguments.quick or cases > ONCE
        for line in one_size(cases // 50 if arguments.quick else cases, times=1 if once else 3):
            print(line, flush=True)


if __name__ == "__main__":
    main()
