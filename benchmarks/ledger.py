"""Durable rows per second and CPU per row of the ledger's writer, at several numbers of units in flight.

    python benchmarks/ledger.py [--units 5000] [--in-flight 1 64 256 1024]

Each unit is what a call leaves behind: attempt begun, reply received, rating settled, each awaited until it is
synced to disk. Rows are counted as the tables hold them afterwards. What the caller pays to make its records is not
the ledger's: they are made before the clock starts. The request rate beside it is that of a bare aiohttp loop on the
loopback server, 256 in flight.
"""

import argparse
import asyncio
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Call:
    """What one call leaves behind, ready to be recorded."""

    attempt: NewAttempt
    reply: RawReply
    settled: Settled


def calls(units: int, manifest: Manifest) -> list[Call]:
    """Make the records of so many calls; attempts are numbered from 1, as an empty ledger numbers them."""
    case = Case(id="c", response="x")
    item = Item(seq=0, case=case, candidates=case.outputs, principle_id="p", scale=COMPLY)
    return [call(Unit(seq=seq, item=item, judge=manifest.judges[0])) for seq in range(units)]


def call(unit: Unit) -> Call:
    """Make the records of one call."""
    key = hashlib.sha256(unit.seq.to_bytes(8)).digest()
    rating = Rating(
        label="complies", distribution=(("complies", 1.0),), basis=Basis.ANSWER, reason="A reason."
    )
    usage = Usage(input_tokens=400, output_tokens=60)
    served = Served(attempt=unit.seq + 1, usage=usage, cost_nanousd=5, served_model="m")
    return Call(
        attempt=NewAttempt(
            unit_seq=unit.seq, judge="j", number=1, key=key, nonce="0" * 32, reserved_nanousd=1
        ),
        reply=RawReply(body=BODY + key, request_id="r"),
        settled=Settled(unit=unit, key=key, outcome=rating, served=(served,)),
    )


async def record(writer: RunLedger, made: Call) -> float:
    """Commit what one call leaves behind, in its three steps; return how long the first commit took."""
    began = time.perf_counter()
    attempt = await writer.begin(made.attempt)
    first = time.perf_counter() - began
    await writer.received(attempt, made.reply)
    await writer.settle([made.settled], [])
    return first


async def campaign(ledger: LedgerFile, units: int, in_flight: int) -> dict[str, Any]:
    """Record `units` units, so many at a time."""
    run = ledger.start_run(manifest(units))
    made = iter(calls(units, run.manifest))
    writer = RunLedger(ledger, ledger.run_number(run.id))
    waits: list[float] = []

    async def work() -> None:
        for each in made:
            waits.append(await record(writer, each))  # noqa: PERF401 - the records are shared by all workers

    cpu, wall = cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    await writer.flush()
    used, took = cpu_seconds() - cpu, time.perf_counter() - wall
    writer.close()
    p99 = sorted(waits)[int(len(waits) * 0.99)] * 1000
    return {"in_flight": in_flight, "units": units, "cpu_s": used, "wall_s": took, "p99_commit_ms": p99}


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


def request_rate(requests: int, in_flight: int) -> float:
    """Requests per second of a bare aiohttp loop that reads each reply and keeps nothing."""
    command = [sys.executable, "-m", "evenhand.testing"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = json.loads(server.stdout.readline())["base_url"]
        try:
            return requests / asyncio.run(bare_loop(f"{address}/chat/completions", requests, in_flight))
        finally:
            server.terminate()


async def bare_loop(url: str, requests: int, in_flight: int) -> float:
    """Seconds that so many requests take."""
    import aiohttp

    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 600}], "max_tokens": 100}
    numbers = iter(range(requests))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def work() -> None:
            for _ in numbers:
                async with session.post(url, json=body) as reply:
                    await reply.json()

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=5000)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 64, 1024, 256])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = [measure(arguments.units if n > 1 else arguments.units // 10, n) for n in arguments.in_flight]
    print(
        f"{'in flight':>9} {'rows/s':>9} {'CPU us/row':>11} {'ms added/unit':>14} {'p99 commit ms':>14} "
        f"{'bytes/unit':>11}"
    )
    for row in rows:
        print(
            f"{row['in_flight']:>9} {row['rows_per_s']:>9.0f} {row['cpu_us_per_row']:>11.1f} "
            f"{row['added_ms_per_unit']:>14.1f} {row['p99_commit_ms']:>14.1f} {row['bytes_per_unit']:>11.0f}"
        )
    rate = request_rate(arguments.units, 256)
    print(
        f"bare aiohttp loop: {rate:.0f} requests/s; rows of the last line: {rows[-1]['rows_per_s'] / rate:.1f} times"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
