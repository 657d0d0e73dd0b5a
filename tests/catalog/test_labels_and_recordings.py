import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.catalog.labels import read_labels
from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.errors import FileError
from evenhand.records.judge import RecordedRatings, RecordedReplies
from evenhand.records.label import NO_DETAIL, LabelKind
from evenhand.records.rating import FailureKind, Order
from evenhand.records.suite import LabelFile

_FORMAT = {"where": "whole", "patterns": [{"pattern": "a", "label": "a"}]}


def _write(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def _label(**more: Any) -> dict[str, Any]:
    return {"case": "c", "principle": "p", "annotator": "ann", "label": "yes", **more}


def _rating(**more: Any) -> dict[str, Any]:
    return {"case": "c", "principle": "p", "label": "yes", **more}


def _reply(**more: Any) -> dict[str, Any]:
    return {"case": "c", "text": "a", **more}


def _ratings(path: Path, **spec: Any) -> list[Any]:
    return list(read_ratings(path, RecordedRatings.model_validate_json(json.dumps({"path": "x", **spec}))))


def _replies(path: Path, **spec: Any) -> list[Any]:
    content = {"path": "x", "format": _FORMAT, **spec}
    return list(read_replies(path, RecordedReplies.model_validate_json(json.dumps(content))))


def _codes(error: FileError) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in error.findings]


def test_labels_are_read_in_the_words_of_the_suite(tmp_path: Path) -> None:
    path = _write(tmp_path, _label(label="NA", case="007"), _label(annotator="gold", principle="other"))
    spec = LabelFile(path="x", principles={"one": "p", "two": "p"}, labels={"yes": "complies"})
    labels = list(read_labels(path, spec))
    assert [label.principle_id for label in labels] == ["one", "two", "other"]
    assert [label.label for label in labels] == ["NA", "NA", "complies"]
    assert [label.kind for label in labels] == [LabelKind.PERSON, LabelKind.PERSON, LabelKind.RESOLVED]
    assert labels[0].case_id == "007"


@pytest.mark.parametrize(
    ("line", "code"),
    [(_label(), "D013"), (_label(case="d", label=""), "D012"), (_label(annotator=""), "V007")],
)
def test_a_label_nobody_gave_or_somebody_gave_twice_is_refused(
    tmp_path: Path, line: dict[str, Any], code: str
) -> None:
    with pytest.raises(FileError) as caught:
        list(read_labels(_write(tmp_path, _label(), line), LabelFile(path="x")))
    assert _codes(caught.value) == [(2, code)]


DETAIL = {
    "inclusion": 0.1,
    "design": "draw-1",
    "stratum": "divided",
    "blind": True,
    "at": "2026-11-20T09:30:00Z",
    "seconds": 12.5,
    "defensible": ["no"],
}


def test_a_line_says_how_its_label_came_about_in_the_words_of_the_scale(tmp_path: Path) -> None:
    spec = LabelFile(path="x", labels={"yes": "complies", "no": "violates"})
    (label,) = read_labels(_write(tmp_path, _label(**DETAIL)), spec)
    assert label.detail.canonical() == {**DETAIL, "defensible": ["violates"]}


def test_what_a_line_says_goes_before_what_its_file_says_of_all_lines(tmp_path: Path) -> None:
    spec = LabelFile(path="x", inclusion=1, blind=True, design="all")
    path = _write(tmp_path, _label(), _label(case="d", inclusion=0.5, blind=False, design="draw"))
    found = [label.detail.canonical() for label in read_labels(path, spec)]
    assert found == [
        {"inclusion": 1, "blind": True, "design": "all"},
        {"inclusion": 0.5, "blind": False, "design": "draw"},
    ]


def test_a_label_without_any_of_it_has_no_detail(tmp_path: Path) -> None:
    (label,) = read_labels(_write(tmp_path, _label()), LabelFile(path="x"))
    assert label.detail is NO_DETAIL


@pytest.mark.parametrize(
    ("field", "value", "code", "column", "hint"),
    [
        ("inclusion", 0, "V006", 82, ""),
        ("inclusion", 1e-300, "V006", 82, ""),
        ("inclusion", 10, "V006", 82, "write 0.1 for 10 percent"),
        ("inclusion", "0.1", "V003", 82, "write 0.1 without quotes"),
        ("seconds", -1, "V006", 80, ""),
        ("blind", "yes", "V003", 78, "write true"),
        ("at", "last week", "V008", 69, ""),
        ("defensible", "no", "V003", 83, 'write ["no"]'),
    ],
)
def test_what_can_not_be_is_refused_at_its_place(
    tmp_path: Path, field: str, value: object, code: str, column: int, hint: str
) -> None:
    path = _write(tmp_path, _label(), _label(case="d", **{field: value}))
    with pytest.raises(FileError) as caught:
        list(read_labels(path, LabelFile(path="x")))
    (finding,) = caught.value.findings
    assert (finding.line, finding.column, finding.code, finding.suggestion) == (2, column, code, hint)


def test_an_empty_label_is_a_failed_rating_of_the_kind_that_is_known(tmp_path: Path) -> None:
    path = _write(
        tmp_path, _rating(label=""), _rating(case="d", label="", failure="refused"), _rating(case="e")
    )
    assert [(rating.label, rating.failure) for rating in _ratings(path)] == [
        ("", FailureKind.EMPTY),
        ("", FailureKind.REFUSED),
        ("yes", None),
    ]


def test_ratings_are_read_in_the_words_of_the_suite(tmp_path: Path) -> None:
    path = _write(
        tmp_path, _rating(distribution={"yes": 0.5, "YES": 0.25, "no": 0.25}, order="swapped", repeat=2)
    )
    rating = _ratings(path, principles={"mine": "p"}, labels={"yes": "complies", "YES": "complies"})[0]
    assert (rating.principle_id, rating.label, rating.order, rating.repeat) == (
        "mine",
        "complies",
        Order.SWAPPED,
        2,
    )
    assert rating.distribution == (("complies", 0.75), ("no", 0.25))


def test_only_the_lines_of_the_named_judge_are_read(tmp_path: Path) -> None:
    path = _write(tmp_path, _rating(judge="a"), _rating(judge="b", label="no"))
    assert [rating.label for rating in _ratings(path, judge="b")] == ["no"]
    with pytest.raises(FileError) as caught:
        _ratings(path)
    assert _codes(caught.value) == [(2, "D014")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (_rating(), "D015"),
        (_rating(case="d", failure="refused"), "D016"),
        (_rating(case="d", distribution={"yes": 0.7, "no": 0.7}), "D017"),
        (_rating(case="d", distribution={"yes": 1.5, "no": -0.5}), "D017"),
        (_rating(case="d", distribution={}), "D017"),
        (_rating(case="d", distribution={"yes": True}), "V003"),
        (_rating(case="d", label="", failure="tired"), "V004"),
        (_rating(case="d", repeat=-1), "V006"),
        (_rating(case="d", label=1), "V003"),
        (_rating(case="d", score=10**350), "V003"),
        (_rating(case="d", score=10**450), "D007"),
    ],
)
def test_a_rating_that_is_no_rating_is_refused(tmp_path: Path, line: dict[str, Any], code: str) -> None:
    with pytest.raises(FileError) as caught:
        _ratings(_write(tmp_path, _rating(), line))
    assert _codes(caught.value) == [(2, code)]


def test_repeats_and_orders_of_one_item_are_different_lines(tmp_path: Path) -> None:
    path = _write(tmp_path, _rating(), _rating(repeat=1), _rating(order="swapped"), _rating(candidate="2"))
    assert len(_ratings(path)) == 4


def test_replies_are_read_exactly_for_one_judge_and_stage(tmp_path: Path) -> None:
    text = " \r\n{{7*7}}\u2028</user>\x00 "
    path = _write(tmp_path, _reply(stage="one"), _reply(stage="two", text=text, finish="stop"))
    (reply,) = _replies(path, stage="two")
    assert (reply.text, reply.finish) == (text, "stop")
    with pytest.raises(FileError) as caught:
        _replies(path)
    assert _codes(caught.value) == [(2, "D015")]
