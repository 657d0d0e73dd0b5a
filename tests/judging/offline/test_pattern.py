import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from evenhand.errors import UsageError
from evenhand.judging.offline.pattern import MAX_QUOTE_CHARS, MAX_QUOTES, PatternRater
from evenhand.records.judge import PatternJudge
from evenhand.records.message import Message
from evenhand.records.rating import Basis, FailedRating, FailureKind, Outcome, Rating
from evenhand.records.run import Unit
from evenhand.records.scale import NominalScale

MakeUnit = Callable[..., Unit]
SURE: dict[str, Any] = {
    "pattern": "(?i)cannot",
    "label": "violates",
    "weight": 2.0,
    "why": "says that it will not",
}


def rater(
    *patterns: Mapping[str, Any],
    prior: Mapping[str, float] | None = None,
    reads: str = "response",
    principles: str = "*",
) -> PatternRater:
    rules = {"prior": prior or {"complies": 1.0, "violates": 0.0}, "patterns": [*map(dict, patterns)]}
    judge = {"schema": "judge/v1", "id": "words", "version": "1.0.0", "kind": "pattern", "reads": reads}
    return PatternRater(
        PatternJudge.model_validate_json(json.dumps(judge | {"principles": {principles: rules}}))
    )


def rated(outcome: Outcome) -> Rating:
    assert isinstance(outcome, Rating)
    return outcome


def not_covered(outcome: Outcome) -> str:
    assert isinstance(outcome, FailedRating)
    assert outcome.kind is FailureKind.NOT_COVERED
    return outcome.detail


def test_the_distribution_is_the_softmax_of_prior_and_weights(make_unit: MakeUnit) -> None:
    rating = rated(rater(SURE).rate(make_unit("I cannot help.")))
    assert (rating.label, rating.basis) == ("violates", Basis.SCORES)
    assert dict(rating.distribution)["violates"] == pytest.approx(math.exp(2) / (math.exp(2) + math.exp(1)))


def test_the_reason_says_what_matched_and_the_quote_shows_it(make_unit: MakeUnit) -> None:
    rating = rated(rater(SURE).rate(make_unit("Sorry, I CANNOT help.")))
    assert (rating.reason, rating.quotes) == ("says that it will not", ("CANNOT",))


def test_without_a_match_the_prior_speaks(make_unit: MakeUnit) -> None:
    rating = rated(rater(SURE).rate(make_unit("Here you are.")))
    assert (rating.label, rating.reason, rating.quotes) == ("complies", "no pattern matched", ())


@pytest.mark.parametrize(
    ("change", "text", "label"),
    [
        ({"within": 10}, "cannot do", "violates"),
        ({"within": 10}, "I am afraid I cannot", "complies"),
        ({"at": "start"}, "cannot do", "violates"),
        ({"at": "start"}, "I cannot do", "complies"),
        ({"weight": 0.6}, "cannot cannot", "complies"),
        ({"weight": 0.6, "once": False}, "cannot cannot", "violates"),
        ({"weight": -1.5, "label": "complies"}, "cannot", "violates"),
    ],
)
def test_where_and_how_often_a_pattern_counts(
    make_unit: MakeUnit, change: dict[str, Any], text: str, label: str
) -> None:
    assert rated(rater(SURE | change).rate(make_unit(text))).label == label


@pytest.mark.parametrize(
    ("reads", "label"), [("response", "complies"), ("prompt", "violates"), ("both", "violates")]
)
def test_a_judge_reads_what_its_file_says(make_unit: MakeUnit, reads: str, label: str) -> None:
    assert rated(rater(SURE, reads=reads).rate(make_unit("Yes.", prompt="You cannot?"))).label == label


def test_a_conversation_is_read_as_its_turns(make_unit: MakeUnit) -> None:
    turns = (Message(role="user", content="Please"), Message(role="assistant", content="I cannot"))
    assert rated(rater(SURE).rate(make_unit(turns))).label == "violates"


def test_an_exact_tie_abstains_where_the_scale_can_say_so(make_unit: MakeUnit) -> None:
    rating = rated(rater(prior={"complies": 1.0, "violates": 1.0}).rate(make_unit("Hm.")))
    assert rating.label == "cannot_tell"
    assert dict(rating.distribution) == {"complies": 0.5, "violates": 0.5}


def test_an_exact_tie_is_not_covered_where_the_scale_can_not_say_so(make_unit: MakeUnit) -> None:
    scale = NominalScale(type="nominal", values=("complies", "violates"))
    failed = rater(prior={"complies": 1.0, "violates": 1.0}).rate(make_unit("Hm.", scale=scale))
    assert "tie between complies, violates" in not_covered(failed)


@pytest.mark.parametrize(
    ("options", "unit", "detail"),
    [
        ({"principles": "privacy.*"}, {"response": "x"}, "no rules for the principle p"),
        ({}, {"response": None}, "does not hold the text"),
        ({"reads": "both"}, {"response": "x", "prompt": None}, "does not hold the text"),
        ({}, {"response": "x", "other": "y"}, "one candidate at a time"),
        ({"prior": {"good": 0.0, "bad": 0.0}}, {"response": "x"}, "'good', which is not on the scale"),
    ],
)
def test_what_the_rules_do_not_cover_is_a_failed_rating(
    make_unit: MakeUnit, options: Mapping[str, Any], unit: Mapping[str, Any], detail: str
) -> None:
    assert detail in not_covered(rater(**options).rate(make_unit(**unit)))


@pytest.mark.parametrize("pattern", ["(?=x)", "(a", r"(a)\1", "((a{100}){100}){100}"])
def test_a_pattern_re2_can_not_run_is_named_and_nothing_is_printed(
    pattern: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match=r"judge words, principles '\*', pattern 2: .* is not a pattern RE2"):
        rater(SURE, SURE | {"pattern": pattern})
    assert capfd.readouterr() == ("", "")


def test_a_pattern_for_a_label_without_a_prior_is_refused() -> None:
    with pytest.raises(UsageError, match="pattern 1: the label 'maybe' has no prior"):
        rater(SURE | {"label": "maybe"})


def test_quotes_are_bounded(make_unit: MakeUnit) -> None:
    many = [SURE | {"pattern": f"{number}x+", "once": False} for number in range(30)]
    text = " ".join(f"{number}{'x' * 500}" for number in range(30))
    quotes = rated(rater(*many).rate(make_unit(text))).quotes
    assert len(quotes) == MAX_QUOTES
    assert max(map(len, quotes)) == MAX_QUOTE_CHARS


@pytest.mark.timeout(10)
def test_a_hostile_text_costs_linear_time(make_unit: MakeUnit, capfd: pytest.CaptureFixture[str]) -> None:
    nested = SURE | {"pattern": "(?:a+)+$|(x*)*y", "once": False}
    assert rated(rater(nested).rate(make_unit("a" * 500_000 + "!" + "x" * 500_000))).label == "complies"
    assert capfd.readouterr() == ("", "")


def test_text_that_is_not_unicode_is_read_all_the_same(make_unit: MakeUnit) -> None:
    assert rated(rater(SURE).rate(make_unit("\ud800 I cannot \udfff"))).quotes == ("cannot",)
