"""Panels: opinions combined into a verdict, or into "undecided" with its reason (design.md section 5)."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from evenhand.errors import UsageError
from evenhand.judging.induced import against, still_holds
from evenhand.judging.opinion import expected_score
from evenhand.records.panel import Panel
from evenhand.records.rating import Distribution
from evenhand.records.scale import NumericScale, OrdinalScale, PairwiseScale, Reading, Scale
from evenhand.records.verdict import Opinion, Undecided, Verdict

_CLOSE = 1e-9


def check_rule(panel: Panel, scale: Scale) -> None:
    """Refuse a rule that has no meaning on a scale.

    Raises:
        UsageError: The rule is "median" and the scale has no order, the scale is numeric and the rule votes, or a
            cascade asks for the probability of a number.
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


def combine(opinions: Sequence[Opinion], panel: Panel, scale: Scale) -> Verdict:
    """Combine what each judge says into a verdict.

    Failed ratings and abstentions never vote. Judges with an opinion decide if they make the quorum; otherwise,
    and wherever the panel's rules leave it open, the item is undecided and belongs to people.
    """
    voters = [opinion for opinion in opinions if opinion.label is not None and not opinion.abstains]
    steps = [_seen(opinion) for opinion in opinions]
    undecided = _barrier(opinions, voters, panel)
    label, score = None, None
    if undecided is None:
        label, score, undecided, words = _RULES[panel.rule](voters, panel, scale)
        steps += words
        if label is not None and not _outweighs_refusals(label, opinions, voters, panel, scale):
            label, score, undecided = None, None, Undecided.REFUSED
    steps.append(f"verdict: {label}" if undecided is None else f"undecided: {_WORDS[undecided]}")
    return Verdict(
        label=label,
        undecided=undecided,
        distribution=_mean_distribution(voters),
        disagreement=disagreement_of(opinions, scale),
        opinions=tuple(opinions),
        score=score,
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
    label: str, opinions: Sequence[Opinion], voters: Sequence[Opinion], panel: Panel, scale: Scale
) -> bool:
    """Tell whether a verdict would stand if every judge that refused the item had spoken against it."""
    rule = _RULES[panel.rule]
    return all(
        still_holds(label, rule([*voters, *refusers], panel, scale)[0], scale)
        for refusers in against(label, opinions, scale)
    )


_Ruling = tuple[str | None, float | None, Undecided | None, list[str]]


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


def _by_vote(voters: Sequence[Opinion], panel: Panel, scale: Scale) -> _Ruling:
    weights: dict[str, float] = {}
    for opinion in voters:
        weight = panel.weights[opinion.judge] if panel.rule == "weighted" else 1.0
        weights[_label(opinion)] = weights.get(_label(opinion), 0.0) + weight
    ranked = sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))
    words = [f"{label}: weight {weight:.9g}" for label, weight in ranked]
    return _leader(weights, panel, scale, words)


def _by_unanimity(voters: Sequence[Opinion], panel: Panel, scale: Scale) -> _Ruling:
    del panel, scale
    labels = {_label(opinion) for opinion in voters}
    if len(labels) > 1:
        return None, None, Undecided.SPLIT, []
    return labels.pop(), None, None, [f"all {len(voters)} judges agree"]


def _by_mean(voters: Sequence[Opinion], panel: Panel, scale: Scale) -> _Ruling:
    if isinstance(scale, OrdinalScale | NumericScale):
        return _by_score(voters, scale, statistics.fmean, "mean")
    shares = dict(_mean_distribution(voters))
    for abstention in scale.abstain:
        shares.pop(abstention, None)
    words = [f"{label}: mean probability {share:.9g}" for label, share in shares.items()]
    return _leader(shares, panel, scale, words)


def _by_median(voters: Sequence[Opinion], panel: Panel, scale: Scale) -> _Ruling:
    del panel
    return _by_score(voters, scale, statistics.median, "median")


def _by_score(
    voters: Sequence[Opinion], scale: Scale, middle: Callable[[list[float]], float], name: str
) -> _Ruling:
    scores = [opinion.score for opinion in voters if opinion.score is not None]
    value = middle(scores)
    words = [f"{name} of {', '.join(f'{score:.9g}' for score in scores)} is {value:.9g}"]
    return _nearest_label(value, scale), value, None, words


def _nearest_label(value: float, scale: Scale) -> str:
    """Return the point of the scale nearest to `value`; exactly between two points the worse one."""
    if isinstance(scale, NumericScale):
        return scale.nearest(value)
    points = [(label, point) for label in scale.labels if (point := scale.score(label)) is not None]
    nearest = min(abs(point - value) for _, point in points)
    return next(label for label, point in points if abs(point - value) - nearest <= _CLOSE)


def _leader(weights: Mapping[str, float], panel: Panel, scale: Scale, words: list[str]) -> _Ruling:
    best = max(weights.values())
    leaders = [label for label, weight in weights.items() if weight >= best * (1 - _CLOSE)]
    if len(leaders) == 1:
        return leaders[0], None, None, words
    label = None if panel.on_tie == "undecided" else _tied(leaders, panel.on_tie, scale)
    if label is None:
        return None, None, Undecided.TIE, words
    return label, None, None, [*words, f"tie between {', '.join(sorted(leaders))}: {label} holds"]


def _tied(leaders: Sequence[str], wanted: Literal["worst", "best"], scale: Scale) -> str | None:
    """Return the label that a tie comes to, or None where the tied labels read alike.

    The two sides of a pair are alike by nature: their tie is "tie", where that is an answer.
    """
    if isinstance(scale, PairwiseScale):
        return "tie" if scale.allow_tie and set(leaders) - {"tie"} == {"a", "b"} else None
    rank = {Reading.FAIL: 0, Reading.NEUTRAL: 1, Reading.ABSTAIN: 1, Reading.PASS: 2}
    ordered = isinstance(scale, OrdinalScale)
    places = {
        label: scale.labels.index(label) if ordered else rank[scale.reading(label)] for label in leaders
    }
    place = (min if wanted == "worst" else max)(places.values())
    chosen = [label for label in leaders if places[label] == place]
    return chosen[0] if len(chosen) == 1 else None


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


def _label(opinion: Opinion) -> str:
    assert opinion.label is not None
    return opinion.label


_RULES: Mapping[str, Callable[[Sequence[Opinion], Panel, Scale], _Ruling]] = {
    "majority": _by_vote,
    "weighted": _by_vote,
    "unanimous": _by_unanimity,
    "mean": _by_mean,
    "median": _by_median,
}


__all__ = ["check_rule", "combine", "disagreement_of", "expected_score"]
