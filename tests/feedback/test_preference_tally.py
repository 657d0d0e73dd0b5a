"""Labels counted: every pair is in one outcome, and what is counted of each pair does not depend on the others."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feedback.pairs import FAILED, both, hard, item_of, labelled, panel_of, person, soft
from tests.judging.builders import judge as judge_of

from evenhand.feedback.label_pair import Labelling, label_pair
from evenhand.feedback.pair_shares import Weighing
from evenhand.feedback.preference_results import OwnFamilyShare
from evenhand.feedback.preference_tally import PreferenceTally
from evenhand.feedback.preference_warnings import warnings_of
from evenhand.feedback.results import LabelledPair, PairOutcome, PreferenceBasis
from evenhand.records.rating import Outcome
from evenhand.records.suite import Candidate, Case
from evenhand.stats.estimate import Estimate

A, B, TIE = hard("a"), hard("b"), hard("tie")
_ANSWERS = st.sampled_from([A, B, TIE, FAILED, soft(a=0.7, b=0.3), soft(a=0.2, b=0.8)])


def tallied(*pairs: LabelledPair) -> PreferenceTally:
    tally = PreferenceTally()
    for pair in pairs:
        tally.add(pair)
    return tally


def case(number: int, first: str = "the first", second: str = "the second one", source: str = "") -> Case:
    candidates = (Candidate(id="x", text=first), Candidate(id="y", text=second))
    return Case(id=f"c{number}", candidates=candidates, source=source)


@given(st.lists(st.tuples(_ANSWERS, _ANSWERS), max_size=12), st.randoms(use_true_random=False))
def test_pairs_are_the_sum_of_their_outcomes_in_whatever_order_they_come(
    answers: list[tuple[Outcome, Outcome]], random: Random
) -> None:
    pairs = [
        labelled({"j": both(*one), "k": both(*one[::-1])}, case=case(number))
        for number, one in enumerate(answers)
    ]
    tally = tallied(*pairs)
    assert tally.pairs == tally.outcomes.total() == len(pairs)
    random.shuffle(pairs)
    again = tallied(*pairs)
    assert again.outcomes == tally.outcomes
    assert again.flips.share() == tally.flips.share()


def test_flips_are_counted_of_pairs_asked_in_both_orders() -> None:
    pairs = [labelled({"j": both(A, B if number < 3 else A)}, case=case(number)) for number in range(10)]
    one_order = labelled({"j": both(A, FAILED)}, case=case(99))
    share = tallied(*pairs, one_order).flips.share()
    assert isinstance(share, Estimate)
    assert (share.value, share.n) == (0.3, 10)


def test_pairs_of_one_source_make_a_wider_interval_than_as_many_of_their_own() -> None:
    def flips(source: bool) -> float:  # noqa: FBT001 - two ways of one table
        pairs = [
            labelled(
                {"j": both(A, B if number % 10 < 5 else A)},
                case=case(number, source=f"s{number % 10}" if source else ""),
            )
            for number in range(40)
        ]
        share = tallied(*pairs).flips.share()
        assert isinstance(share, Estimate)
        return share.interval.high - share.interval.low

    assert flips(source=True) > 1.3 * flips(source=False)


def test_the_longer_text_is_counted_on_its_side() -> None:
    longer = [labelled({"j": both(B, B)}, case=case(number)) for number in range(3)]
    shorter = labelled({"j": both(A, A)}, case=case(3))
    equal = labelled({"j": both(A, A)}, case=case(4, "same", "size"))
    undecided = labelled({"j": both(A, B)}, case=case(5))
    share = tallied(*longer, shorter, equal, undecided).longer.share()
    assert isinstance(share, Estimate)
    assert (share.value, share.n) == (0.75, 4)


def test_people_are_held_against_decided_labels_and_their_ties_are_counted_apart() -> None:
    panel = panel_of({"j": ()})
    labelling = Labelling(weighing=Weighing(panel, None))

    def pair(number: int, answer: Outcome, said: str) -> LabelledPair:
        item = item_of({"j": both(answer, answer)}, panel, labels=[person(said)])
        return label_pair(case(number), [item], labelling)

    tally = tallied(pair(0, A, "a"), pair(1, A, "b"), pair(2, B, "b"), pair(3, A, "tie"), pair(4, TIE, "a"))
    share = tally.agreement.share()
    assert isinstance(share, Estimate)
    assert share.value == pytest.approx(2 / 3)
    assert share.n == 3
    assert (tally.human_ties, tally.human_sides_open) == (1, 1)
    (principle,) = tally.principles()
    assert principle.pairs == sum(principle.outcomes.values()) == 5


def test_two_judges_agree_where_both_lean_to_one_side() -> None:
    same = labelled({"j": both(A, A), "k": both(soft(a=0.6, b=0.4), A)}, case=case(0))
    other = labelled({"j": both(A, A), "k": both(B, B)}, case=case(1))
    torn = labelled({"j": both(A, B), "k": both(B, B)}, case=case(2))
    (pair,) = tallied(same, other, torn).judge_pairs()
    assert (pair.first, pair.second) == ("j", "k")
    assert isinstance(pair.agreement, Estimate)
    assert (pair.agreement.value, pair.agreement.n) == (0.5, 2)


def test_a_position_bias_shows_in_the_share_of_the_one_shown_first() -> None:
    biased = [labelled({"j": both(A, B)}, case=case(number)) for number in range(4)]
    (judge,) = tallied(*biased).judges()
    assert isinstance(judge.first_shown, Estimate)
    assert judge.first_shown.value == 1.0
    assert judge.basis[PreferenceBasis.ANSWER] == judge.ratings == 8


def test_the_margin_is_that_of_decided_pairs() -> None:
    sure = labelled({"j": both(soft(a=0.9, b=0.1), soft(a=0.9, b=0.1))}, case=case(0))
    torn = labelled({"j": both(A, B)}, case=case(1))
    assert tallied(sure, torn).margin == pytest.approx(0.8)
    assert tallied(torn).margin is None
    assert tallied(torn).outcomes[PairOutcome.INCONSISTENT] == 1


# -- Warnings -----------------------------------------------------------------------------------------


def warned(answer: Outcome, *, clamp: tuple[float, float] | None = None, **settings: Any) -> list[str]:
    pairs = [labelled({"comparer": both(answer, answer)}, case=case(number)) for number in range(4)]
    judge = judge_of("comparer", mode="pairwise", answer=settings)
    return list(warnings_of(tuple(tallied(*pairs).judges()), judges=[judge], clamp=clamp))


SURE, UNSURE = soft(a=0.99, b=0.01), soft(a=0.8, b=0.2)


def test_saturated_probabilities_of_a_judge_that_reasons_first_are_told_with_what_to_do() -> None:
    (warning,) = warned(SURE)
    assert "saturated, as probabilities after a chain of thought are: 100% of 8" in warning
    assert all(word in warning for word in ("clamp", "repeats", "reason: none"))


def test_a_clamp_that_is_set_is_not_proposed_again() -> None:
    (warning,) = warned(SURE, clamp=(0.4, 0.6))
    assert "saturated" in warning
    assert "clamp" not in warning


def test_a_judge_that_answers_at_once_is_not_told_to() -> None:
    (warning,) = warned(SURE, reason="none", quotes=False)
    assert "clamp" in warning
    assert "reason: none" not in warning


def test_probabilities_that_spread_are_no_reason_to_warn() -> None:
    assert warned(UNSURE) == []


def test_hard_answers_are_told() -> None:
    (warning,) = warned(A)
    assert "8 of its 8 ratings without probabilities or repeats" in warning


def test_a_judge_of_its_own_family_is_told() -> None:
    own = OwnFamilyShare(judge="comparer", count=30, of=120)
    (warning,) = warnings_of((), judges=(), clamp=None, own_family=[own])
    assert "its own model family in 30 of 120 comparisons" in warning
