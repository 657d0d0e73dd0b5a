"""Kill runs, resume them, and count what was lost or paid twice, by the loopback server's own ledger.

    python -m benchmarks.crash --kills 300 --seed 1      # some minutes
    python -m benchmarks.crash --short --seed 1          # seconds; what the test suite runs

SIGKILL at seeded moments; then at each commit boundary of a run, and five times in a row at each point on the way back
into one. Exit code 0 says that nothing was lost and nothing paid twice that was not in flight.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.crash.campaign import Campaign, Totals
from benchmarks.crash.points import RESUME_POINTS, RUN_POINTS, Point
from benchmarks.crash.setting import Size, serving

SHORT = Size(cases=12, concurrency=8, latency_ms=10)
FULL = Size(cases=40, concurrency=8, latency_ms=20)


def run(arguments: argparse.Namespace, folder: Path) -> dict[str, Totals]:
    """Run both parts against one server and one reference run."""
    size = SHORT if arguments.short else FULL
    with serving(size) as server:
        campaign = Campaign(folder=folder, server=server, size=size, seed=arguments.seed)
        campaign.random_kills(arguments.kills, lambda done: _progress(f"{done} of {arguments.kills} kills"))
        moments, campaign.totals = campaign.totals, Totals()
        for point in _some(RUN_POINTS, 5, arguments):
            campaign.at_point(point)
            _progress(point.name)
        for point in _some(RESUME_POINTS, 1, arguments):
            campaign.in_resume(point, arguments.times)
            _progress(point.name)
    return {"seeded moments": moments, "commit boundaries and resume": campaign.totals}


def _some(points: Sequence[Point], few: int, arguments: argparse.Namespace) -> Sequence[Point]:
    return random.Random(arguments.seed).sample(points, few) if arguments.short else points


def _progress(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def table(name: str, totals: Totals) -> str:
    """Say what one part found, each zero with its n."""
    kills = f"n = {totals.kills} kills"
    lines = (
        (
            f"kills by SIGKILL ({name})",
            f"{totals.kills}, {totals.kills_before_the_first_call} of them before a call",
        ),
        ("runs taken to their end afterwards", f"{totals.runs}"),
        ("ratings lost", f"{totals.lost} (n = {totals.ratings} acknowledged before a kill, {kills})"),
        ("calls in flight at a kill", f"{totals.in_flight} in all, at most {totals.most_in_flight} at one"),
        (
            "calls billed again",
            f"{totals.asked_again} in all, at most {totals.most_asked_again} after one kill",
        ),
        ("billed again without having been in flight", f"{totals.paid_twice_unexplained} ({kills})"),
        ("units bought again after their reply was stored", f"{totals.bought_after_received} ({kills})"),
        ("calls billed that our ledger does not know", f"{totals.unknown_to_us} ({kills})"),
        ("ledgers that fail SQLite's integrity check", f"{totals.unsound} ({kills})"),
        (
            "report fields that differ from an uninterrupted run",
            f"{len(totals.differing)} (n = {totals.fields} in {totals.runs} runs)",
        ),
        ("runs that did not come to their end", f"{len(totals.failures)} (n = {totals.runs})"),
    )
    return "\n".join(f"{what:<52} {found}" for what, found in lines)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--times", type=int, default=5, help="kills in a row inside resume")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.kills = arguments.kills if arguments.kills is not None else (4 if arguments.short else 300)
    with tempfile.TemporaryDirectory() as folder:
        parts = run(arguments, Path(folder))
    print(f"seed {arguments.seed}")
    for name, totals in parts.items():
        print(table(name, totals))
        for line in (*totals.differing[:20], *totals.failures[:20]):
            print(f"  {line}")
    if arguments.json:
        content = {name: asdict(totals) for name, totals in parts.items()}
        arguments.json.write_text(
            json.dumps({"seed": arguments.seed, **content}, indent=2) + "\n", encoding="utf-8"
        )
    return 0 if all(totals.is_clean for totals in parts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
