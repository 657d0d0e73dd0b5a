"""Faults of the ledger in a run: a full disk ends the spending, and readers beside the writer are never locked out."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.judging.run_kit import SmallRun, model_judge

from evenhand.errors import LedgerError
from evenhand.records.attempt import NewAttempt
from evenhand.records.run import RunState
from evenhand.store import sqlite
from evenhand.store.ledger import open_ledger
from evenhand.store.reading import run_account
from evenhand.store.run_ledger import RunLedger
from evenhand.testing import LoopbackServer, faults, judges

CASES = 200
IN_FLIGHT = 8


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    slow = faults.always(faults.delayed(0.01))
    async with LoopbackServer(judges.rule("password"), strikes=[slow]) as server:
        yield server


async def go(run: SmallRun) -> tuple[str, ...]:
    with run.ledger.writing():
        async with run.runner() as runner:
            return await runner.run()


def count(run: SmallRun, query: str) -> int:
    with run.ledger.read() as connection:
        return int(connection.execute(text(query)).scalar_one())


async def test_a_full_disk_is_the_end_of_the_spending_and_the_run_goes_on_later(
    tmp_path: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SmallRun(
        folder=tmp_path, base_url=server.base_url, count=CASES, concurrency=IN_FLIGHT, judges=(model_judge(),)
    )
    with monkeypatch.context() as full:
        full.setitem(sqlite.SETTINGS, "max_page_count", count(run, "PRAGMA page_count") + 25)
        with pytest.raises(LedgerError, match="full") as caught:
            await go(run)
    assert "free space" in caught.value.hint
    billed = len(server.ledger.billed)
    assert 0 < billed < CASES
    assert billed - count(run, "SELECT count(*) FROM attempts WHERE reply IS NOT NULL") <= IN_FLIGHT
    assert await go(run) == ()
    assert run_account(run.ledger, run.run).terminal == {"rated": CASES}
    assert len(server.ledger.billed) <= CASES + IN_FLIGHT


async def test_a_ledger_that_can_only_be_read_is_found_before_anything_is_spent(
    tmp_path: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SmallRun(folder=tmp_path, base_url=server.base_url, judges=(model_judge(),))
    monkeypatch.setitem(sqlite.SETTINGS, "query_only", 1)
    with pytest.raises(LedgerError, match="readonly") as caught:
        await go(run)
    assert "writable" in caught.value.hint
    assert len(server.ledger.calls) == 0


# -- Many who read while one writes ------------------------------------------------------------------


async def test_readers_and_a_long_read_never_see_a_locked_ledger(
    tmp_path: Path, server: LoopbackServer
) -> None:
    run = SmallRun(
        folder=tmp_path, base_url=server.base_url, count=CASES, concurrency=IN_FLIGHT, judges=(model_judge(),)
    )
    done = threading.Event()
    reads: list[int] = []
    errors: list[Exception] = []

    def read_on() -> None:
        while not done.is_set():
            try:
                ledger = open_ledger(run.ledger.path)
                reads.append(run_account(ledger, ledger.run("latest")).planned)
                assert ledger.writer() is not None
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is what the test is about
                errors.append(error)
                return

    threads = [threading.Thread(target=read_on) for _ in range(4)]
    with run.ledger.read() as long_read:
        before = long_read.execute(text("SELECT count(*) FROM ratings")).scalar_one()
        with run.ledger.writing():
            for thread in threads:
                thread.start()
            async with run.runner() as runner:
                assert await runner.run() == ()
            done.set()
            for thread in threads:
                await asyncio.to_thread(thread.join)
        assert long_read.execute(text("SELECT count(*) FROM ratings")).scalar_one() == before == 0
    assert errors == []
    assert len(reads) >= 4
    assert run_account(run.ledger, run.run).terminal == {"rated": CASES}


async def test_eight_writers_of_one_process_and_their_neighbours_take_turns(tmp_path: Path) -> None:
    run = SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1")
    with run.ledger.writing():
        writer = RunLedger(run.ledger, run.ledger.run_number(run.run.id))
        new = NewAttempt(unit_seq=0, judge="reader", number=1, key=b"k", nonce="n", reserved_nanousd=1)
        beside = [
            asyncio.to_thread(run.ledger.set_state, run.run.id, RunState.RUNNING, str(n)) for n in range(8)
        ]
        await asyncio.gather(*(writer.begin(new) for _ in range(200)), *beside)
        writer.close()
    assert count(run, "SELECT count(*) FROM attempts") == 200
