"""The SQLite in use: settings that hold on every way to a connection, and versions with the race between writers."""

import sqlite3
from pathlib import Path

import pytest
from tests.judging.run_kit import SmallRun

from evenhand.errors import LedgerError
from evenhand.store import sqlite
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.sqlite import SETTINGS, driver_connection, needs_single_writer, what_to_do


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerFile:
    return SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1").ledger


def settings_of(connection: sqlite3.Connection) -> dict[str, object]:
    return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS}


def test_settings_are_as_told_on_every_way_to_a_connection(ledger: LedgerFile) -> None:
    found = []
    with ledger.read() as reading:
        found.append(settings_of(driver_connection(reading)))
    with ledger.write() as writing:
        found.append(settings_of(driver_connection(writing)))
    with ledger.right.connection() as connection:
        found.append(settings_of(connection))
    with open_ledger(ledger.path).read() as reading:
        found.append(settings_of(driver_connection(reading)))
    off = [each for each in found if each != SETTINGS]
    assert off == [], f"{len(off)} of {len(found)} connections"


@pytest.mark.parametrize(("name", "value"), [("journal_mode", "of_no_kind"), ("synchronous", 7)])
def test_a_setting_that_does_not_hold_is_refused(
    ledger: LedgerFile, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setitem(sqlite.SETTINGS, name, value)
    with pytest.raises(LedgerError, match=name), ledger.read():
        pass


@pytest.mark.parametrize(
    ("version", "races"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), False), ((4, 0, 0), False)],
)
def test_versions_with_the_race_between_writers_are_known(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], *, races: bool
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert needs_single_writer() is races


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("database disk image is malformed", "--salvage"),
        ("file is not a database", "--salvage"),
        ("database or disk is full", "free space"),
        ("attempt to write a readonly database", "writable"),
        ("database is locked", "in the middle of a write"),
        ("disk I/O error", "repair"),
        ("something new", "doctor"),
    ],
)
def test_every_error_of_the_database_says_what_to_do(cause: str, words: str) -> None:
    assert words in what_to_do(cause)
