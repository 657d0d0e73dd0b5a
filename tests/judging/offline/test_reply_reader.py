import json
from typing import Any

import pytest

from evenhand.errors import UsageError
from evenhand.judging.offline.reply_reader import ReadAnswer, ReplyReader
from evenhand.records.judge import ReplyFormat
from evenhand.records.rating import FailedRating, FailureKind

BRACKETS = [{"pattern": r"\[\[A>+B\]\]", "label": "a"}, {"pattern": r"\[\[B>+A\]\]", "label": "b"}]


def reader(where: str = "anywhere", patterns: Any = BRACKETS, **fields: Any) -> ReplyReader:
    form = {"where": where, "patterns": patterns, **fields}
    return ReplyReader(ReplyFormat.model_validate_json(json.dumps(form)), owner="judge test")


@pytest.mark.parametrize(
    ("where", "text", "label"),
    [
        ("whole", " [[A>B]]\n", "a"),
        ("whole", "So: [[A>B]]", None),
        ("first_line", "\n[[A>>B]]\nbecause", "a"),
        ("first_line", "because\n[[A>>B]]", None),
        ("last_line", "because\n [[B>A]] \n\n", "b"),
        ("last_line", "because [[B>A]]", None),
        ("anywhere", "because [[B>A]], you see", "b"),
        ("anywhere", "[[A>B]] and again [[A>>B]]", "a"),
        ("anywhere", "[[A>B]] or rather [[B>A]]", None),
        ("anywhere", "A>B", None),
    ],
)
def test_where_the_answer_stands(where: str, text: str, label: str | None) -> None:
    answer = reader(where).read(text, "")
    assert (answer.label if isinstance(answer, ReadAnswer) else None) == label


@pytest.mark.parametrize(
    ("several", "text", "label"),
    [
        ("malformed", "[[B>A]] then [[A>B]]", None),
        ("first_match", "[[B>A]] then [[A>B]]", "b"),
        ("last_match", "[[B>A]] then [[A>B]]", "a"),
        ("last_match", "[[A>B]] [[B>A]] [[A>B]] [[B>A]]", "b"),
        ("first_pattern", "[[B>A]] then [[A>B]]", "a"),
    ],
)
def test_what_decides_between_several_labels(several: str, text: str, label: str | None) -> None:
    answer = reader(several=several).read(text, "")
    assert (answer.label if isinstance(answer, ReadAnswer) else None) == label


def test_two_labels_at_one_place_stay_undecided() -> None:
    patterns = [{"pattern": "good", "label": "a"}, {"pattern": "good|bad", "label": "b"}]
    assert isinstance(reader(patterns=patterns, several="first_match").read("good", ""), FailedRating)


@pytest.mark.parametrize(
    ("text", "label"), [("Rating: 7", "7"), ("Rating: 7 or Rating: 8", None), ("Rating:", None)]
)
def test_without_a_label_the_group_is_the_answer(text: str, label: str | None) -> None:
    answer = reader(patterns=[{"pattern": r"Rating: (\d+)"}]).read(text, "")
    assert (answer.label if isinstance(answer, ReadAnswer) else None) == label


@pytest.mark.parametrize("pattern", ["Rating", r"(\d)(\d)"])
def test_a_pattern_without_a_label_needs_exactly_one_group(pattern: str) -> None:
    with pytest.raises(UsageError, match=r"judge test, reply pattern 1: .* has no label and"):
        reader(patterns=[{"pattern": pattern}])


@pytest.mark.parametrize(
    ("text", "finish", "kind"),
    [
        ("[[A>B]]", "content_filter", FailureKind.FILTERED),
        ("", "stop", FailureKind.EMPTY),
        (" \n", "", FailureKind.EMPTY),
        ("I can not choose", "stop", FailureKind.MALFORMED),
    ],
)
def test_why_there_is_no_answer(text: str, finish: str, kind: FailureKind) -> None:
    answer = reader(finish={"content_filter": "filtered"}).read(text, finish)
    assert isinstance(answer, FailedRating)
    assert answer.kind is kind


def test_the_detail_quotes_only_the_beginning_of_a_long_reply() -> None:
    answer = reader().read("no " * 10_000, "")
    assert isinstance(answer, FailedRating)
    assert len(answer.detail) < 300


def test_a_place_decides_only_in_an_open_search() -> None:
    with pytest.raises(ValueError, match="needs where: anywhere"):
        reader("whole", several="last_match")


@pytest.mark.parametrize(("text", "whole"), [(" [[A>B]] ", True), ("so [[A>B]]", False)])
def test_a_reply_that_is_only_the_answer_is_known(text: str, *, whole: bool) -> None:
    answer = reader().read(text, "")
    assert isinstance(answer, ReadAnswer)
    assert answer.whole is whole
