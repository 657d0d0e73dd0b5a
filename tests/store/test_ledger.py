"""The ledger file: settings that hold, one writer, clear words when it can not be used."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from tests.judging.run_kit import SmallRun

from evenhand.errors import LedgerError, UnknownNameError
from evenhand.records.label import HumanLabel, LabelDetail, LabelKind
from evenhand.records.run import RunState
from evenhand.store import tables
from evenhand.store.lease import WriteRight
from evenhand.store.ledger import LedgerFile, check_integrity, open_ledger
from evenhand.store.prepared import prepare
from evenhand.store.rows import read_label
from evenhand.store.sqlite import open_engine
from evenhand.store.writer import Writer

REPLY = prepare(insert(tables.replies), ("hash", "body"))
LABEL = prepare(
    insert(tables.labels),
    ("source", "case_id", "candidate_id", "principle_id", "annotator", "kind", "label", "added"),
)


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerFile:
    return open_ledger(tmp_path / "ledger.sqlite", create=True)


def label(text_: str = "complies", annotator: str = "a") -> HumanLabel:
    return HumanLabel(
        case_id="c",
        candidate_id="1",
        principle_id="p",
        annotator=annotator,
        kind=LabelKind.PERSON,
        label=text_,
    )


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("busy_timeout", 10_000),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
    ],
)
def test_every_connection_has_the_settings_that_keep_commits(
    ledger: LedgerFile, pragma: str, value: str | int
) -> None:
    for _ in range(2):
        with ledger.read() as connection:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_missing_ledger_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        open_ledger(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_a_newer_version_is_refused(ledger: LedgerFile) -> None:
    with ledger.write() as connection:
        connection.execute(text("PRAGMA user_version = 99"))
    with pytest.raises(LedgerError, match="newer evenhand"):
        open_ledger(ledger.path)


def test_a_file_that_is_no_ledger_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database, but long enough to be looked at " * 50)
    with pytest.raises(LedgerError, match="can not be used"):
        open_ledger(path)


def test_damage_in_the_middle_is_found_before_anything_is_sent(ledger: LedgerFile) -> None:
    ledger.add_labels("source", (label(annotator=f"annotator-{n}") for n in range(5_000)))
    with ledger.write() as connection:
        connection.execute(text("DELETE FROM runs"))
    ledger.engine.dispose()
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(ledger.path.read_bytes())
    content[4096 * 20 : 4096 * 40] = os.urandom(4096 * 20)
    ledger.path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"damaged|can not be used"):
        check_integrity(ledger)


def test_a_second_process_may_not_write_at_the_same_time(ledger: LedgerFile) -> None:
    script = (
        "import sys; from pathlib import Path; from evenhand.store.ledger import open_ledger\n"
        "ledger = open_ledger(Path(sys.argv[1]))\n"
        "with ledger.writing(): pass"
    )
    with ledger.writing():
        second = subprocess.run(
            [sys.executable, "-c", script, str(ledger.path)], capture_output=True, text=True, check=False
        )
    assert second.returncode == 1
    assert "another evenhand process is writing" in second.stderr
    with ledger.writing():
        pass


def test_labels_of_a_known_file_are_not_added_twice(ledger: LedgerFile) -> None:
    assert ledger.add_labels("digest", [label(), label(annotator="b")]) == 2
    assert ledger.add_labels("digest", [label(), label(annotator="b")]) == 0
    assert ledger.add_labels("other digest", [label("violates")]) == 1


@pytest.mark.parametrize(
    "detail",
    [
        LabelDetail(),
        LabelDetail(inclusion=1),
        LabelDetail(
            inclusion=0.1,
            design="draw",
            stratum="s",
            blind=False,
            at="2026-11-20",
            seconds=3.5,
            defensible=("a", "b"),
        ),
    ],
)
def test_a_label_comes_back_with_how_it_came_about(ledger: LedgerFile, detail: LabelDetail) -> None:
    given = replace(label(), detail=detail)
    ledger.add_labels("digest", [given])
    with ledger.read() as connection:
        (row,) = connection.execute(select(tables.labels))
    assert read_label(row) == given
    assert (row.detail is None) == (detail == LabelDetail())


def test_an_unknown_run_names_the_nearest_one(tmp_path: Path) -> None:
    run = SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(UnknownNameError) as caught:
        run.ledger.run(run.run.id[:-1])
    assert run.run.id in caught.value.hint


def test_a_run_keeps_its_manifest_to_the_byte(tmp_path: Path) -> None:
    run = SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1")
    stored = run.ledger.run("latest")
    assert stored.manifest == run.manifest
    assert stored.manifest.inputs_hash() == run.manifest.inputs_hash()
    assert stored.state is RunState.RUNNING


def test_a_failed_commit_reaches_every_caller_and_nothing_is_taken_after_it(ledger: LedgerFile) -> None:
    async def scenario() -> list[object]:
        writer = Writer(ledger.path, ledger.right, [REPLY])
        rows = [(0, (b"same", b"x"))]
        try:
            first = await asyncio.gather(*(writer.commit(rows) for _ in range(3)), return_exceptions=True)
            later = await asyncio.gather(writer.commit(rows), return_exceptions=True)
            return [*first, *later]
        finally:
            writer.close()

    outcomes = asyncio.run(scenario())
    assert isinstance(outcomes[-1], LedgerError)
    assert "could not be written" in str(outcomes[-1])


def test_a_commit_is_on_disk_when_the_await_returns(ledger: LedgerFile) -> None:
    async def scenario() -> None:
        writer = Writer(ledger.path, ledger.right, [REPLY])
        await asyncio.gather(*(writer.commit([(0, (bytes([n]), b"x"))]) for n in range(50)))
        with ledger.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM replies")).scalar() == 50
        writer.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("value", [10**30, "half a \ud800 character", object()])
def test_a_value_sqlite_can_not_take_is_an_error_and_not_a_wait_for_ever(
    ledger: LedgerFile, value: object
) -> None:
    async def scenario() -> None:
        writer = Writer(ledger.path, ledger.right, [LABEL])
        try:
            await asyncio.wait_for(writer.commit([(0, (*["x"] * 6, value, "x"))]), 60)
        finally:
            writer.close()

    with pytest.raises(LedgerError, match="could not be written"):
        asyncio.run(scenario())


def test_a_writer_that_can_not_open_the_ledger_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "no folder" / "ledger.sqlite"
        writer = Writer(path, WriteRight(open_engine(path), path, seconds=30), [REPLY])
        try:
            await asyncio.wait_for(writer.commit([(0, (b"", b""))]), 60)
        finally:
            writer.close()

    with pytest.raises(LedgerError, match="unable to open"):
        asyncio.run(scenario())


def test_a_ledger_lies_where_its_path_says_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "what? #1 50%20"
    open_ledger(folder / "ledger.sqlite", create=True)
    assert [each.name for each in tmp_path.iterdir()] == [folder.name]
    assert (folder / "ledger.sqlite").is_file()


def test_a_lock_that_can_not_be_made_is_an_error_of_the_ledger(ledger: LedgerFile) -> None:
    lock = ledger.path.with_name(ledger.path.name + ".lock")
    lock.unlink()
    lock.mkdir()
    with pytest.raises(LedgerError, match="lock"), ledger.writing():
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let go of an open file")
def test_a_ledger_removed_while_it_is_written_stops_the_writing(ledger: LedgerFile) -> None:
    async def scenario() -> None:
        writer = Writer(ledger.path, ledger.right, [REPLY])
        try:
            await writer.commit([(0, (b"1", b"x"))])
            ledger.path.unlink()
            await writer.commit([(0, (b"2", b"x"))])
        finally:
            writer.close()

    with pytest.raises(LedgerError, match="could not be written"):
        asyncio.run(scenario())
