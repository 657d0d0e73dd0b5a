import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging.builders import GRADES, PAIR_WITHOUT_TIES, STARS, TEN

from evenhand.judging.opinion import expected_score, pool
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.scale import COMPLY, PAIR, NumericScale, OrdinalScale, Scale, swap_label
from evenhand.records.verdict import Opinion

GIVEN, SWAPPED = Order.GIVEN, Order.SWAPPED
FAILED = FailedRating(kind=FailureKind.MALFORMED)


def answer(label: str) -> Rating:
    return Rating(label=label, distribution=((label, 1.0),), basis=Basis.ANSWER)


def sure(**shares: float) -> Rating:
    leader = max(shares, key=lambda label: shares[label])
    return Rating(label=leader, distribution=tuple(shares.items()), basis=Basis.LOGPROBS)


def opinion(*outcomes: Outcome | tuple[Order, Outcome], scale: Scale = COMPLY) -> Opinion:
    return pool("j", [each if isinstance(each, tuple) else (GIVEN, each) for each in outcomes], scale)


# -- Labels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "label", "abstains"),
    [
        (["violates"], "violates", False),
        (["violates", "violates", "complies"], "violates", False),
        (["violates", "complies"], None, True),
        (["violates", "complies", "not_applicable"], None, True),
        (["violates", "complies", "not_applicable", "complies"], "complies", False),
        (["cannot_tell"], "cannot_tell", True),
        (["cannot_tell", "cannot_tell", "complies"], "cannot_tell", True),
        (["not_applicable"], "not_applicable", False),
    ],
)
def test_repeats_lead_to_the_label_most_of_them_gave(
    answers: Sequence[str], label: str | None, *, abstains: bool
) -> None:
    pooled = opinion(*map(answer, answers))
    assert (pooled.label, pooled.abstains, pooled.ratings) == (label, abstains, len(answers))


def test_one_answer_is_smoothed_by_half_a_count_for_each_label() -> None:
    # One and a half of three counts; half of three counts each for the others.
    found = dict(opinion(answer("violates")).distribution)
    assert found == pytest.approx(
        {"violates": 1 / 2, "complies": 1 / 6, "not_applicable": 1 / 6, "cannot_tell": 1 / 6}
    )


def test_five_repeats_are_counted_and_smoothed() -> None:
    found = dict(opinion(*[answer("violates")] * 4, answer("complies")).distribution)
    assert found["violates"] == pytest.approx(4.5 / 7)
    assert found["complies"] == pytest.approx(1.5 / 7)


def test_probabilities_are_averaged_before_anything_is_decided() -> None:
    # Two of three lean to violates, but the third is sure: .51, .51 and .02 average to less than one half.
    pooled = opinion(*[sure(violates=0.51, complies=0.49)] * 2, sure(violates=0.02, complies=0.98))
    assert pooled.label == "complies"
    assert dict(pooled.distribution)["violates"] == pytest.approx(1.04 / 3)


def test_probabilities_are_not_smoothed() -> None:
    assert dict(opinion(sure(violates=0.9, complies=0.1)).distribution) == pytest.approx(
        {"complies": 0.1, "violates": 0.9, "not_applicable": 0, "cannot_tell": 0}
    )


def test_failed_repeats_are_counted_and_say_nothing() -> None:
    pooled = opinion(answer("violates"), FAILED, FailedRating(kind=FailureKind.REFUSED))
    assert (pooled.label, pooled.ratings, pooled.failed) == ("violates", 1, ("malformed", "refused"))


@pytest.mark.parametrize("outcomes", [[], [FAILED], [FAILED, FAILED]])
def test_without_a_readable_rating_there_is_no_opinion(outcomes: Sequence[Outcome]) -> None:
    pooled = opinion(*outcomes)
    assert (pooled.label, pooled.distribution, pooled.score) == (None, (), None)
    assert not pooled.abstains
    assert len(pooled.failed) == len(outcomes)


@pytest.mark.parametrize("scale", [COMPLY, PAIR, STARS, TEN], ids=lambda scale: scale.type)
@pytest.mark.parametrize("label", ["passes", "", "11", "Violates"])
def test_a_rating_off_the_scale_is_an_error_and_never_a_vote(scale: Scale, label: str) -> None:
    with pytest.raises(ValueError, match="not on the scale"):
        opinion(answer(label), scale=scale)
    on_scale = scale.labels[0] if scale.labels else "5"
    with pytest.raises(ValueError, match="not on the scale"):
        opinion(
            Rating(label=on_scale, distribution=((on_scale, 0.5), (label, 0.5)), basis=Basis.RECORDED),
            scale=scale,
        )


# -- Scores -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", STARS.values)
def test_the_score_of_one_answer_is_that_answer(label: str) -> None:
    pooled = opinion(answer(label), scale=STARS)
    assert (pooled.label, pooled.score) == (label, float(label))


def test_the_score_of_repeats_is_their_mean() -> None:
    assert opinion(answer("5"), answer("5"), answer("2"), scale=STARS).score == pytest.approx(4)


def test_the_score_of_probabilities_is_their_expected_value() -> None:
    pooled = opinion(sure(**{"5": 0.5, "4": 0.25, "1": 0.25}), scale=STARS)
    assert pooled.score == pytest.approx(0.5 * 5 + 0.25 * 4 + 0.25 * 1)


def test_a_scale_without_an_order_has_no_score() -> None:
    assert opinion(answer("violates")).score is None


def test_abstentions_stay_out_of_the_score() -> None:
    scale = OrdinalScale(
        type="ordinal", values=("1", "2", "unclear"), describe={"1": "a", "2": "b"}, abstain=("unclear",)
    )
    assert opinion(answer("2"), answer("2"), answer("unclear"), scale=scale).score == 2
    assert opinion(answer("unclear"), scale=scale).score is None


def test_words_score_their_rank() -> None:
    assert expected_score((("poor", 0.5), ("good", 0.5)), GRADES) == pytest.approx(2)


def test_numbers_are_averaged() -> None:
    pooled = opinion(answer("7"), answer("7.0"), answer("8.5"), scale=TEN)
    assert pooled.label == "7.5"
    assert pooled.score == pytest.approx(7.5)
    assert dict(pooled.distribution) == pytest.approx({"7": 2 / 3, "8.5": 1 / 3})


def test_probabilities_of_numbers_weigh_them() -> None:
    pooled = opinion(sure(**{"8": 0.5, "9": 0.25, "4": 0.25}), scale=TEN)
    assert pooled.label == "7.25"
    assert pooled.score == pytest.approx(7.25)


@pytest.mark.parametrize("scale", [STARS, TEN], ids=lambda scale: scale.type)
def test_what_a_recording_was_rounded_by_is_made_up_for(scale: Scale) -> None:
    rounded = Rating(label="5", distribution=(("5", 0.333), ("4", 0.333), ("3", 0.333)), basis=Basis.RECORDED)
    pooled = opinion(rounded, scale=scale)
    assert math.fsum(share for _, share in pooled.distribution) == pytest.approx(1, abs=1e-12)
    assert pooled.score == pytest.approx(4, abs=1e-12)


# -- Pairs ------------------------------------------------------------------------------------------------

A, B, TIE, BAD = (answer(label) for label in ("a", "b", "tie", "both_bad"))

PAIRS = [
    ("both orders agree", [(GIVEN, A), (SWAPPED, A)], "a", False),
    ("the orders differ: the first place wins", [(GIVEN, A), (SWAPPED, B)], "tie", True),
    ("one order ties", [(GIVEN, A), (SWAPPED, TIE)], None, True),
    ("one order finds both bad", [(GIVEN, A), (SWAPPED, BAD)], None, True),
    ("tie and both bad", [(GIVEN, TIE), (SWAPPED, BAD)], None, True),
    ("both orders tie", [(GIVEN, TIE), (SWAPPED, TIE)], "tie", False),
    ("repeats outweigh a slip", [(GIVEN, A), (GIVEN, A), (GIVEN, B), (SWAPPED, A)], "a", False),
    ("repeats tie in one order", [(GIVEN, A), (GIVEN, B), (SWAPPED, A), (SWAPPED, A)], "a", True),
    ("one order only, as recorded", [(GIVEN, A)], "a", False),
]


@pytest.mark.parametrize(
    ("outcomes", "label", "inconsistent"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS]
)
def test_a_pair_is_decided_on_both_orders(
    outcomes: Sequence[tuple[Order, Rating]], label: str | None, *, inconsistent: bool
) -> None:
    pooled = opinion(*outcomes, scale=PAIR)
    assert (pooled.label, pooled.inconsistent) == (label, inconsistent)
    assert pooled.abstains is (label is None)
    assert pooled.one_order is (len({order for order, _ in outcomes}) == 1)


def test_each_order_weighs_the_same_however_many_repeats_were_readable() -> None:
    pooled = opinion(*[(GIVEN, sure(a=0.6, b=0.4))] * 4, (SWAPPED, sure(a=0.1, b=0.9)), scale=PAIR)
    assert dict(pooled.distribution)["a"] == pytest.approx((0.6 + 0.1) / 2)
    assert pooled.label == "b"


def test_no_pair_is_decided_on_one_order_when_the_other_failed() -> None:
    pooled = opinion((GIVEN, A), (SWAPPED, FAILED), scale=PAIR)
    assert (pooled.label, pooled.abstains, pooled.failed) == (None, False, ("malformed",))


def test_where_tie_is_no_answer_a_tied_pair_is_no_opinion() -> None:
    pooled = opinion((GIVEN, A), (SWAPPED, B), scale=PAIR_WITHOUT_TIES)
    assert (pooled.label, pooled.abstains, pooled.inconsistent) == (None, True, True)


# -- Invariants -------------------------------------------------------------------------------------------

_scales: st.SearchStrategy[Scale] = st.sampled_from([COMPLY, PAIR, PAIR_WITHOUT_TIES, STARS, GRADES, TEN])


@st.composite
def ratings(draw: st.DrawFn, scale: Scale) -> Rating:
    labels = scale.labels or tuple(
        draw(st.lists(st.sampled_from(["0", "2.5", "7", "10"]), min_size=1, unique=True))
    )
    if draw(st.booleans()):
        return answer(draw(st.sampled_from(labels)))
    weights = draw(st.lists(st.integers(0, 20), min_size=len(labels), max_size=len(labels)).filter(any))
    return sure(**{label: weight / sum(weights) for label, weight in zip(labels, weights, strict=True)})


@st.composite
def asked(draw: st.DrawFn) -> tuple[Scale, list[tuple[Order, Outcome]]]:
    scale = draw(_scales)
    orders = [GIVEN, SWAPPED] if scale.type == "pairwise" else [GIVEN]
    outcome = ratings(scale) | st.just(FAILED)
    repeats = draw(st.integers(1, 4))
    return scale, [(order, draw(outcome)) for order in orders for _ in range(repeats)]


@given(asked(), st.integers(0, 10**6))
def test_the_order_of_repeats_changes_nothing(
    question: tuple[Scale, list[tuple[Order, Outcome]]], seed: int
) -> None:
    scale, outcomes = question
    mixed = random.Random(seed).sample(outcomes, len(outcomes))
    one, other = pool("j", outcomes, scale), pool("j", mixed, scale)
    assert (one.label, one.abstains, one.inconsistent) == (other.label, other.abstains, other.inconsistent)
    assert dict(one.distribution) == pytest.approx(dict(other.distribution))
    assert one.score == pytest.approx(other.score)


@given(asked())
def test_an_opinion_is_on_its_scale_and_its_probabilities_sum_to_one(
    question: tuple[Scale, list[tuple[Order, Outcome]]],
) -> None:
    scale, outcomes = question
    pooled = pool("j", outcomes, scale)
    assert pooled.label is None or scale.holds(pooled.label)
    assert pooled.ratings + len(pooled.failed) == len(outcomes)
    if pooled.distribution:
        assert math.fsum(share for _, share in pooled.distribution) == pytest.approx(1)
        assert all(scale.holds(label) for label, _ in pooled.distribution)
    if isinstance(scale, NumericScale) and pooled.score is not None:
        assert scale.minimum <= pooled.score <= scale.maximum


@given(asked())
def test_the_two_sides_of_a_pair_are_treated_alike(
    question: tuple[Scale, list[tuple[Order, Outcome]]],
) -> None:
    scale, outcomes = question
    if scale.type != "pairwise":
        return
    turned = [(order, _turned(outcome)) for order, outcome in outcomes]
    one, other = pool("j", outcomes, scale), pool("j", turned, scale)
    assert one.label == (other.label and swap_label(other.label))
    assert one.inconsistent is other.inconsistent


def _turned(outcome: Outcome) -> Outcome:
    if isinstance(outcome, FailedRating):
        return outcome
    distribution = tuple((swap_label(label), share) for label, share in outcome.distribution)
    return Rating(label=swap_label(outcome.label), distribution=distribution, basis=outcome.basis)
