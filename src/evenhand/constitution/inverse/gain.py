"""What a proposal explains, and whether it still does on decisions that it was not made from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from evenhand.constitution.inverse.decisions import Decision, Side
from evenhand.constitution.inverse.results import Explained, Proposal
from evenhand.stats.change.clustered import clustered_mean, sign_flip_test
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.paired import Alternative
from evenhand.stats.estimate import Estimate, Undefined

Votes = Sequence[Side | None]
"""The side a proposal takes on each decision; None where no vote could be read."""

ALPHA: Final = 0.05
LEAST_COVERED: Final = 0.1
"""A proposal that takes a side on fewer of the decisions it was made from is about too little to be tested."""


def explain(decisions: Sequence[Decision], votes: Votes) -> Explained:
    """Return how votes stand to what people decided."""
    pairs = list(zip(decisions, votes, strict=True))
    return Explained(
        right=sum(vote is decision.human for decision, vote in pairs),
        wrong=sum(
            vote in {Side.FIRST, Side.SECOND} and vote is not decision.human for decision, vote in pairs
        ),
        silent=sum(vote is Side.NEITHER for _, vote in pairs),
        unread=sum(vote is None for _, vote in pairs),
    )


def worth_testing(proposals: Sequence[Proposal], *, most: int) -> tuple[int, ...]:
    """Return the places of the proposals that explain the most of what they were made from, the best first.

    Only those with more right votes than wrong ones, and with an opinion on enough decisions, are worth the price of
    a test; fewer tests also leave more to each.
    """
    good = [
        place
        for place, each in enumerate(proposals)
        if each.learned.net > 0 and each.learned.right + each.learned.wrong >= LEAST_COVERED * each.learned.of
    ]
    return tuple(sorted(good, key=lambda place: (-proposals[place].learned.net, place))[:most])


def measure_gains(
    proposals: Sequence[Proposal],
    decisions: Sequence[Decision],
    votes: Mapping[int, Votes],
    *,
    rng: np.random.Generator,
) -> tuple[Proposal, ...]:
    """Return the proposals with their gain on held-out decisions, and which of them are put before people.

    Estimand: the change of the share of decisions on which the panel takes the side people took, if the vote of the
    proposal replaced the verdict wherever it takes a side; over decisions drawn like these, whole sources at a time.
    A vote that could not be read replaces nothing. Each proposal is held against the decisions of its own principle.
    Tests are sign-flip tests over sources, adjusted by Holm over the tested proposals; one is kept where its adjusted
    p value is at most 5 % and the lower limit of its interval is above 0.

    Args:
        proposals: All proposals.
        decisions: Held-out decisions.
        votes: Of the tested proposals, by their place; one for each of `decisions`, NEITHER where it was not asked.
        rng: Draws the bootstrap and the sign flips.
    """
    tested = sorted(votes)
    found = [_gain(proposals[place], decisions, votes[place], rng) for place in tested]
    raw = np.array([each.p if each.p is not None else 1.0 for each in found])
    adjusted = holm(raw) if found else raw
    done = list(proposals)
    for place, each, p in zip(tested, found, adjusted, strict=True):
        done[place] = _decided(each, float(p))
    rest = set(range(len(done))) - set(tested)
    for place in rest:
        done[place] = replace(done[place], reason=_untested(done[place]))
    return tuple(
        sorted(done, key=lambda each: (not each.is_kept, not each.is_tested, -each.learned.net, each.text))
    )


def _gain(
    proposal: Proposal, decisions: Sequence[Decision], votes: Votes, rng: np.random.Generator
) -> Proposal:
    mine = [
        (decision, vote)
        for decision, vote in zip(decisions, votes, strict=True)
        if decision.principle_id == proposal.principle_id
    ]
    before = np.array([decision.panel is decision.human for decision, _ in mine], dtype=np.float64)
    after = np.array([_side(decision, vote) is decision.human for decision, vote in mine], dtype=np.float64)
    known: dict[str, int] = {}
    clusters = np.array(
        [known.setdefault(decision.source, len(known)) for decision, _ in mine], dtype=np.int64
    )
    measured = clustered_mean(after - before, clusters=clusters, span=1.0, rng=rng)
    p = None
    if isinstance(measured, Estimate) and np.any(after != before):
        p = sign_flip_test(after - before, clusters=clusters, alternative=Alternative.BETTER, rng=rng)
    return replace(
        proposal,
        is_tested=True,
        gain=measured,
        p=p,
        held_out=explain([decision for decision, _ in mine], [vote for _, vote in mine]),
    )


def _side(decision: Decision, vote: Side | None) -> Side:
    return vote if vote in {Side.FIRST, Side.SECOND} and vote is not None else decision.panel


def _decided(proposal: Proposal, p: float) -> Proposal:
    gain = proposal.gain
    if gain is None or isinstance(gain, Undefined):
        reason = gain.reason if gain else "it was not measured"
        return replace(proposal, p=None, reason=f"its gain is not known: {reason}")
    if p <= ALPHA and gain.interval.low > 0:
        return replace(proposal, p=p, is_kept=True, reason="it explains decisions that it was not made from")
    return replace(
        proposal, p=p, reason="on decisions that it was not made from, a gain is not told from chance"
    )


def _untested(proposal: Proposal) -> str:
    learned = proposal.learned
    if learned.net <= 0:
        return "it is wrong as often as right on the very decisions it was made from"
    if learned.right + learned.wrong < LEAST_COVERED * learned.of:
        return "it takes a side on too few decisions"
    return "others explain more, and only so many are tested"
