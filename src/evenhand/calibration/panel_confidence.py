"""How sure the panel is of its verdicts, from what was learnt on other labels than those it is measured on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from evenhand.calibration.confidence_map import map_confidence
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import FittedStack, fit_stack_on, samples_within
from evenhand.calibration.sample import Ints, Sample, scale_facts, with_panel
from evenhand.calibration.study import Study
from evenhand.calibration.table import NONE, CalibrationTable, Floats
from evenhand.stats.confidence.maps import Map
from evenhand.stats.patterns import compress

STACK = "probability of the verdict by a stack of the judges' answers, learnt from labels"
MEAN = "mean probability of the judges"
VOTES = "share of the judges who say what the panel says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a threshold is put on: a confidence that no label to certify with had a say in."""

    source: str
    """What it is, in words."""
    pool: Floats
    """Of all verdicts on principles that have labels to certify with; nobody knows what the others are worth."""
    certify: Floats
    """Of the verdicts on labels to certify with, in the order of `Study.whole`; not a number without a verdict."""
    items: Mapping[str, Floats]
    """Of every item of the principles that have labels to certify with, by principle, in the order of the table; not a
    number without a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelConfidence:
    """How sure the panel is."""

    source: str
    """What it is, in words."""
    certify: Floats
    """Of the verdicts on labels to certify with, in the order of `Study.whole`; not a number without a verdict."""
    threshold: Threshold
    """The same confidence where it was learnt from labels apart; else the measure it was learnt on, as it is: a
    confidence learnt from the labels that certify it makes the grid of thresholds depend on them, and breaks the
    promise (simulated: up to 21 % of promises at a nominal 10 %, with an isotonic map of vote shares)."""


def find_confidence(table: CalibrationTable, study: Study, measuring: Measuring) -> PanelConfidence:
    """Return the best confidence there is.

    The stack's where there are labels enough to learn it for every scale; else the mean probability, where judges give
    any; else the share of votes. Rank: methods.md 4.3.
    """
    table = _with_labels(table, study)
    source, measure = (MEAN, _mean_probability) if _has_probabilities(table) else (VOTES, _vote_share)
    if _stack_is_learnt(study, measuring):
        return _by_stack(table, study, _as_it_is(source, table, study, measure), measuring)
    return _by_measure(source, table, study, measure, measuring)


def _with_labels(table: CalibrationTable, study: Study) -> CalibrationTable:
    """Return the table without the principles that have no label to certify with."""
    pairs = zip(table.principles, study.certify, strict=True)
    return replace(table, principles=tuple(each for each, sample in pairs if sample.n))


def _stack_is_learnt(study: Study, measuring: Measuring) -> bool:
    measured = [place for place, sample in enumerate(study.certify_by_scale) if sample.n]
    judges = study.whole.answers.shape[1] - 1
    return (
        judges > 0
        and bool(measured)
        and all(
            fold.learn[place].n >= measuring.choices.learn_from for fold in study.folds for place in measured
        )
    )


def _has_probabilities(table: CalibrationTable) -> bool:
    decided = [each.panel_confidence[each.verdict != NONE] for each in table.principles]
    return any(part.size for part in decided) and all(np.isfinite(part).all() for part in decided)


# -- From the record ---------------------------------------------------------------------------------------

_Measure = Callable[[Floats, Ints], Floats]
"""From the panel's mean probability and the answers of items to a confidence."""


def _mean_probability(given: Floats, answers: Ints) -> Floats:
    del answers
    return given


def _vote_share(given: Floats, answers: Ints) -> Floats:
    del given
    answered = answers[:, :-1] != NONE
    alike = answered & (answers[:, :-1] == answers[:, -1:])
    return np.asarray(alike.sum(axis=1) / np.maximum(answered.sum(axis=1), 1))


def _by_measure(
    source: str, table: CalibrationTable, study: Study, measure: _Measure, measuring: Measuring
) -> PanelConfidence:
    """Return a measure by the map learnt from labels; as it is where these are too few."""
    raw = _as_it_is(source, table, study, measure)
    learn = _on_sample(study.learnt, measure)
    mapped = map_confidence(study, -1, learn=learn, certify=raw.certify, measuring=measuring, name=source)
    if mapped is None:
        return PanelConfidence(source=source, certify=raw.certify, threshold=raw)
    kind = f"{source}, by {mapped.kind}"
    apart = Threshold(
        source=kind,
        pool=mapped.map.calibrate(raw.pool),
        certify=mapped.certify,
        items={name: _mapped(each, mapped.map) for name, each in raw.items.items()},
    )
    return PanelConfidence(
        source=kind, certify=mapped.certify, threshold=raw if study.purpose.cross_fit else apart
    )


def _as_it_is(source: str, table: CalibrationTable, study: Study, measure: _Measure) -> Threshold:
    items = {
        each.principle: np.where(
            each.verdict != NONE, measure(each.panel_confidence, with_panel(each)), np.nan
        )
        for each in table.principles
    }
    pool = [items[each.principle][each.verdict != NONE] for each in table.principles]
    return Threshold(
        source=source,
        pool=np.concatenate([np.zeros(0), *pool]),
        certify=_on_sample(study.whole, measure),
        items=items,
    )


def _mapped(confidence: Floats, learnt: Map) -> Floats:
    found, known = np.full(len(confidence), np.nan), np.isfinite(confidence)
    found[known] = learnt.calibrate(confidence[known])
    return found


def _on_sample(sample: Sample, measure: _Measure) -> Floats:
    return np.where(sample.answers[:, -1] != NONE, measure(sample.confidence[:, -1], sample.answers), np.nan)


# -- From a stack ------------------------------------------------------------------------------------------


def _by_stack(table: CalibrationTable, study: Study, raw: Threshold, measuring: Measuring) -> PanelConfidence:
    learnt = [
        fit_stack_on(learn, measuring.rng("stack")) if learn.n else None for learn in study.learn_by_scale
    ]
    pool = [
        _of_verdict(stack, answers)
        for stack, answers in zip(learnt, _answers_by_scale(table, study), strict=True)
    ]
    certify = np.full(study.whole.n, np.nan)
    for place, fold in enumerate(study.folds):
        stacks = (
            [
                fit_stack_on(learn, measuring.rng("stack", str(place))) if learn.n else None
                for learn in fold.learn
            ]
            if study.purpose.cross_fit
            else learnt
        )
        tested = samples_within(study.certify_by_scale, fold.out)
        certify[fold.out] = np.concatenate(
            [_of_verdict(stack, test.answers) for stack, test in zip(stacks, tested, strict=True)]
        )
    joined = np.concatenate([np.zeros(0), *pool])
    apart = Threshold(
        source=STACK,
        pool=joined[np.isfinite(joined)],
        certify=certify,
        items={
            each.principle: _of_verdict(learnt[study.scales.index(scale_facts(each))], with_panel(each))
            for each in table.principles
        },
    )
    return PanelConfidence(source=STACK, certify=certify, threshold=raw if study.purpose.cross_fit else apart)


def _answers_by_scale(table: CalibrationTable, study: Study) -> Iterator[Ints]:
    nothing = np.zeros((0, len(table.judges) + 1), dtype=np.int64)
    for scale in study.scales:
        own = [with_panel(each) for each in table.principles if scale_facts(each) == scale]
        yield np.concatenate([nothing, *own])


def _of_verdict(stack: FittedStack | None, answers: Ints) -> Floats:
    """Return the probability that the verdict, the last of `answers`, is right; not a number without one."""
    patterns = compress(answers)
    verdict = patterns.answers[:, -1]
    decided = verdict != NONE
    found = np.full(len(verdict), np.nan)
    if stack is not None and decided.any():
        probabilities = stack.probabilities(patterns.answers[decided, :-1])
        found[decided] = probabilities[np.arange(int(decided.sum())), verdict[decided]]
    return found[patterns.index]
