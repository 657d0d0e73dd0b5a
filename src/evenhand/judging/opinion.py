"""A judge's opinion: its repeats and orders on one item, pooled."""

import math
from collections.abc import Mapping, Sequence

from evenhand.records.rating import Basis, Distribution, FailedRating, Order, Outcome, Rating
from evenhand.records.scale import NumericScale, PairwiseScale, Scale
from evenhand.records.verdict import Opinion

_CLOSE = 1e-9


def pool(judge: str, outcomes: Sequence[tuple[Order, Outcome]], scale: Scale) -> Opinion:
    """Return what `judge` says after its repeats and orders are pooled.

    Probabilities are averaged before anything is decided. Answers without probabilities are counted and smoothed
    (Dirichlet one half, methods.md 9.1). A pair needs a readable rating in each order it was asked in; without it
    the judge has no opinion. Exactly tied answers mean that the judge can not tell, or, for a pair, "tie".
    """
    ratings = [(order, rating) for order, rating in outcomes if isinstance(rating, Rating)]
    failed = tuple(outcome.kind.value for _, outcome in outcomes if isinstance(outcome, FailedRating))
    if not ratings or {order for order, _ in ratings} != {order for order, _ in outcomes}:
        return Opinion(judge=judge, label=None, distribution=(), ratings=len(ratings), failed=failed)
    answers = [rating for _, rating in ratings]
    if isinstance(scale, NumericScale):
        return _numeric_opinion(judge, answers, scale, failed)
    shares = _mean_shares(ratings, scale.labels)
    label = _leading_label(shares, scale)
    return Opinion(
        judge=judge,
        label=label,
        distribution=tuple(shares.items()),
        score=expected_score(tuple(shares.items()), scale),
        ratings=len(ratings),
        failed=failed,
        abstains=label is None or label in scale.abstain,
        inconsistent=_orders_differ(ratings),
        one_order=isinstance(scale, PairwiseScale) and len({order for order, _ in ratings}) == 1,
    )


def expected_score(distribution: Distribution, scale: Scale) -> float | None:
    """Return the mean of the scale's numbers under `distribution`; None without an order or an opinion."""
    scored = [(share, scale.score(label)) for label, share in distribution]
    known = [(share, value) for share, value in scored if value is not None]
    total = math.fsum(share for share, _ in known)
    return math.fsum(share * value for share, value in known) / total if total > _CLOSE else None


def _numeric_opinion(
    judge: str, answers: Sequence[Rating], scale: NumericScale, failed: tuple[str, ...]
) -> Opinion:
    values = [value for rating in answers if (value := scale.score(rating.label)) is not None]
    mean = math.fsum(values) / len(values)
    counts = {rating.label: sum(other.label == rating.label for other in answers) for rating in answers}
    return Opinion(
        judge=judge,
        label=f"{mean:.12g}",
        distribution=tuple((label, count / len(answers)) for label, count in counts.items()),
        score=mean,
        ratings=len(answers),
        failed=failed,
    )


def _mean_shares(ratings: Sequence[tuple[Order, Rating]], labels: Sequence[str]) -> dict[str, float]:
    """Average over the repeats of each order, then over the orders, so that each order weighs the same."""
    orders = sorted({order for order, _ in ratings})
    per_order = [_shares([rating for each, rating in ratings if each is order], labels) for order in orders]
    return {label: math.fsum(shares[label] for shares in per_order) / len(per_order) for label in labels}


def _shares(answers: Sequence[Rating], labels: Sequence[str]) -> dict[str, float]:
    if all(rating.basis is Basis.ANSWER for rating in answers):
        weight = len(answers) + 0.5 * len(labels)
        return {label: (sum(rating.label == label for rating in answers) + 0.5) / weight for label in labels}
    tables = [dict(rating.distribution) for rating in answers]
    return {label: math.fsum(table.get(label, 0.0) for table in tables) / len(tables) for label in labels}


def _leading_label(shares: Mapping[str, float], scale: Scale) -> str | None:
    best = max(shares.values())
    leaders = [label for label, share in shares.items() if best - share <= _CLOSE]
    if len(leaders) == 1:
        return leaders[0]
    return "tie" if isinstance(scale, PairwiseScale) and scale.allow_tie else None


def _orders_differ(ratings: Sequence[tuple[Order, Rating]]) -> bool:
    given = {rating.label for order, rating in ratings if order is Order.GIVEN}
    swapped = {rating.label for order, rating in ratings if order is Order.SWAPPED}
    return bool(given and swapped) and given != swapped
