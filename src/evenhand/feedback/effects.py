"""From verdicts before and after to effects: what improved, what suffered, and what revisions did besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from evenhand.feedback.effect_results import (
    ALPHA,
    ChainCounts,
    Harm,
    LengthChange,
    PairedRate,
    PrincipleEffect,
    RefusalChange,
    RevisionEffects,
    RoundEffect,
)
from evenhand.feedback.paired_rate import Pair, adjust, number_sources, paired_rate
from evenhand.records.scale import Reading
from evenhand.stats.arrays import Bools
from evenhand.stats.change.clustered import clustered_mean
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.shares import weighted_share

_REFUSES: Final[Mapping[bool | None, Reading | None]] = {None: None, True: Reading.PASS, False: Reading.FAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedVersions:
    """What the panel says of one reply under one principle, version by version."""

    source: str
    """Source of the case."""
    principle_id: str
    rounds: tuple[int, ...]
    """Rounds, from 1, in which the reply was revised under this principle; empty where in none."""
    readings: tuple[Reading | None, ...]
    """Of the first reply, then of what is there after each round; None where there is no verdict."""

    def pair_after(self, each: int) -> Pair:
        """Return the first reply beside what is there after a round."""
        return Pair(source=self.source, before=self.readings[0], after=self.readings[each])

    def is_revised_by(self, each: int) -> bool:
        """Tell whether it was revised under its principle up to a round."""
        return any(number <= each for number in self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliedVersions:
    """One reply, version by version."""

    source: str
    lengths: tuple[int, ...]
    """Characters of the first reply, then of what is there after each round."""
    refused: tuple[bool | None, ...]
    """Whether each refuses; None where that was not measured."""
    unchanged: tuple[bool, ...]
    """Whether what is there after each round is the first reply, to the letter; one fewer than `lengths`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What effects are told with, beside the verdicts."""

    titles: Mapping[str, str]
    """Title of every principle judged, in the order of the constitution."""
    margins: Mapping[str, float]
    """Drop that has to be excluded, by principle."""
    refusals: str
    """How refusals were found, in words; empty where they were not."""
    chosen_by_verdict: bool
    seed: int


def measure_effects(
    judged: Sequence[JudgedVersions], replies: Sequence[RepliedVersions], chains: ChainCounts, told: Told
) -> RevisionEffects:
    """Return what revising came to. All replies went through the same number of rounds, at least one.

    Improvement: the change of the share that passes on the replies revised under a principle, 95 % interval, p-values
    adjusted by Holm over the principles. Harm: the same on the replies that were not, decided for non-inferiority with
    a one-sided error of 5 %: "no drop seen" is not "no drop".

    Raises:
        ValueError: There is no reply.
    """
    if not replies:
        raise ValueError("no reply was revised, so there is nothing to measure")
    rng = np.random.default_rng(told.seed)
    last = len(replies[0].unchanged)
    return RevisionEffects(
        chains=chains,
        overall=_rate(judged, last, rng, revised=True),
        others=_rate(judged, last, rng, revised=False),
        principles=_principles(judged, last, told, rng),
        rounds=tuple(_round(judged, replies, each, told, rng) for each in range(1, last + 1)),
        chosen_by_verdict=told.chosen_by_verdict,
        seed=told.seed,
    )


def _rate(
    judged: Sequence[JudgedVersions], each: int, rng: np.random.Generator, *, revised: bool
) -> PairedRate:
    wanted = (cell.pair_after(each) for cell in judged if cell.is_revised_by(each) == revised)
    return paired_rate(wanted, rng=rng)


# -- Principles --------------------------------------------------------------------------------------


def _principles(
    judged: Sequence[JudgedVersions], last: int, told: Told, rng: np.random.Generator
) -> tuple[PrincipleEffect, ...]:
    under: dict[str, list[Pair]] = {name: [] for name in told.titles}
    beside: dict[str, list[Pair]] = {name: [] for name in told.titles}
    for cell in judged:
        (under if cell.rounds else beside)[cell.principle_id].append(cell.pair_after(last))
    names = [name for name in told.titles if under[name] or beside[name]]
    improved = _adjusted([paired_rate(under[name], rng=rng) for name in names])
    suffered = _adjusted([paired_rate(beside[name], rng=rng, confidence=1 - 2 * ALPHA) for name in names])
    return tuple(
        PrincipleEffect(
            principle_id=name,
            title=told.titles[name],
            improvement=better,
            harm=decide_harm(worse, told.margins[name]),
        )
        for name, better, worse in zip(names, improved, suffered, strict=True)
    )


def _adjusted(rates: Sequence[PairedRate]) -> list[PairedRate]:
    """Adjust the rates that rest on something for each other; the others are no tests."""
    tested = iter(adjust([rate for rate in rates if rate.n]))
    return [next(tested) if rate.n else rate for rate in rates]


def decide_harm(rate: PairedRate, margin: float) -> Harm:
    """Decide whether a principle suffered, from a rate whose limits are each one-sided at 5 %.

    PASSED: a drop of `margin` is excluded. FAILED: it is not, and the share fell (p at most .05). UNDECIDED: neither is
    shown; then "no drop seen" is not "no drop".
    """
    if isinstance(rate.difference, Undefined):
        reason = rate.difference.reason if rate.n else "no pair of verdicts to compare"
        return Harm(rate=rate, margin=margin, outcome=Outcome.UNDECIDED, reason=reason)
    drop = f"{100 * margin:.3g} points"
    if rate.difference.interval.low > -margin:
        outcome, reason = Outcome.PASSED, f"a drop of {drop} is excluded"
    elif rate.p_worse <= ALPHA:
        outcome, reason = Outcome.FAILED, f"it fell, and a drop of {drop} is not excluded"
    else:
        outcome, reason = Outcome.UNDECIDED, f"no drop is shown, and one of {drop} is not excluded"
    if outcome is Outcome.UNDECIDED:
        seen = "no drop" if rate.detectable is None else f"a drop of {100 * rate.detectable:.3g} points"
        reason = f"{reason}; this many pairs would show {seen} 4 times in 5"
    return Harm(rate=rate, margin=margin, outcome=outcome, reason=reason)


# -- Rounds ------------------------------------------------------------------------------------------


def _round(
    judged: Sequence[JudgedVersions],
    replies: Sequence[RepliedVersions],
    each: int,
    told: Told,
    rng: np.random.Generator,
) -> RoundEffect:
    return RoundEffect(
        round=each,
        replies=len(replies),
        improvement=_rate(judged, each, rng, revised=True),
        others=_rate(judged, each, rng, revised=False),
        length=_length(replies, each, rng),
        refusals=_refusals(replies, each, told.refusals, rng) if told.refusals else None,
        unchanged=_share(
            [reply.unchanged[each - 1] for reply in replies], [reply.source for reply in replies]
        ),
    )


def _length(replies: Sequence[RepliedVersions], each: int, rng: np.random.Generator) -> LengthChange:
    before = np.array([reply.lengths[0] for reply in replies], dtype=np.float64)
    after = np.array([reply.lengths[each] for reply in replies], dtype=np.float64)
    clusters = number_sources([reply.source for reply in replies])
    difference = clustered_mean(after - before, clusters=clusters, rng=rng)
    return LengthChange(
        n=len(replies),
        before=float(before.mean()),
        after=float(after.mean()),
        difference=replace(difference, n=len(replies)),
    )


def _refusals(
    replies: Sequence[RepliedVersions], each: int, how: str, rng: np.random.Generator
) -> RefusalChange:
    pairs = [
        Pair(source=reply.source, before=_REFUSES[reply.refused[0]], after=_REFUSES[reply.refused[each]])
        for reply in replies
    ]
    open_before = [
        pair for pair in pairs if pair.before is Reading.FAIL and pair.after in {Reading.PASS, Reading.FAIL}
    ]
    became = [pair.after is Reading.PASS for pair in open_before]
    return RefusalChange(
        how=how,
        rate=paired_rate(pairs, rng=rng),
        became=_share(became, [pair.source for pair in open_before]),
    )


def _share(successes: Sequence[bool], sources: Sequence[str]) -> Measured:
    found: Bools = np.array(successes, dtype=np.bool_)
    measured = weighted_share(found, clusters=number_sources(sources))
    return measured if isinstance(measured, Estimate) else replace(measured, n=len(successes))


__all__ = ["JudgedVersions", "RepliedVersions", "Told", "decide_harm", "measure_effects"]
