"""The file of the review ledger: how it is kept, and what people read when it can not be used."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.made_review import VISIT, MadeReview, make_review

from evenhand.errors import LedgerError
from evenhand.records.review import Draft
from evenhand.store.review import tables
from evenhand.store.review.ledger import open_review_ledger
from evenhand.store.sqlite import REVIEW_SETTINGS, driver_connection
from evenhand.workflows.review.verify import verify_review


def with_pragma(review: MadeReview, pragma: str) -> None:
    """Set something on every connection that is opened from now on."""
    engine = review.ledger._engine
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))


def commit_of(review: MadeReview, comment: str) -> Callable[[], object]:
    opened = review.desk.next_item("ann")
    assert opened is not None
    draft = Draft(label="complies", comment=comment)
    return lambda: review.desk.commit("ann", opened.assignment, opened.turn, draft, VISIT)


def test_every_commit_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3)
    with review.ledger.read() as reading, review.ledger.change() as change:
        for each in (reading, change):
            connection = driver_connection(each._connection)
            found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in REVIEW_SETTINGS}
            assert found == REVIEW_SETTINGS
            assert (found["journal_mode"], found["synchronous"]) == ("truncate", 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["review.sqlite", "review.sqlite-journal"]
    assert (tmp_path / "review.sqlite-journal").stat().st_size == 0


@pytest.mark.parametrize(
    ("pragma", "cause", "step"),
    [
        ("max_page_count = 1", "disk is full", "free space on the disk, then do the same again"),
        ("query_only = 1", "readonly", "make the file and its folder writable"),
    ],
)
def test_a_write_that_fails_leaves_nothing_half_done_and_says_what_to_do(
    tmp_path: Path, pragma: str, cause: str, step: str
) -> None:
    review = make_review(tmp_path, 3)
    commit = commit_of(review, "x" * 10_000)
    before = verify_review(review.ledger).checkpoint
    with_pragma(review, pragma)
    with pytest.raises(LedgerError, match=cause) as caught:
        commit()
    assert step in caught.value.hint
    assert "run" not in caught.value.hint
    again = verify_review(open_review_ledger(review.ledger.path), before)
    assert again.is_whole
    assert again.checkpoint == before


def test_a_file_that_is_damaged_is_told_apart_from_the_runs(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(LedgerError) as caught:
        open_review_ledger(path)
    assert "the runs are in another file" in caught.value.hint


def test_a_folder_that_can_not_be_made_or_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="can not be made"):
        open_review_ledger(tmp_path / "file" / "review.sqlite", create=True)
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(LedgerError) as caught:
        open_review_ledger(tmp_path / "folder.sqlite")
    assert "readable and writable" in caught.value.hint


def test_nothing_is_made_unless_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        open_review_ledger(tmp_path / "review.sqlite")
    assert "evenhand review sample" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = make_review(tmp_path, 1).ledger.path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {tables.SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="newer evenhand"):
        open_review_ledger(path)
    assert path.read_bytes() == before


def test_tables_that_were_made_by_half_are_made_whole(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    path.touch()  # killed between making the file and its tables
    with open_review_ledger(path).read() as reading:
        assert reading.draws() == ()


def test_an_error_inside_a_change_takes_all_of_it_back(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3)
    before = verify_review(review.ledger).checkpoint
    with pytest.raises(KeyboardInterrupt):  # noqa: SIM117, PT012 - the interrupt comes after the change
        with review.ledger.change() as change:
            change.append("ann", "note", "x")
            raise KeyboardInterrupt
    assert verify_review(review.ledger).checkpoint == before


def test_the_queue_is_read_by_its_indexes(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3)
    review.label("ann")
    plans: dict[str, str] = {}

    def note(_: object, cursor: sqlite3.Cursor, statement: str, parameters: object, *__: object) -> None:
        if statement.startswith("SELECT"):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()  # type: ignore[arg-type]  # as the driver got them
            plans[statement] = "; ".join(row[3] for row in rows)

    event.listen(review.ledger._engine, "before_cursor_execute", note)
    review.desk.next_item("ann")
    assert [
        plan for plan in plans.values() if re.search(r"SCAN (items|assignments|labels|tallies)", plan)
    ] == []
    sorts = [plan for plan in plans.values() if "TEMP B-TREE" in plan and "repeats" not in plan]
    assert sorts == []
