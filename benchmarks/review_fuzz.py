"""Schemathesis over every route of the review pages, signed out and as each role (faults.md E08, E09).

    python benchmarks/review_fuzz.py                 # 10,000 cases
    python benchmarks/review_fuzz.py --quick         # 400
    python benchmarks/review_fuzz.py --cases 2000

Cases are made from a description of the routes, sent over real HTTP to a server on this machine with the token of its
form, half of the fields with values that fit and some with payloads for SQL, templates, pages and files. An answer of
500 or above, one with a trace of the program in it, or one without our headers is a failure.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from tests.web.fuzzing import Found, fuzz  # noqa: E402 - all need the line above
from tests.web.serving import serve_items  # noqa: E402

from evenhand.store.review.chain import broken_links  # noqa: E402

WHO = (None, "ann", "ada", "lea")


def fuzzed(person: str | None, cases: int) -> tuple[Found, int]:
    """Return what came of the cases, and how many links of the chain of events are broken afterwards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_items(Path(folder), 200, sensitive=lambda n: ("violence",) if n % 3 == 0 else ()) as served,
    ):
        found = fuzz(served, person, cases=cases)
        with served.review.ledger.read() as reading:
            return found, sum(1 for _ in broken_links(reading.events()))


def main() -> int:
    """Print the table; 1 where anything failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    cases = 400 if options.quick else options.cases
    print("who                 cases   2xx   3xx   4xx  5xx or trace  broken links  seconds")
    failed: list[str] = []
    for person in WHO:
        began = time.monotonic()
        found, broken = fuzzed(person, cases // len(WHO))
        kinds = [
            sum(count for status, count in found.statuses.items() if status // 100 == kind)
            for kind in (2, 3, 4)
        ]
        print(
            f"{person or 'signed out':16}{sum(found.statuses.values()):9,}"
            + "".join(f"{count:6,}" for count in kinds)
            + f"{len(found.bad):14,}{broken:14,}{time.monotonic() - began:9.0f}",
            flush=True,
        )
        failed += found.bad
    for line in failed[:20]:
        print(line)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
