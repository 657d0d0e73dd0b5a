"""Which items of a run go to people: one Poisson design with permanent random numbers, that can be topped up.

Every item of the population has a number between 0 and 1, fixed by the seed of the design and the names of its case,
candidate and principle; it is drawn where that number is below its probability pi. A top-up raises pi and never lowers
it, so what was drawn stays drawn, and pi of the newest draw is the probability of being in the design at all.

The numbers are a keyed hash rather than the stream of a random generator: they do not depend on the order of the run,
and a draw made with a later numpy, whose streams may differ, tops up an earlier one all the same.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.rates.design import (
    MOST_RATIO,
    UNIFORM,
    design_probabilities,
    raised_probabilities,
    stratified_probabilities,
)

Name = tuple[str, str, str]
"""Case, candidate, principle."""


class Purpose(StrEnum):
    """What a random number decides; those of two purposes have nothing to do with each other."""

    DRAW = "draw"
    """Whether an item goes to people."""
    SECOND = "second"
    """Whether a second person labels it."""
    QUEUE = "queue"
    """Where it stands in the queue."""


def item_numbers(names: Iterable[Name], *, seed: int, purpose: Purpose) -> Floats:
    """Return the permanent random number of each item, evenly spread over [0, 1), shape (N,)."""
    start = hashlib.blake2b(digest_size=8, key=f"{purpose.value} {seed}".encode())
    digests = bytearray()
    for name in names:
        each = start.copy()
        each.update(_spelled(name))
        digests += each.digest()
    # The upper 53 bits: as many as a float between 0 and 1 holds evenly.
    return np.asarray((np.frombuffer(bytes(digests), dtype="<u8") >> np.uint64(11)) * 2.0**-53)


def item_id(design: str, name: Name) -> str:
    """Return the id of an item within a design."""
    return hashlib.blake2b(_spelled(name), digest_size=12, key=_short(design)).hexdigest()


def _short(text: str) -> bytes:
    """Return what serves as a key, which may not be long."""
    return hashlib.blake2b(text.encode(), digest_size=32).digest()


def _spelled(name: Name) -> bytes:
    """Return a name so that no two names are spelled alike."""
    case, candidate, principle = name
    return f"{len(case)} {len(candidate)} {case}{candidate}{principle}".encode("utf-8", "surrogatepass")


# -- Probabilities ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignStep:
    """One draw of a design, as far as probabilities go."""

    budget: float
    """Items expected in the whole design after it."""
    strata: tuple[str, ...] = ()
    """What the budget was divided by; nothing is one stratum."""
    uniform: float = UNIFORM
    """Share of the budget spread evenly."""
    most_ratio: float = MOST_RATIO
    """Largest weight over smallest weight within a stratum."""


StrataOf = Callable[[tuple[str, ...]], Integers]
"""The number of the stratum of each item, shape (N,), when the budget is divided by these."""


def probabilities_after(steps: Sequence[DesignStep], uncertainty: Floats, strata_of: StrataOf) -> Floats:
    """Return with which probability each item is in a design after all its draws, shape (N,).

    Each draw spends half of its budget evenly and half in proportion to the root of the uncertainty, within strata
    where it has any, and raises what came before: see `raised_probabilities`.
    """
    chances = np.zeros(len(uncertainty))
    for step in steps:
        budget = min(step.budget, float(len(uncertainty)))
        chances = raised_probabilities(chances, _design(step, budget, uncertainty, strata_of), budget)
    return chances


def _design(step: DesignStep, budget: float, uncertainty: Floats, strata_of: StrataOf) -> Floats:
    limits = {"uniform": step.uniform, "most_ratio": step.most_ratio}
    if step.strata:
        return stratified_probabilities(uncertainty, strata_of(step.strata), budget, **limits)
    return design_probabilities(uncertainty, budget, **limits)


def weight_ratio(chances: Floats) -> float:
    """Return the largest weight of an item over the smallest; 1 without items."""
    return float(chances.max() / chances.min()) if chances.size else 1.0


def expected_half_width(uncertainty: Floats, chances: Floats) -> float:
    """Return half the width of a 95 % interval of a rate of this population, if people differ as the votes let expect.

    The variance of label minus score is taken as a quarter of the uncertainty; AIPW, normal law. Judges who err
    together make it wider than this.
    """
    return float(1.96 * np.sqrt((uncertainty / 4 / chances).sum()) / len(chances))


# -- People and queue ------------------------------------------------------------------------------


def people_wanted(numbers: Floats, *, reviewers: int, double: float) -> Integers:
    """Return how many people label each item: two of a share `double` of them, where one is enough for the others."""
    if reviewers > 1:
        return np.full(len(numbers), reviewers, dtype=np.int64)
    return np.where(numbers < double, 2, 1).astype(np.int64)


def queue_places(numbers: Floats, *, first: int = 0) -> Integers:
    """Return the place of each item in a random order that begins with `first`, shape (n,)."""
    places = np.empty(len(numbers), dtype=np.int64)
    places[np.argsort(numbers, kind="stable")] = np.arange(first, first + len(numbers))
    return places


# -- How an item came in ---------------------------------------------------------------------------

FAILED, UNDECIDED, SPLIT, UNANIMOUS = "failed", "undecided", "split", "unanimous"
ROADS = (FAILED, UNDECIDED, SPLIT, UNANIMOUS)
"""Names of strata where the budget is not divided: what brought an item in, in the order in which they hold."""


def roads_of(*, voiceless: Bools, undecided: Bools, split: Bools) -> Integers:
    """Return the place in `ROADS` of each item: no rating is readable, no verdict, judges differ, or one voice."""
    return np.select([voiceless, undecided, split], [0, 1, 2], default=3).astype(np.int64)
