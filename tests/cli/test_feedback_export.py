"""`evenhand feedback export` on the terminal: what was written, what was left out, and what to do next."""

import json
from pathlib import Path

import pytest
import yaml
from tests.cli.kit import Cli
from tests.cli.test_hostile_text import HOSTILE, assert_inert
from tests.workflows.calibration_kit import RecordedSuite
from tests.workflows.feedback.export_kit import pair_suite, rows, text_suite

from evenhand.workflows.review.open_review import open_review


@pytest.fixture
def suite(tmp_path: Path) -> RecordedSuite:
    """A run that nobody labelled and nothing calibrated."""
    made = text_suite(tmp_path / "w")
    made.run()
    return made


def test_without_a_calibration_it_writes_nothing_and_says_what_to_do(
    suite: RecordedSuite, cli: Cli, tmp_path: Path
) -> None:
    ended = cli("feedback", "export", "latest", "--format", "sft", "--out", "o", "--workspace", suite.folder)
    assert ended.code == 3
    assert ended.out == ""
    assert "nothing was written: of 80 records none became a row" in ended.err
    assert "no run of this suite was calibrated" in ended.err
    assert f"evenhand review sample {suite.runs[-1].id}" in ended.err
    assert not (tmp_path / "o").exists()


def test_the_document_says_what_became_of_every_record(suite: RecordedSuite, cli: Cli) -> None:
    line = ("feedback", "export", "latest", "--format", "trl-unpaired", "--untrusted", "--json")
    document = cli(*line, "--out", "o", "--workspace", suite.folder).document
    facts = document["facts"]
    assert document["folder"] == "o"
    assert document["queued"] is None
    assert facts["records"] == sum(facts["rows"].values()) + sum(facts["left_out"].values()) == 80
    assert len(rows(Path("o"))) == facts["rows"]["train"]


def test_ties_alone_select_nothing(tmp_path: Path, cli: Cli) -> None:
    tied = pair_suite(tmp_path / "w", [{"given": "tie", "swapped": "tie"}])
    tied.run()
    line = ("feedback", "export", "latest", "--format", "trl-preference", "--untrusted")
    ended = cli(*line, "--out", "o", "--queue", "5", "--workspace", tied.folder)
    assert ended.code == 5
    assert "nothing is drawn for people" in ended.err
    assert "left out: 1 (tie: neither of the two is better)" in ended.err


def test_what_nobody_vouches_for_is_drawn_for_people_with_its_probability(
    suite: RecordedSuite, cli: Cli
) -> None:
    line = ("feedback", "export", "latest", "--format", "sft", "--queue", "20", "--workspace", suite.folder)
    assert cli(*line, "--out", "o").code == 3
    with open_review(suite.folder).read() as reading:
        draws = reading.draws()
        drawn = list(reading.items(draws[0].design))
    assert draws[0].run == suite.runs[-1].id
    assert drawn
    assert all(item.inclusion for item in drawn)
    again = cli(*line, "--out", "o", "--untrusted", "--json").document
    assert again["queued"]["draw"]["design"] == draws[0].design


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--format", "trl-prefrence"), "did you mean"),
        (("--format", "trl-preference"), "has no meaning"),
        (("--format", "sft", "--splits", "train=.5"), "sum to 0.5"),
        (("--format", "sft", "--calibration", "nobody"), "there is no run"),
        (("--format", "parquet", "--gzip"), "packed already"),
    ],
)
def test_what_can_not_be_done_is_refused_with_the_next_step(
    suite: RecordedSuite, cli: Cli, options: tuple[str, ...], words: str
) -> None:
    ended = cli("feedback", "export", "latest", *options, "--out", "o", "--workspace", suite.folder)
    assert ended.code == 2
    assert words in ended.err
    assert "help:" in ended.err


def test_hostile_texts_are_json_strings_and_nothing_else(tmp_path: Path, cli: Cli) -> None:
    name = HOSTILE[:300]
    wild = pair_suite(
        tmp_path / "w",
        [
            {
                "id": name,
                "prompt": HOSTILE,
                "source": HOSTILE,
                "slice": {"topic": HOSTILE},
                "candidates": [
                    {"id": "x", "text": HOSTILE, "producer": HOSTILE},
                    {"id": "y", "text": HOSTILE[::-1]},
                ],
                "given": "a",
                "swapped": "a",
            }
        ],
    )
    wild.run()
    line = ("feedback", "export", "latest", "--format", "trl-preference", "--untrusted")
    ended = cli(*line, "--out", "o", "--workspace", wild.folder)
    assert ended.code == 0, ended.err
    assert_inert(ended.out, ended.err)
    (row,) = rows(Path("o"))
    assert row["prompt"] == [{"role": "user", "content": HOSTILE}]
    assert row["chosen"] == [{"role": "assistant", "content": HOSTILE}]
    assert row["case_id"] == name
    assert json.loads(row["slice"]) == {"topic": HOSTILE}
    text = (Path("o") / "README.md").read_text(encoding="utf-8")
    assert yaml.safe_load(text.split("---\n")[1])["license"] == "unknown"
    assert "script" not in text
    assert sorted(path.name for path in Path("o").iterdir()) == [
        "README.md",
        "data",
        "manifest.json",
        "row.schema.json",
    ]
