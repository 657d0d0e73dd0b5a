"""What labels say of all people together: how far they agree, and which gold items most of them miss."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.review.adjudication import answer_of, counted
from evenhand.review.quality import ReviewedItem, too_few
from evenhand.stats.agreement.krippendorff import krippendorff_alpha
from evenhand.stats.estimate import Measured
from evenhand.stats.intervals import proportion

_LEAST_ITEMS: Final = 20
_DRAWS: Final = 500
_LEAST_PEOPLE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAgreement:
    """How far people agree on one principle."""

    principle: str
    items: int
    """Labelled by two people or more."""
    unanimous: Measured
    """Share of them on which all say the same."""
    alpha: Measured
    """Krippendorff's alpha, of answers without an order."""


def team_agreement(items: Iterable[ReviewedItem], *, seed: int = 0) -> tuple[TeamAgreement, ...]:
    """Return how far people agree, by principle; under twenty items that two of them labelled there is no number."""
    by_principle: dict[str, list[ReviewedItem]] = {}
    for each in items:
        if each.item.gold is None and len(counted(each.labels)) > 1:
            by_principle.setdefault(each.item.principle_id, []).append(each)
    return tuple(_agreement(name, own, seed) for name, own in sorted(by_principle.items()))


def _agreement(principle: str, items: Sequence[ReviewedItem], seed: int) -> TeamAgreement:
    if len(items) < _LEAST_ITEMS:
        few = too_few(len(items))
        return TeamAgreement(principle=principle, items=len(items), unanimous=few, alpha=few)
    said = [_answers(each) for each in items]
    places = {
        answer: place for place, answer in enumerate(sorted({each for row in said for each in row.values()}))
    }
    people = sorted({person for row in said for person in row})
    table = np.array([[places[row[name]] if name in row else -1 for name in people] for row in said])
    return TeamAgreement(
        principle=principle,
        items=len(items),
        unanimous=proportion(sum(len(set(row.values())) == 1 for row in said), len(said)),
        alpha=krippendorff_alpha(
            table, categories=len(places), rng=np.random.default_rng(seed), draws=_DRAWS
        ),
    )


def _answers(each: ReviewedItem) -> dict[str, str]:
    known = each.known
    return {label.person: answer_of(label.label, known) for label in counted(each.labels)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldDoubt:
    """A gold item that most people answer otherwise."""

    item: str
    case_id: str
    principle_id: str
    gold: str
    people: int
    same: int
    """Who gave the gold answer."""


def doubted_gold(items: Iterable[ReviewedItem]) -> Sequence[GoldDoubt]:
    """Return the gold items that at most a third of at least three people answer as they should, the worst first."""
    found = []
    for each in items:
        gold, said = each.item.gold, counted(each.labels)
        if gold is None or len(said) < _LEAST_PEOPLE:
            continue
        known = each.known
        same = sum(answer_of(label.label, known) == answer_of(gold, known) for label in said)
        if same * 3 <= len(said):
            found.append(
                GoldDoubt(
                    item=each.item.id,
                    case_id=each.item.case_id,
                    principle_id=each.item.principle_id,
                    gold=gold,
                    people=len(said),
                    same=same,
                )
            )
    return sorted(found, key=lambda doubt: (doubt.same / doubt.people, -doubt.people))
