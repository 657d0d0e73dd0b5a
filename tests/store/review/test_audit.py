"""Whatever is changed behind the back of the events is found."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.made_review import JUDGED, MadeReview, make_review

from evenhand.errors import UsageError
from evenhand.records.review import Adjudication, AdjudicationReason, Checkpoint, Person, Role, Spent
from evenhand.store.review import tables
from evenhand.store.review.ledger import open_review_ledger
from evenhand.store.review.rows import plain
from evenhand.workflows.review.adjudicate import AdjudicationDesk
from evenhand.workflows.review.verify import Verified, read_checkpoint, verify_review

NOT_AUDITED = {
    "assignments": {"expires", "draft", "visits"},
    "tallies": {"cursor", "session_done", "session_active_ms", "last"},
}
"""Columns of which no event tells: leases, what is not yet said, and where to go on."""
NOT_AUDITED_TABLES = {"sessions", "repeats"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> MadeReview:
    """A review in which everything has happened once."""
    review = make_review(tmp_path_factory.mktemp("whole"), 6, required=lambda n: 1 + n % 2)
    desk = review.desk
    first = review.label("ann", comment="a word")
    desk.flag("ann", first.assignment, "look here")
    desk.reveal("ann", first.assignment)
    desk.change_mind("ann", first.assignment, "violates", "I see")
    review.label("ann")
    desk.undo("ann")
    review.label("bo")
    skipped = desk.next_item("bo")
    assert skipped is not None
    desk.skip("bo", skipped.assignment, skipped.turn)
    desk.next_item("bo")
    settle(review)
    with review.ledger.change() as change:
        change.put_person(change.person("bo"), by="ann", secret="scrypt$made-up")
    return review


def settle(review: MadeReview) -> None:
    with review.ledger.change() as change:
        adjudication = Adjudication(
            id="rj-1",
            item=review.items[0].id,
            person="ann",
            label="violates",
            reason=AdjudicationReason.EDGE_CASE,
            note="",
            at="2026-11-27T10:00:00.000+00:00",
            spent=Spent(),
            principle_hash="h",
        )
        event = change.append("ann", "adjudicate", adjudication.item, plain(adjudication))
        change.add_adjudication(adjudication, event.number)


def verified_after(review: MadeReview, folder: Path, *statements: str) -> Verified:
    """Verify a copy on which somebody ran SQL."""
    copy = folder / "copy.sqlite"
    shutil.copy(review.ledger.path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return verify_review(open_review_ledger(copy))


def audited_columns() -> Iterator[tuple[str, str]]:
    for table in tables.metadata.sorted_tables:
        if table.name not in NOT_AUDITED_TABLES | {"seen"}:
            hidden = NOT_AUDITED.get(table.name, set())
            yield from ((table.name, column.name) for column in table.columns if column.name not in hidden)


def rows_of(review: MadeReview, table: str) -> list[int]:
    with closing(sqlite3.connect(review.ledger.path)) as connection:
        return [rowid for (rowid,) in connection.execute(f"SELECT rowid FROM {table}")]


def test_a_ledger_that_nobody_touched_is_whole(whole: MadeReview) -> None:
    found = verify_review(whole.ledger)
    assert found.problems == ()
    assert found.is_whole
    assert found.checkpoint.number > 10


@pytest.mark.parametrize(("table", "column"), list(audited_columns()))
def test_an_edit_of_any_column_of_any_row_is_found(
    whole: MadeReview, tmp_path: Path, table: str, column: str
) -> None:
    kind = type(tables.metadata.tables[table].c[column].type).__name__
    other = "x'00'" if kind == "LargeBinary" else f'coalesce("{column}", 0) + 1000'
    if kind == "Text":
        other = f"coalesce(\"{column}\", '') || 'x'"
    rows = rows_of(whole, table)
    assert rows
    edit = f'UPDATE {table} SET "{column}" = {other} WHERE rowid = {rows[-1]}'
    assert verified_after(whole, tmp_path, edit).problems


@pytest.mark.parametrize("table", sorted({table for table, _ in audited_columns()} | {"seen"}))
def test_a_row_that_is_taken_away_is_found(whole: MadeReview, tmp_path: Path, table: str) -> None:
    rows = rows_of(whole, table)
    for row in rows[:-1] if table == "events" else rows:
        assert verified_after(whole, tmp_path, f"DELETE FROM {table} WHERE rowid = {row}").problems


def test_that_an_adjudicator_saw_what_others_said_can_not_be_forgotten(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1, people=[Person(name=name, role=Role.LEAD) for name in ("ada", "ann")])
    review.label("ann")
    AdjudicationDesk(review.ledger, lambda _: JUDGED).open("ada", review.items[0].id)
    assert verified_after(review, tmp_path).is_whole
    (problem,) = verified_after(review, tmp_path, "DELETE FROM seen").problems
    assert "'ada' saw answers" in problem


@pytest.mark.parametrize("table", ["labels", "adjudications", "flags", "people", "draws", "items", "events"])
def test_a_row_that_is_added_is_found(whole: MadeReview, tmp_path: Path, table: str) -> None:
    names = [column.name for column in tables.metadata.tables[table].columns]
    changed = {"id": "'made-up'", "name": "'eve'", "person": "'eve'", "draw": "'made-up'"}
    if "id" not in names:
        changed["number"] = "number + 1000"
    if table == "draws":
        changed["number"] = "1000"
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    add = f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} LIMIT 1"
    assert verified_after(whole, tmp_path, add).problems


def test_a_withdrawn_mark_that_no_event_set_is_found(whole: MadeReview, tmp_path: Path) -> None:
    for mark in ("0", "1"):
        edit = f"UPDATE labels SET withdrawn = {mark} WHERE withdrawn != {mark}"
        assert any("withdrawn" in each for each in verified_after(whole, tmp_path, edit).problems)


def test_the_first_bad_event_is_named_first(whole: MadeReview, tmp_path: Path) -> None:
    found = verified_after(whole, tmp_path, "UPDATE events SET person = 'eve' WHERE number IN (5, 7)")
    assert found.problems[0] == "event 5 was changed after it was written"


def test_events_that_trade_places_are_found(whole: MadeReview, tmp_path: Path) -> None:
    steps = ("number = -1 WHERE number = 3", "number = 3 WHERE number = 4", "number = 4 WHERE number = -1")
    found = verified_after(whole, tmp_path, *(f"UPDATE events SET {step}" for step in steps))
    assert found.problems


def test_a_tail_that_is_cut_off_shows_with_a_checkpoint_alone(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3)
    review.label("ann")
    before = verify_review(review.ledger).checkpoint
    review.desk.take_break("ann")
    kept = verify_review(review.ledger).checkpoint
    with closing(sqlite3.connect(review.ledger.path)) as connection:
        connection.execute("DELETE FROM events WHERE number = (SELECT max(number) FROM events)")
        connection.commit()
    assert verify_review(review.ledger).is_whole
    assert verify_review(review.ledger, before).is_whole
    assert verify_review(review.ledger, kept).problems == (
        f"event {kept.number}, which the checkpoint names, is gone",
    )


def test_a_ledger_that_was_written_anew_shows_with_a_checkpoint(whole: MadeReview, tmp_path: Path) -> None:
    kept = verify_review(whole.ledger).checkpoint
    other = make_review(tmp_path, 30)
    for _ in range(kept.number):
        other.label("ann")
    assert verify_review(other.ledger).is_whole
    assert "is another one now" in verify_review(other.ledger, kept).problems[0]


def test_a_checkpoint_reads_back_from_its_line() -> None:
    kept = Checkpoint(number=412, hash="0f" * 32)
    assert read_checkpoint(f" {kept}\n") == kept
    assert read_checkpoint("0:") == Checkpoint(number=0, hash="")
    for wrong in ("", "412", "412:", "x:" + "0f" * 32, "412:" + "0F" * 32, "\u0661:" + "0f" * 32):
        with pytest.raises(UsageError, match="is no checkpoint"):
            read_checkpoint(wrong)
