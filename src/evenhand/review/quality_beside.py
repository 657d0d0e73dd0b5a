"""What a person's labels say beside those of other people."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, combinations
from typing import Final

import numpy as np

from evenhand.review.adjudication import answer_of, counted, is_opinion
from evenhand.review.quality import LEAST, QualityKind, QualityMeasure, ReviewedItem, too_few
from evenhand.review.quality_said import Said, is_rarer, measure_matches, measure_share, told_beside
from evenhand.stats.agreement.cohen import cohen_kappa
from evenhand.stats.estimate import Undefined

_EXPECTED_ADJUDICATION: Final = 0.4
"""Of contested items, what careful people reach at least."""
_LEAST_KAPPA: Final = 20
_ALMOST_ALL: Final = 0.9
_DRAWS: Final = 500


def with_others(mine: Sequence[Said], items: Sequence[ReviewedItem], name: str) -> QualityMeasure:
    """Return agreement with each other person on an item, set against that of the others among themselves."""
    n = sum(len(each.others) for each in mine)
    same = sum(each.answer == other for each in mine for other in each.others)
    rest, rest_same = _pairs_without(name, items)
    told = told_beside("others among themselves", rest_same, rest) if rest >= LEAST else ""
    return measure_share(
        QualityKind.OTHERS,
        same,
        n,
        asks=is_rarer(same, n, rest_same, rest),
        question=lambda found: (
            f"the answer of another person on {found} comparisons, {told}: what does this person read in the principle "
            "that the others do not?"
        ),
        detail=told,
    )


def _pairs_without(name: str, items: Sequence[ReviewedItem]) -> tuple[int, int]:
    n = same = 0
    for each in items:
        if each.item.gold is not None:
            continue
        known = each.known
        said = [answer_of(label.label, known) for label in counted(each.labels) if label.person != name]
        for one, other in combinations(said, 2):
            n += 1
            same += one == other
    return n, same


def kappa(mine: Sequence[Said], seed: int) -> QualityMeasure:
    """Return Cohen's kappa with other people, over all comparisons."""
    pairs = [(each.answer, other) for each in mine for other in each.others]
    if len(pairs) < _LEAST_KAPPA:
        return QualityMeasure(kind=QualityKind.KAPPA, value=too_few(len(pairs)))
    places = {answer: place for place, answer in enumerate(dict.fromkeys(chain.from_iterable(pairs)))}
    if len(places) < 2:
        reason = "everybody gave one and the same answer"
        return QualityMeasure(kind=QualityKind.KAPPA, value=Undefined(n=len(pairs), reason=reason))
    table = np.zeros((len(places), len(places)), dtype=np.int64)
    for own, other in pairs:
        table[places[own], places[other]] += 1
    value = cohen_kappa(table, rng=np.random.default_rng(seed), draws=_DRAWS)
    return QualityMeasure(kind=QualityKind.KAPPA, value=value)


def with_adjudicator(mine: Sequence[Said]) -> QualityMeasure:
    """Return how often adjudicators, other than the person, settled an item as the person answered it."""
    return measure_matches(
        QualityKind.ADJUDICATION,
        [(each.answer, each.settled) for each in mine],
        expected=_EXPECTED_ADJUDICATION,
        question=lambda found: (
            f"adjudicators went with this person on {found} items: which reading of the principle do they not share?"
        ),
    )


def one_answer(mine: Sequence[Said], others: Sequence[Said]) -> QualityMeasure:
    """Return the share of the answer a person gives most often, beside that of the others."""
    if not mine:
        return QualityMeasure(kind=QualityKind.ONE_ANSWER, value=too_few(0))
    answer, count = Counter(each.answer for each in mine).most_common(1)[0]
    beside = sum(each.answer == answer for each in others)
    told = told_beside("others", beside, len(others)) or "nobody to compare with"
    return measure_share(
        QualityKind.ONE_ANSWER,
        count,
        len(mine),
        asks=is_rarer(beside, len(others), count, len(mine)) and count >= _ALMOST_ALL * len(mine),
        question=lambda found: (
            f"{found} labels are {answer!r}, {told}: are these items alike, or does one answer go by habit?"
        ),
        detail=f"{answer!r}; {told}",
    )


def cannot_tell(mine: Sequence[Said], others: Sequence[Said]) -> QualityMeasure:
    """Return how often a person could not tell, beside the others."""
    count, beside = (sum(map(_is_unsure, said)) for said in (mine, others))
    told = told_beside("others", beside, len(others))
    return measure_share(
        QualityKind.CANNOT_TELL,
        count,
        len(mine),
        asks=is_rarer(beside, len(others), count, len(mine)),
        question=lambda found: (
            f'"cannot tell" on {found} items, {told}: what is missing from what they are shown?'
        ),
        detail=told,
    )


def _is_unsure(said: Said) -> bool:
    return not is_opinion(said.label.label, said.item.known.scale)
