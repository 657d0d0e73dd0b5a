"""What each judge's probability is worth, as a map that cascades of later runs read."""

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.learn import NotLearned
from evenhand.calibration.sample import Purpose, purpose_of
from evenhand.calibration.table import NONE, CalibrationTable, Flags, Floats
from evenhand.records.calibration import CalibrationMap, JudgeMap
from evenhand.stats.confidence.maps import fit_map, knots

_DIGITS = 6
"""Decimals of a probability in the file."""


def learn_maps(table: CalibrationTable, choices: Choices, *, made: str) -> CalibrationMap | NotLearned:
    """Return a map for each judge that gives probabilities, from the labels for learning, all principles together.

    What a map is worth stands in the calibration report, where the same map is measured on other labels. A judge with
    fewer than `choices.too_few` labels has none. Source: methods.md 2.4.

    Args:
        table: The run.
        choices: Cut-offs.
        made: Date for the file, YYYY-MM-DD.
    """
    purpose = purpose_of(table, choices)
    maps = tuple(
        judge_map
        for place, judge in enumerate(table.judges)
        if (judge_map := _map_of(table, place, judge.id, judge.version, purpose, choices)) is not None
    )
    if not maps:
        return NotLearned(
            reason=f"no judge gives probabilities on {choices.too_few} labelled items or more",
            hint="use `answer: probabilities: logprobs` or `repeats` above 1, or label more items",
        )
    return CalibrationMap(
        schema_="calibration-map/v1", made=made, source=f"labels of run {table.run}", maps=maps
    )


def _map_of(
    table: CalibrationTable, place: int, judge: str, version: str, purpose: Purpose, choices: Choices
) -> JudgeMap | None:
    confidence, correct, weights = _labelled(table, place, purpose)
    if len(confidence) < choices.too_few:
        return None
    fitted = fit_map(confidence, correct, weights=weights)
    return JudgeMap(judge=judge, version=version, knots=_rounded(knots(fitted)), labels=len(confidence))


def _labelled(table: CalibrationTable, place: int, purpose: Purpose) -> tuple[Floats, Flags, Floats | None]:
    """Return a judge's probabilities on labelled items, whether its answers are right, and the weights of the draw."""
    confidence, correct, inclusion = [], [], []
    for each in table.principles:
        label, answer = each.reference.label, each.answers[:, place]
        known = (label != NONE) & (answer != NONE) & np.isin(each.split, list(purpose.learn))
        known &= np.isfinite(each.confidence[:, place])
        confidence.append(each.confidence[known, place])
        correct.append(answer[known] == label[known])
        inclusion.append(each.reference.inclusion[known])
    drawn = np.concatenate([np.zeros(0), *inclusion])
    weights = 1 / drawn if drawn.size and np.isfinite(drawn).all() else None
    return (
        np.concatenate([np.zeros(0), *confidence]),
        np.concatenate([np.zeros(0, dtype=np.bool_), *correct]),
        weights,
    )


def _rounded(pairs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Return knots with few decimals; of those that become one, the first is kept, and both ends."""
    kept: dict[float, float] = {}
    for raw, worth in pairs:
        kept.setdefault(round(raw, _DIGITS), round(worth, _DIGITS))
    return tuple(kept.items())
