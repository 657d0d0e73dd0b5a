"""`evenhand review status` and `evenhand review adjudicate` as people type them."""

from pathlib import Path

import pytest
from tests.cli.kit import Cli
from tests.workflows.review.drawn_run import COUNT, drawn, label, other_than_panel, panel_says

from evenhand.records.review import AdjudicationReason

AS_ADA = ("review", "adjudicate", "--as", "ada")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A review in which two people differ on the first three cases."""
    desk = drawn(tmp_path, items=COUNT, reviewers=2, splits={"gate": 1})
    label(desk, "ann", COUNT)
    label(desk, "bo", COUNT, lambda number: other_than_panel(number) if number < 3 else panel_says(number))
    with desk.ledger.change() as change:
        item = next(iter(change.items(change.design().design)))
        change.add_flag(item.id, "ann", "\x1b[31mred\x1b[0m")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def queue(cli: Cli) -> list[str]:
    return [each["id"] for each in cli(*AS_ADA, "--json").document["queue"]]


def test_status_tells_progress_estimate_worth_and_the_head_of_the_record(folder: Path, cli: Cli) -> None:
    ended = cli("review", "status")
    assert ended.code == 0
    for words in (
        f"{COUNT} of {COUNT} items",
        "4, and 0 are settled",
        "panel = people",
        "100.0 % (",
        "worth it?",
        "record whole",
        "checkpoint ",
    ):
        assert words in ended.out, words
    assert "3 items on which people differ" in ended.err
    assert "not to certify with" in ended.err


def test_status_says_loudly_where_there_is_no_number(tmp_path: Path, cli: Cli) -> None:
    desk = drawn(tmp_path, items=COUNT)
    label(desk, "ann", 4)
    ended = cli("review", "status", "--workspace", str(tmp_path))
    assert "no number: insufficient: " in ended.out
    assert "fewer than 20 give no number" in ended.out


def test_questions_about_people_are_shown_on_request_with_their_caveats(tmp_path: Path, cli: Cli) -> None:
    desk = drawn(tmp_path, items=COUNT, reviewers=3)
    for person in ("ann", "bo", "lee"):
        label(desk, person, COUNT, other_than_panel if person == "lee" else panel_says)
    ended = cli("review", "status", "--people", "--workspace", str(tmp_path))
    assert "none of them a verdict" in ended.out
    assert "? the answer of another person on 0 % of" in ended.out
    assert "Who differs from the others may be the one who reads the principle as it stands." in ended.out
    document = cli("review", "status", "--people", "--json", "--workspace", str(tmp_path)).document
    assert [each["person"] for each in document["quality"]["people"]] == ["ann", "bo", "lee"]


def test_a_record_that_was_changed_ends_with_3(folder: Path, cli: Cli) -> None:
    import sqlite3  # noqa: PLC0415 - beside its use
    from contextlib import closing  # noqa: PLC0415 - beside its use

    with closing(sqlite3.connect(folder / ".evenhand" / "review.sqlite")) as connection, connection:
        connection.execute("UPDATE events SET person = 'eve' WHERE number = 4")
    ended = cli("review", "status")
    assert ended.code == 3
    assert "RECORD CHANGED" in ended.out
    assert "event 4 was changed" in ended.err


def test_the_queue_is_listed_one_item_is_shown_and_decided(folder: Path, cli: Cli) -> None:
    listed = cli(*AS_ADA)
    assert listed.out.count("differ") == 3
    name = queue(cli)[0]
    shown = cli(*AS_ADA, "--item", name)
    assert "reviewer 1: " in shown.out
    assert "reviewer 2: " in shown.out
    assert "│ Be honest." in shown.out
    assert not {"ann", "bo", "judge0"} & set(shown.out.split())
    decided = cli(*AS_ADA, "--item", name, "--label", "complies", "--reason", "edge_case")
    assert decided.code == 0
    assert "settled" in decided.out
    assert name not in queue(cli)
    behind = cli(*AS_ADA, "--item", name, "--behind")
    assert {"ann:", "bo:", "judge0:"} <= set(behind.out.split())


def test_a_decision_is_replaced_only_when_that_is_meant(folder: Path, cli: Cli) -> None:
    line = (*AS_ADA, "--item", queue(cli)[0], "--reason", "subjective", "--label")
    assert cli(*line, "complies").code == 0
    assert cli(*line, "violates").code == 2
    assert cli(*line, "violates", "--again").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["review", "adjudicate"], "name an adjudicator or a lead"),
        (["review", "adjudicate", "--as", "adaa"], 'did you mean "ada"?'),
        (["review", "adjudicate", "--as", "ann"], "may not adjudicate"),
        ([*AS_ADA, "--label", "complies"], "name it with --item"),
        ([*AS_ADA, "--item", "ITEM", "--label", "complies"], "ambiguous_text"),
        ([*AS_ADA, "--item", "ITEM", "--label", "complies", "--reason", "edge"], "there is no reason"),
        ([*AS_ADA, "--item", "ITEM", "--label", "fine", "--reason", "other"], "is no answer"),
        ([*AS_ADA, "--item", "ITEM", "--label", "cannot_tell", "--reason", "other"], "needs a note"),
        ([*AS_ADA, "--item", "no-such-item"], "there is no review item"),
    ],
)
def test_what_can_not_be_decided_is_told(folder: Path, cli: Cli, arguments: list[str], words: str) -> None:
    if "ITEM" in arguments:
        arguments = [queue(cli)[0] if each == "ITEM" else each for each in arguments]
    ended = cli(*arguments)
    assert ended.code == 2
    assert words in ended.err


def test_guideline_gaps_are_printed_or_written_to_a_folder(folder: Path, cli: Cli) -> None:
    reason = AdjudicationReason.GUIDELINE_GAP.value
    line = (*AS_ADA, "--item", queue(cli)[0], "--label", "complies", "--reason", reason)
    assert cli(*line, "--note", "nothing on short answers").code == 0
    printed = cli("review", "adjudicate", "--gaps")
    assert "# Guideline gap: `honest`" in printed.out
    assert "nothing on short answers" in printed.out
    written = cli("review", "adjudicate", "--gaps", "--out", "gaps")
    (path,) = (folder / "gaps").iterdir()
    assert written.out.strip() == f"gaps/{path.name}"
    assert path.read_text(encoding="utf-8").startswith("# Guideline gap")


def test_what_people_typed_reaches_no_terminal_as_it_is(folder: Path, cli: Cli) -> None:
    flagged = next(each for each in cli(*AS_ADA, "--json").document["queue"] if "flagged" in each["reasons"])
    shown = cli(*AS_ADA, "--item", flagged["id"])
    assert "red" in shown.out
    assert "\x1b" not in shown.out + shown.err
