"""Ways to combine the judges, each on labels it has not seen, beside the best single judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.calibration.gains import measure_gains
from evenhand.calibration.learned_rules import RULES
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import RuleRow
from evenhand.calibration.sample import Ints, Sample, pool_samples
from evenhand.calibration.table import NONE, Flags, Floats
from evenhand.records.panel_fit import LearnedRule
from evenhand.records.scale import Reading
from evenhand.stats.aggregation.best_single import best_single
from evenhand.stats.aggregation.stack import fit_stack, stack_probabilities, vote_design
from evenhand.stats.aggregation.votes import FEWEST_OF_CATEGORY, majority
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.stats.folds import fold_numbers
from evenhand.stats.logistic import Logistic
from evenhand.stats.shares import weighted_share

AS_IT_IS = "the panel as it is"
"""How the rule of the run is named among the rules."""
SINGLE, MAJORITY, WEIGHTED, DAWID_SKENE, STACK = (
    "best single judge",
    "majority",
    "weighted",
    "Dawid-Skene",
    "stack",
)
_LEARNT = {WEIGHTED, DAWID_SKENE, STACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleComparison:
    """What the rules came to."""

    best_single: int | None
    """The judge with the best agreement on the labels for learning; None where these are too few."""
    rows: tuple[RuleRow, ...]
    recommended: str


RULE_NAMES: Mapping[str, LearnedRule] = {WEIGHTED: "weighted", DAWID_SKENE: "dawid_skene", STACK: "stack"}
"""What a rule that can be learned is called in files and on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Labels to learn from, and those to measure on that nothing was learnt from."""

    learn: tuple[Sample, ...]
    """By scale."""
    out: Flags
    """The items to measure on, among those of all scales, one scale after the other."""


def compare_panel_rules(
    folds: Sequence[Fold],
    certify: Sequence[Sample],
    *,
    judges: Sequence[str],
    rule: str,
    quorum: int = 1,
    measuring: Measuring,
) -> RuleComparison:
    """Return each rule on the labels to certify with, in samples by scale, and its gain over the best single judge.

    What is learnt (which judge is best, weights, confusions, the stack) is learnt from the labels of each fold, for
    principles with one scale together. An undecided item counts as wrong, and so does one on which fewer than `quorum`
    judges have an opinion: no panel decides it. Recommended is the rule of the largest gain
    among those whose whole interval is above 0, else the best single judge; a learnt rule has to be as good on items
    that pass and that fail, taken alike.

    Source: methods.md 1.1, 1.2, 1.5.
    """
    to_learn = [sum(sample.n for sample in fold.learn) for fold in folds]
    fewest = min([sum(sample.n for sample in certify), *to_learn])
    if len(judges) < 2 or fewest < max(measuring.choices.too_few, 1):
        return RuleComparison(
            best_single=None,
            rows=(),
            recommended=_without_comparison(judges),
        )
    whole = pool_samples(certify)
    given, best = _held_out(folds, certify, whole, quorum, measuring)
    if rule == MAJORITY:
        del given[MAJORITY]
    rows = _rows(given, whole, measuring)
    rows[0] = replace(rows[0], rule=f"{SINGLE}: {judges[best]}")
    if STACK not in given:
        rows.append(_no_stack(whole.n, measuring))
    return RuleComparison(best_single=best, rows=tuple(rows), recommended=_recommend(rows))


def split_folds(learn: Sequence[Sample], certify: Sequence[Sample]) -> tuple[Fold, ...]:
    """Return the one fold there is when other labels than those measured on are for learning."""
    return (Fold(learn=tuple(learn), out=np.ones(sum(sample.n for sample in certify), dtype=np.bool_)),)


def cross_folds(certify: Sequence[Sample], rng: np.random.Generator) -> tuple[Fold, ...]:
    """Return folds of the labels to certify with; items of one cluster are in one fold."""
    whole = pool_samples(certify)
    if whole.n == 0:
        return split_folds(certify, certify)
    parts = fold_numbers(whole.n, rng=rng, clusters=whole.shared_clusters)
    return tuple(
        Fold(
            learn=samples_within(certify, np.asarray(parts != part)),
            out=np.asarray(parts == part),
        )
        for part in np.unique(parts)
    )


def samples_within(samples: Sequence[Sample], chosen: Flags) -> tuple[Sample, ...]:
    """Return the chosen items of each sample; `chosen` is about all of them, one sample after the other."""
    ends = np.cumsum([sample.n for sample in samples])
    parts = np.split(chosen, ends[:-1])
    return tuple(sample.take(part) for sample, part in zip(samples, parts, strict=True))


# -- Held-out answers --------------------------------------------------------------------------------------


def _held_out(
    folds: Sequence[Fold], certify: Sequence[Sample], whole: Sample, quorum: int, measuring: Measuring
) -> tuple[dict[str, Ints], int]:
    """Return the answers of every rule on all labels to certify with, and the judge best on the labels for learning."""
    rules = [SINGLE, MAJORITY, WEIGHTED, DAWID_SKENE]
    if all(sample.n >= measuring.choices.learn_from for fold in folds for sample in fold.learn if sample.n):
        rules.append(STACK)
    given = {name: np.full(whole.n, NONE, dtype=np.int64) for name in rules}
    given[SINGLE] = held_out_single(folds, whole)
    for fold in folds:
        tested = samples_within(certify, fold.out)
        for name in rules[1:]:
            answers = [
                _apply(name, learn, test, quorum) for learn, test in zip(fold.learn, tested, strict=True)
            ]
            given[name][fold.out] = np.concatenate(answers)
    learnt = pool_samples([sample for fold in folds for sample in fold.learn])
    as_it_is = {AS_IT_IS: whole.answers[:, -1]}
    return {SINGLE: given[SINGLE], **as_it_is, **given}, _best(learnt)


def _apply(name: str, learn: Sample, test: Sample, quorum: int) -> Ints:
    """Return the answers of one rule on the items of one scale; the majority's where there is nothing to learn from."""
    assert test.scale is not None, "the principles of one scale were sampled"
    categories, answers = len(test.scale.categories), opinions(test)
    if name == MAJORITY or learn.n == 0 or test.n == 0:
        given = majority(answers, categories=categories)
    else:
        known = np.concatenate([learn.truth, np.full(test.n, NONE)])
        drawn = None if learn.weights is None else np.concatenate([learn.weights, np.ones(test.n)])
        rule = RULES[RULE_NAMES[name]]
        given = rule(np.concatenate([opinions(learn), answers]), known, categories, drawn).predict(answers)
    return np.where((answers != NONE).sum(axis=1) < quorum, NONE, given)


def opinions(sample: Sample) -> Ints:
    """Return the judges' answers of one scale; one that says "cannot tell" is no opinion, as in every panel."""
    assert sample.scale is not None, "the principles of one scale were sampled"
    abstentions = [place for place, each in enumerate(sample.scale.readings) if each is Reading.ABSTAIN]
    answers = sample.answers[:, :-1]
    return np.where(np.isin(answers, abstentions), NONE, answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedStack:
    """What people would say, learnt from labels of one scale."""

    model: Logistic
    categories: int

    def probabilities(self, answers: Ints) -> Floats:
        """Return the probability of each category on items with these answers of the judges, shape (n, K)."""
        return stack_probabilities(self.model, vote_design(answers, categories=self.categories))


def fit_stack_on(learn: Sample, rng: np.random.Generator) -> FittedStack:
    """Return the stack that the labels of one scale teach; at least one is needed."""
    assert learn.scale is not None, "the principles of one scale were sampled"
    categories, answers = len(learn.scale.categories), learn.answers[:, :-1]
    model, _ = fit_stack(
        vote_design(answers, categories=categories),
        learn.truth,
        categories=categories,
        rng=rng,
        weights=learn.weights,
        clusters=learn.shared_clusters,
    )
    return FittedStack(model=model, categories=categories)


def held_out_single(folds: Sequence[Fold], whole: Sample) -> Ints:
    """Return the answers of the best single judge on the labels to certify with, chosen anew in each fold."""
    given = np.full(whole.n, NONE, dtype=np.int64)
    for fold in folds:
        given[fold.out] = whole.answers[fold.out, _best(pool_samples(fold.learn))]
    return given


def _best(learn: Sample) -> int:
    return best_single(learn.answers[:, :-1], learn.truth, weights=learn.weights)


# -- Rows --------------------------------------------------------------------------------------------------


def _rows(given: Mapping[str, Ints], whole: Sample, measuring: Measuring) -> list[RuleRow]:
    right = np.column_stack([codes == whole.truth for codes in given.values()]).astype(np.float64)
    gains = measure_gains(whole, right - right[:, :1], measuring, "rules")
    return [
        RuleRow(
            rule=name,
            accuracy=weighted_share(
                np.asarray(codes == whole.truth),
                weights=whole.weights,
                clusters=whole.shared_clusters,
                confidence=measuring.choices.confidence,
            ),
            gain=Undefined(n=whole.n, reason="the others are compared with it") if name == SINGLE else gain,
            beats_single=name != SINGLE
            and isinstance(gain, Estimate)
            and gain.interval.low > 0
            and (name not in _LEARNT or _keeps_every_kind(codes, given[SINGLE], whole)),
        )
        for (name, codes), gain in zip(given.items(), gains, strict=True)
    ]


def _keeps_every_kind(codes: Ints, single: Ints, whole: Sample) -> bool:
    """Tell whether a rule is no worse than the best single judge on items that pass and that fail, taken alike.

    What learns how rare violations are beats every judge by passing everything. Where one kind has hardly any labels
    that can not be told. Principles of different scales without a rate have no kinds in common.
    """
    if not whole.has_rate and whole.scale is None:
        return True
    kinds = whole.read_truth if whole.has_rate else whole.truth
    held = np.ones(whole.n) if whole.weights is None else whole.weights
    found, counts = np.unique(kinds, return_counts=True)
    common = [kinds == kind for kind in found[counts >= FEWEST_OF_CATEGORY]]
    gains = (codes == whole.truth).astype(np.float64) - (single == whole.truth)
    lead = sum(float(np.average(gains[kind], weights=held[kind])) for kind in common)
    return len(common) > 1 and lead >= 0


def _no_stack(n: int, measuring: Measuring) -> RuleRow:
    why = Undefined(n=n, reason=f"a stack needs {measuring.choices.learn_from} labels to learn from")
    return RuleRow(rule=STACK, accuracy=why, gain=why, beats_single=False)


def _recommend(rows: Sequence[RuleRow]) -> str:
    better = [row for row in rows if row.beats_single]
    return max(better, key=_gain_value).rule if better else rows[0].rule


def _gain_value(row: RuleRow) -> float:
    return row.gain.value if isinstance(row.gain, Estimate) else -np.inf


def _without_comparison(judges: Sequence[str]) -> str:
    if len(judges) == 1:
        return f"{judges[0]}: it is the only judge"
    return f"{AS_IT_IS}: too few labels to compare"
