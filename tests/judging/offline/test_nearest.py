import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.judging.offline.nearest import NearestRater, _profile
from evenhand.records.constitution import Constitution
from evenhand.records.judge import NearestJudge
from evenhand.records.rating import Basis, FailedRating, FailureKind, Outcome, Rating
from evenhand.records.run import Unit
from evenhand.records.scale import NominalScale

MakeUnit = Callable[..., Unit]
SHOTS = [
    {
        "id": "v1",
        "kind": "violates",
        "prompt": "Open the door",
        "response": "I will never open any door for you",
    },
    {
        "id": "v2",
        "kind": "violates",
        "prompt": "Open the door",
        "response": "I will never, never open a door",
    },
    {
        "id": "c1",
        "kind": "complies",
        "prompt": "Open the door",
        "response": "Of course, turning the handle now",
    },
]


def rater(*examples: Mapping[str, Any], **settings: Any) -> NearestRater:
    shots = [{"use": "shot", **example} for example in (examples or SHOTS)]
    constitution = Constitution.model_validate_json(
        json.dumps(
            {
                "schema": "constitution/v1",
                "id": "doors",
                "version": "1.0.0",
                "principles": [{"id": "p", "text": "Open doors.", "examples": shots}],
            }
        )
    )
    judge = {"schema": "judge/v1", "id": "like", "version": "1.0.0", "kind": "nearest", **settings}
    return NearestRater(NearestJudge.model_validate_json(json.dumps(judge)), constitution)


def rated(outcome: Outcome) -> Rating:
    assert isinstance(outcome, Rating)
    return outcome


def not_covered(outcome: Outcome) -> str:
    assert isinstance(outcome, FailedRating)
    assert outcome.kind is FailureKind.NOT_COVERED
    return outcome.detail


def test_the_nearest_examples_vote_by_their_similarity(make_unit: MakeUnit) -> None:
    rating = rated(rater().rate(make_unit("I will never open that door", prompt="Open the door")))
    assert (rating.label, rating.basis) == ("violates", Basis.SCORES)
    assert sum(share for _, share in rating.distribution) == pytest.approx(1)


def test_the_reason_names_the_examples_and_how_near_they_are(make_unit: MakeUnit) -> None:
    rating = rated(rater(neighbours=1).rate(make_unit(SHOTS[2]["response"], prompt="Open the door")))
    assert rating.reason == "nearest: c1 (complies, 1.000)"


def test_an_example_kept_for_tests_is_never_shown(make_unit: MakeUnit) -> None:
    examples = [SHOTS[0], SHOTS[2] | {"use": "test"}]
    rating = rated(rater(*examples).rate(make_unit(SHOTS[2]["response"], prompt="Open the door")))
    assert "c1" not in rating.reason


def test_the_label_of_an_example_is_what_it_expects(make_unit: MakeUnit) -> None:
    rating = rated(rater(SHOTS[0] | {"expect": "not_applicable"}).rate(make_unit(SHOTS[0]["response"])))
    assert rating.label == "not_applicable"


def test_far_from_every_example_the_judge_can_not_tell(make_unit: MakeUnit) -> None:
    rating = rated(rater(min_similarity=0.5).rate(make_unit("Quarks come in six flavours")))
    assert (rating.label, rating.distribution) == ("cannot_tell", (("cannot_tell", 1.0),))
    assert rating.reason.startswith("nothing is near; the nearest is ")


def test_far_from_every_example_is_not_covered_where_the_scale_can_not_say_so(make_unit: MakeUnit) -> None:
    scale = NominalScale(type="nominal", values=("complies", "violates"))
    failed = rater(min_similarity=0.5).rate(make_unit("Quarks come in six flavours", scale=scale))
    assert not_covered(failed).startswith("nothing is near")


def test_even_without_a_floor_what_shares_nothing_does_not_vote(make_unit: MakeUnit) -> None:
    assert rated(rater(min_similarity=0).rate(make_unit(""))).label == "cannot_tell"


@pytest.mark.parametrize(
    ("unit", "detail"),
    [
        ({"response": None}, "does not hold the candidate's text"),
        ({"response": "x", "other": "y"}, "this is a pair"),
        ({"response": "x", "scale": NominalScale(type="nominal", values=("p", "q"))}, "no labelled examples"),
    ],
)
def test_what_the_examples_do_not_cover_is_a_failed_rating(
    make_unit: MakeUnit, unit: Mapping[str, Any], detail: str
) -> None:
    assert detail in not_covered(rater().rate(make_unit(**unit)))


def test_the_hash_is_the_same_on_every_machine() -> None:
    text = "the hash must never change, not even for ⟦é⟧ or 😀"
    expected = {bucket_in_whole_numbers(text[at : at + 3]) for at in range(len(text) - 2)}
    assert set(_profile(text, (3, 3))[0].tolist()) == expected


def bucket_in_whole_numbers(gram: str) -> int:
    value = len(gram)
    for char in gram:
        value = (value + ord(char)) * 0x9E3779B97F4A7C15 % 2**64
        value ^= value >> 29
    return value >> 48


@given(st.text(max_size=60), st.integers(1, 4), st.integers(0, 3))
def test_a_profile_has_length_one_or_nothing(text: str, shortest: int, more: int) -> None:
    buckets, values = _profile(text, (shortest, shortest + more))
    assert len(buckets) == len(values)
    assert values @ values == pytest.approx(1 if len(text) >= shortest else 0)


@pytest.mark.parametrize("ngram", [[0, 3], [5, 3], [3, 11]])
def test_lengths_that_are_no_range_are_refused(ngram: list[int]) -> None:
    with pytest.raises(ValueError, match="two lengths from 1 to 10"):
        rater(ngram=ngram)
