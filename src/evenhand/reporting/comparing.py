"""Raters beside each other: judges and judges, people and people, judges and people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evenhand.reporting.measuring import Measuring
from evenhand.reporting.summary import (
    BestJudge,
    ConfusionCounts,
    LabelComparison,
    PairAgreement,
    PrincipleSet,
)
from evenhand.reporting.tally import ComparisonTally, Tally
from evenhand.stats.estimate import Estimate

PANEL = "the panel"
NO_ANSWER = "no answer"
ALL_PRINCIPLES = "all principles"

PairCounts = Mapping[tuple[str, str, str], Counter[tuple[str, str]]]
"""Label pairs by principle and two raters."""


def principle_sets(tally: Tally, principles: Sequence[str]) -> tuple[PrincipleSet, ...]:
    """Return what answers are compared over: principles answered on the same labels together, then each by itself."""
    by_labels: dict[tuple[str, ...], list[str]] = {}
    for principle in principles:
        by_labels.setdefault(tally.categories[principle].labels, []).append(principle)
    shared = [
        PrincipleSet(name=_shared_name(labels, len(by_labels)), principles=tuple(members), labels=labels)
        for labels, members in by_labels.items()
        if len(members) > 1
    ]
    single = [
        PrincipleSet(name=principle, principles=(principle,), labels=tally.categories[principle].labels)
        for principle in principles
    ]
    return (*shared, *single)


def largest_sets(sets: Sequence[PrincipleSet]) -> tuple[PrincipleSet, ...]:
    """Return the sets that together hold every principle once."""
    pooled = {principle for one in sets if len(one.principles) > 1 for principle in one.principles}
    return tuple(one for one in sets if len(one.principles) > 1 or one.principles[0] not in pooled)


def pair_agreements(
    counts: PairCounts, raters: Sequence[str], sets: Iterable[PrincipleSet], measuring: Measuring
) -> Iterator[PairAgreement]:
    """Yield how far each two of `raters` agree, where both answered anything."""
    for over in sets:
        for place, first in enumerate(raters):
            for second in raters[place + 1 :]:
                pairs = _pooled(counts, over, first, second)
                if pairs:
                    yield PairAgreement(
                        over=over,
                        first=first,
                        second=second,
                        agreement=measuring.agreement(pairs, over.labels),
                        kappa=measuring.kappa(pairs, over.labels, stream=("pair", over.name, first, second)),
                    )


def label_comparisons(
    tally: Tally, judges: Sequence[str], sets: Iterable[PrincipleSet], measuring: Measuring
) -> Iterator[LabelComparison]:
    """Yield every judge and the panel beside every annotator that is compared, settled references first."""
    annotators = (*tally.resolved, *tally.people)
    for over in sets:
        for annotator in annotators:
            for rater in (*judges, None):
                tallies = [
                    tally.comparisons[key]
                    for principle in over.principles
                    if (key := (principle, rater, annotator)) in tally.comparisons
                ]
                if tallies:
                    met = _Met(over=over, rater=rater, annotator=annotator, tallies=tallies)
                    yield _comparison(met, measuring)


def best_judges(comparisons: Sequence[LabelComparison], sets: Sequence[PrincipleSet]) -> Iterator[BestJudge]:
    """Yield, for each annotator, the judge that matches most of the labels, with the panel beside it.

    Only judges that were asked about all the items count: the later judges of a cascade saw the harder ones.
    """
    for over in sets:
        mine = [comparison for comparison in comparisons if comparison.over == over]
        for panel in (comparison for comparison in mine if comparison.is_panel):
            rivals = [
                (comparison.of_all.value, comparison)
                for comparison in mine
                if comparison.annotator == panel.annotator
                and not comparison.is_panel
                and isinstance(comparison.of_all, Estimate)
                and comparison.of_all.n == panel.of_all.n
            ]
            if len(rivals) > 1:
                best = max(rivals, key=lambda rival: rival[0])[1]
                yield BestJudge(
                    over=over,
                    annotator=panel.annotator,
                    judge=best.rater,
                    judge_of_all=best.of_all,
                    panel_of_all=panel.of_all,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """The labels of one annotator met by the answers of one rater."""

    over: PrincipleSet
    rater: str | None
    annotator: str
    tallies: Sequence[ComparisonTally]


def _comparison(met: _Met, measuring: Measuring) -> LabelComparison:
    counts: Counter[tuple[str, str | None]] = Counter()
    for tally in met.tallies:
        counts.update(tally.met)
    answered = {(human, answer): n for (human, answer), n in counts.items() if answer is not None}
    matched = sum(count for (human, answer), count in answered.items() if human == answer)
    rater, labels = met.rater or PANEL, met.over.labels
    return LabelComparison(
        over=met.over,
        rater=rater,
        is_panel=met.rater is None,
        annotator=met.annotator,
        kind=met.tallies[0].kind,
        of_all=measuring.share(matched, counts.total()),
        of_answered=measuring.share(matched, sum(answered.values())),
        kappa=measuring.kappa(answered, labels, stream=("label", met.over.name, rater, met.annotator)),
        off_scale=sum(tally.off_scale for tally in met.tallies),
        confusion=_confusion(counts, labels),
    )


def _confusion(counts: Mapping[tuple[str, str | None], int], labels: Sequence[str]) -> ConfusionCounts:
    return ConfusionCounts(
        rows=tuple(labels),
        columns=(*labels, NO_ANSWER),
        counts=tuple(tuple(counts.get((human, answer), 0) for answer in (*labels, None)) for human in labels),
    )


def _pooled(counts: PairCounts, over: PrincipleSet, first: str, second: str) -> Counter[tuple[str, str]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for principle in over.principles:
        pairs.update(counts.get((principle, first, second), {}))
    return pairs


def _shared_name(labels: Sequence[str], kinds: int) -> str:
    return ALL_PRINCIPLES if kinds == 1 else f"principles answered {', '.join(labels)}"
