"""Learning how a panel should weigh its judges: from the labels for learning, measured on those to certify with."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.choices import Choices
from evenhand.calibration.learned_rules import RULES, Ints
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import RULE_NAMES, compare_panel_rules
from evenhand.calibration.sample import Purpose, ScaleFacts, purpose_of, scale_facts
from evenhand.calibration.study import make_study
from evenhand.calibration.table import NONE, CalibrationTable, Floats, Level, PrincipleAnswers, Split
from evenhand.records.panel_fit import HeldOut, LearnedRule, PanelFit, PrincipleFit
from evenhand.records.scale import Reading
from evenhand.stats.estimate import Estimate

LEAST: Mapping[LearnedRule, int] = {"weighted": 20, "dawid_skene": 20, "stack": 200}
"""Labels a rule needs (methods.md 1.5, 2.5)."""
_DIGITS = 9
"""Decimals written to the file; more would be noise."""
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A fit, and what was left out of it."""

    fit: PanelFit
    left_out: tuple[str, ...]
    """Principles with too few labels: the rule counts votes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLearned:
    """Why there is no fit."""

    reason: str
    hint: str
    """What to do."""


def learn_rule(
    table: CalibrationTable,
    rule: LearnedRule,
    choices: Choices,
    *,
    made: str,
    version: int = 1,
) -> Learned | NotLearned:
    """Learn the numbers of a rule, and measure it on labels it was not learned from.

    Learned from are the labels of the split for learning, measured on those to certify with. A suite without the former
    is cross-fitted: learned without a fold of the clusters, measured on that fold, and in the end learned from all. A
    stack is given only where it beats the best single judge (methods.md 1.5).

    Args:
        table: The run.
        rule: What to learn.
        choices: Cut-offs and seed.
        made: Date for the file, YYYY-MM-DD.
        version: Of the file; one more than that of the fit before it.
    """
    purpose = purpose_of(table, choices)
    groups = groups_of(table)
    if not groups:
        return NotLearned(
            reason="numbers do not vote", hint='use the rule "mean" or "median" for a numeric scale'
        )
    enough = [group for group in groups if group.count(purpose.learn) >= LEAST[rule]]
    if not enough:
        most = max(group.count(purpose.learn) for group in groups)
        return NotLearned(
            reason=f"{rule} needs {LEAST[rule]} labels to learn from, and there are {most}",
            hint="label more items, or use a majority until then",
        )
    judges = tuple(judge.id for judge in table.judges)
    held_out = _measure(table, rule, choices)
    if rule == "stack" and not (held_out and held_out.beats_single):
        return _no_better(held_out)
    fits = [fit for group in enough for fit in _fits_of(group, rule, purpose, judges, alone=len(groups) == 1)]
    labels = sum(group.count(purpose.learn) for group in enough)
    return Learned(
        fit=PanelFit(
            schema_="panel-fit/v1",
            version=version,
            rule=rule,
            made=made,
            source=f"{labels} labels of run {table.run}",
            learned_from="gate" if purpose.cross_fit else "optimise",
            judges={judge.id: judge.version for judge in table.judges},
            fits=tuple(fits),
            held_out=held_out,
        ),
        left_out=tuple(name for group in groups if group not in enough for name in group.principles),
    )


def _no_better(held_out: HeldOut | None) -> NotLearned:
    if held_out is None:
        return NotLearned(
            reason="there is no label to measure a stack on that it was not learned from",
            hint="label items of the gate split",
        )
    _, low, high = held_out.gain
    return NotLearned(
        reason=f"on {held_out.labels} labels it was not learned from, the stack is right on "
        f"{held_out.accuracy:.1%} and {held_out.single} alone on {held_out.single_accuracy:.1%} "
        f"(gain {low:+.1%} to {high:+.1%})",
        hint=f"use {held_out.single} alone, or label more items",
    )


# -- What is learned together ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Principles that share their answers, and what was said under them. Codes are places in `labels`."""

    principles: tuple[str, ...]
    labels: tuple[str, ...]
    """The answers that are opinions."""
    answers: Ints
    """Of the judges, shape (n, J); -1 where there is no opinion."""
    truth: Ints
    """Reference labels, shape (n,); -1 where there is none, or it is no opinion."""
    split: NDArray[np.int8]
    """Shape (n,)."""
    clusters: Ints
    """Shape (n,)."""
    inclusion: Floats
    """Probability of being labelled, shape (n,); not a number where not known."""

    def weights(self, known: NDArray[np.bool_]) -> Floats | None:
        """Return one over the probability of being labelled; None where it is the same for `known`, or not known."""
        chances = self.inclusion[known]
        if chances.size == 0 or not np.isfinite(chances).all() or np.ptp(chances) < _EQUAL:
            return None
        return 1 / self.inclusion

    def labelled(self, splits: Collection[Split]) -> NDArray[np.bool_]:
        """Return which items of some splits have a label, shape (n,)."""
        known: NDArray[np.bool_] = (self.truth != NONE) & np.isin(self.split, list(splits))
        return known

    def count(self, splits: Collection[Split]) -> int:
        """Return how many items of some splits have a label."""
        return int(self.labelled(splits).sum())

    def learnable(self, known: NDArray[np.bool_]) -> Ints:
        """Return the labels of some items, -1 for the others."""
        return np.where(known, self.truth, NONE)


def groups_of(table: CalibrationTable) -> tuple[Group, ...]:
    """Return the principles of a run in groups that are learned together: those with the same scale.

    Principles on a numeric scale are left out: their categories are ranges, for which nobody votes.
    """
    together: dict[ScaleFacts, list[PrincipleAnswers]] = {}
    for principle in table.principles:
        if principle.level is not Level.INTERVAL and len(_opinions(principle)) > 1:
            together.setdefault(scale_facts(principle), []).append(principle)
    return tuple(_group(_opinions(members[0]), members) for members in together.values())


def _opinions(principle: PrincipleAnswers) -> tuple[str, ...]:
    pairs = zip(principle.categories, principle.readings, strict=True)
    return tuple(label for label, reading in pairs if reading is not Reading.ABSTAIN)


def _group(labels: tuple[str, ...], members: Sequence[PrincipleAnswers]) -> Group:
    return Group(
        principles=tuple(each.principle for each in members),
        labels=labels,
        answers=np.concatenate([_recoded(each.answers, each, labels) for each in members]),
        truth=np.concatenate([_recoded(each.reference.label, each, labels) for each in members]),
        split=np.concatenate([each.split for each in members]),
        clusters=np.concatenate([each.clusters for each in members]),
        inclusion=np.concatenate([each.reference.inclusion for each in members]),
    )


def _recoded(codes: NDArray[np.int16], principle: PrincipleAnswers, labels: Sequence[str]) -> Ints:
    """Return codes as places in `labels`; abstentions become no opinion, as in every panel."""
    places = [labels.index(label) if label in labels else NONE for label in principle.categories]
    recoded: Ints = np.array([*places, NONE], dtype=np.int64)[codes]
    return recoded


# -- The numbers, and what they are worth ------------------------------------------------------------------


def _fits_of(
    group: Group, rule: LearnedRule, purpose: Purpose, judges: Sequence[str], *, alone: bool
) -> Iterator[PrincipleFit]:
    known = group.labelled(purpose.learn)
    learned = RULES[rule](group.answers, group.learnable(known), len(group.labels), group.weights(known))
    tables = learned.tables
    named = {name: _by_judge(name, rows, judges) for name, rows in tables.items()}
    for pattern in ("*",) if alone else group.principles:
        content = {"principles": pattern, "labels": group.labels, "labelled": int(known.sum()), **named}
        yield PrincipleFit.model_validate(content)


def _by_judge(name: str, rows: Sequence[Any], judges: Sequence[str]) -> Any:
    """Return a table by the names of the judges, where it has a row for each of them."""
    rounded = _rounded(rows)
    if name in {"shares", "intercepts"}:
        return rounded
    return dict(zip(judges, rounded, strict=True))


def _rounded(value: Any) -> Any:
    return tuple(map(_rounded, value)) if isinstance(value, list | tuple) else round(value, _DIGITS)


# -- What they are worth -----------------------------------------------------------------------------------


def _measure(table: CalibrationTable, rule: LearnedRule, choices: Choices) -> HeldOut | None:
    """Return what the report of the calibration says of the rule, on labels that it is not learned from."""
    measuring = Measuring(choices=choices)
    study = make_study(table, measuring)
    compared = compare_panel_rules(
        study.folds,
        study.certify_by_scale,
        judges=[judge.id for judge in table.judges],
        rule=table.rule,
        quorum=table.quorum,
        measuring=measuring,
    )
    found = [row for row in compared.rows if RULE_NAMES.get(row.rule) == rule]
    if compared.best_single is None or not found:
        return None
    row, single = found[0], compared.rows[0]
    if not (isinstance(row.gain, Estimate) and isinstance(row.accuracy, Estimate)):
        return None
    assert isinstance(single.accuracy, Estimate), "it was measured on the same labels"
    return HeldOut(
        labels=row.gain.n,
        accuracy=row.accuracy.value,
        single=table.judges[compared.best_single].id,
        single_accuracy=single.accuracy.value,
        gain=(row.gain.value, row.gain.interval.low, row.gain.interval.high),
    )
