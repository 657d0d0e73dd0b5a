"""Where the panel may decide alone: thresholds on its confidence that keep a promise."""

from dataclasses import dataclass

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_confidence import Threshold
from evenhand.calibration.results import Automation, AutomationStep
from evenhand.calibration.sample import Ints
from evenhand.calibration.study import Study
from evenhand.calibration.table import CalibrationTable, Flags, Floats
from evenhand.calibration.words import count, number, percent
from evenhand.stats.estimate import Undefined
from evenhand.stats.selective import AcceptNothing, Selection, Step, certify_threshold, fewest_labels
from evenhand.stats.thinning import equally_likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """How sure the panel is of its verdicts, and where people say whether these are right."""

    pool: Floats
    """Confidence of all its verdicts, labelled or not: the thresholds come from here, which no label had a say in."""
    decided: float
    """Share of all items with a verdict."""
    confidence: Floats
    """Of the n verdicts with a label to certify with, shape (n,), by what was learnt from other labels."""
    correct: Flags
    """Whether the verdict is the label, shape (n,)."""
    inclusion: Floats
    """Probability of being labelled, shape (n,); not a number where not known."""
    clusters: Ints | None
    """Shape (n,); None where no two share one."""
    source: str
    """What the confidence is, in words."""


def deciding_of(table: CalibrationTable, study: Study, by: Threshold) -> Deciding:
    """Return how sure the panel is of the verdicts of a table, by the confidence that thresholds are put on."""
    whole, items = study.whole, sum(each.n for each in table.principles)
    known = np.isfinite(by.certify)
    clusters = whole.clusters[known]
    return Deciding(
        pool=by.pool,
        decided=len(by.pool) / max(items, 1),
        confidence=by.certify[known],
        correct=whole.right(-1)[known],
        inclusion=whole.inclusion[known],
        clusters=clusters if len(np.unique(clusters)) < len(clusters) else None,
        source=by.source,
    )


def certify_automation(deciding: Deciding, measuring: Measuring) -> tuple[Automation, ...]:
    """Return for each promise which share of all items the panel may decide alone.

    The fixed-sequence test with exact binomial p-values. It needs labels that are independent and equally likely, so
    labels drawn with other probabilities are thinned, and one of each cluster is kept. Undecided items are never
    decided alone. Where the first step fails nothing is accepted.

    Source: methods.md 4.1.
    """
    return tuple(_certify(deciding, alpha, measuring) for alpha in measuring.choices.alpha)


def _certify(deciding: Deciding, alpha: float, measuring: Measuring) -> Automation:
    delta = measuring.choices.delta
    kept = _keep(deciding, measuring)
    if isinstance(kept, Undefined):
        return _nothing(deciding, alpha, kept.reason, measuring)
    found = certify_threshold(
        deciding.confidence[kept], deciding.correct[kept], deciding.pool, alpha=alpha, delta=delta
    )
    return Automation(
        alpha=alpha,
        delta=delta,
        confidence_source=deciding.source,
        automated=found.automated_share * deciding.decided,
        threshold=None if isinstance(found.accepted, AcceptNothing) else found.threshold,
        steps=tuple(_step(step, deciding.decided) for step in found.steps),
        least_labels=found.fewest_labels,
        words=_words(found, deciding, alpha, int(kept.sum())),
    )


def _keep(deciding: Deciding, measuring: Measuring) -> Flags | Undefined:
    """Return which labels an exact test may use."""
    n = len(deciding.confidence)
    if n == 0 or len(deciding.pool) == 0:
        return Undefined(n=0, reason="no verdict has a label to certify with")
    if not np.isfinite(deciding.inclusion).all():
        return Undefined(n=n, reason="it is not recorded how the labelled items were drawn")
    if n < measuring.choices.too_few:
        return Undefined(n=n, reason=f"{count(n, 'label')} to certify with are too few")
    return equally_likely(1 / deciding.inclusion, rng=measuring.rng("automation"), clusters=deciding.clusters)


def _step(step: Step, decided: float) -> AutomationStep:
    counted = step.counts[0]
    tested = step.outcome in {"passed", "failed"}
    return AutomationStep(
        coverage=step.pool_share * decided,
        threshold=step.threshold,
        labelled=counted.n,
        errors=counted.losses,
        agreement=counted.kept,
        p_value=counted.p_value if tested else None,
        certified=step.outcome == "passed",
    )


def _nothing(deciding: Deciding, alpha: float, reason: str, measuring: Measuring) -> Automation:
    return Automation(
        alpha=alpha,
        delta=measuring.choices.delta,
        confidence_source=deciding.source,
        automated=0.0,
        threshold=None,
        steps=(),
        least_labels=fewest_labels(alpha, measuring.choices.delta),
        words=f"Nothing may be decided alone: {reason}. All items go to people.",
    )


def _words(found: Selection, deciding: Deciding, alpha: float, labels: int) -> str:
    if isinstance(found.accepted, AcceptNothing):
        why = f"{found.accepted.reason}{_thinned(deciding, labels)}"
        return f"Nothing may be decided alone: {why}. All items go to people."
    sure = f"where its confidence is {number(found.threshold)} or more"
    return (
        f"The panel may decide alone {sure if found.threshold > 0 else 'wherever it has a verdict'}: "
        f"{percent(found.automated_share * deciding.decided)} of all items. At most {percent(alpha)} of these "
        f"decisions are wrong, unless the draw of the {labels:,} labels was unlucky, which happens in "
        f"{percent(found.delta)} of draws. All other items go to people."
    )


def _thinned(deciding: Deciding, labels: int) -> str:
    """Return how few of the labels an exact test can use; a large cluster or a large weight costs most of them."""
    given = len(deciding.confidence)
    if labels == given:
        return ""
    return f" (of {count(given, 'label')} the test can use {labels:,} that are independent and were equally likely)"
