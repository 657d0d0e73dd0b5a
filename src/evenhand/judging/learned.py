"""Rules whose numbers were learned from human labels: weights, Dawid-Skene, a stack."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evenhand.judging.ruling import Ruling, leader
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PrincipleFit
from evenhand.records.scale import Scale
from evenhand.records.verdict import Opinion, Undecided


def by_weighted_vote(
    voters: Sequence[Opinion], weights: Mapping[str, float], panel: Panel, scale: Scale
) -> Ruling:
    """Give each label the weights of the judges who answer it; without any weight it is a tie for people."""
    sums: dict[str, float] = {}
    for opinion in voters:
        sums[label_of(opinion)] = sums.get(label_of(opinion), 0.0) + weights[opinion.judge]
    ranked = sorted(sums.items(), key=lambda entry: (-entry[1], entry[0]))
    words = [f"{label}: weight {weight:.9g}" for label, weight in ranked]
    if not any(sums.values()):
        return Ruling(undecided=Undecided.TIE, words=tuple(words))
    return leader(sums, panel, scale, words)


def by_dawid_skene(voters: Sequence[Opinion], fit: PrincipleFit, panel: Panel, scale: Scale) -> Ruling:
    """Take the label that is most probable under the judges' confusion tables, as if they erred independently.

    The fit knows every label of the scale that is an opinion, as `check_rule` has seen to. The probability is no
    measure of confidence, because judges do not err independently; it decides and is not kept (methods.md 1.2).
    """
    places = {label: place for place, label in enumerate(fit.labels)}
    logits = [math.log(share) for share in fit.shares]
    for opinion in voters:
        table, answer = fit.confusions[opinion.judge], places[label_of(opinion)]
        logits = [logit + math.log(row[answer]) for logit, row in zip(logits, table, strict=True)]
    shares = dict(zip(fit.labels, _softmax(logits), strict=True))
    words = [f"{label}: {share:.9g} if judges erred independently" for label, share in shares.items()]
    return leader(shares, panel, scale, words)


def by_stack(voters: Sequence[Opinion], fit: PrincipleFit, panel: Panel, scale: Scale) -> Ruling:
    """Take the label that is most probable by the logistic model of all judges' answers."""
    places = {label: place for place, label in enumerate(fit.labels)}
    answers = {opinion.judge: places[label_of(opinion)] for opinion in voters}
    rows = [table[answers.get(judge, len(places))] for judge, table in fit.coefficients.items()]
    logits = [math.fsum(column) for column in zip(fit.intercepts, *rows, strict=True)]
    shares = dict(zip(fit.labels, _softmax(logits), strict=True))
    words = [f"{label}: {share:.9g} by the stack" for label, share in shares.items()]
    return replace(leader(shares, panel, scale, words), distribution=tuple(shares.items()))


def label_of(opinion: Opinion) -> str:
    """Return the label of an opinion that has one."""
    assert opinion.label is not None
    return opinion.label


def _softmax(logits: Sequence[float]) -> list[float]:
    most = max(logits)
    powers = [math.exp(logit - most) for logit in logits]
    total = math.fsum(powers)
    return [power / total for power in powers]
