import sqlite3
from contextlib import closing
from pathlib import Path

from tests.made_review import make_review

from evenhand.workflows.doctor import Check, State, diagnose
from evenhand.workflows.review.verify import verify_review


def review_check(folder: Path) -> Check:
    (folder / "evenhand.toml").touch()
    found, *_ = [check for check in diagnose(folder, {}).checks if check.part == "review"]
    return found


def test_a_workspace_without_review_is_told_what_makes_its_ledger(tmp_path: Path) -> None:
    found = review_check(tmp_path)
    assert found.state is State.NOTE
    assert "evenhand review sample" in found.value


def test_a_review_ledger_is_named_with_whether_its_chain_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / ".evenhand"
    folder.mkdir()
    review = make_review(folder, 2)
    review.label("ann")
    assert "5 events, an unbroken chain" in review_check(tmp_path).value
    told = {check.name: check.value for check in diagnose(tmp_path, {}).checks if check.part == "review"}
    assert told["checkpoint"] == str(verify_review(review.ledger).checkpoint)
    with closing(sqlite3.connect(review.ledger.path)) as connection:
        connection.execute("UPDATE labels SET label = 'violates'")
        connection.commit()
    found = review_check(tmp_path)
    assert found.state is State.WARNING
    assert "changed behind the back" in found.value


def test_a_review_ledger_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / ".evenhand").mkdir()
    (tmp_path / ".evenhand" / "review.sqlite").write_bytes(b"no database at all " * 50)
    assert review_check(tmp_path).state is State.WARNING
