"""Durable rows per second and CPU per row of the ledger's writer, at several numbers of units in flight.

    python benchmarks/ledger.py [--units 5000] [--in-flight 1 64 256 1024]

Each unit is what a call leaves behind: attempt begun, reply received, rating settled, each awaited until it is
synced to disk. Rows are counted as the tables hold them afterwards.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import PatternJudge, PatternRules
from evenhand.records.panel import Panel
from evenhand.records.rating import Basis, Rating, Usage
from evenhand.records.run import Manifest, Unit
from evenhand.records.scale import COMPLY
from evenhand.records.suite import Case, CaseFile, Item, Suite
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.run_ledger import RunLedger

TABLES = ("attempts", "replies", "ratings")
BODY = b'{"id":"x","choices":[{"message":{"content":"' + b"y" * 600 + b'"}}]}'


def cpu_seconds() -> float:
    """User and system CPU of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def manifest(units: int) -> Manifest:
    """The smallest manifest there is."""
    rules = PatternRules(prior={"complies": 1.0, "violates": 0.0})
    return Manifest(
        suite=Suite(
            schema_="suite/v1", id="s", constitution="c", panel="p", cases=(CaseFile(path="cases.jsonl"),)
        ),
        suite_path="s.yaml",
        constitution=Constitution(
            schema_="constitution/v1", id="c", version="1.0.0", principles=(Principle(id="p", text="x"),)
        ),
        panel=Panel(schema_="panel/v1", id="p", judges=("j",)),
        judges=(
            PatternJudge(
                schema_="judge/v1", id="j", version="1.0.0", kind="pattern", principles={"*": rules}
            ),
        ),
        planned_items=units,
        units_per_item=1,
    )


async def record(writer: RunLedger, unit: Unit) -> None:
    """What one call leaves behind."""
    key = unit.seq.to_bytes(32)
    attempt = await writer.begin(
        NewAttempt(unit_seq=unit.seq, judge="j", number=1, key=key, nonce="0" * 32, reserved_nanousd=1)
    )
    await writer.received(attempt, RawReply(body=BODY + key, request_id="r"))
    rating = Rating(
        label="complies", distribution=(("complies", 1.0),), basis=Basis.ANSWER, reason="A reason."
    )
    served = Served(
        attempt=attempt, usage=Usage(input_tokens=400, output_tokens=60), cost_nanousd=5, served_model="m"
    )
    await writer.settle([Settled(unit=unit, key=key, outcome=rating, served=(served,))], [])


async def campaign(ledger: LedgerFile, units: int, in_flight: int) -> dict[str, Any]:
    """Record `units` units, so many at a time."""
    run = ledger.start_run(manifest(units))
    judge = run.manifest.judges[0]
    item = Item(
        seq=0,
        case=Case(id="c", response="x"),
        candidates=Case(id="c", response="x").outputs(),
        principle_id="p",
        scale=COMPLY,
    )
    writer = RunLedger(ledger, ledger.run_number(run.id))
    numbers = iter(range(units))

    async def work() -> None:
        for seq in numbers:
            await record(writer, Unit(seq=seq, item=item, judge=judge))

    cpu, wall = cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    used, took = cpu_seconds() - cpu, time.perf_counter() - wall
    writer.close()
    return {"in_flight": in_flight, "units": units, "cpu_s": used, "wall_s": took}


def rows_in(ledger: LedgerFile) -> int:
    """How many rows the tables hold."""
    with ledger.read() as connection:
        return sum(
            int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in TABLES
        )


def measure(units: int, in_flight: int) -> dict[str, Any]:
    """One fresh ledger."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder) / "ledger.sqlite", create=True)
        row = asyncio.run(campaign(ledger, units, in_flight))
        rows = rows_in(ledger)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    return {
        **row,
        "rows": rows,
        "rows_per_s": rows / row["wall_s"],
        "cpu_us_per_row": row["cpu_s"] / rows * 1e6,
        "added_ms_per_unit": row["wall_s"] / row["units"] * row["in_flight"] * 1000,
        "bytes_per_unit": size / units,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=5000)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 64, 256, 1024])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = [measure(arguments.units if n > 1 else arguments.units // 10, n) for n in arguments.in_flight]
    print(f"{'in flight':>9} {'rows/s':>9} {'CPU us/row':>11} {'ms added/unit':>14} {'bytes/unit':>11}")
    for row in rows:
        print(
            f"{row['in_flight']:>9} {row['rows_per_s']:>9.0f} {row['cpu_us_per_row']:>11.1f} "
            f"{row['added_ms_per_unit']:>14.1f} {row['bytes_per_unit']:>11.0f}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
