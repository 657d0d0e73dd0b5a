"""From shares to a rating: what every offline judge does once its scores are known."""

import math
from collections.abc import Mapping

from evenhand.records.rating import Basis, Distribution, FailedRating, FailureKind, Outcome, Rating
from evenhand.records.scale import Scale

_CLOSE = 1e-12


def softmax(scores: Mapping[str, float]) -> dict[str, float]:
    """Return probabilities in proportion to the exponential of each score."""
    highest = max(scores.values())
    powers = {label: math.exp(score - highest) for label, score in scores.items()}
    total = math.fsum(powers.values())
    return {label: power / total for label, power in powers.items()}


def settle(
    shares: Mapping[str, float], scale: Scale, *, reason: str, quotes: tuple[str, ...] = ()
) -> Outcome:
    """Return the label with the largest share, with the shares as its distribution.

    An exact tie is not broken by the order of the labels: the judge can not tell. It says so where the scale has
    a label for it; otherwise the item is not covered, which a panel counts as missing and never as a vote.
    """
    best = max(shares.values())
    leaders = [label for label, share in shares.items() if best - share <= _CLOSE]
    if len(leaders) > 1:
        return abstain(scale, why=f"tie between {', '.join(leaders)}; {reason}", distribution=_sorted(shares))
    return Rating(
        label=leaders[0], distribution=_sorted(shares), basis=Basis.SCORES, reason=reason, quotes=quotes
    )


def abstain(scale: Scale, *, why: str, distribution: Distribution = ()) -> Outcome:
    """Return the scale's first label for "cannot tell", or a failed rating where it has none."""
    if not scale.abstain:
        return not_covered(why)
    label = scale.abstain[0]
    return Rating(label=label, distribution=distribution or ((label, 1.0),), basis=Basis.SCORES, reason=why)


def not_covered(detail: str) -> FailedRating:
    """Return the failed rating of a judge that has nothing to judge by."""
    return FailedRating(kind=FailureKind.NOT_COVERED, detail=detail)


def _sorted(shares: Mapping[str, float]) -> Distribution:
    return tuple(sorted(shares.items(), key=lambda entry: (-entry[1], entry[0])))
