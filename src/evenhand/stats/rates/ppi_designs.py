"""Prediction-powered means for stratified and clustered labels, and one score from several proxies."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.clusters import adjusted_cluster_sums
from evenhand.stats.estimate import CONFIDENCE, Estimate
from evenhand.stats.rates.ppi import (
    FEWEST,
    PpiMean,
    checked_power,
    checked_samples,
    ppi_mean,
    t_estimate,
    undefined_ppi,
)

FOLDS = 5
"""Parts of the labels in cross-fitting."""
_RIDGE = 1.0
"""Pull of the regression on standardised proxies towards its mean, in labels."""


def stratified_ppi_mean(
    labels: ArrayLike,
    scores: ArrayLike,
    strata: Integers,
    unlabelled_scores: ArrayLike,
    unlabelled_strata: Integers,
    *,
    confidence: float = CONFIDENCE,
) -> PpiMean:
    """Return the mean label with a lambda for each stratum, at any rate of labelling between strata (StratPPI).

    Estimand: E[Y] in the population of labelled and unlabelled items together. `strata` has shape (n,),
    `unlabelled_strata` (N,); labels are a random sample within each stratum. theta = sum W_s theta_s with W_s the
    share of all items. The variance adds what the weights themselves vary; degrees of freedom after Satterthwaite.
    `power` of the result is the mean of the lambdas, weighted by W_s. The mean of the labels alone is weighted too.

    Undefined when a stratum holds fewer than 3 labels.

    Source: Fisch et al. (2024), StratPPI; methods.md 3.4.

    Raises:
        ValueError: Shapes differ or a number is missing.
    """
    outcomes, guesses, others = checked_samples(labels, scores, unlabelled_scores)
    if np.shape(strata) != outcomes.shape or np.shape(unlabelled_strata) != others.shape:
        raise ValueError("every item has one stratum")
    groups, counts = np.unique(np.concatenate([strata, unlabelled_strata]), return_counts=True)
    fewest = min((int((strata == group).sum()) for group in groups), default=0)
    n, many = len(outcomes), len(others)
    if fewest < FEWEST:
        return undefined_ppi(n, many, f"a stratum has {fewest} human labels; {FEWEST} are the least")
    parts = [
        ppi_mean(outcomes[strata == group], guesses[strata == group], others[unlabelled_strata == group])
        for group in groups
    ]
    shares, total = counts / counts.sum(), int(counts.sum())
    alone, alone_variance = _weighted_strata(
        [float(outcomes[strata == group].mean()) for group in groups],
        [_mean_variance(outcomes[strata == group]) for group in groups],
        shares,
        total=total,
    )
    variances = np.array([part.scores_variance + part.residual_variance for part in parts])
    value, variance = _weighted_strata(
        [part.estimate.value for part in parts if isinstance(part.estimate, Estimate)],
        variances,
        shares,
        total=total,
    )
    degrees = _satterthwaite(variances * shares**2, np.array([part.degrees for part in parts]))
    residual = float((shares**2 * [part.residual_variance for part in parts]).sum())
    return PpiMean(
        estimate=t_estimate(value, math.sqrt(variance), degrees, n=n, confidence=confidence),
        humans_only=t_estimate(alone, math.sqrt(alone_variance), degrees, n=n, confidence=confidence),
        power=float((shares * [part.power for part in parts]).sum()),
        scores_variance=variance - residual,
        residual_variance=residual,
        degrees=degrees,
        labelled=n,
        judged=many,
    )


def clustered_ppi_mean(
    labels: ArrayLike,
    scores: ArrayLike,
    clusters: Integers,
    unlabelled_scores: ArrayLike,
    unlabelled_clusters: Integers,
    *,
    power: float | None = None,
    confidence: float = CONFIDENCE,
) -> PpiMean:
    """Return the mean label when items of one cluster (prompt, conversation) are not independent.

    Estimand as in `ppi_mean`. `clusters` has shape (n,), `unlabelled_clusters` (N,); one number is one cluster in
    both. Each cluster's residuals and scores are summed, with the CR2 factor, before they are squared; lambda is the
    one with the least variance over clusters, cut to 0 to 1. `scores_variance` and `residual_variance` leave out what
    the two parts share, so that they need not sum to the squared error. t has clusters with labels - 2 degrees of
    freedom.

    Undefined under 3 clusters with labels.

    Source: Bell & McCaffrey (2002); methods.md 3.4.

    Raises:
        ValueError: Shapes differ, a number is missing, or `power` is not between 0 and 1.
    """
    outcomes, guesses, others = checked_samples(labels, scores, unlabelled_scores)
    if np.shape(clusters) != outcomes.shape or np.shape(unlabelled_clusters) != others.shape:
        raise ValueError("every item has one cluster")
    n, many = len(outcomes), len(others)
    positions = np.unique(np.concatenate([clusters, unlabelled_clusters]), return_inverse=True)[1]
    groups, here, there = int(positions.max(initial=-1)) + 1, positions[:n], positions[n:]
    with_labels = len(np.unique(here))
    if with_labels < FEWEST:
        return undefined_ppi(
            n, many, f"{with_labels} clusters with human labels give no interval; {FEWEST} are the least"
        )
    of_labels = adjusted_cluster_sums(outcomes - outcomes.mean(), here, groups) / n
    of_scores = adjusted_cluster_sums(guesses - guesses.mean(), here, groups) / n
    of_others = (
        adjusted_cluster_sums(others - others.mean(), there, groups) / many if many else np.zeros(groups)
    )
    # The error of theta in each cluster is of_labels - lambda * slope.
    slope = of_scores - of_others
    spread = float((slope**2).sum()) if many else 0.0
    best = float((of_labels * slope).sum()) / spread if spread > 0 else 0.0
    tuned = (min(1.0, max(0.0, best)) if power is None else checked_power(power)) if many else 0.0
    value = float((outcomes - tuned * guesses).mean()) + (tuned * float(others.mean()) if many else 0.0)
    error = math.sqrt(float(((of_labels - tuned * slope) ** 2).sum()))
    degrees = with_labels - 2
    alone_error = math.sqrt(float((of_labels**2).sum()))
    return PpiMean(
        estimate=t_estimate(value, error, degrees, n=n, confidence=confidence),
        humans_only=t_estimate(float(outcomes.mean()), alone_error, degrees, n=n, confidence=confidence),
        power=tuned,
        scores_variance=tuned**2 * float((of_others**2).sum()),
        residual_variance=float(((of_labels - tuned * of_scores) ** 2).sum()),
        degrees=degrees,
        labelled=n,
        judged=many,
    )


def cross_fitted_scores(
    labels: ArrayLike,
    proxies: ArrayLike,
    unlabelled_proxies: ArrayLike,
    *,
    rng: np.random.Generator,
    folds: int = FOLDS,
) -> tuple[Floats, Floats]:
    """Return one score from several proxies, for `ppi_mean`: of the labelled (n,) and of the unlabelled items (N,).

    `proxies` has shape (n, p), `unlabelled_proxies` (N, p): several judges, a judge and a length. A ridge regression
    of the labels on standardised proxies is fitted without the fold it scores, so that no label helps to guess
    itself; unlabelled items get the mean of the folds. Expect little: six judges instead of their majority narrowed
    intervals by 0 to 4 points.

    Source: Zrnic & Candes (2024), cross-prediction; methods.md 3.4.

    Raises:
        ValueError: Shapes differ, or there are fewer labels than folds or than 2 folds.
    """
    outcomes = np.asarray(labels, dtype=np.float64)
    seen, unseen = np.asarray(proxies, dtype=np.float64), np.asarray(unlabelled_proxies, dtype=np.float64)
    if seen.ndim != 2 or unseen.ndim != 2 or len(seen) != len(outcomes) or seen.shape[1] != unseen.shape[1]:
        raise ValueError(
            f"expected labels (n,) and proxies (n, p) and (N, p), not {seen.shape} and {unseen.shape}"
        )
    if not 2 <= folds <= len(outcomes):
        raise ValueError(f"{folds} folds need at least 2 and at most as many as the {len(outcomes)} labels")
    centre, spread = seen.mean(axis=0), seen.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    inside, outside = (seen - centre) / spread, (unseen - centre) / spread
    fold = rng.permutation(np.arange(len(outcomes)) % folds)
    own, others = np.empty(len(outcomes)), np.zeros(len(unseen))
    for number in range(folds):
        kept = fold != number
        intercept, slopes = _ridge(inside[kept], outcomes[kept])
        own[~kept] = intercept + inside[~kept] @ slopes
        others += (intercept + outside @ slopes) / folds
    return own, others


def _mean_variance(outcomes: Floats) -> float:
    return float(outcomes.var(ddof=1)) / len(outcomes)


def _weighted_strata(
    values: list[float], variances: ArrayLike, shares: Floats, *, total: int
) -> tuple[float, float]:
    """Return the weighted mean of the strata and its variance, of which a part is that of the weights."""
    value = float((shares * values).sum())
    between = float((shares * (np.array(values) - value) ** 2).sum()) / total
    return value, float((shares**2 * np.asarray(variances)).sum()) + between


def _satterthwaite(terms: Floats, degrees: Floats) -> float:
    bottom = float((terms**2 / degrees).sum())
    return float(terms.sum()) ** 2 / bottom if bottom > 0 else float(degrees.sum())


def _ridge(proxies: Floats, outcomes: Floats) -> tuple[float, Floats]:
    centre, mean = proxies.mean(axis=0), float(outcomes.mean())
    moved = proxies - centre
    slopes: Floats = np.linalg.solve(
        moved.T @ moved + _RIDGE * np.eye(moved.shape[1]), moved.T @ (outcomes - mean)
    )
    return mean - float(centre @ slopes), slopes
