"""A long run with three judges and one per cent of mixed faults: is anything lost, leaked, or paid for twice?

    python -m benchmarks.engine.soak --ratings 100000 --seed 1     # about five minutes

The run is a process of its own that notes its memory, file descriptors and the size of the ledger's write-ahead log
while it goes. What was billed is what the server's own ledger says; a rating may be billed twice only where the first
billed call could not be used.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.server import serving
from benchmarks.engine.workspace import Setting, write_workspace

ROOT = Path(__file__).resolve().parents[2]
JUDGES = 3
FAULTS = (
    "rate_limited",
    "overloaded",
    "server_error",
    "reset_before_body",
    "reset_after_body",
    "broken_json",
    "truncated",
    "html_page",
    "wrong_nonce",
    "hang",
)
SHARE = 0.01 / len(FAULTS)
SECONDS_BETWEEN_SAMPLES = 0.5
TIMEOUT_S = 6.0
"""How long a judge waits, so that a hung call is given up."""


def sample(folder: Path, progress: Any) -> dict[str, float]:
    """What the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    log = folder / ".evenhand" / "ledger.sqlite-wal"
    return {
        "settled": progress.settled,
        "rss_mib": pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "wal_mib": log.stat().st_size / 2**20 if log.exists() else 0.0,
    }


def run_here(folder: Path) -> dict[str, Any]:
    """Run the suite in `folder` in this process and return the samples and the account."""
    from evenhand.workflows.run_suite import RunOptions, run_suite

    samples: list[dict[str, float]] = []
    done = threading.Event()

    def watch(_run: Any, progress: Any) -> None:
        def look() -> None:
            while not done.wait(SECONDS_BETWEEN_SAMPLES):
                samples.append(sample(folder, progress))

        threading.Thread(target=look, daemon=True).start()

    started = time.perf_counter()
    result = run_suite(folder, folder / "suite.yaml", RunOptions(), watch)
    done.set()
    return {
        "seconds": time.perf_counter() - started,
        "planned": result.account.planned,
        "terminal": dict(result.account.terminal),
        "open": result.account.open,
        "reasons": result.reasons,
        "samples": samples,
    }


def slope(samples: Sequence[Mapping[str, float]], key: str) -> float:
    """Growth per 10,000 settled ratings over the second half, by least squares."""
    late = samples[len(samples) // 2 :]
    if len(late) < 2:
        return 0.0
    found = statistics.linear_regression([each["settled"] for each in late], [each[key] for each in late])
    return found.slope * 10_000


def double_bills(calls: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count requests that were billed more than once, by the fault of each billed call that was not the last."""
    billed: dict[str, list[Mapping[str, Any]]] = {}
    for call in calls:
        if call["billed"] and call["request_hash"]:
            billed.setdefault(call["request_hash"], []).append(call)
    return dict(Counter(call["fault"] or "NO FAULT" for each in billed.values() for call in each[:-1]))


def write(folder: Path, base_url: str, ratings: int) -> None:
    """The workspace of the run: judges that give a hung call up soon."""
    setting = Setting(
        base_url=base_url, cases=ratings // JUDGES, judges=JUDGES, concurrency=128, transport="native"
    )
    write_workspace(folder, setting)
    for path in folder.glob("reader-*.yaml"):
        path.write_text(path.read_text(encoding="utf-8") + f"timeout_s: {TIMEOUT_S}\n", encoding="utf-8")


def campaign(ratings: int, seed: int) -> None:
    """Run and print."""
    faults = [part for name in FAULTS for part in ("--fault", f"{name}:{SHARE}")]
    with tempfile.TemporaryDirectory() as name, serving(0, [*faults, "--seed", str(seed)]) as server:
        write(Path(name), server.base_url, ratings)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.engine.soak", "--here", name],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        found = json.loads(done.stdout)
        with urllib.request.urlopen(f"{server.base_url}/_ledger") as reply:
            ledger = json.load(reply)
    samples = found["samples"]
    doubles = double_bills(ledger["ledger"])
    print(f"seed {seed}; {found['planned']:,} ratings planned, 3 judges, faults {', '.join(FAULTS)}")
    print(f"seconds              {found['seconds']:.1f}")
    print(f"terminal states      {found['terminal']}; open {found['open']}; {'; '.join(found['reasons'])}")
    print(f"lost                 {found['planned'] - sum(found['terminal'].values()) - found['open']}")
    print(f"calls, billed        {ledger['calls']:,}, {ledger['billed']:,}")
    print(f"faults struck        {ledger['faults']}")
    print(f"billed again after   {doubles or 'nothing'}")
    print(f"billed again without a fault  {doubles.get('NO FAULT', 0)}")
    print(
        f"memory MiB           {samples[0]['rss_mib']:.0f} at the start, {max(s['rss_mib'] for s in samples):.0f} at "
        f"most, {slope(samples, 'rss_mib'):+.2f} per 10,000 ratings in the second half"
    )
    print(
        f"file descriptors     {max(s['descriptors'] for s in samples):.0f} at most, "
        f"{slope(samples, 'descriptors'):+.2f} per 10,000"
    )
    print(f"write-ahead log MiB  {max(s['wal_mib'] for s in samples):.1f} at most")


def main() -> None:
    """Run the campaign, or one run in this process for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ratings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        print(json.dumps(run_here(arguments.here)))
    else:
        campaign(arguments.ratings, arguments.seed)


if __name__ == "__main__":
    main()
