"""The learned rules over arrays: numbers out of labelled items, and what they say about others.

`judging.learned` applies the same numbers to one item at a time; a test holds the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.table import NONE
from evenhand.records.panel_fit import LearnedRule
from evenhand.stats.aggregation.dawid_skene import dawid_skene
from evenhand.stats.aggregation.stack import fit_stack, stack_probabilities, vote_design
from evenhand.stats.aggregation.votes import weighted_vote, weights_from_labels

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LEAST_PROBABILITY = 1e-6
"""No answer is taken to be impossible because it was not seen."""
_NEVER = -50.0
"""Logit of a label that no item was given by people: it can not win, and the file holds a number."""
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedNumbers:
    """What a rule learned, in the words of the file, and the rule itself."""

    tables: Mapping[str, Any]
    """Fields of `PrincipleFit`, tables by position of the judge."""
    predict: Callable[[Ints], Ints]
    """Returns the label of each item, -1 for a tie; answers have shape (n, J)."""


Learn = Callable[[Ints, Ints, int, Floats | None], LearnedNumbers]
"""Learns from answers (n, J) and labels (n,), -1 for none, over so many labels; with one over the probability of being
labelled (n,), read where there is a label, or None where that is the same for all or not known of all."""


def learn_weights(answers: Ints, truth: Ints, labels: int, drawn: Floats | None = None) -> LearnedNumbers:
    """Learn the log-odds of each judge's accuracy (methods.md 1.1); a judge worse than chance has no vote."""
    learned = weights_from_labels(answers, truth, categories=labels, weights=drawn)
    weights = np.maximum(learned.weights, 0.0)
    return LearnedNumbers(
        tables={"weights": weights.tolist()},
        predict=lambda new: weighted_vote(new, weights, categories=labels),
    )


def learn_dawid_skene(answers: Ints, truth: Ints, labels: int, drawn: Floats | None = None) -> LearnedNumbers:
    """Learn confusion tables from all items, those with labels held to them (methods.md 1.2).

    Which of them were labelled may depend on their answers, for all are in the likelihood: it needs no weights.
    """
    del drawn
    fit = dawid_skene(answers, categories=labels, truth=truth, form="one_coin")
    shares, confusions = _floored(fit.shares), _floored(fit.confusions)
    return LearnedNumbers(
        tables={"shares": shares.tolist(), "confusions": confusions.tolist()},
        predict=lambda new: _leaders(_posterior_logits(new, np.log(shares), np.log(confusions))),
    )


def _floored(probabilities: Floats) -> Floats:
    raised = np.maximum(probabilities, _LEAST_PROBABILITY)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _posterior_logits(answers: Ints, shares: Floats, confusions: Floats) -> Floats:
    logits = np.tile(shares, (len(answers), 1))
    for judge, table in enumerate(confusions):
        given = answers[:, judge] != NONE
        logits[given] += table[:, answers[given, judge]].T
    return logits


def _leaders(logits: Floats) -> Ints:
    """Return the place of the largest of each row, -1 where two are as large."""
    close = (logits >= logits.max(axis=1, keepdims=True) - _CLOSE).sum(axis=1) > 1
    return np.where(close, NONE, logits.argmax(axis=1))


def learn_stack(answers: Ints, truth: Ints, labels: int, drawn: Floats | None = None) -> LearnedNumbers:
    """Learn a ridge logistic model of the label from all judges' answers (methods.md 1.5)."""
    known = truth != NONE
    model, _ = fit_stack(
        vote_design(answers[known], categories=labels),
        truth[known],
        categories=labels,
        rng=np.random.default_rng(0),
        weights=None if drawn is None else drawn[known],
    )
    judges = answers.shape[1]
    return LearnedNumbers(
        tables={
            "intercepts": np.where(model.seen, model.intercepts, _NEVER).tolist(),
            "coefficients": model.coefficients.reshape(judges, labels + 1, labels).tolist(),
        },
        predict=lambda new: _leaders(stack_probabilities(model, vote_design(new, categories=labels))),
    )


RULES: Mapping[LearnedRule, Learn] = {
    "weighted": learn_weights,
    "dawid_skene": learn_dawid_skene,
    "stack": learn_stack,
}
