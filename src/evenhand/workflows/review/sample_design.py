"""The design of a run's review: what was drawn before, computed again and held against what is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.errors import MeasureError, UsageError
from evenhand.records.review import ReviewDraw, ReviewItem
from evenhand.review.selection import (
    ROADS,
    DesignStep,
    Name,
    Purpose,
    item_numbers,
    probabilities_after,
)
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.store.columns import ItemColumns
from evenhand.store.review.reading import Reading
from evenhand.workflows.review.panel_votes import PanelVotes

BY_PRINCIPLE = "principle"
_ELSEWHERE = "none"
"""Group of the cases that have no value of a slice."""
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDesign:
    """A design that is topped up."""

    draws: Sequence[ReviewDraw]
    """Its draws, the oldest first."""
    items: Mapping[int, ReviewItem]
    """Everything drawn, gold items too, by its position in the run."""

    @property
    def steps(self) -> tuple[DesignStep, ...]:
        """Its draws as far as probabilities go."""
        return tuple(
            DesignStep(
                budget=draw.budget, strata=draw.strata, uniform=draw.uniform, most_ratio=draw.most_ratio
            )
            for draw in self.draws
        )


def draws_from(reading: Reading, run: str) -> tuple[ReviewDraw, ...]:
    """Return what was drawn from a run, the oldest first."""
    return tuple(draw for draw in reading.draws() if draw.run == run)


def earlier_design(reading: Reading, design: str) -> EarlierDesign:
    """Return a design as it is stored."""
    return EarlierDesign(
        draws=[draw for draw in reading.draws() if draw.design == design],
        items={item.seq: item for item in reading.items(design)},
    )


class Population:
    """The items of a run, as a design looks at them."""

    def __init__(self, items: ItemColumns, votes: PanelVotes) -> None:
        """Hold N items with what the panel leaves open on each."""
        self.items = items
        self.votes = votes

    @property
    def n(self) -> int:
        """Items."""
        return self.items.n

    def name(self, seq: int) -> Name:
        """Return the names of an item."""
        items = self.items
        return items.case_id[seq], items.candidate_id[seq], items.principle_id[seq]

    def numbers(self, seed: int) -> Floats:
        """Return the permanent random number of each item."""
        items = self.items
        names = zip(items.case_id, items.candidate_id, items.principle_id, strict=True)
        return item_numbers(names, seed=seed, purpose=Purpose.DRAW)

    def probabilities(self, steps: Sequence[DesignStep]) -> Floats:
        """Return with which probability each item is in a design after these draws."""
        return probabilities_after(steps, self.votes.uncertainty, self.strata)

    def strata(self, by: tuple[str, ...]) -> Integers:
        """Return the number of the stratum of each item, when the budget is divided by `by`."""
        codes = np.zeros(self.n, dtype=np.int64)
        for name in by:
            groups = self._groups(name)
            known = {group: code for code, group in enumerate(dict.fromkeys(groups))}
            codes = codes * len(known) + np.fromiter((known[group] for group in groups), np.int64, self.n)
            codes = np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return codes

    def stratum_names(self, by: tuple[str, ...], chosen: Sequence[int]) -> list[str]:
        """Return the stratum of some items in words: their groups, or without any what brought them in."""
        if not by:
            return [ROADS[self.votes.road[seq]] for seq in chosen]
        groups = [self._groups(name) for name in by]
        return [
            ", ".join(f"{name} {each[seq]}" for name, each in zip(by, groups, strict=True)) for seq in chosen
        ]

    def _groups(self, name: str) -> Sequence[str]:
        if name == BY_PRINCIPLE:
            return self.items.principle_id
        values = {text: json.loads(text).get(name, _ELSEWHERE) for text in dict.fromkeys(self.items.slice)}
        return [values[text] for text in self.items.slice]

    def refuse_unknown_strata(self, by: Sequence[str]) -> None:
        """Make sure that the budget can be divided by these.

        Raises:
            UsageError: No item has such a slice, or one is named twice.
        """
        slices = {name for text in dict.fromkeys(self.items.slice) for name in json.loads(text)}
        known = sorted({BY_PRINCIPLE, *slices})
        for name in by:
            if name not in known:
                raise UsageError(
                    f"--by {name}: no case of this run has a slice {quoted(name)}",
                    hint=did_you_mean(name, known),
                )
        if len(set(by)) < len(by):
            raise UsageError("--by names the same thing twice")


# -- A draw ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a draw comes to, before it is written."""

    budget: float
    """Items expected in the whole design."""
    expected: float
    """Items expected of this draw."""
    after: Floats
    """Probability of each item in the whole design, shape (N,)."""
    inside: Bools
    """Whether each item is in the whole design, shape (N,)."""
    new: Sequence[int]
    """Positions of the items that come with this draw, gold items among them."""
    gold: Mapping[int, str]
    """Answers that are known, by position."""
    raised: Sequence[tuple[str, float]]
    """Ids of items that were there, with the probability they have now."""
    queued: int
    """Places of the queue that are taken."""
    capped: bool
    """Whether more was wanted than there is."""

    @property
    def gold_drawn(self) -> int:
        """Items with known answers that the design drew anyway."""
        return sum(bool(self.inside[seq]) for seq in self.gold)


def draw_items(
    population: Population,
    earlier: EarlierDesign | None,
    *,
    seed: int,
    by: tuple[str, ...],
    budget: float,
    gold: Mapping[int, str],
) -> Drawn:
    """Draw `budget` more items, in expectation, out of a population.

    Raises:
        UsageError: The budget can not be divided by `by`.
        MeasureError: The earlier design, computed again, is not what it was.
    """
    population.refuse_unknown_strata(by)
    steps = earlier.steps if earlier else ()
    numbers, before = population.numbers(seed), population.probabilities(steps)
    if earlier is not None:
        _refuse_another_design(population, earlier, before, numbers < before)
    there = earlier.items if earlier else {}
    wished = float(before.sum()) + budget
    total = min(wished, float(population.n))
    after = population.probabilities([*steps, DesignStep(budget=total, strata=by)])
    inside = numbers < after
    fresh = {*np.flatnonzero(inside & ~(numbers < before)).tolist(), *gold} - there.keys()
    return Drawn(
        budget=total,
        expected=float(after.sum() - before.sum()),
        after=after,
        inside=inside,
        new=sorted(fresh),
        gold=gold,
        raised=[(item.id, float(after[seq])) for seq, item in there.items() if inside[seq]],
        queued=1 + max((item.position for item in there.values()), default=-1),
        capped=wished > total,
    )


def _refuse_another_design(
    population: Population, earlier: EarlierDesign, before: Floats, drawn: Bools
) -> None:
    """Make sure that a design is, computed again, what it was: else nothing were known of a top-up's probabilities."""
    of_design = {seq: item for seq, item in earlier.items.items() if item.inclusion is not None}
    same = set(np.flatnonzero(drawn).tolist()) == of_design.keys() and all(
        abs(before[seq] - (item.inclusion or 0)) <= _CLOSE
        and population.name(seq) == (item.case_id, item.candidate_id, item.principle_id)
        for seq, item in of_design.items()
    )
    if not same:
        raise MeasureError(
            f"design {earlier.draws[0].design} can not be topped up: its probabilities, computed again, are not those "
            "it was drawn with",
            hint="another version of evenhand drew it; use that one, or begin another design with --new-design",
        )
