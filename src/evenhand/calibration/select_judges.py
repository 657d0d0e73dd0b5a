"""Which few judges to keep: good ones that err apart, on the labels for learning (methods.md 1.4)."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.learn import Group, groups_of
from evenhand.calibration.learned_rules import Ints
from evenhand.calibration.sample import purpose_of
from evenhand.calibration.table import NONE, CalibrationTable, Split
from evenhand.stats.aggregation.choose_panel import PanelChoice, choose_panel
from evenhand.stats.estimate import Measured

KEEP = 3
"""Judges of a panel, unless told otherwise (methods.md 0)."""
LEAST = 40
"""Labels: each half of them chooses for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedJudges:
    """A choice of judges with its evidence."""

    judges: tuple[str, ...]
    """In the order they were chosen."""
    of: tuple[str, ...]
    """Those chosen from."""
    labels: int
    in_sample: float
    """Effective number times mean balanced accuracy, on the labels that chose them: flattering."""
    held_out: Measured
    """The same on labels that did not choose."""
    n_eff: Measured
    """Effective number of judges of the choice, held out."""
    kept: Measured
    """It over the effective number of all judges, held out."""
    stability: float
    """Share of the halves of the labels that choose the same judges."""
    runner_up: tuple[str, ...]
    """The next best choice, which differs in one judge; empty where there is none."""
    runner_up_in_sample: float | None
    cost_share: float | None
    """What these judges cost of what all cost; None where nothing was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSelected:
    """Why no judges are proposed."""

    reason: str
    hint: str
    """What to do."""


def select_judges(
    table: CalibrationTable, choices: Choices, *, keep: int = KEEP
) -> SelectedJudges | NotSelected:
    """Propose the judges with the largest effective number times mean balanced accuracy, with held-out evidence.

    Principles count together, each answer of each of them apart. Answers of numeric scales do not count.

    Raises:
        ValueError: Fewer than one judge, or more than there are, are to be kept.
    """
    names = tuple(judge.id for judge in table.judges)
    groups = groups_of(table)
    purpose = purpose_of(table, choices)
    labels = sum(group.count(purpose.learn) for group in groups)
    if labels < LEAST:
        return NotSelected(
            reason=f"judges are chosen from {LEAST} labels or more, and there are {labels} to learn from",
            hint="label more items, or bring labels with --humans FILE",
        )
    answers, truth, clusters = _together(groups, purpose.learn)
    choice = choose_panel(
        answers,
        truth,
        size=keep,
        categories=sum(len(group.labels) for group in groups),
        rng=np.random.default_rng([choices.seed, keep]),
        clusters=clusters,
        confidence=choices.confidence,
    )
    return _named(table, choice, names, labels)


def _together(groups: tuple[Group, ...], splits: Collection[Split]) -> tuple[Ints, Ints, Ints]:
    """Return the labelled items of all groups, the answers of each group with codes of their own."""
    answers, truth, clusters, first = [], [], [], 0
    for group in groups:
        known = group.labelled(splits)
        given = group.answers[known]
        answers.append(np.where(given == NONE, NONE, given + first))
        truth.append(group.truth[known] + first)
        clusters.append(group.clusters[known])
        first += len(group.labels)
    return np.concatenate(answers), np.concatenate(truth), np.concatenate(clusters)


def _named(
    table: CalibrationTable, choice: PanelChoice, names: tuple[str, ...], labels: int
) -> SelectedJudges:
    paid = sum(judge.nanousd for judge in table.judges)
    return SelectedJudges(
        judges=tuple(names[place] for place in choice.judges),
        of=names,
        labels=labels,
        in_sample=choice.in_sample,
        held_out=choice.held_out,
        n_eff=choice.effective,
        kept=choice.kept,
        stability=choice.stability,
        runner_up=tuple(names[place] for place in choice.runner_up or ()),
        runner_up_in_sample=choice.runner_up_in_sample,
        cost_share=sum(table.judges[place].nanousd for place in choice.judges) / paid if paid else None,
    )
