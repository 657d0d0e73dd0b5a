"""Which verdicts of a run a calibrated panel may decide alone, item by item."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from evenhand.calibration.automation import certify_automation, deciding_of
from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_confidence import find_confidence
from evenhand.calibration.results import Automation
from evenhand.calibration.study import make_study
from evenhand.calibration.table import NONE, CalibrationTable, Flags, Floats
from evenhand.records.scale import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAlone:
    """What a panel may decide alone, and how sure it is of each item."""

    automation: Automation
    """The first promise of the choices: its threshold, or why there is none."""
    confidence: Floats
    """Of each item by its position in the run, shape (N,); not a number without a verdict or without labels."""
    covered: Flags
    """Whether the principle of each item has labels to certify with, shape (N,)."""


def decide_alone(
    table: CalibrationTable,
    choices: Choices,
    *,
    on: CalibrationTable | None = None,
    readings: Collection[Reading] = frozenset(Reading),
) -> DecidedAlone:
    """Return what the panel of a run may decide alone, by the labels of the same run, exactly as its calibration does.

    Args:
        table: The run whose labels certify.
        choices: Cut-offs and seeds; of its promises the first is used.
        on: Another run of the same panel on the same items, whose verdicts are to be decided; by default `table`.
        readings: What a verdict has to mean to be decided alone: a promise about all verdicts says nothing of those
            that pass, where only these are used. All others are taken as undecided.
    """
    table, on = _with_verdicts(table, readings), _with_verdicts(on, readings) if on else None
    measuring = Measuring(choices=choices)
    study = make_study(table, measuring)
    own = find_confidence(table, study, measuring).threshold
    automation = certify_automation(deciding_of(table, study, own), measuring)[0]
    run = on or table
    sure = find_confidence(on, study, measuring).threshold if on else own
    size = 1 + max((int(each.seq.max(initial=-1)) for each in run.principles), default=-1)
    confidence, covered = np.full(size, np.nan), np.zeros(size, dtype=bool)
    if sure.source == automation.confidence_source:
        for each in run.principles:
            if each.principle in sure.items:
                confidence[each.seq] = sure.items[each.principle]
                covered[each.seq] = True
    return DecidedAlone(automation=automation, confidence=confidence, covered=covered)


def _with_verdicts(table: CalibrationTable, readings: Collection[Reading]) -> CalibrationTable:
    """Return a table in which verdicts of any other meaning are undecided."""
    principles = []
    for each in table.principles:
        meant = [code for code, reading in enumerate(each.readings) if reading in readings]
        verdict = np.where(np.isin(each.verdict, meant), each.verdict, NONE).astype(each.verdict.dtype)
        principles.append(replace(each, verdict=verdict))
    return replace(table, principles=tuple(principles))


__all__ = ["DecidedAlone", "decide_alone"]
