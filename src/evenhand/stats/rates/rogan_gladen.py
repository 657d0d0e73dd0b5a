"""A rate from verdicts whose sensitivity and specificity were measured on another population."""

from math import sqrt

from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.quantiles import normal_quantile


def rogan_gladen(
    positive: int,
    judged: int,
    *,
    true_positives: int,
    positives: int,
    true_negatives: int,
    negatives: int,
    confidence: float = CONFIDENCE,
) -> Measured:
    """Return the share of positive items behind the share that a judge calls positive.

    Estimand: theta = (p + sp - 1) / (se + sp - 1), the rate in the judged population. `positive` of `judged` items
    were called positive there; in the calibration set the judge was right on `true_positives` of `positives` positive
    items and on `true_negatives` of `negatives` negative ones. Right only if sensitivity and specificity are the same
    in both populations; where the labels come from the judged population itself the chain rule is never wider.

    The interval is that of Lang and Reiczigel: p smoothed by z^2 / 2 of z^2, the others by one success in two more
    items, a shift, and cut at 0 and 1.

    Undefined without judged items, without positive or negative calibration items, or when the judge is no better
    than chance on them (se + sp <= 1, as seen or as smoothed): its verdicts then say nothing of the rate.

    Source: Rogan & Gladen (1978); Lang & Reiczigel (2014), Prev. Vet. Med. 113, 13-22; Lee et al. (2025), arXiv
    2511.21140; methods.md 3.2.

    Raises:
        ValueError: The counts are impossible.
    """
    pairs = (positive, judged), (true_positives, positives), (true_negatives, negatives)
    for part, whole in pairs:
        if not 0 <= part <= whole:
            raise ValueError(f"expected counts with 0 <= part <= whole, not {part} of {whole}")
    n = positives + negatives
    if min(judged, positives, negatives) == 0:
        return Undefined(
            n=n, reason="needs judged items, and both positive and negative items in the calibration set"
        )
    p, sensitivity, specificity = (part / whole for part, whole in pairs)
    smoothed = _smoothed(true_positives, positives), _smoothed(true_negatives, negatives)
    if sensitivity + specificity <= 1 or sum(smoothed) <= 1:
        reason = (
            f"the judge is no better than chance on the calibration set (sensitivity {sensitivity:.2f}, "
            f"specificity {specificity:.2f}), so its verdicts say nothing of the rate"
        )
        return Undefined(n=n, reason=reason)
    value = min(1.0, max(0.0, (p + specificity - 1) / (sensitivity + specificity - 1)))
    z = normal_quantile(confidence)
    low, high = _lang_reiczigel(positive, judged, smoothed, (positives + 2, negatives + 2), z)
    interval = Interval(low=min(low, value), high=max(high, value), confidence=confidence)
    return Estimate(value=value, interval=interval, n=n)


def _smoothed(part: int, whole: int) -> float:
    return (part + 1) / (whole + 2)


def _lang_reiczigel(
    positive: int, judged: int, quality: tuple[float, float], sizes: tuple[int, int], z: float
) -> tuple[float, float]:
    (se, sp), (m_se, m_sp) = quality, sizes
    n = judged + z**2
    p = (positive + z**2 / 2) / n
    youden = se + sp - 1
    theta = (p + sp - 1) / youden
    spread_se, spread_sp = se * (1 - se) / m_se, sp * (1 - sp) / m_sp
    shift = 2 * z**2 * (theta * spread_se - (1 - theta) * spread_sp)
    half = z * sqrt(p * (1 - p) / n + (1 - theta) ** 2 * spread_sp + theta**2 * spread_se) / youden
    low, high = (min(1.0, max(0.0, theta + shift + sign * half)) for sign in (-1, 1))
    return low, high
