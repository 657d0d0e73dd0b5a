"""CPU and time of the whole road of a rating against bare loops on the same loopback server, in one run.

    python -m benchmarks.engine.run                        # about twenty minutes; leave the machine alone meanwhile
    python -m benchmarks.engine.run --calls 500 --repeats 1 --only native sdk

Each measurement is a process of its own, its clock starts after the imports; loops and roads are measured in turn, so
that a drift of the machine's speed meets all of them, and ratios are taken within one turn. The server is a third
process; the calls in flight are what its own ledger says.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.measure import LOOPS, REFERENCES, ROADS, Figures
from benchmarks.engine.server import Server, serving

ROOT = Path(__file__).resolve().parents[2]
Turn = dict[str, Figures]


def measured(name: str, server: Server, calls: int, concurrency: int) -> Figures:
    """One measurement in a fresh process, with what the server saw."""
    server.reset()
    command = [
        sys.executable,
        "-m",
        "benchmarks.engine.measure",
        name,
        server.base_url,
        str(calls),
        str(concurrency),
    ]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT
    ).stdout
    return {**json.loads(done), "in_flight": server.ledger()["max_in_flight"]}


def turns(names: Sequence[str], latency_ms: int, calls: int, concurrency: int, repeats: int) -> list[Turn]:
    """All of them in turn, `repeats` times, after a short warm-up."""
    with serving(latency_ms) as server:
        for name in names:
            measured(name, server, min(calls, 200), concurrency)
        return [{name: measured(name, server, calls, concurrency) for name in names} for _ in range(repeats)]


def line(name: str, done: Sequence[Turn], calls: int, latency_ms: int, concurrency: int) -> str:
    """One row of the table."""

    def middle(key: str) -> float:
        return statistics.median(turn[name].get(key, 0.0) for turn in done)

    reference = REFERENCES.get(name, "")
    ratios = [turn[name]["cpu_s"] / turn[reference]["cpu_s"] for turn in done if reference in turn]
    ratio = (
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) {reference}"
        if ratios
        else "-"
    )
    ideal = calls * latency_ms / 1000 / concurrency
    wall = f"{middle('judging_s') / ideal:.2f}" if ideal else "-"
    return (
        f"{latency_ms:>4} {concurrency:>5}  {name:<24} {middle('cpu_s') / calls * 1000:>7.3f} "
        f"{middle('judging_s') / calls * 1000:>7.3f} {wall:>6} {middle('in_flight'):>6.0f}  {ratio}"
    )


HEAD = "  ms  most  what                     CPU s/k  wall s/k  ideal reached  CPU ratio (min to max) to"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--latency-ms", type=int, nargs="+", default=[0, 200])
    parser.add_argument("--concurrency", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--only", nargs="+", metavar="WHAT", default=[*LOOPS, *ROADS])
    arguments = parser.parse_args()
    print(f"{arguments.calls} calls, medians of {arguments.repeats} turns\n{HEAD}", flush=True)
    for latency_ms in arguments.latency_ms:
        for concurrency in arguments.concurrency:
            done = turns(arguments.only, latency_ms, arguments.calls, concurrency, arguments.repeats)
            for name in arguments.only:
                print(line(name, done, arguments.calls, latency_ms, concurrency), flush=True)


if __name__ == "__main__":
    main()
