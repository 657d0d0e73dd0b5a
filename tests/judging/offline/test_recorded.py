import json
from collections.abc import Callable
from typing import Any

import pytest

from evenhand.judging.offline.recorded import (
    MAX_REASON_CHARS,
    RecordedRater,
    recorded_ratings,
    recorded_replies,
)
from evenhand.records.judge import RecordedJudge
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.recording import RecordedRating, RecordedReply
from evenhand.records.run import Unit
from evenhand.records.scale import NumericScale

MakeUnit = Callable[..., Unit]
VERDICT_WORDS = [{"pattern": "first", "label": "a"}, {"pattern": "second", "label": "b"}]


def judge(mode: str = "absolute", **recording: Any) -> RecordedJudge:
    head = {"schema": "judge/v1", "id": "gpt", "version": "1.0.0", "kind": "recorded", "mode": mode}
    return RecordedJudge.model_validate_json(
        json.dumps(head | (recording or {"ratings": {"path": "r.jsonl"}}))
    )


def line(label: str = "complies", **fields: Any) -> RecordedRating:
    defaults: dict[str, Any] = {
        "case_id": "c1",
        "candidate_id": "",
        "principle_id": "p",
        "order": Order.GIVEN,
        "repeat": 0,
        "failure": None if label else FailureKind.EMPTY,
        "distribution": (),
        "reason": "",
    }
    return RecordedRating(label=label, **{**defaults, **fields})


def ratings(*lines: RecordedRating, mode: str = "absolute", frame: str = "item") -> RecordedRater:
    return recorded_ratings(judge(mode, ratings={"path": "r.jsonl", "frame": frame}), lines)


def reply(text: str, *, finish: str = "", order: Order = Order.GIVEN, case: str = "c1") -> RecordedReply:
    return RecordedReply(
        case_id=case, candidate_id="", principle_id="", order=order, repeat=0, text=text, finish=finish
    )


def source(**fields: Any) -> dict[str, Any]:
    form = {"where": "anywhere", "patterns": VERDICT_WORDS}
    return {"path": "replies.jsonl", "format": form, **fields}


def rated(outcome: Outcome) -> Rating:
    assert isinstance(outcome, Rating)
    return outcome


def failed(outcome: Outcome) -> FailedRating:
    assert isinstance(outcome, FailedRating)
    return outcome


def test_a_recorded_label_is_the_answer_with_all_the_weight(make_unit: MakeUnit) -> None:
    rating = rated(ratings(line(reason="kind words")).rate(make_unit("x")))
    assert (rating.label, rating.distribution) == ("complies", (("complies", 1.0),))
    assert (rating.basis, rating.reason) == (Basis.ANSWER, "kind words")


def test_recorded_probabilities_are_the_distribution(make_unit: MakeUnit) -> None:
    shares = (("complies", 0.7), ("violates", 0.3))
    rating = rated(ratings(line(distribution=shares)).rate(make_unit("x")))
    assert (rating.basis, rating.distribution, rating.flags) == (Basis.RECORDED, shares, ())


def test_a_label_its_own_probabilities_contradict_is_flagged(make_unit: MakeUnit) -> None:
    shares = (("complies", 0.3), ("violates", 0.7))
    assert rated(ratings(line(distribution=shares)).rate(make_unit("x"))).flags == ("label_differs",)


def test_an_empty_label_is_a_failed_rating_and_keeps_what_was_said(make_unit: MakeUnit) -> None:
    outcome = failed(ratings(line("", reason="I'm sorry, but")).rate(make_unit("x")))
    assert (outcome.kind, outcome.detail) == (FailureKind.EMPTY, "I'm sorry, but")


def test_a_recorded_kind_of_failure_is_kept(make_unit: MakeUnit) -> None:
    outcome = failed(ratings(line("", failure=FailureKind.REFUSED)).rate(make_unit("x")))
    assert outcome.kind is FailureKind.REFUSED


@pytest.mark.parametrize(
    "place", [{"case": "c2"}, {"principle": "q"}, {"repeat": 1}, {"order": Order.SWAPPED}]
)
def test_without_a_line_the_rating_failed_as_not_recorded(make_unit: MakeUnit, place: dict[str, Any]) -> None:
    assert failed(ratings(line()).rate(make_unit("x", **place))).kind is FailureKind.NOT_RECORDED


@pytest.mark.parametrize(
    "fields",
    [{"label": "CONTROVERSIAL"}, {"label": "complies", "distribution": (("complies", 0.9), ("odd", 0.1))}],
)
def test_an_answer_off_the_scale_is_malformed(make_unit: MakeUnit, fields: dict[str, Any]) -> None:
    assert failed(ratings(line(**fields)).rate(make_unit("x"))).kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    ("label", "readable"), [("7.5", True), ("11", False), ("nan", False), ("good", False)]
)
def test_on_a_numeric_scale_an_answer_is_a_number_of_its_range(
    make_unit: MakeUnit, label: str, *, readable: bool
) -> None:
    scale = NumericScale(type="numeric", minimum=0, maximum=10)
    assert isinstance(ratings(line(label)).rate(make_unit("x", scale=scale)), Rating) is readable


@pytest.mark.parametrize(
    ("frame", "order", "label"),
    [
        ("item", "given", "a"),
        ("item", "swapped", "a"),
        ("presented", "given", "a"),
        ("presented", "swapped", "b"),
    ],
)
def test_the_frame_says_what_a_pairwise_label_names(
    make_unit: MakeUnit, frame: str, order: str, label: str
) -> None:
    shares = (("a", 0.8), ("b", 0.2))
    rater = ratings(line("a", order=Order(order), distribution=shares), mode="pairwise", frame=frame)
    rating = rated(rater.rate(make_unit("x", other="y", order=Order(order))))
    assert rating.label == label
    assert dict(rating.distribution)[label] == 0.8


def test_a_line_without_a_candidate_is_about_the_only_one_or_the_pair(make_unit: MakeUnit) -> None:
    assert isinstance(ratings(line()).rate(make_unit("x")), Rating)
    assert isinstance(ratings(line("a"), mode="pairwise").rate(make_unit("x", other="y")), Rating)


def test_a_line_that_names_the_candidate_wins_over_one_that_does_not(make_unit: MakeUnit) -> None:
    rater = ratings(line("violates"), line("complies", candidate_id="1"))
    assert rated(rater.rate(make_unit("x"))).label == "complies"


def test_equal_outcomes_are_kept_once(make_unit: MakeUnit) -> None:
    rater = ratings(line(case_id="c1"), line(case_id="c2"))
    assert rater.rate(make_unit("x", case="c1")) is rater.rate(make_unit("x", case="c2"))


def test_a_long_reason_is_cut(make_unit: MakeUnit) -> None:
    rating = rated(ratings(line(reason="x" * 5000)).rate(make_unit("x")))
    assert len(rating.reason) == MAX_REASON_CHARS


def test_a_reply_speaks_of_what_was_shown(make_unit: MakeUnit) -> None:
    rater = recorded_replies(
        judge("pairwise", replies=[source()]),
        [[reply("The first."), reply("The first.", order=Order.SWAPPED)]],
    )
    given, swapped = (
        rated(rater.rate(make_unit("x", other="y", order=order))) for order in (Order.GIVEN, Order.SWAPPED)
    )
    assert (given.label, swapped.label) == ("a", "b")
    assert given.reason == "The first."


def test_the_first_source_with_a_line_is_read_and_no_other(make_unit: MakeUnit) -> None:
    rater = recorded_replies(
        judge("pairwise", replies=[source(stage="final"), source(stage="draft")]),
        [[reply("no idea", case="c2")], [reply("second"), reply("first", case="c2")]],
    )
    assert rated(rater.rate(make_unit("x", other="y", case="c1"))).label == "b"
    assert failed(rater.rate(make_unit("x", other="y", case="c2"))).kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    ("recording", "problem"),
    [
        ({"ratings": {"path": "r"}, "replies": [source()]}, "either ratings or replies"),
        ({"replies": []}, "either ratings or replies"),
        ({"ratings": {"path": "r"}, "orders": ["given", "given"]}, "names an order twice"),
        ({"ratings": {"path": "r"}, "orders": []}, "at least 1"),
    ],
)
def test_a_judge_file_that_contradicts_itself_is_refused(recording: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        judge(**recording)
