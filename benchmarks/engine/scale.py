"""Peak memory of runs of growing size, the largest one stopped early: plans are streamed, never held.

    python -m benchmarks.engine.scale                              # about six minutes
    python -m benchmarks.engine.scale --ratings 2000 --planned 50000

Each size is a process of its own. The last row plans as many units as `--planned` says and is interrupted, as by
Ctrl-C, after `--seconds` of judging; its run stays resumable.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.engine.measure import peak_mib
from benchmarks.engine.server import serving
from benchmarks.engine.workspace import Setting, write_workspace

ROOT = Path(__file__).resolve().parents[2]


def run_here(folder: Path, seconds: float) -> dict[str, Any]:
    """Run the suite in `folder`; interrupt it after so many seconds of judging, where that is not 0."""
    from evenhand.workflows.run_suite import RunOptions, run_suite

    started: list[float] = []

    def watch(_run: Any, _progress: Any) -> None:
        started.append(time.perf_counter())
        if seconds:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()

    began = time.perf_counter()
    result = run_suite(folder, folder / "suite.yaml", RunOptions(), watch)
    return {
        "planned": result.account.planned,
        "rated": result.account.terminal.get("rated", 0),
        "until_judging_s": started[0] - began,
        "judging_s": time.perf_counter() - started[0],
        "peak_mib": peak_mib(),
    }


def measured(ratings: int, seconds: float, transport: str) -> dict[str, Any]:
    """One run in a fresh process."""
    with tempfile.TemporaryDirectory() as name, serving() as server:
        setting = Setting(base_url=server.base_url, cases=ratings, concurrency=64, transport=transport)
        write_workspace(Path(name), setting)
        command = [sys.executable, "-m", "benchmarks.engine.scale", "--here", name, "--seconds", str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        size = sum(path.stat().st_size for path in Path(name).glob(".evenhand/*"))
        found: dict[str, Any] = json.loads(done.stdout)
        return {**found, "ledger_bytes": size, "transport": transport}


def line(found: dict[str, Any]) -> str:
    """One row of the table."""
    per_rating = found["ledger_bytes"] / max(1, found["rated"])
    return (
        f"{found['transport']:<7} {found['planned']:>9,} {found['rated']:>9,} {found['until_judging_s']:>10.1f} "
        f"{found['judging_s']:>10.1f} {found['peak_mib']:>9.0f} {per_rating:>12.0f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ratings", type=int, nargs="+", default=[2_000, 100_000])
    parser.add_argument("--planned", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        print(json.dumps(run_here(arguments.here, arguments.seconds)))
        return
    print("through   planned     rated    start s  judging s  peak MiB  bytes/rating", flush=True)
    for transport in ("native", "sdk"):
        print(line(measured(arguments.ratings[0], 0, transport)), flush=True)
    for ratings in arguments.ratings[1:]:
        print(line(measured(ratings, 0, "native")), flush=True)
    print(line(measured(arguments.planned, arguments.seconds, "native")), flush=True)


if __name__ == "__main__":
    main()
