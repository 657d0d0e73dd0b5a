"""A process that writes to a ledger on command, for tests of the lease: python writing_process.py LEDGER RUN SECONDS.

It prints "holding" when it has the lease; then, for each line it reads, what came of it: `begin` begins an attempt,
`receive` stores a reply for the last one, `end` ends in order.
"""

import asyncio
import sys
from pathlib import Path

from evenhand.errors import LedgerError
from evenhand.records.attempt import NewAttempt, RawReply
from evenhand.store.ledger import open_ledger
from evenhand.store.run_ledger import RunLedger


def say(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - the parent reads it


async def obey(writer: RunLedger) -> None:
    attempt = 0
    for line in sys.stdin:
        if line == "end\n":
            return
        try:
            if line == "begin\n":
                attempt = await writer.begin(
                    NewAttempt(unit_seq=0, judge="reader", number=1, key=b"k", nonce="n", reserved_nanousd=1)
                )
            else:
                await writer.received(attempt, RawReply(body=b"late"))
            say("done")
        except LedgerError as error:
            say(f"refused: {error}")


def main() -> None:
    path, run, seconds = sys.argv[1:]
    ledger = open_ledger(Path(path), lease_s=float(seconds))
    with ledger.writing():
        writer = RunLedger(ledger, int(run))
        say("holding")
        asyncio.run(obey(writer))
        writer.close()


if __name__ == "__main__":
    main()
