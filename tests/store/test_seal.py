"""A ledger at rest is sealed: every changed byte is found before a write, of a touched file at any opening."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.judging.run_kit import SmallRun

from evenhand.errors import LedgerError
from evenhand.store import seal
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.seal import is_sealed, make_seal

SEED = 20261127
FLIPS = 60


@pytest.fixture
def rested(tmp_path: Path) -> Path:
    """A ledger that was written and left in order."""
    run = SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1", count=40)
    with run.ledger.writing():
        run.new_run()
    return run.ledger.path


@contextmanager
def suppress_into(hints: list[str]) -> Iterator[None]:
    """Note what a refusal says to do."""
    try:
        yield
    except LedgerError as error:
        hints.append(error.hint)


def write_to(ledger: LedgerFile) -> None:
    with ledger.writing():
        pass


def test_a_ledger_is_sealed_at_rest_and_not_while_somebody_writes(rested: Path) -> None:
    assert is_sealed(rested)
    ledger = open_ledger(rested)
    with ledger.writing():
        assert not is_sealed(rested)
    assert is_sealed(rested)


def test_reading_leaves_the_seal_whole(rested: Path) -> None:
    for _ in range(2):
        assert len(open_ledger(rested).runs()) == 2
        assert is_sealed(rested)


def change_unnoticed(path: Path) -> None:
    """Change the last byte, and neither size, time of change nor inode."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        last = stream.read(1)[0]
        stream.seek(-1, os.SEEK_END)
        stream.write(bytes([last ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_an_older_ledger_is_compared_in_full_before_it_is_brought_up_to_date(rested: Path) -> None:
    with closing(sqlite3.connect(rested)) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    make_seal(rested)
    change_unnoticed(rested)
    with pytest.raises(LedgerError, match="is damaged, or something other"):
        open_ledger(rested)


def test_a_byte_changed_under_the_same_size_time_and_inode_is_found_before_a_write(rested: Path) -> None:
    ledger = open_ledger(rested)
    change_unnoticed(rested)
    assert is_sealed(rested), "who only reads takes it as it is"
    with pytest.raises(LedgerError, match="damaged"):
        write_to(ledger)
    with pytest.raises(LedgerError, match="damaged"):
        is_sealed(rested, in_full=True)


def test_every_changed_byte_of_a_touched_file_is_found_at_the_next_opening(rested: Path) -> None:
    dice, whole = random.Random(SEED), rested.read_bytes()
    hints: list[str] = []
    for _ in range(FLIPS):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        rested.write_bytes(damaged)
        with suppress_into(hints):
            open_ledger(rested)
    assert len(hints) == FLIPS, f"{FLIPS - len(hints)} of {FLIPS} silent, seed {SEED}"
    assert all("--salvage" in hint for hint in hints)


@pytest.mark.parametrize("left", [0, 1, 100, 4096, 5000, -1, -4096])
def test_a_truncated_ledger_is_found_at_the_next_opening(rested: Path, left: int) -> None:
    rested.write_bytes(rested.read_bytes()[:left])
    with pytest.raises(LedgerError):
        open_ledger(rested)


def test_a_copy_that_is_the_same_is_taken(rested: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(rested.parent, copy, ignore=shutil.ignore_patterns("copy"))
    write_to(open_ledger(copy / rested.name))


def test_a_file_nobody_touched_is_not_read(rested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "_digest", lambda _path: pytest.fail("the file was read"))
    assert is_sealed(rested)


def test_a_ledger_left_in_the_middle_has_no_seal_and_is_checked_before_writing(rested: Path) -> None:
    ledger = open_ledger(rested)
    with pytest.raises(LedgerError, match="made up"), ledger.writing():
        raise LedgerError("made up")
    assert not is_sealed(rested)
    write_to(ledger)
    assert is_sealed(rested)


def test_a_reader_of_an_older_state_does_not_hold_up_the_end(rested: Path) -> None:
    ledger = open_ledger(rested)
    with ledger.read() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM runs").scalar()
        with ledger.writing(), ledger.write() as connection:
            connection.exec_driver_sql("UPDATE runs SET reason = 'x'")
        assert not is_sealed(rested)
    write_to(ledger)
    assert is_sealed(rested)


@pytest.mark.parametrize("words", ["", "{}", "[]", "no JSON", '{"size": 1}'])
def test_a_broken_seal_is_none(rested: Path, words: str) -> None:
    rested.with_name(rested.name + ".seal").write_text(words, encoding="ascii")
    assert not is_sealed(rested)
    write_to(open_ledger(rested))
