"""Proposals: which decisions they come from, how votes are read, what says the same, and how often chance is kept."""

import random
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.constitution.inverse.alike import groups_alike, likeness
from evenhand.constitution.inverse.decisions import Decision, Side, batches, held_out, learned_from
from evenhand.constitution.inverse.gain import explain, measure_gains, worth_testing
from evenhand.constitution.inverse.results import Explained, Proposal
from evenhand.constitution.inverse.texts import read_proposals, read_vote, show_decisions
from evenhand.stats.estimate import Estimate, Undefined

SIDES = [Side.FIRST, Side.SECOND]


def decision(number: int, **changes: object) -> Decision:
    values = {
        "name": f"c{number}/p",
        "source": f"s{number}",
        "principle_id": "p",
        "prompt": "Why?",
        "first": f"Because {number}.",
        "second": "",
        "human": Side.SECOND,
        "panel": Side.FIRST,
        **changes,
    }
    return Decision(**values)  # type: ignore[arg-type] # the test says which fields


def proposal(**changes: object) -> Proposal:
    values = {
        "principle_id": "p",
        "text": "It is short.",
        "said_alike": (),
        "nearest_id": "p",
        "nearest": 0.1,
        "learned": Explained(right=8, wrong=2, silent=0, unread=0),
        "is_tested": False,
        **changes,
    }
    return Proposal(**values)  # type: ignore[arg-type] # the test says which fields


@st.composite
def decided(draw: st.DrawFn) -> list[Decision]:
    count = draw(st.integers(1, 40))
    sides = st.sampled_from(SIDES)
    return [
        decision(
            number,
            human=draw(sides),
            panel=draw(st.sampled_from(Side)),
            principle_id=draw(st.sampled_from(["p", "q"])),
        )
        for number in range(count)
    ]


@given(decided(), st.integers(0, 5), st.integers(1, 50))
def test_what_is_learned_from_holds_overrides_and_no_more_agreed_decisions(
    decisions: list[Decision], seed: int, most: int
) -> None:
    learned = learned_from(decisions, seed, most=most)
    overrides = [each for each in learned if each.is_override]
    assert len(overrides) == min(most, sum(each.is_override for each in decisions))
    assert len(learned) - len(overrides) <= len(overrides)
    assert all(each.is_override or each.panel is each.human for each in learned)


@given(decided(), st.integers(0, 5), st.randoms(use_true_random=False))
def test_draws_do_not_depend_on_the_order_of_decisions(
    decisions: list[Decision], seed: int, dice: random.Random
) -> None:
    mixed = decisions[:]
    dice.shuffle(mixed)
    assert learned_from(mixed, seed, most=5) == learned_from(decisions, seed, most=5)
    assert held_out(mixed, seed, most=5) == held_out(decisions, seed, most=5)
    assert batches(mixed, seed, size=3) == batches(decisions, seed, size=3)


@given(decided(), st.integers(1, 5))
def test_batches_hold_every_override_once_and_one_principle_each(
    decisions: list[Decision], size: int
) -> None:
    made = batches(decisions, 0, size=size)
    assert sorted(each.name for batch in made for each in batch) == sorted(
        each.name for each in decisions if each.is_override
    )
    assert all(len({each.principle_id for each in batch}) == 1 and len(batch) <= size for batch in made)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "- Replies name their source.\n- Replies are kind.",
            ("Replies name their source.", "Replies are kind."),
        ),
        ("Here you are:\n- Replies are kind.\n\nBye", ("Replies are kind.",)),
        ("* Replies are kind.\n1. Replies are kind.", ()),
        ("- short", ()),
        (f"- {'x' * 401}", ()),
        ("- Replies\x1b[31m are red.", ()),
        ("- Replies \t  are   kind.", ("Replies are kind.",)),
        ("- Replies are kind.\n- Replies are kind.", ("Replies are kind.",)),
        (
            "\n".join(f"- Principle number {n}." for n in range(9)),
            tuple(f"Principle number {n}." for n in range(5)),
        ),
        ("", ()),
    ],
)
def test_only_lines_of_the_form_asked_for_are_proposals(text: str, found: tuple[str, ...]) -> None:
    assert read_proposals(text) == found


@given(st.text())
def test_no_text_makes_a_proposal_that_can_not_be_shown(text: str) -> None:
    assert all(each.isprintable() and len(each) <= 400 for each in read_proposals(f"- {text}"))


@pytest.mark.parametrize(
    ("text", "swapped", "side"),
    [
        ("FIRST", False, Side.FIRST),
        ("FIRST", True, Side.SECOND),
        ("second.", True, Side.FIRST),
        ("KEEPS", False, Side.FIRST),
        ("BREAKS\n", False, Side.SECOND),
        ("NEITHER", True, Side.NEITHER),
        ("FIRST, I think", False, None),
        ("FIRST SECOND", False, None),
        ("", False, None),
    ],
)
def test_a_vote_is_one_word_or_none(text: str, swapped: bool, side: Side | None) -> None:  # noqa: FBT001 - a table
    assert read_vote(text, swapped=swapped) is side


def test_long_texts_are_shortened_in_sight() -> None:
    shown = show_decisions([decision(1, first="a" * 5_000), decision(2, second="b")])
    assert "3000 characters left out" in shown
    assert "Decided: people found the reply NOT ACCEPTABLE" in shown
    assert "Decided: people preferred the SECOND reply" in shown


@given(st.lists(st.text(string.ascii_letters + " ", max_size=60), max_size=12))
def test_groups_divide_the_texts_and_equal_ones_are_together(texts: list[str]) -> None:
    groups = groups_alike(texts)
    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    of = {place: number for number, group in enumerate(groups) for place in group}
    for first, text in enumerate(texts):
        for second, other in enumerate(texts):
            if text.lower().split() == other.lower().split() and text.strip():
                assert of[first] == of[second]


def test_rewordings_are_alike_and_other_principles_are_not() -> None:
    texts = [
        "The reply names a source for each claim.",
        "The reply names the source of each claim.",
        "The reply never gives medical advice.",
    ]
    assert {frozenset(group) for group in groups_alike(texts)} == {frozenset({0, 1}), frozenset({2})}
    assert np.allclose(likeness(texts), likeness(texts).T)


@given(decided(), st.randoms(use_true_random=False))
def test_votes_are_counted_where_they_belong(decisions: list[Decision], dice: random.Random) -> None:
    votes = [dice.choice([*Side, None]) for _ in decisions]
    found = explain(decisions, votes)
    assert found.of == len(decisions)
    assert -1 <= found.net <= 1


def test_what_explains_nothing_is_not_worth_a_test() -> None:
    told = {
        "good": Explained(right=9, wrong=1, silent=0, unread=0),
        "better": Explained(right=10, wrong=0, silent=0, unread=0),
        "even": Explained(right=5, wrong=5, silent=0, unread=0),
        "silent": Explained(right=1, wrong=0, silent=19, unread=0),
    }
    proposals = [proposal(learned=each) for each in told.values()]
    assert worth_testing(proposals, most=5) == (1, 0)
    assert worth_testing(proposals, most=1) == (1,)


def test_a_principle_that_explains_the_overrides_gains_what_it_explains() -> None:
    decisions = [
        decision(number, panel=Side.FIRST if number % 4 == 0 else Side.SECOND) for number in range(200)
    ]
    (done,) = measure_gains([proposal()], decisions, {0: [Side.SECOND] * 200}, rng=np.random.default_rng(0))
    assert isinstance(done.gain, Estimate)
    assert done.gain.value == pytest.approx(0.25)
    assert done.gain.n == 200
    assert done.is_kept


def test_decisions_of_one_source_are_no_evidence() -> None:
    decisions = [decision(number, source="one") for number in range(50)]
    (done,) = measure_gains([proposal()], decisions, {0: [Side.SECOND] * 50}, rng=np.random.default_rng(0))
    assert isinstance(done.gain, Undefined)
    assert not done.is_kept
    assert "one cluster" in done.reason


def test_an_unread_vote_changes_nothing() -> None:
    decisions = [decision(number) for number in range(30)]
    (done,) = measure_gains([proposal()], decisions, {0: [None] * 30}, rng=np.random.default_rng(0))
    assert isinstance(done.gain, Estimate)
    assert done.gain.value == 0
    assert not done.is_kept


def test_of_proposals_that_vote_by_chance_one_in_twenty_families_at_most_keeps_one() -> None:
    kept = 0
    families = 200
    for seed in range(families):
        dice = np.random.default_rng(seed)
        decisions = [
            decision(number, human=SIDES[dice.integers(2)], panel=SIDES[dice.integers(2)])
            for number in range(120)
        ]
        votes = {place: [[*SIDES, Side.NEITHER][dice.integers(3)] for _ in decisions] for place in range(5)}
        done = measure_gains([proposal()] * 5, decisions, votes, rng=dice)
        kept += any(each.is_kept for each in done)
    assert kept <= 0.05 * families + 2 * (0.05 * 0.95 * families) ** 0.5
