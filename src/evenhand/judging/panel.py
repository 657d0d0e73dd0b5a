"""Panels: opinions combined into a verdict, or into "undecided" with its reason (design.md section 5)."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from evenhand.errors import UsageError
from evenhand.judging.induced import against, anything, still_holds
from evenhand.judging.learned import by_dawid_skene, by_stack, by_weighted_vote, label_of
from evenhand.judging.opinion import expected_score
from evenhand.judging.ruling import Ruling, leader
from evenhand.records.panel import NEED_A_FIT, Panel
from evenhand.records.panel_fit import PrincipleFit
from evenhand.records.rating import Distribution
from evenhand.records.scale import NumericScale, OrdinalScale, Scale
from evenhand.records.verdict import Opinion, Undecided, Verdict

_CLOSE = 1e-9


def check_rule(panel: Panel, scale: Scale, fit: PrincipleFit | None = None) -> None:
    """Refuse a rule that has no meaning on a scale, or a fit that tells other answers apart.

    Raises:
        UsageError: The rule is "median" and the scale has no order, the scale is numeric and the rule votes, or a
            cascade asks for the probability of a number, or the fit does not know the scale's answers.
    """
    ordered = isinstance(scale, OrdinalScale | NumericScale)
    if panel.rule == "median" and not ordered:
        raise UsageError(
            f'panel {panel.id}: the rule "median" needs a scale with an order', hint='use "majority"'
        )
    if isinstance(scale, NumericScale) and panel.rule not in {"mean", "median"}:
        raise UsageError(
            f'panel {panel.id}: the rule "{panel.rule}" votes, and numbers do not vote',
            hint='use "mean" or "median" for a numeric scale',
        )
    if isinstance(scale, NumericScale) and panel.asks_for_confidence:
        raise UsageError(
            f"panel {panel.id}: a step of its cascade settles by confidence, and a number has no probability",
            hint="settle by `disagreement` on a numeric scale",
        )
    opinions = [label for label in scale.labels if label not in scale.abstain]
    if fit and set(fit.labels) != set(opinions):
        raise UsageError(
            f"panel {panel.id}: its fit for {fit.principles!r} tells {', '.join(fit.labels)} apart, "
            f"and the scale has {', '.join(opinions)}",
            hint="learn it again: evenhand calibrate RUN --learn FILE",
        )


def combine(
    opinions: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None = None
) -> Verdict:
    """Combine what each judge says into a verdict.

    `fit` holds what a learned rule knows about the item's principle; without it such a rule counts votes, and says so.
    Failed ratings and abstentions never vote. Judges with an opinion decide if they make the quorum; otherwise,
    and wherever the panel's rules leave it open, the item is undecided and belongs to people.
    """
    voters = [opinion for opinion in opinions if opinion.label is not None and not opinion.abstains]
    steps = [_seen(opinion) for opinion in opinions]
    undecided = _barrier(opinions, voters, panel)
    ruling = Ruling(undecided=undecided)
    if undecided is None:
        ruling = _RULES[panel.rule](voters, panel, scale, fit)
        steps += ruling.words
        if not _outweighs_refusals(ruling.label, opinions, voters, panel, scale, fit):
            ruling = Ruling(undecided=Undecided.REFUSED, distribution=ruling.distribution)
    steps.append(f"undecided: {_WORDS[ruling.undecided]}" if ruling.undecided else f"verdict: {ruling.label}")
    return Verdict(
        label=ruling.label,
        undecided=ruling.undecided,
        distribution=_mean_distribution(voters) if ruling.distribution is None else ruling.distribution,
        disagreement=disagreement_of(opinions, scale),
        opinions=tuple(opinions),
        score=ruling.score,
        steps=tuple(steps),
    )


_WORDS = {
    Undecided.QUORUM: "too few judges have an opinion",
    Undecided.TIE: "the leading labels are tied",
    Undecided.ABSTENTION: "a judge can not tell, and the panel leaves such items to people",
    Undecided.MISSING: "a rating failed, and the panel leaves such items to people",
    Undecided.REFUSED: "judges refused, and their votes against it would have changed the verdict",
    Undecided.SPLIT: "the judges differ, and the rule asks for one voice",
    Undecided.ESCALATED: "no step of the cascade was sure enough",
}


def _outweighs_refusals(
    label: str | None,
    opinions: Sequence[Opinion],
    voters: Sequence[Opinion],
    panel: Panel,
    scale: Scale,
    fit: PrincipleFit | None,
) -> bool:
    """Tell whether a verdict would stand if every judge that refused the item had spoken against it."""
    if label is None:
        return True
    learned = fit is not None and panel.rule in NEED_A_FIT
    tried = (anything if learned else against)(label, opinions, scale)
    rule = _RULES[panel.rule]
    return tried is not None and all(
        still_holds(label, rule([*voters, *refusers], panel, scale, fit).label, scale) for refusers in tried
    )


def _seen(opinion: Opinion) -> str:
    if opinion.abstains:
        return f"{opinion.judge}: can not tell"
    if opinion.label is None:
        return f"{opinion.judge}: no opinion ({', '.join(opinion.failed) or 'no rating'})"
    share = dict(opinion.distribution).get(opinion.label)
    note = "; the two orders differ" if opinion.inconsistent else ""
    note += "; asked in one order" if opinion.one_order else ""
    return f"{opinion.judge}: {opinion.label}" + (f" (p = {share:.3f}{note})" if share is not None else "")


def _barrier(opinions: Sequence[Opinion], voters: Sequence[Opinion], panel: Panel) -> Undecided | None:
    if panel.on_missing == "undecided" and any(_is_missing(opinion) for opinion in opinions):
        return Undecided.MISSING
    if panel.on_abstention == "undecided" and any(opinion.abstains for opinion in opinions):
        return Undecided.ABSTENTION
    return Undecided.QUORUM if len(voters) < panel.quorum_needed else None


def _is_missing(opinion: Opinion) -> bool:
    return opinion.label is None and not opinion.abstains


def _by_vote(voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None) -> Ruling:
    del fit
    return by_weighted_vote(voters, dict.fromkeys((opinion.judge for opinion in voters), 1.0), panel, scale)


def _by_weight(voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None) -> Ruling:
    if panel.weights:
        return by_weighted_vote(voters, panel.weights, panel, scale)
    return by_weighted_vote(voters, fit.weights, panel, scale) if fit else _unlearned(voters, panel, scale)


def _by_dawid_skene(
    voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None
) -> Ruling:
    return by_dawid_skene(voters, fit, panel, scale) if fit else _unlearned(voters, panel, scale)


def _by_stack(voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None) -> Ruling:
    return by_stack(voters, fit, panel, scale) if fit else _unlearned(voters, panel, scale)


def _unlearned(voters: Sequence[Opinion], panel: Panel, scale: Scale) -> Ruling:
    """Return the majority's verdict where the panel's fit says nothing about a principle."""
    ruling = _by_vote(voters, panel, scale, None)
    return replace(ruling, words=("the fit says nothing about this principle: a majority", *ruling.words))


def _by_unanimity(voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None) -> Ruling:
    del panel, scale, fit
    labels = {label_of(opinion) for opinion in voters}
    if len(labels) > 1:
        return Ruling(undecided=Undecided.SPLIT)
    return Ruling(label=labels.pop(), words=(f"all {len(voters)} judges agree",))


def _by_mean(voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None) -> Ruling:
    del fit
    if isinstance(scale, OrdinalScale | NumericScale):
        return _by_score(voters, scale, statistics.fmean, "mean")
    shares = dict(_mean_distribution(voters))
    for abstention in scale.abstain:
        shares.pop(abstention, None)
    words = [f"{label}: mean probability {share:.9g}" for label, share in shares.items()]
    return leader(shares, panel, scale, words)


def _by_median(voters: Sequence[Opinion], panel: Panel, scale: Scale, fit: PrincipleFit | None) -> Ruling:
    del panel, fit
    return _by_score(voters, scale, statistics.median, "median")


def _by_score(
    voters: Sequence[Opinion], scale: Scale, middle: Callable[[list[float]], float], name: str
) -> Ruling:
    scores = [opinion.score for opinion in voters if opinion.score is not None]
    value = middle(scores)
    words = f"{name} of {', '.join(f'{score:.9g}' for score in scores)} is {value:.9g}"
    return Ruling(label=_nearest_label(value, scale), score=value, words=(words,))


def _nearest_label(value: float, scale: Scale) -> str:
    """Return the point of the scale nearest to `value`; exactly between two points the worse one."""
    if isinstance(scale, NumericScale):
        return scale.nearest(value)
    points = [(label, point) for label in scale.labels if (point := scale.score(label)) is not None]
    nearest = min(abs(point - value) for _, point in points)
    return next(label for label, point in points if abs(point - value) - nearest <= _CLOSE)


def _mean_distribution(voters: Sequence[Opinion]) -> Distribution:
    if len(voters) == 1:
        return voters[0].distribution
    tables = [dict(opinion.distribution) for opinion in voters]
    labels = dict.fromkeys(label for table in tables for label in table)
    return tuple(
        (label, math.fsum(table.get(label, 0.0) for table in tables) / len(tables)) for label in labels
    )


def disagreement_of(opinions: Sequence[Opinion], scale: Scale) -> float:
    """Return how far the judges are from one voice, 0 to 1.

    Labels: the entropy of the answers, abstentions included as their own answer, over its largest possible value.
    Numbers: the standard deviation of the scores over its largest possible value, half the range.
    """
    answers = [opinion for opinion in opinions if not _is_missing(opinion)]
    if len(answers) < 2:
        return 0.0
    if isinstance(scale, NumericScale):
        scores = [opinion.score for opinion in answers if opinion.score is not None]
        middle = statistics.fmean(scores)
        deviation = math.sqrt(statistics.fmean((score - middle) ** 2 for score in scores))
        return min(1.0, 2 * deviation / (scale.maximum - scale.minimum))
    counts = Counter(opinion.label or "?" for opinion in answers).values()
    shares = [count / len(answers) for count in counts]
    entropy = -math.fsum(share * math.log(share) for share in shares)
    return min(1.0, max(0.0, entropy / math.log(len(answers))))


_Rule = Callable[[Sequence[Opinion], Panel, Scale, PrincipleFit | None], Ruling]
_RULES: Mapping[str, _Rule] = {
    "majority": _by_vote,
    "weighted": _by_weight,
    "dawid_skene": _by_dawid_skene,
    "stack": _by_stack,
    "unanimous": _by_unanimity,
    "mean": _by_mean,
    "median": _by_median,
}


__all__ = ["check_rule", "combine", "disagreement_of", "expected_score"]
