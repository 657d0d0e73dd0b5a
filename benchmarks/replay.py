"""CPU of a replay: a suite is recorded once against the loopback server and then judged again from the ledger alone.

    python benchmarks/replay.py                    # table on stdout, JSON with --json FILE
    python benchmarks/replay.py --calls 2000 --repeats 5

Each replay is a process of its own, measured after its imports: once in the workspace that paid, and once in a fresh
one that imported the recordings. The server counts what it is asked, and the bytes of the results are compared.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.export_ratings import rating_lines
from evenhand.workflows.export_recordings import export_recordings
from evenhand.workflows.import_recordings import import_recordings
from evenhand.workflows.run_suite import RunOptions, run_suite

RESPONSE = "The reply under judgement is a paragraph of ordinary length. " * 8
LABELS = ("complies", "violates")


def workspace(folder: Path, base_url: str, calls: int) -> None:
    """A suite of `calls` cases, one principle and one model judge."""
    lines = (
        json.dumps({"id": f"case-{n}", "prompt": f"Question {n}?", "response": f"{n}: {RESPONSE}"}) + "\n"
        for n in range(calls)
    )
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{base_url}"\n',
        "constitution.yaml": "schema: constitution/v1\nid: road\nversion: 1.0.0\nprinciples:\n"
        "  - {id: plain.speech, text: The reply must be plain.}\n",
        "reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\n"
        "template: reader.j2\nprice: {input: 0, output: 0}\nanswer: {probabilities: repeats}\n",
        "reader.j2": 'Rule: {{ principle.text }}\n{{ data("prompt", case.prompt) }}\n'
        '{{ data("reply", case.response) }}\n',
        "one.panel.yaml": "schema: panel/v1\nid: one\njudges: [reader]\n",
        "suite.yaml": "schema: suite/v1\nid: road\nconstitution: constitution.yaml\npanel: one.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
        "cases.jsonl": "".join(lines),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def cpu_seconds() -> float:
    """User and system CPU of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(folder: Path) -> dict[str, float]:
    """Replay the suite of a workspace in this process."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    result = run_suite(folder, folder / "suite.yaml", RunOptions(replay=True), lambda _run, _progress: None)
    used = {"cpu_s": cpu_seconds() - cpu, "wall_s": time.perf_counter() - wall}
    assert not result.account.open, result.reasons
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**used, "ratings": result.account.planned, "peak_mib": peak}


def in_process(folder: Path) -> dict[str, float]:
    """Replay in a fresh process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, __file__, "--one", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def campaign(calls: int, repeats: int) -> list[dict[str, Any]]:
    """Record once, replay `repeats` times in both workspaces; medians."""
    with tempfile.TemporaryDirectory() as name:
        here, there = Path(name, "here"), Path(name, "there")
        here.mkdir()
        with serve_in_thread(LoopbackServer(judges.lazy("complies"))) as server:
            workspace(here, server.base_url, calls)
            run_suite(here, here / "suite.yaml", RunOptions(), lambda _run, _progress: None)
            recorded, paid = list(rating_lines(here, "latest")), len(server.ledger.calls)
            shutil.copytree(here, there, ignore=shutil.ignore_patterns(".evenhand"))
            export_recordings(here, "latest", there / "recordings.jsonl.gz")
            import_recordings(there, there / "recordings.jsonl.gz")
            rows = [_row(name, folder, repeats) for name, folder in (("ledger", here), ("imported", there))]
            for row, folder in zip(rows, (here, there), strict=True):
                row["requests"] = len(server.ledger.calls) - paid
                row["same_bytes"] = list(rating_lines(folder, "latest")) == recorded
    return rows


def _row(name: str, folder: Path, repeats: int) -> dict[str, Any]:
    runs = [in_process(folder) for _ in range(repeats)]
    per_1000 = [run["cpu_s"] / run["ratings"] * 1000 for run in runs]
    return {
        "replies from": name,
        "ratings": runs[0]["ratings"],
        "cpu_s_per_1000": statistics.median(per_1000),
        "cpu_s_per_1000_min": min(per_1000),
        "cpu_s_per_1000_max": max(per_1000),
        "wall_s_per_1000": statistics.median(run["wall_s"] / run["ratings"] * 1000 for run in runs),
        "peak_mib": max(run["peak_mib"] for run in runs),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", metavar="FOLDER", type=Path)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    rows = campaign(arguments.calls, arguments.repeats)
    print(
        f"{'replies from':<13}{'ratings':>8}  {'CPU s/1,000 (min to max)':>26}  {'requests':>8}  {'same bytes':>10}"
    )
    for row in rows:
        spread = f"{row['cpu_s_per_1000']:.3f} ({row['cpu_s_per_1000_min']:.3f} to {row['cpu_s_per_1000_max']:.3f})"
        print(
            f"{row['replies from']:<13}{row['ratings']:>8}  {spread:>26}  {row['requests']:>8}  "
            f"{row['same_bytes']!s:>10}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
