"""Ledgers of older versions are brought up to date where they lie, and lose nothing."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from evenhand.records.label import LabelDetail
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.rows import read_label
from evenhand.store.sqlite import open_engine

FIRST_VERSION = (
    (
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL, "
        "reason TEXT DEFAULT '' NOT NULL, created TEXT NOT NULL, finished TEXT DEFAULT '' NOT NULL, "
        "inputs_hash TEXT NOT NULL, manifest TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE items (run INTEGER NOT NULL REFERENCES runs (id), seq INTEGER NOT NULL, case_id TEXT NOT NULL, "
        "candidate_id TEXT NOT NULL, principle_id TEXT NOT NULL, slice TEXT DEFAULT '{}' NOT NULL, "
        "PRIMARY KEY (run, seq)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE attempts (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id), "
        "unit INTEGER NOT NULL, judge TEXT NOT NULL, number INTEGER NOT NULL, "
        "key BLOB NOT NULL, nonce TEXT NOT NULL, state TEXT NOT NULL, "
        "reserved_nanousd INTEGER NOT NULL, sent_at FLOAT NOT NULL)"
    ),
    "CREATE TABLE ratings (run INTEGER, unit INTEGER, item INTEGER, PRIMARY KEY (run, unit)) WITHOUT ROWID",
    "CREATE TABLE verdicts (run INTEGER, item INTEGER, label TEXT, PRIMARY KEY (run, item)) WITHOUT ROWID",
    (
        "CREATE TABLE labels (id INTEGER PRIMARY KEY, source TEXT NOT NULL, case_id TEXT NOT NULL, "
        "candidate_id TEXT NOT NULL, principle_id TEXT NOT NULL, annotator TEXT NOT NULL, kind TEXT NOT NULL, "
        "label TEXT NOT NULL, note TEXT DEFAULT '' NOT NULL, added TEXT NOT NULL)"
    ),
    "INSERT INTO ratings VALUES (1, 0, 0)",
    "INSERT INTO labels VALUES (1, 's', 'c', '', 'p', 'ann', 'person', 'complies', '', '')",
    "INSERT INTO runs VALUES (1, 'r', 'finished', '', '', '', '', '{}')",
    "INSERT INTO items VALUES (1, 0, 'c', '1', 'p', '{}')",
    "INSERT INTO attempts VALUES (1, 1, 0, 'j', 1, x'00', '', 'sent', 5, 0.0)",
    "PRAGMA user_version = 1",
)
"""The parts of a ledger of version 1 that later versions change."""

SECOND_VERSION = (
    *FIRST_VERSION[:-1],
    "ALTER TABLE items ADD COLUMN flags TEXT",
    "PRAGMA user_version = 2",
)
"""The parts of a ledger of version 2 that later versions change."""


def older(path: Path, statements: tuple[str, ...] = FIRST_VERSION) -> Path:
    engine = open_engine(path)
    with engine.connect() as connection:
        connection.info["writes"] = True
        with connection.begin():
            for statement in statements:
                connection.execute(text(statement))
    return path


def columns(ledger: LedgerFile, table: str) -> set[str]:
    return {column["name"] for column in inspect(ledger.engine).get_columns(table)}


def test_an_older_ledger_gets_what_it_lacks(tmp_path: Path) -> None:
    ledger = open_ledger(older(tmp_path / "ledger.sqlite"))
    assert {"instrument", "batch"} <= columns(ledger, "attempts")
    assert "step" in columns(ledger, "ratings")
    assert "road" in columns(ledger, "verdicts")
    assert "flags" in columns(ledger, "items")
    assert {"source", "content", "tags"} <= columns(ledger, "items")
    assert "detail" in columns(ledger, "labels")
    for table in (
        tables.instruments,
        tables.batches,
        tables.pacing,
        tables.recordings,
        tables.leases,
        tables.split_uses,
    ):
        assert columns(ledger, table.name) == {column.name for column in table.columns}


def test_an_older_ledger_keeps_its_rows(tmp_path: Path) -> None:
    ledger = open_ledger(older(tmp_path / "ledger.sqlite"))
    with ledger.read() as connection:
        assert connection.execute(text("SELECT name FROM runs")).scalars().all() == ["r"]
        assert connection.execute(text("SELECT reserved_nanousd, instrument FROM attempts")).all() == [
            (5, None)
        ]


@pytest.mark.parametrize("statements", [FIRST_VERSION, SECOND_VERSION])
def test_a_ledger_from_before_calibration_says_that_nothing_is_known_of_sources_and_draws(
    tmp_path: Path, statements: tuple[str, ...]
) -> None:
    ledger = open_ledger(older(tmp_path / "ledger.sqlite", statements))
    with ledger.read() as connection:
        assert connection.execute(text("SELECT case_id, source FROM items")).all() == [("c", None)]
        (row,) = connection.execute(text("SELECT * FROM labels"))
    assert read_label(row).detail == LabelDetail()
    for table in (tables.split_locks, tables.split_labels, tables.split_uses):
        assert columns(ledger, table.name) == {column.name for column in table.columns}


@pytest.mark.parametrize("statements", [FIRST_VERSION, SECOND_VERSION])
def test_a_ledger_is_brought_up_to_date_once(tmp_path: Path, statements: tuple[str, ...]) -> None:
    path = older(tmp_path / "ledger.sqlite", statements)
    for _ in range(2):
        with open_ledger(path).read() as connection:
            assert connection.execute(text("PRAGMA user_version")).scalar_one() == tables.SCHEMA_VERSION


@pytest.mark.parametrize("statements", [FIRST_VERSION, SECOND_VERSION])
def test_every_run_of_a_ledger_from_before_generators_is_one_of_judges(
    tmp_path: Path, statements: tuple[str, ...]
) -> None:
    ledger = open_ledger(older(tmp_path / "ledger.sqlite", statements))
    with ledger.read() as connection:
        assert connection.execute(text("SELECT name, kind FROM runs")).all() == [("r", "judge")]
    assert columns(ledger, "steps") == {column.name for column in tables.steps.columns}
