"""The server of the review pages: time to the next item, memory, people at once, kills (ux.md A8, A9; faults.md G06).

    python benchmarks/review_server.py            # 100,000 items in the queue; takes minutes
    python benchmarks/review_server.py --quick    # 2,000

Everything goes over real HTTP on loopback to `evenhand review serve --team` in a process of its own. Items are made
up; every form is sent as the page would send it.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from tests.web.racing import Workspace, label_through_kills, make_workspace, race  # noqa: E402 - needs the line above

from evenhand.store.review.chain import broken_links  # noqa: E402

KILLS = 25


@contextmanager
def serving(items: int, *, reviewers: int, required: int = 1, repeats: float = 0.0) -> Iterator[Workspace]:
    """A workspace whose server runs."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(
            Path(folder), items, reviewers=reviewers, required=required, repeats=repeats
        )
        workspace.start()
        try:
            yield workspace
        finally:
            workspace.stop()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def peak_mib(workspace: Workspace) -> float:
    """Return the most memory the server held."""
    assert workspace.process is not None
    status = Path(f"/proc/{workspace.process.pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def next_item(items: int, people: int, each: int) -> None:
    """Print what one reviewer after the other waits for: the next item, and a label to be saved."""
    waits: dict[str, list[float]] = {"next item": [], "save a label": []}
    with serving(items, reviewers=people, repeats=0.05) as workspace:
        at_start = peak_mib(workspace)
        for number in range(people):
            browser = workspace.browser(f"reviewer-{number}")
            for _ in range(each):
                began = time.perf_counter()
                page = browser.get("/next")
                waits["next item"].append(time.perf_counter() - began)
                form = {"csrf": page.csrf, "turn": page.field("turn"), "label": "complies", "commit": "1"}
                began = time.perf_counter()
                answer = browser.post(f"/items/{page.assignment}", form)
                waits["save a label"].append(time.perf_counter() - began)
                assert answer.status == 303, answer.status
        peak = peak_mib(workspace)
    for what, seconds in waits.items():
        print(
            f"{what:14} {items:9,} items {len(seconds):6,} times   median {statistics.median(seconds) * 1000:6.1f} ms"
            f"   p95 {percentile(seconds, 0.95) * 1000:6.1f} ms   most {max(seconds) * 1000:6.1f} ms"
        )
    print(f"memory of the server: {at_start:.0f} MiB at the start, {peak:.0f} MiB at most")


def at_once(people: int, items: int) -> bool:
    """Print what came of people who label at once; every form is sent twice."""
    began = time.monotonic()
    with serving(items, reviewers=people, required=2) as workspace:
        statuses = race(workspace, [f"reviewer-{number}" for number in range(people)])
        labels = workspace.labels()
    pairs = {(item, person) for item, person, _ in labels}
    closings = Counter(item for item, _, _ in labels)
    held = len(labels) == len(pairs) == 2 * items and set(closings.values()) == {2}
    print(
        f"{people} people at once, {items} items x 2: {len(labels)} closings, {len(labels) - len(pairs)} twice by one "
        f"person, {len(statuses):,} forms, {sum(status >= 500 for status in statuses)} answers of 500 or above, "
        f"{time.monotonic() - began:.0f} s"
    )
    return held


def killed(actions: int, kills: int) -> bool:
    """Print what is left of what was acknowledged when the server is killed again and again."""
    chosen = random.Random(7)
    doomed = set(chosen.sample(range(actions), kills))
    with serving(actions + 10, reviewers=1) as workspace:
        survived = label_through_kills(
            workspace,
            "reviewer-0",
            actions,
            kill_after=lambda number: chosen.uniform(0, 0.06) if number in doomed else None,
        )
        stored = [comment for _, _, comment in workspace.labels()]
        with workspace.review.ledger.read() as reading:
            broken = sum(1 for _ in broken_links(reading.events()))
    lost = set(survived.acknowledged) - set(stored)
    print(
        f"{actions} labels, server killed {survived.kills} times in the middle of one: {len(lost)} lost, "
        f"{len(stored) - len(set(stored))} stored twice, {broken} broken links in the chain"
    )
    return not lost and len(stored) == actions and not broken


def main() -> int:
    """Print the table; 1 where anything was lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--items", type=int, default=0)
    options = parser.parse_args()
    items = options.items or (2_000 if options.quick else 100_000)
    next_item(items, people=2 if options.quick else 10, each=20 if options.quick else 100)
    held = at_once(6 if options.quick else 20, 20 if options.quick else 100)
    held &= killed(10 if options.quick else 50, 3 if options.quick else KILLS)
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
