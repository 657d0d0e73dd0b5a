"""`evenhand review sample` as people type it."""

from pathlib import Path

import pytest
from tests.cli.kit import run_process
from tests.workflows.calibration_kit import RecordedSuite, cases

COUNT = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two judges who differ on every third case."""
    ratings = {
        "one": [{"case": f"c{n}", "label": "complies"} for n in range(COUNT)],
        "two": [{"case": f"c{n}", "label": "complies" if n % 3 else "violates"} for n in range(COUNT)],
    }
    shown = [{**case, "slice": {"topic": f"\x1b[31m{'ab'[n % 2]}"}} for n, case in enumerate(cases(COUNT))]
    RecordedSuite(tmp_path, shown, ratings).run()
    return tmp_path


def test_a_draw_is_told_and_topped_up(folder: Path) -> None:
    first = run_process("review", "sample", "latest", "--items", "15", "--seed", "3", cwd=folder)
    assert first.code == 0, first.err
    assert "of 40 items" in first.out
    assert "15.0 were expected" in first.out
    assert "unanimous" in first.out
    assert "undecided" in first.out
    for words in ("60 s an item, assumed", "seed 3", "points either way", "evenhand review serve"):
        assert words in first.err
    second = run_process("review", "sample", "--top-up", "--items", "5", "--by", "topic", cwd=folder)
    assert second.code == 0, second.err
    assert "of them now; 20.0 were expected" in second.out
    assert "\x1b" not in second.out + second.err


def test_the_document_holds_the_draw(folder: Path) -> None:
    ended = run_process("review", "sample", "--minutes", "30", "--json", cwd=folder)
    document = ended.document
    assert document["schema"] == "evenhand/review-sample/v1"
    assert document["draw"]["population"] == COUNT
    assert document["added"] == document["draw"]["drawn"] == sum(each["drawn"] for each in document["strata"])
    assert sum(each["population"] for each in document["strata"]) == COUNT
    assert document["pace"] == {"seconds": 60.0, "source": "assumed"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "--items 200, or --minutes 60"),
        (["--items", "5", "--top-up"], 2, "leave out --top-up"),
        (["--items", "5", "--by", "topik"], 2, 'did you mean "topic"?'),
        (["--items", "0.00001"], 5, "this draw brought no item"),
        (["--items", "5", "--gold", "nothing.jsonl"], 2, "nothing.jsonl"),
    ],
)
def test_what_can_not_be_drawn_is_told(folder: Path, arguments: list[str], code: int, words: str) -> None:
    ended = run_process("review", "sample", "latest", *arguments, cwd=folder)
    assert (ended.code, words in ended.err) == (code, True), ended.err
