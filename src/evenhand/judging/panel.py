"""Panels: opinions combined into a verdict, or into "undecided" with its reason (design.md section 5)."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from evenhand.errors import UsageError
from evenhand.judging.opinion import expected_score
from evenhand.records.panel import Panel
from evenhand.records.rating import Distribution
from evenhand.records.scale import NumericScale, OrdinalScale, PairwiseScale, Reading, Scale
from evenhand.records.verdict import Opinion, Undecided, Verdict

_CLOSE = 1e-9


def check_rule(panel: Panel, scale: Scale) -> None:
    """Refuse a rule that has no meaning on a scale.

    Raises:
        UsageError: The rule is "median" and the scale has no order, or the scale is numeric and the rule votes.
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
    steps.append(f"verdict: {label}" if undecided is None else f"undecided: {_WORDS[undecided]}")
    return Verdict(
        label=label,
        undecided=undecided,
        distribution=_mean_distribution(voters),
        disagreement=_disagreement(opinions),
        opinions=tuple(opinions),
        score=score,
        steps=tuple(steps),
    )


_WORDS = {
    Undecided.QUORUM: "too few judges have an opinion",
    Undecided.TIE: "the leading labels are tied",
    Undecided.ABSTENTION: "a judge can not tell, and the panel leaves such items to people",
    Undecided.MISSING: "a rating failed, and the panel leaves such items to people",
    Undecided.SPLIT: "the judges differ, and the rule asks for one voice",
}

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
        weight = panel.weights.get(opinion.judge, 1.0)
        weights[_label(opinion)] = weights.get(_label(opinion), 0.0) + weight
    ranked = sorted(weights.items(), key=lambda entry: -entry[1])
    words = [f"{label}: weight {weight:g}" for label, weight in ranked]
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
    words = [f"{label}: mean probability {share:.3f}" for label, share in shares.items()]
    return _leader(shares, panel, scale, words)


def _by_median(voters: Sequence[Opinion], panel: Panel, scale: Scale) -> _Ruling:
    del panel
    return _by_score(voters, scale, statistics.median, "median")


def _by_score(
    voters: Sequence[Opinion], scale: Scale, middle: Callable[[list[float]], float], name: str
) -> _Ruling:
    scores = [opinion.score for opinion in voters if opinion.score is not None]
    value = middle(scores)
    words = [f"{name} of {', '.join(f'{score:.4g}' for score in scores)} is {value:.4g}"]
    return _nearest_label(value, scale), value, None, words


def _nearest_label(value: float, scale: Scale) -> str:
    """Return the point of the scale nearest to `value`; exactly between two points the worse one."""
    if isinstance(scale, NumericScale):
        return f"{value:.12g}"
    points = [(point, label) for label in scale.labels if (point := scale.score(label)) is not None]
    return min(points, key=lambda point: (abs(point[0] - value), point[0]))[1]


def _leader(weights: Mapping[str, float], panel: Panel, scale: Scale, words: list[str]) -> _Ruling:
    best = max(weights.values())
    leaders = [label for label, weight in weights.items() if best - weight <= _CLOSE]
    if len(leaders) == 1:
        return leaders[0], None, None, words
    if isinstance(scale, PairwiseScale) and scale.allow_tie and set(leaders) == {"a", "b"}:
        return "tie", None, None, [*words, "a and b have equal weight: tie"]
    if panel.on_tie == "undecided":
        return None, None, Undecided.TIE, words
    label = _extreme(leaders, scale, worst=panel.on_tie == "worst")
    if label is None:
        return None, None, Undecided.TIE, words
    return label, None, None, [*words, f"tie between {', '.join(leaders)}: the {panel.on_tie} of them holds"]


def _extreme(leaders: Sequence[str], scale: Scale, *, worst: bool) -> str | None:
    """Return the worst or best of the tied labels; None where two of them read alike."""
    rank = {Reading.FAIL: 0, Reading.NEUTRAL: 1, Reading.ABSTAIN: 1, Reading.PASS: 2}
    order = [(scale.score(label) or 0.0, rank[scale.reading(label)], label) for label in leaders]
    chosen = (min if worst else max)(order)
    alike = [label for score, place, label in order if (score, place) == chosen[:2]]
    return chosen[2] if len(alike) == 1 else None


def _mean_distribution(voters: Sequence[Opinion]) -> Distribution:
    tables = [dict(opinion.distribution) for opinion in voters]
    labels = dict.fromkeys(label for table in tables for label in table)
    return tuple(
        (label, math.fsum(table.get(label, 0.0) for table in tables) / len(tables)) for label in labels
    )


def _disagreement(opinions: Sequence[Opinion]) -> float:
    """Entropy of the answers, abstentions included as their own answer, over its largest possible value."""
    answers = [opinion.label or "?" for opinion in opinions if not _is_missing(opinion)]
    if len(answers) < 2:
        return 0.0
    shares = [count / len(answers) for count in Counter(answers).values()]
    return max(0.0, -math.fsum(share * math.log(share) for share in shares) / math.log(len(answers)))


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


__all__ = ["check_rule", "combine", "expected_score"]
