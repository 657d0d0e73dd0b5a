"""From the ratings of a pair to its preference label: outcome, soft probability, clamp."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.feedback.pair_shares import Heard, Shares, Weighing, hear, mean_shares, weakest
from evenhand.feedback.results import DECIDED, LabelledPair, PairOutcome, PrinciplePreference
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.message import flatten
from evenhand.records.rated import RatedItem
from evenhand.records.rating import Order
from evenhand.records.suite import Case
from evenhand.records.verdict import Undecided, Verdict

_SIDES = {"a": PairOutcome.FIRST, "b": PairOutcome.SECOND}
_HUMAN = {"a": "first", "b": "second", "tie": "tie", "both_bad": "tie"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """How ratings are read as preference labels."""

    weighing: Weighing
    """How much each judge counts."""
    clamp: tuple[float, float] | None = None
    """Least and most a soft probability may say."""
    tie_within: float = 0.0
    """A probability no further than this from a half is a tie."""


def label_pair(case: Case, items: Sequence[RatedItem], labelling: Labelling) -> LabelledPair:
    """Return the label of a case with two candidates, from its items: one for each principle it meets.

    Raises:
        ValueError: There is no item.
    """
    if not items:
        raise ValueError("a pair without an item has no label")
    heard = [hear(item, labelling.weighing) for item in items]
    first, second = case.outputs[:2]
    shares = _over_principles(heard)
    p_first = shares.p_first if shares else None
    outcome = outcome_of(heard, labelling)
    return LabelledPair(
        case_id=case.id,
        source=case.source or case.id,
        slice=case.slice,
        prompt=case.prompt,
        first=flatten(first.text or ""),
        second=flatten(second.text or ""),
        first_id=first.id,
        second_id=second.id,
        first_producer=first.producer,
        second_producer=second.producer,
        principle_ids=tuple(each.principle_id for each in heard),
        outcome=outcome,
        p_first=p_first,
        p_clamped=clamped(p_first, labelling.clamp),
        p_neither=shares.neither if shares else None,
        basis=weakest([each.basis for each in heard if each.basis is not None]),
        flipped=_flipped(heard),
        principles=tuple(
            PrinciplePreference(
                principle_id=each.principle_id,
                outcome=outcome if len(heard) == 1 else outcome_of([each], labelling),
                p_first=each.shares.p_first if each.shares else None,
                human=human_answer(item.labels),
            )
            for each, item in zip(heard, items, strict=True)
        ),
        raw=tuple(raw for each in heard for raw in each.raw),
    )


def clamped(p_first: float | None, clamp: tuple[float, float] | None) -> float | None:
    """Return a probability inside of the clamp."""
    return p_first if p_first is None or clamp is None else min(max(p_first, clamp[0]), clamp[1])


def outcome_of(heard: Sequence[Heard], labelling: Labelling) -> PairOutcome:
    """Return what became of a pair under some principles; `PairOutcome` says what each outcome means."""
    if any(each.is_unmeasured for each in heard):
        return PairOutcome.UNMEASURED
    if _flipped(heard):
        return PairOutcome.INCONSISTENT
    verdicts = [each.verdict for each in heard if each.verdict is not None]
    if any(_abstains(verdict) for verdict in verdicts):
        return PairOutcome.ABSTAINED
    sides = {_SIDES[verdict.label] for verdict in verdicts if verdict.label in _SIDES}
    shares = _over_principles(heard)
    p_first = shares.p_first if shares else None
    if any(verdict.label is None for verdict in verdicts) or len(sides) > 1:
        return PairOutcome.SPLIT
    if not sides or p_first is None or abs(p_first - 0.5) <= labelling.tie_within:
        return PairOutcome.TIE
    soft = PairOutcome.FIRST if p_first > 0.5 else PairOutcome.SECOND
    return soft if sides == {soft} else PairOutcome.SPLIT


def human_answer(labels: Sequence[HumanLabel]) -> str | None:
    """Return what people said of a pair: the settled label, or else what most persons said.

    Settled labels that differ, and a tie of persons, are no answer.
    """
    for kind in (LabelKind.RESOLVED, LabelKind.PERSON):
        said = Counter(_HUMAN[each.label] for each in labels if each.kind is kind and each.label in _HUMAN)
        if said:
            most = max(said.values())
            leaders = [answer for answer, count in said.items() if count == most]
            contradicted = kind is LabelKind.RESOLVED and len(said) > 1
            return None if contradicted or len(leaders) > 1 else leaders[0]
    return None


def _over_principles(heard: Sequence[Heard]) -> Shares | None:
    return mean_shares([each.shares for each in heard if each.shares is not None])


def _flipped(heard: Sequence[Heard]) -> bool | None:
    """Tell whether another answer leads in the other order; None where no judge answered in both."""
    leaders = []
    for order in Order:
        shares = mean_shares([each.by_order[order] for each in heard if order in each.by_order])
        if shares is None:
            return None
        leaders.append(shares.leader)
    return leaders[0] is not leaders[1]


def _abstains(verdict: Verdict) -> bool:
    return verdict.undecided in {Undecided.ABSTENTION, Undecided.QUORUM}


__all__ = ["DECIDED", "Labelling", "clamped", "human_answer", "label_pair", "outcome_of"]
