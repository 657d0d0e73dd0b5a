"""What a draw is asked for, what it is settled to, and what it came to."""

import math
import secrets
from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import UsageError
from evenhand.records.review import ReviewDraw
from evenhand.review.budget import Load, Pace, find_pace
from evenhand.workflows.review.sample_design import EarlierDesign

_SEEDS = 2**31
_REVIEWERS, _DOUBLE, _REPEATS = 1, 0.1, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWishes:
    """What somebody wants to be drawn."""

    items: float | None = None
    """Items expected; with a top-up, so many more."""
    minutes: float | None = None
    """Or minutes of all people together, double labels and repeats among them."""
    seconds_per_item: float | None = None
    """Active time of an item; None takes it from earlier labels."""
    by: tuple[str, ...] | None = None
    """What the budget is divided by: "principle", names of slices; None divides by nothing, or as the design did."""
    top_up: bool = False
    """Whether more is drawn into the run's design."""
    new_design: bool = False
    """Whether a design is begun though the run has one."""
    reviewers: int | None = None
    """Distinct people for each item; 1 where nothing is said."""
    double: float | None = None
    """Share of items that at least two people label; a tenth where nothing is said."""
    repeats: float | None = None
    """Share of a person's items that are shown to them again; a twentieth where nothing is said."""
    gold: Path | None = None
    """File of labels that are known to be right."""
    seed: int | None = None
    """Seed of every random choice; by default a random one, which is stored."""
    reveal: bool | None = None
    """Whether reviewers may look at the judges once their label is given; they may where nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Wishes with every gap filled."""

    budget: float
    """Items expected of this draw."""
    pace: Pace
    load: Load
    by: tuple[str, ...]
    seed: int
    reveal: bool
    new_design: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledStratum:
    """What a design took from one stratum."""

    name: str
    population: int
    expected: float
    """Items expected in the whole design."""
    drawn: int
    """Items in the whole design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledRun:
    """A draw that is on disk."""

    draw: ReviewDraw
    added: int
    """Items that this draw brought."""
    gold: int
    """Items with known answers that it brought beside them."""
    strata: tuple[SampledStratum, ...]
    """What the whole design took from each stratum; without strata, by what brought items in."""
    minutes: float
    """Expected for what this draw brought, all people together."""
    pace: Pace
    weight_ratio: float
    """Largest weight over smallest in the whole population."""
    half_width: float
    """Half the width of the interval of a rate that the whole design leads one to expect, as a share."""
    notes: tuple[str, ...]
    """What readers of the draw have to know."""


def settle(
    wishes: SampleWishes, earlier: EarlierDesign | None, *, gold: int, measured: float | None
) -> Settled:
    """Fill the gaps of wishes: from the design that is topped up, or else with the usual values.

    Args:
        wishes: What is wanted.
        earlier: The design that is topped up, if one is.
        gold: Items with known answers that come along.
        measured: Median active time of earlier labels, in seconds.

    Raises:
        UsageError: They name both items and minutes, or neither; or change what a design keeps.
    """
    before = None if earlier is None else earlier.draws[-1]
    if before is not None:
        _refuse_changes(wishes)
    load, pace = _load(wishes, before, gold), find_pace(wishes.seconds_per_item, measured)
    return Settled(
        budget=_budget(wishes, load, pace),
        pace=pace,
        load=load,
        by=wishes.by if wishes.by is not None else before.strata if before else (),
        seed=before.seed if before else secrets.randbelow(_SEEDS) if wishes.seed is None else wishes.seed,
        reveal=before.reveal if before else wishes.reveal is not False,
        new_design=wishes.new_design,
    )


def _load(wishes: SampleWishes, before: ReviewDraw | None, gold: int) -> Load:
    if before is not None:
        return Load(reviewers=before.reviewers, double=before.double, repeats=before.repeats, gold=gold)
    return Load(
        reviewers=_REVIEWERS if wishes.reviewers is None else wishes.reviewers,
        double=_DOUBLE if wishes.double is None else wishes.double,
        repeats=_REPEATS if wishes.repeats is None else wishes.repeats,
        gold=gold,
    )


def _refuse_changes(wishes: SampleWishes) -> None:
    fixed = {
        "--seed": wishes.seed,
        "--reviewers": wishes.reviewers,
        "--double": wishes.double,
        "--repeats": wishes.repeats,
        "--no-reveal": wishes.reveal,
    }
    for name, value in fixed.items():
        if value is not None:
            raise UsageError(
                f"{name} was settled when the design was begun, and a top-up keeps it",
                hint=f"leave out {name}, or begin another design with --new-design",
            )


def _budget(wishes: SampleWishes, load: Load, pace: Pace) -> float:
    if (wishes.items is None) == (wishes.minutes is None):
        only = "" if wishes.items is None else ", not both"
        raise UsageError(
            f"say how much people can do, in items or in minutes{only}",
            hint="for instance --items 200, or --minutes 60",
        )
    if wishes.minutes is not None:
        return load.items(wishes.minutes, pace)
    assert wishes.items is not None
    if not (math.isfinite(wishes.items) and wishes.items > 0):
        raise UsageError(f"--items is {wishes.items:g}; it should be a number above 0")
    return wishes.items
