"""Peak memory and time of a run over recorded ratings, at several sizes.

    python benchmarks/memory.py [--ratings 2000 100000]

The recordings are made up (a label by arithmetic); they measure the road of a rating, not judges. Each size is a
process of its own: plan, rate, ledger, verdicts, and the report after it.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

JUDGES = 4


def write_workspace(folder: Path, ratings: int) -> Path:
    """A suite of `ratings` / 4 cases rated by four recorded judges."""
    cases = ratings // JUDGES
    with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"id": f"case-{n}", "prompt": f"Question {n}?", "response": f"Answer {n}. " * 20})
            + "\n"
            for n in range(cases)
        )
    for judge in range(JUDGES):
        with (folder / f"r{judge}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(
                json.dumps(
                    {
                        "case": f"case-{n}",
                        "principle": "plain.speech",
                        "label": "violates" if (n * (judge + 3)) % 7 == 0 else "complies",
                    }
                )
                + "\n"
                for n in range(cases)
            )
        (folder / f"j{judge}.yaml").write_text(
            f"schema: judge/v1\nid: j{judge}\nversion: 1.0.0\nkind: recorded\nwho: made up by a benchmark\n"
            f"ratings: {{path: r{judge}.jsonl}}\n",
            encoding="utf-8",
        )
    files = {
        "evenhand.toml": "",
        "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples: [{id: plain.speech, text: Be plain.}]\n",
        "p.panel.yaml": "schema: panel/v1\nid: p\njudges: [j0, j1, j2, j3]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: p.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "suite.yaml"


def measure(folder: Path) -> dict[str, Any]:
    """Run and report in this process."""
    from evenhand.workflows.report_run import report_run
    from evenhand.workflows.run_suite import RunOptions, run_suite

    started = time.perf_counter()
    result = run_suite(folder, folder / "suite.yaml", RunOptions(), lambda _run, _progress: None)
    ran, rated = time.perf_counter(), result.account.terminal["rated"]
    after_run = resource.getrusage(resource.RUSAGE_SELF)
    report_run(folder, "latest")
    after_report = resource.getrusage(resource.RUSAGE_SELF)
    ledger = sum(path.stat().st_size for path in (folder / ".evenhand").iterdir())
    return {
        "ratings": rated,
        "run_s": ran - started,
        "run_peak_mib": after_run.ru_maxrss / 1024,
        "run_cpu_s_per_1000": (after_run.ru_utime + after_run.ru_stime) / rated * 1000,
        "report_s": time.perf_counter() - ran,
        "report_peak_mib": after_report.ru_maxrss / 1024,
        "ledger_bytes_per_rating": ledger / rated,
    }


def in_process(ratings: int) -> dict[str, Any]:
    """One size in a fresh process."""
    with tempfile.TemporaryDirectory() as name:
        write_workspace(Path(name), ratings)
        done = subprocess.run(
            [sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True
        )
    return dict(json.loads(done.stdout))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=Path)
    parser.add_argument("--ratings", type=int, nargs="+", default=[2_000, 100_000])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    rows = [in_process(ratings) for ratings in arguments.ratings]
    print(
        f"{'ratings':>8} {'run s':>7} {'peak MiB':>9} {'report s':>9} {'peak MiB':>9} {'ledger bytes/rating':>20}"
    )
    for row in rows:
        print(
            f"{row['ratings']:>8} {row['run_s']:>7.1f} {row['run_peak_mib']:>9.0f} {row['report_s']:>9.1f} "
            f"{row['report_peak_mib']:>9.0f} {row['ledger_bytes_per_rating']:>20.0f}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
