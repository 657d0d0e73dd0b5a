"""A process whose writes are recorded: it takes units to their end and says on its output what it was told is stored.

Started by `power.py` under strace: python -m benchmarks.crash.power_writer FOLDER UNITS SYNCHRONOUS.
"""

import asyncio
import os
import sys
from pathlib import Path

from benchmarks.ledger import calls, manifest, record

from evenhand.records.run import Manifest
from evenhand.store import sqlite
from evenhand.store.ledger import open_ledger
from evenhand.store.run_ledger import RunLedger

IN_FLIGHT = 3
_PAGES_PER_CHECKPOINT = 30
"""Few, so that a small run has checkpoints in the middle."""


def main() -> None:
    """Write, and acknowledge each reply, and then each rating, in one write to the output."""
    folder, units, synchronous = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    sqlite.SETTINGS.update(wal_autocheckpoint=_PAGES_PER_CHECKPOINT, synchronous=synchronous)
    ledger = open_ledger(folder / "ledger.sqlite", create=True)
    with ledger.writing():
        run = ledger.start_run(manifest(units))
        writer = RunLedger(ledger, ledger.run_number(run.id))
        asyncio.run(_write(writer, units, run.manifest))
        writer.close()


async def _write(writer: RunLedger, units: int, pinned: Manifest) -> None:
    made = iter(calls(units, pinned))

    async def work() -> None:
        for each in made:
            await record(writer, each)
            os.write(1, b"stored %d\n" % each.attempt.unit_seq)
            await writer.flush()
            os.write(1, b"rated %d\n" % each.attempt.unit_seq)

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


if __name__ == "__main__":
    main()
