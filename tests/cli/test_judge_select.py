"""`evenhand judge select` on a run of recorded judges whose answers are made up here."""

import random
from pathlib import Path

import pytest
from tests.cli.kit import run_process
from tests.workflows.calibration_kit import Line, RecordedSuite, cases, label

COUNT = 240
RIGHT, WRONG = "complies", "violates"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of four judges: two are copies of each other, one guesses."""
    dice = random.Random(7)
    truth = {f"c{number}": dice.choice([RIGHT, WRONG]) for number in range(COUNT)}

    def lines(accuracy: float) -> list[Line]:
        other = {RIGHT: WRONG, WRONG: RIGHT}
        return [
            {"case": case, "label": label_ if dice.random() < accuracy else other[label_]}
            for case, label_ in truth.items()
        ]

    one = lines(0.85)
    suite = RecordedSuite(
        folder=tmp_path,
        cases=cases(COUNT),
        ratings={"one": one, "copy": one, "two": lines(0.85), "guess": lines(0.5)},
        labels=[label(case, text) for case, text in truth.items()],
    )
    suite.run()
    return tmp_path


def test_the_judges_worth_keeping_are_proposed_with_their_evidence(folder: Path) -> None:
    ended = run_process("judge", "select", "latest", "--keep", "2", cwd=folder)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("keep  ")
    kept = set(ended.out.removeprefix("keep  ").split("  of ")[0].split(", "))
    assert "two" in kept
    assert kept - {"two"} <= {"one", "copy"}
    assert "independent judges" in ended.err
    document = run_process("judge", "select", "latest", "--keep", "2", "--json", cwd=folder).document
    assert set(document["judges"]) == kept
    assert document["labels"] > 40


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--keep", "9"], 2, "has 4 judges, and 9 can not be kept"),
        (["--humans", "nothing.jsonl"], 2, "nothing.jsonl"),
    ],
)
def test_what_can_not_be_done_is_told(folder: Path, arguments: list[str], code: int, words: str) -> None:
    ended = run_process("judge", "select", "latest", *arguments, cwd=folder)
    assert (ended.code, words in ended.err) == (code, True), ended.err
