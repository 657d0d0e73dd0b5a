"""`evenhand quarantine` as people type it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cli.kit import Cli, Ended
from tests.workflows.calibration_kit import RecordedSuite, cases

from evenhand.cli.documents import document_schema

HOSTILE = "\x1b[2J\u202e::error::\r\nforged"
RATINGS = {"one": [{"case": f"c{at}", "label": "complies"} for at in range(4)]}


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


class Bench:
    """A suite with a gate."""

    def __init__(self, folder: Path, cli: Cli) -> None:
        self.folder = folder
        self.path = folder / "quarantine.yaml"
        self._cli = cli
        RecordedSuite(folder, cases(4), RATINGS, suite="gate: {compares: candidates}\n").write()

    def __call__(self, verb: str, *arguments: str) -> Ended:
        return self._cli("quarantine", verb, *arguments, "--workspace", self.folder)

    def add(self, case: str, *arguments: str, reason: str = "labels differ", owner: str = "kim") -> Ended:
        return self("add", case, "--suite", "suite.yaml", "--reason", reason, "--owner", owner, *arguments)

    def document(self, verb: str, *arguments: str) -> dict[str, Any]:
        ended = self(verb, *arguments, "--json")
        assert ended.code == 0, ended.err
        schema = document_schema(f"evenhand/quarantine-{verb}/v1")
        jsonschema.Draft202012Validator(schema).validate(ended.document)
        assert set(ended.document) == set(schema["properties"])
        return ended.document

    def ended_entry(self) -> None:
        """Let the one entry of the file end a day ago."""
        self.path.write_text(self.path.read_text().replace(day(14), day(-1)))


@pytest.fixture
def bench(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path / "w", cli)
    monkeypatch.chdir(made.folder)
    return made


def test_a_case_is_held_back_for_two_weeks_with_reason_and_owner(bench: Bench) -> None:
    words = ("c1", "--suite", "suite.yaml", "--reason", "labels differ", "--owner", "kim")
    document = bench.document("add", *words)
    assert [each["until"] for each in document["entries"]] == [day(14)]
    listed = bench.document("list", "suite.yaml")
    assert [(each["entry"]["case"], each["days_left"], each["holds"]) for each in listed["entries"]] == [
        ("c1", 14, True)
    ]
    assert listed["findings"] == []


def test_comments_of_the_file_stay(bench: Bench) -> None:
    bench.add("c1")
    bench.path.write_text(bench.path.read_text() + "# ask kim first\n")
    assert bench.add("c2").code == 0
    assert "# ask kim first\n" in bench.path.read_text()


def test_line_ends_of_windows_stay(bench: Bench) -> None:
    bench.add("c1")
    bench.path.write_bytes(bench.path.read_bytes().replace(b"\n", b"\r\n"))
    assert bench.add("c2").code == 0
    content = bench.path.read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody"], "no cell of suite s is meant"),
        (["c1", "--principle", "honst"], "no cell of suite s is meant"),
        (["c1", "--until", "soon"], "is no day"),
        (["c1", "--until", day(-1)], "is over"),
        (["c1", "--until", day(91)], "more than 90 days ahead"),
    ],
)
def test_an_entry_that_would_hold_nothing_back_is_refused(bench: Bench, words: list[str], told: str) -> None:
    ended = bench.add(*words)
    assert ended.code == 2
    assert told in ended.err
    assert not bench.path.exists()


def test_reason_and_owner_are_needed(bench: Bench) -> None:
    assert "needs a reason" in bench.add("c1", reason=" ").err
    assert "needs an owner" in bench.add("c1", owner=" ").err
    assert bench("add", "c1", "--suite", "suite.yaml", "--reason", "x").code == 2
    assert not bench.path.exists()


def test_the_same_cells_are_not_held_back_twice(bench: Bench) -> None:
    bench.add("c1")
    ended = bench.add("c1", "--until", day(30))
    assert ended.code == 2
    assert f"is in quarantine already, until {day(14)}" in ended.err


def test_an_entry_that_ended_is_a_lint_error_and_expire_takes_it_out(bench: Bench) -> None:
    bench.add("c1")
    bench.ended_entry()
    bench.add("c2")
    assert "Q001" in bench._cli("lint", "suite.yaml").out
    listed = bench("list", "suite.yaml")
    assert "ended" in listed.out
    assert "Q001" in listed.err
    document = bench.document("expire", "suite.yaml")
    assert ([each["case"] for each in document["entries"]], document["left"]) == (["c1"], 1)
    assert bench._cli("lint", "suite.yaml").code == 0
    assert bench.document("expire", "suite.yaml")["entries"] == []


def test_a_suite_without_a_file_has_nothing_in_quarantine(bench: Bench) -> None:
    assert bench.document("list", "suite.yaml")["entries"] == []
    assert bench.document("expire", "suite.yaml")["left"] == 0
    assert not bench.path.exists()


def test_a_file_that_suites_share_says_for_which_of_them_an_entry_is(bench: Bench) -> None:
    other = (bench.folder / "suite.yaml").read_text().replace("id: s\n", "id: other\n")
    (bench.folder / "other.yaml").write_text(other)
    bench.add("c1")
    assert "suite: s\n" in bench.path.read_text()
    assert bench.document("list", "other.yaml")["entries"] == []


def test_no_text_of_an_entry_acts_on_the_terminal(bench: Bench) -> None:
    assert bench.add("c1", reason=HOSTILE, owner=HOSTILE).code == 0
    for ended in (bench("list", "suite.yaml"), bench("expire", "suite.yaml")):
        assert "\x1b" not in ended.out + ended.err
        assert "\u202e" not in ended.out + ended.err
    assert "\x1b" not in bench.path.read_text()


def test_a_broken_file_is_not_changed(bench: Bench) -> None:
    bench.add("c1")
    bench.path.write_text(bench.path.read_text().replace("owner", "ownr"))
    before = bench.path.read_bytes()
    assert bench.add("c2").code == 2
    assert bench.path.read_bytes() == before
