"""What revisions came to: each number with what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Measured

ALPHA = 0.05
"""Chance of a wrong claim on a side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedRate:
    """The share of replies that pass, before and after, of the same replies under the same principles."""

    n: int
    """Pairs of verdicts that pass or fail on both sides."""
    clusters: int
    """Sources they come from."""
    before: float | None
    """Share that passes before; None without pairs."""
    after: float | None
    won: int
    """Failed before and passed after."""
    lost: int
    """Passed before and failed after."""
    difference: Measured
    """after - before; by whole sources where replies share one."""
    p_better: float
    """One-sided; adjusted where principles are listed, by Holm over them."""
    p_worse: float
    """The same for the other side."""
    detectable: float | None
    """The drop that this many pairs show with a chance of 80 %; None where they show none."""
    apart: Mapping[str, int]
    """Pairs that are not among the n, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """Whether a principle suffered on replies that were revised under other principles."""

    rate: PairedRate
    margin: float
    """Drop that has to be excluded."""
    outcome: Outcome
    reason: str
    """Why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleEffect:
    """What revising did to one principle."""

    principle_id: str
    title: str
    """Hostile text where the constitution is."""
    improvement: PairedRate
    """On the replies that were revised under it."""
    harm: Harm
    """On the replies that were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthChange:
    """How long replies are, in characters."""

    n: int
    before: float | None
    """Mean; None without replies."""
    after: float | None
    difference: Measured
    """after - before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalChange:
    """How many replies refuse: a revision that passes because it says nothing helps nobody."""

    how: str
    """How refusals were found, in words; hostile where it names files of the workspace."""
    rate: PairedRate
    """Here to pass means to refuse, so that `won` counts the replies that became refusals."""
    became: Measured
    """Share that became refusals, of the replies that were none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEffect:
    """What is there after a round, held against the first replies."""

    round: int
    """From 1."""
    replies: int
    improvement: PairedRate
    """All principles a reply was revised under up to this round."""
    others: PairedRate
    """All the others."""
    length: LengthChange
    refusals: RefusalChange | None
    unchanged: Measured
    """Share of replies that are the first ones, to the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCounts:
    """Where the chains went: planned = complete + failed + open."""

    planned: int
    complete: int
    open: int
    """Not ended yet, for want of money or time."""
    failed: Mapping[str, int]
    """Ended by a text that could not be had, by reason."""
    without_principle: int
    """Replies that no principle was drawn for, and that were left alone: no chain, not among the planned."""
    left_out: int
    """Replies that the draw of cases left out, or of which the suite holds no text: no chain either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionEffects:
    """What the revisions of a run came to."""

    chains: ChainCounts
    overall: PairedRate
    """Every reply under the principles it was revised under."""
    others: PairedRate
    """Every reply under all the others."""
    principles: tuple[PrincipleEffect, ...]
    """In the order of the constitution."""
    rounds: tuple[RoundEffect, ...]
    """The last one is what was made."""
    chosen_by_verdict: bool
    """Whether principles were drawn because the panel found them violated: then part of any improvement is chance."""
    seed: int
    """Seed of the intervals."""


__all__ = [
    "ALPHA",
    "ChainCounts",
    "Harm",
    "LengthChange",
    "PairedRate",
    "PrincipleEffect",
    "RefusalChange",
    "RevisionEffects",
    "RoundEffect",
]
