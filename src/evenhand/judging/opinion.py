"""A judge's opinion: its repeats and orders on one item, pooled."""

import math
from collections.abc import Callable, Mapping, Sequence

from evenhand.records.rating import Basis, Distribution, FailedRating, Order, Outcome, Rating
from evenhand.records.scale import NominalScale, NumericScale, PairwiseScale, Scale, number_text
from evenhand.records.verdict import Opinion

_CLOSE = 1e-9


def pool(judge: str, outcomes: Sequence[tuple[Order, Outcome]], scale: Scale) -> Opinion:
    """Return what `judge` says after its repeats and orders are pooled.

    Probabilities are averaged before anything is decided. Answers without probabilities are counted and smoothed
    (Dirichlet one half, methods.md 9.1); the score is their plain mean, for smoothing would pull it to the middle. A
    pair needs a readable rating in each order it was asked in; without it the judge has no opinion. Exactly tied
    answers mean that the judge can not tell, or, for the two sides of a pair, "tie".

    Raises:
        ValueError: A rating is not on the scale.
    """
    ratings = [(order, rating) for order, rating in outcomes if isinstance(rating, Rating)]
    failed = tuple(outcome.kind.value for _, outcome in outcomes if isinstance(outcome, FailedRating))
    _check_labels(judge, [rating for _, rating in ratings], scale)
    if not ratings or {order for order, _ in ratings} != {order for order, _ in outcomes}:
        return Opinion(judge=judge, label=None, distribution=(), ratings=len(ratings), failed=failed)
    if isinstance(scale, NumericScale):
        return _numeric_opinion(judge, [rating for _, rating in ratings], scale, failed)
    return _label_opinion(judge, ratings, scale, failed)


def _check_labels(judge: str, ratings: Sequence[Rating], scale: Scale) -> None:
    for rating in ratings:
        named = {rating.label, *(label for label, _ in rating.distribution)}
        if strange := [label for label in named if not scale.holds(label)]:
            raise ValueError(f"judge {judge} answered {strange[0]!r}, which is not on the scale")


def _label_opinion(
    judge: str, ratings: Sequence[tuple[Order, Rating]], scale: Scale, failed: tuple[str, ...]
) -> Opinion:
    smoothed = _mean_shares(ratings, scale.labels, _smoothed)
    label = _leading_label(smoothed, scale)
    is_pair = isinstance(scale, PairwiseScale)
    return Opinion(
        judge=judge,
        label=label,
        distribution=tuple(smoothed.items()),
        score=_score(ratings, scale),
        ratings=len(ratings),
        failed=failed,
        abstains=label is None or label in scale.abstain,
        inconsistent=is_pair and _orders_differ(ratings, scale),
        one_order=is_pair and len({order for order, _ in ratings}) == 1,
    )


def single_answer(given: Mapping[str, float], scale: Scale) -> tuple[str | None, Mapping[str, float]]:
    """Return what `pool` makes of one rating with probabilities on a scale of labels: its answer, and their shares."""
    shares = _scaled({label: given.get(label, 0.0) for label in scale.labels})
    return _leading_label(shares, scale), shares


def _score(ratings: Sequence[tuple[Order, Rating]], scale: Scale) -> float | None:
    if isinstance(scale, NominalScale):
        return None
    return expected_score(tuple(_mean_shares(ratings, scale.labels, _plain).items()), scale)


def expected_score(distribution: Distribution, scale: Scale) -> float | None:
    """Return the mean of the scale's numbers under `distribution`; None without an order or an opinion."""
    scored = [(share, scale.score(label)) for label, share in distribution]
    known = [(share, value) for share, value in scored if value is not None]
    total = math.fsum(share for share, _ in known)
    return math.fsum(share * value for share, value in known) / total if total > _CLOSE else None


def _numeric_opinion(
    judge: str, answers: Sequence[Rating], scale: NumericScale, failed: tuple[str, ...]
) -> Opinion:
    total = math.fsum(share for rating in answers for _, share in rating.distribution)
    shares: dict[str, float] = {}
    for rating in answers:
        for label, share in rating.distribution:
            number = number_text(float(label))
            shares[number] = shares.get(number, 0.0) + share / total
    mean = math.fsum(share * float(number) for number, share in shares.items())
    mean = min(max(mean, scale.minimum), scale.maximum)
    return Opinion(
        judge=judge,
        label=scale.nearest(mean),
        distribution=tuple(shares.items()),
        score=mean,
        ratings=len(answers),
        failed=failed,
    )


_Shares = Callable[[Sequence[Rating], Sequence[str]], dict[str, float]]


def _mean_shares(
    ratings: Sequence[tuple[Order, Rating]], labels: Sequence[str], shares: _Shares
) -> dict[str, float]:
    """Average over the repeats of each order, then over the orders, so that each order weighs the same."""
    orders = sorted({order for order, _ in ratings})
    if len(orders) == 1:
        return shares([rating for _, rating in ratings], labels)
    per_order = [shares([rating for each, rating in ratings if each is order], labels) for order in orders]
    return {label: math.fsum(table[label] for table in per_order) / len(per_order) for label in labels}


def _smoothed(answers: Sequence[Rating], labels: Sequence[str]) -> dict[str, float]:
    if any(rating.basis is not Basis.ANSWER for rating in answers):
        return _plain(answers, labels)
    weight = len(answers) + 0.5 * len(labels)
    given = [rating.label for rating in answers]
    return {label: (given.count(label) + 0.5) / weight for label in labels}


def _plain(answers: Sequence[Rating], labels: Sequence[str]) -> dict[str, float]:
    tables = [dict(rating.distribution) for rating in answers]
    return _scaled({label: math.fsum(table.get(label, 0.0) for table in tables) for label in labels})


def _scaled(sums: Mapping[str, float]) -> dict[str, float]:
    total = math.fsum(sums.values())  # the number of answers, but for what a recording was rounded by
    return {label: share / total for label, share in sums.items()}


def _leading_label(shares: Mapping[str, float], scale: Scale) -> str | None:
    best = max(shares.values())
    leaders = {label for label, share in shares.items() if best - share <= _CLOSE}
    if len(leaders) == 1:
        return leaders.pop()
    both_sides = isinstance(scale, PairwiseScale) and scale.allow_tie and leaders - {"tie"} == {"a", "b"}
    return "tie" if both_sides else None


def _orders_differ(ratings: Sequence[tuple[Order, Rating]], scale: Scale) -> bool:
    """Tell whether the repeats of one order lead to another answer than those of the other order."""
    per_order = [
        _leading_label(_mean_shares(answers, scale.labels, _smoothed), scale)
        for order in Order
        if (answers := [(each, rating) for each, rating in ratings if each is order])
    ]
    return len(set(per_order)) > 1
