"""What a gate could see with the labels there are."""

from collections.abc import Mapping

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import GateSight
from evenhand.calibration.sample import FAIL, PASS, Sample
from evenhand.calibration.words import count, percent, points
from evenhand.stats.change.power import ALPHA, pairs_needed, smallest_detectable_difference
from evenhand.stats.estimate import Undefined

ASSUMED = "assumed: two versions that answered the same items would tell"


def tell_sight(samples: Mapping[str, Sample], choices: Choices) -> tuple[GateSight, ...]:
    """Return for all principles together, and then for each, the smallest drop a paired gate sees.

    The test is McNemar's, one-sided at .05: for the rows of principles, .05 over their number, the strictest level
    that Holm's method asks of one of them. Failing items carry sensitivity, passing ones specificity. Where items of a
    cluster are not independent a gate sees less than this says.

    Source: methods.md 6.2 to 6.4.
    """
    with_labels = max(1, sum(sample.n > 0 for sample in samples.values()))
    rows = [_sight(name, _count(sample), choices, ALPHA / with_labels) for name, sample in samples.items()]
    whole = tuple(sum(_count(sample)[place] for sample in samples.values()) for place in (0, 1))
    return (_sight("", (whole[0], whole[1]), choices, ALPHA), *rows)


def _count(sample: Sample) -> tuple[int, int]:
    if not sample.has_rate:
        return 0, 0
    return int(np.sum(sample.read_truth == FAIL)), int(np.sum(sample.read_truth == PASS))


def _sight(principle: str, labelled: tuple[int, int], choices: Choices, alpha: float) -> GateSight:
    drops = tuple(_smallest_drop(n, choices, alpha) for n in labelled)
    return GateSight(
        principle=principle,
        failing=labelled[0],
        passing=labelled[1],
        discordance=choices.discordance,
        discordance_basis=ASSUMED,
        sensitivity_drop=drops[0],
        specificity_drop=drops[1],
        sees_margin=all(drop is not None and drop <= choices.margin for drop in drops),
        words=_words(labelled, drops, choices, alpha),
    )


def _smallest_drop(n: int, choices: Choices, alpha: float) -> float | None:
    drop = smallest_detectable_difference(n, choices.discordance, alpha=alpha, power=choices.power)
    return None if isinstance(drop, Undefined) else drop


def _words(labelled: tuple[int, int], drops: tuple[float | None, ...], choices: Choices, alpha: float) -> str:
    if sum(labelled) == 0:
        return "No labelled item passes or fails, so a gate sees nothing."
    seen = " and ".join(
        f"{'no drop' if drop is None else f'a drop of {points(drop)} or more'} of {name} "
        f"on {count(n, f'{kind} item')}"
        for drop, name, kind, n in zip(
            drops, ("sensitivity", "specificity"), ("failing", "passing"), labelled, strict=True
        )
    )
    return f"A gate sees {seen} (power {percent(choices.power)}).{_needed(labelled, choices, alpha)}"


def _needed(labelled: tuple[int, int], choices: Choices, alpha: float) -> str:
    needed = pairs_needed(
        choices.margin, max(choices.discordance, choices.margin), alpha=alpha, power=choices.power
    )
    missing = [
        f"{max(0, needed - n):,} more {kind}"
        for n, kind in zip(labelled, ("failing", "passing"), strict=True)
        if n < needed
    ]
    if not missing:
        return ""
    return (
        f" To see {points(choices.margin)} it takes {needed:,} of each: label {' and '.join(missing)} items."
    )
