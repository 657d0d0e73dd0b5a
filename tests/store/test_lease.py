"""The right to write: one process at a time, a stale one is fenced off, a dead one is replaced at once."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.judging.run_kit import SmallRun

from evenhand.errors import LedgerError
from evenhand.records.attempt import NewAttempt
from evenhand.store.holder import Holder, process_start, read_holder, this_process
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.reading import run_account
from evenhand.store.run_ledger import RunLedger

SHORT = 0.6
POSIX = pytest.mark.skipif(os.name == "nt", reason="SIGSTOP and SIGKILL are POSIX signals")

BROKEN = this_process().text().replace(f'"pid": {os.getpid()}', '"pid": "x"')


@pytest.fixture
def run(tmp_path: Path) -> SmallRun:
    return SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1")


@contextmanager
def other_process(run: SmallRun, *, lease_s: float = SHORT) -> Iterator[subprocess.Popen[str]]:
    """A second process that holds the lease of the run's ledger, and does what it is told."""
    number = run.ledger.run_number(run.run.id)
    script = Path(__file__).with_name("writing_process.py")
    command = [sys.executable, str(script), str(run.ledger.path), str(number), str(lease_s)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        try:
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return process.stdout.readline()


def lease_row(ledger: LedgerFile) -> tuple[str, int, float]:
    with ledger.read() as connection:
        row = connection.execute(text("SELECT holder, fence, expires FROM leases")).one()
    return row.holder, row.fence, row.expires


def write_lease(ledger: LedgerFile, holder: Holder, *, expires: float, fence: int = 1) -> None:
    with ledger.write() as connection:
        values = {"holder": holder.text(), "fence": fence, "expires": expires}
        statement = "INSERT OR REPLACE INTO leases VALUES ('writer', :holder, :fence, :expires)"
        connection.execute(text(statement), values)


@POSIX
def test_a_process_that_stood_still_past_its_lease_commits_nothing_more(run: SmallRun) -> None:
    with other_process(run) as stale:
        assert tell(stale, "begin") == "done\n"
        stale.send_signal(signal.SIGSTOP)
        with pytest.raises(LedgerError, match=f"process {stale.pid} on "), run.ledger.writing():
            pass
        time.sleep(SHORT + 0.1)
        with run.ledger.writing():
            writer = RunLedger(run.ledger, run.ledger.run_number(run.run.id))
            stale.send_signal(signal.SIGCONT)
            answer = tell(stale, "receive")
            assert "may not write" in answer
            assert f"process {os.getpid()} on " in answer
            assert tell(stale, "begin").startswith("refused")
            writer.close()
    counts = run_account(run.ledger, run.run).calls["reader"]
    assert (counts.attempts, counts.possible_duplicates) == (1, 1)
    with run.ledger.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM replies")).scalar() == 0


@POSIX
def test_a_killed_holder_is_replaced_at_once(run: SmallRun) -> None:
    with other_process(run, lease_s=600) as killed:
        killed.kill()
        killed.wait()
        with run.ledger.writing():  # waiting for the lease to end would run into the time limit of a test
            pass


def test_a_holder_that_writes_nothing_keeps_its_lease(run: SmallRun) -> None:
    with other_process(run) as idle:
        time.sleep(2 * SHORT)
        assert run.ledger.writer() is not None
        with pytest.raises(LedgerError, match="another evenhand process"), run.ledger.writing():
            pass
        assert tell(idle, "begin") == "done\n"


def test_a_refused_process_writes_nothing(run: SmallRun) -> None:
    with other_process(run, lease_s=600):
        before = lease_row(run.ledger)
        with pytest.raises(LedgerError), run.ledger.writing():
            pass
        with pytest.raises(LedgerError), run.ledger.write():
            pass
        assert lease_row(run.ledger) == before


def test_the_fence_grows_with_every_holder(run: SmallRun) -> None:
    fences = []
    for _ in range(3):
        with run.ledger.writing():
            fences.append(lease_row(run.ledger)[1])
    assert fences == [1, 2, 3]


def test_the_lease_is_free_after_an_orderly_end_and_after_an_error(run: SmallRun) -> None:
    with run.ledger.writing():
        pass
    assert lease_row(run.ledger)[0] == ""
    with pytest.raises(LedgerError, match="made up"), run.ledger.writing():
        raise LedgerError("made up")
    assert run.ledger.writer() is None
    assert lease_row(run.ledger)[0] != "", "the next writer is told to look at the file"
    with run.ledger.writing():
        pass


@pytest.mark.parametrize(("left", "may"), [(60.0, False), (-1.0, True)])
def test_a_holder_on_another_machine_is_waited_for_until_its_lease_ends(
    run: SmallRun, *, left: float, may: bool
) -> None:
    write_lease(run.ledger, replace(this_process(), machine="another", pid=1), expires=time.time() + left)
    if may:
        with run.ledger.writing():
            pass
    else:
        with pytest.raises(LedgerError, match="since "), run.ledger.writing():
            pass


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({}, False),
        ({"started": "another start"}, True),
        ({"pid": 2**22 + 1}, True),
        ({"machine": "another"}, False),
        ({"machine": ""}, False),
        ({"machine": "another", "pid": 2**22 + 1}, False),
    ],
)
@POSIX
def test_a_holder_is_gone_only_where_this_machine_can_know_it(
    change: dict[str, object], *, gone: bool
) -> None:
    assert replace(this_process(), **change).is_gone() is gone  # type: ignore[arg-type] # a table of fields


@POSIX
def test_a_process_that_nobody_has_buried_yet_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()
        deadline = time.monotonic() + 60
        while process_start(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (
            replace(this_process(), pid=process.pid, started="").is_gone() or process_start(process.pid) == ""
        )


@pytest.mark.parametrize("words", ["", "{}", "no JSON", json.dumps({"pid": 1}), "[]", "null", BROKEN])
def test_what_is_no_holder_holds_nothing(words: str) -> None:
    assert read_holder(words) is None


def test_a_holder_is_stored_and_read_back() -> None:
    me = this_process()
    assert read_holder(me.text()) == me


def test_two_ledger_objects_of_one_process_do_not_both_write(run: SmallRun) -> None:
    second = open_ledger(run.ledger.path)
    with run.ledger.writing(), pytest.raises(LedgerError, match=str(os.getpid())), second.writing():
        pass


def test_a_writer_in_another_thread_and_a_write_beside_it_take_turns(run: SmallRun) -> None:
    async def scenario() -> None:
        with run.ledger.writing():
            writer = RunLedger(run.ledger, run.ledger.run_number(run.run.id))
            new = NewAttempt(unit_seq=0, judge="reader", number=1, key=b"k", nonce="n", reserved_nanousd=1)

            async def begin_many() -> None:
                for _ in range(20):
                    await writer.begin(new)

            tasks = [asyncio.create_task(begin_many()) for _ in range(8)]
            for _ in range(10):
                run.ledger.set_manifest(run.run.id, run.manifest)
                await asyncio.sleep(0)
            await asyncio.gather(*tasks)
            writer.close()

    asyncio.run(scenario())
    assert run_account(run.ledger, run.run).calls["reader"].attempts == 160
