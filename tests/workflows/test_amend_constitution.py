"""Proposals written of real runs, label files and reviews; the constitution stays as it is."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.calibration_kit import Line, RecordedSuite, label
from tests.workflows.review.drawn_run import COUNT, drawn, other_than_panel, panel_says
from tests.workflows.review.drawn_run import label as label_review

from evenhand.catalog.record_files import read_record
from evenhand.errors import FileError, UsageError
from evenhand.records.amendments import Amendments
from evenhand.records.review import AdjudicationReason
from evenhand.workflows.amend_constitution import amend_constitution
from evenhand.workflows.review.adjudicate import Decision, open_adjudication

ALL_LEARNABLE = "splits: {optimise: 0.999, gate: 0.001}\n"
HOSTILE = "```\n# heading\nhttps://example.org @team \u202e\u200b"


def made(folder: Path, labels: Sequence[Line] = (), **case: Any) -> RecordedSuite:
    """A run in which no principle ever fires: ten cases, two of each source."""
    shown = [
        {
            "id": f"c{number}",
            "prompt": f"Q{number}",
            "response": f"R{number} {HOSTILE}",
            "source": f"s{number // 2}",
        }
        | case
        for number in range(10)
    ]
    ratings = {"one": [{"case": f"c{number}", "label": "complies"} for number in range(10)]}
    return RecordedSuite(folder / "w", shown, ratings, labels, suite=ALL_LEARNABLE)


def overall(folder: Path, lines: Sequence[Line]) -> Path:
    path = folder / "overall.jsonl"
    path.write_text(
        "".join(json.dumps({"principle": "overall", "annotator": "ann", **line}) + "\n" for line in lines)
    )
    return path


def read(path: Path) -> Amendments:
    record: Amendments | None = read_record(path, Amendments, "amendments/v1").record
    assert record is not None
    return record


def test_replies_that_people_fail_as_a_whole_are_proposals_by_source(tmp_path: Path) -> None:
    suite = made(tmp_path)
    run = suite.run().run.id
    failed = overall(
        tmp_path,
        [{"case": f"c{number}", "label": "fail", "note": HOSTILE} for number in (0, 1, 4)]
        + [{"case": "c9", "label": "pass"}],
    )
    before = (suite.folder / "c.yaml").read_bytes()
    done = amend_constitution(suite.folder, run, tmp_path / "out.yaml", overall=failed)
    assert (suite.folder / "c.yaml").read_bytes() == before
    assert read(tmp_path / "out.yaml") == done.amendments
    first, second = done.amendments.proposals
    assert [each.case for each in first.items] == ["c0", "c1"]
    assert [each.case for each in second.items] == ["c4"]
    assert first.kind == "coverage_gap"
    assert first.items[0].prompt == "Q0"
    assert first.items[0].said[0].by == "ann"
    for text in (first.items[0].response, first.items[0].said[0].note):
        assert "\u202e" not in text
        assert "⟦" in text


def test_a_principle_whose_breaches_judges_miss_is_a_proposal_with_its_text_and_people(
    tmp_path: Path,
) -> None:
    labels = [label("c0", "violates"), label("c0", "violates", "bea"), label("c1", "violates", "gold")]
    suite = made(tmp_path, labels)
    done = amend_constitution(suite.folder, suite.run().run.id, tmp_path / "out.yaml")
    (found,) = done.amendments.proposals
    assert found.kind == "missed_by_judges"
    assert found.draft.text == "Be honest."
    assert [[said.by for said in each.said] for each in found.items] == [["ann", "bea"], ["settled label"]]
    assert found.people == 3


def test_texts_tagged_as_sensitive_are_not_quoted(tmp_path: Path) -> None:
    suite = made(tmp_path, [label("c0", "violates")], sensitive=["self-harm"])
    done = amend_constitution(suite.folder, suite.run().run.id, tmp_path / "out.yaml")
    (item,) = done.amendments.proposals[0].items
    assert (item.prompt, item.response) == ("", "")
    assert item.not_quoted == "its text is tagged as sensitive"


def test_texts_of_case_files_that_changed_are_not_quoted(tmp_path: Path) -> None:
    suite = made(tmp_path, [label("c0", "violates")])
    run = suite.run().run.id
    (suite.folder / "cases.jsonl").write_text('{"id": "c0", "response": "another"}\n')
    (item,) = amend_constitution(suite.folder, run, tmp_path / "out.yaml").amendments.proposals[0].items
    assert item.not_quoted.startswith("the case files have changed")


def test_guideline_gaps_of_a_review_are_proposals_with_what_reviewers_said(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, reviewers=2)
    label_review(desk, "ann", COUNT)
    label_review(
        desk, "bo", COUNT, lambda number: other_than_panel(number) if number < 3 else panel_says(number)
    )
    adjudication = open_adjudication(tmp_path)
    for queued in adjudication.queue("ada"):
        decision = Decision(
            label="violates", reason=AdjudicationReason.GUIDELINE_GAP, note="It does not say."
        )
        adjudication.decide("ada", queued.id, decision)
    done = amend_constitution(tmp_path, "latest", tmp_path / "out.yaml")
    found = next(each for each in done.amendments.proposals if each.kind == "guideline_gap")
    assert found.change == "text"
    assert found.draft.id == "honest"
    assert (len(found.items), done.closed) == (2, 1)  # one of the three lies in the sealed split
    assert {said.by for said in found.items[0].said} == {"reviewer 1", "reviewer 2"}
    assert found.items[0].note == "It does not say."
    assert found.items[0].decided == "violates"
    assert found.items[0].prompt.startswith("Question ")
    alone = amend_constitution(tmp_path, "latest", tmp_path / "other.yaml", review=False)
    assert not alone.amendments.proposals


def test_a_decision_in_the_file_stays_when_it_is_written_again(tmp_path: Path) -> None:
    suite = made(tmp_path, [label("c0", "violates")])
    run = suite.run().run.id
    out = tmp_path / "out.yaml"
    assert amend_constitution(suite.folder, run, out).added == 1
    text = out.read_text()
    out.write_text(
        text.replace("    draft:", '    decision: declined\n    because: "A joke."\n    draft:', 1)
    )
    done = amend_constitution(suite.folder, run, out)
    assert (done.added, done.decided) == (0, 1)
    assert read(out).proposals[0].because == "A joke."


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    suite = made(tmp_path, [label("c0", "violates"), label("c3", "violates")])
    run = suite.run().run.id
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    amend_constitution(suite.folder, run, one)
    amend_constitution(suite.folder, run, two)
    amend_constitution(suite.folder, run, two)
    assert one.read_bytes() == two.read_bytes()


def test_markdown_is_written_for_reading_and_over_nothing_else(tmp_path: Path) -> None:
    suite = made(tmp_path, [label("c0", "violates")])
    run = suite.run().run.id
    out = tmp_path / "out.md"
    for _ in range(2):
        amend_constitution(suite.folder, run, out)
    assert out.read_text().startswith("# Proposed amendments of `c 1.0.0`")
    out.write_text("# My notes\n")
    with pytest.raises(UsageError, match="holds no proposals"):
        amend_constitution(suite.folder, run, out)


def test_the_constitution_and_other_files_are_never_written_over(tmp_path: Path) -> None:
    suite = made(tmp_path, [label("c0", "violates")])
    run = suite.run().run.id
    before = (suite.folder / "c.yaml").read_bytes()
    with pytest.raises(FileError):
        amend_constitution(suite.folder, run, suite.folder / "c.yaml")
    assert (suite.folder / "c.yaml").read_bytes() == before
    with pytest.raises(UsageError, match="no name of proposals"):
        amend_constitution(suite.folder, run, tmp_path / "out.json")
    out = tmp_path / "out.yaml"
    amend_constitution(suite.folder, run, out)
    out.write_text(out.read_text().replace("constitution: c\n", "constitution: other\n"))
    with pytest.raises(UsageError, match="holds proposals for other"):
        amend_constitution(suite.folder, run, out)
