"""How far opinions on an item differ beyond what one opinion does when it is asked again, in nats."""

from functools import cache
from math import comb, log

import numpy as np

from evenhand.stats.arrays import Floats, Integers

MOST_ANSWERS = 400
"""Answers on one item that are counted exactly."""


def entropy(shares: Floats) -> Floats:
    """Return the entropy of distributions in nats.

    `shares` has shape (..., K), each row sums to 1; the result has shape (...).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares > 0, shares * np.log(shares), 0.0)
    total: Floats = -terms.sum(axis=-1)
    return np.maximum(total, 0.0)


def interpretive_entropy_of_shares(shares: Floats, asked: Floats | None = None) -> Floats:
    """Return the entropy of the mean opinion less the mean entropy of the opinions, shape (n,).

    Estimand: the mutual information of who is asked and what is said: how much of the uncertainty about an answer comes
    from who reads the rule and how it is put, and not from one reader who answers at random. It is the Jensen-Shannon
    divergence of the opinions: 0 where all say the same with the same probabilities, at most ln K.

    Args:
        shares: The probabilities that each opinion gives each answer, shape (n, C, K).
        asked: 1 where an opinion is there and 0 where it is not, shape (n, C); all are, unless told.

    Not a number where fewer than two opinions are there.

    Source: Lin (1991), IEEE Trans. Inf. Theory 37, 145-151; methods.md 7.2.
    """
    held = np.ones(shares.shape[:2]) if asked is None else asked
    count = held.sum(axis=1)
    some = np.maximum(count, 1)[:, np.newaxis]
    mean = (shares * held[:, :, np.newaxis]).sum(axis=1) / some
    within = (entropy(shares) * held).sum(axis=1) / some[:, 0]
    return np.where(count >= 2, np.maximum(entropy(mean) - within, 0.0), np.nan)


def interpretive_entropy_of_repeats(counts: Integers, *, draws: int) -> Floats:
    """Return the same out of answers that were counted, shape (n,); single items may be below 0, their mean is fair.

    Entropies of few answers are too small, and those of one opinion's answers are by more than those of all answers
    together, so that their plain difference is above 0 where nobody differs. Both are therefore measured at one size:
    the mean over all ways to take `draws` answers, with the jackknife's correction; of one opinion, and of all answers
    thrown together. Where the opinions are one and the same the expectation is exactly 0. Of N answers in all, taking
    without putting back makes the second too large by N / (N - 1) where the opinions are not one; it is taken out. What
    is left is exact for two draws and squared shares, and for entropy a few hundredths of a nat too large in between.

    Args:
        counts: How often each opinion gave each answer, shape (n, C, K).
        draws: Answers of an opinion that are compared, 2 or more; opinions with fewer are left out.

    Not a number where fewer than two opinions have as many.

    Source: Zahl (1977), Ecology 58, 907-913 (jackknife); Hurlbert (1971), Ecology 52, 577-586 (rarefaction); methods.md
    7.2.

    Raises:
        ValueError: `draws` is below 2, or an item has more than `MOST_ANSWERS` answers.
    """
    if draws < 2:
        raise ValueError(f"draws is {draws}; one answer shows no noise")
    there = counts.sum(axis=2) >= draws
    held = counts * there[:, :, np.newaxis]
    pool = held.sum(axis=1)
    opinions, answers = there.sum(axis=1), pool.sum(axis=1)
    own = np.where(there, size_matched_entropy(held, draws), 0.0)
    within = own.sum(axis=1) / np.maximum(opinions, 1)
    between = size_matched_entropy(pool, draws)
    factor = 1 - 1 / np.maximum(answers, 1)
    return np.where(opinions >= 2, factor * (between - within), np.nan)


def size_matched_entropy(counts: Integers, draws: int) -> Floats:
    """Return the jackknifed entropy of `draws` of the answers, in the mean over all ways to take them.

    `counts` has shape (..., K), the result (...); not a number where there are fewer answers than `draws`.

    Raises:
        ValueError: A row has more than `MOST_ANSWERS` answers.
    """
    return draws * _mean_entropy(counts, draws) - (draws - 1) * _mean_entropy(counts, draws - 1)


def _mean_entropy(counts: Integers, draws: int) -> Floats:
    """Return the mean plug-in entropy of `draws` answers taken without putting back."""
    totals = counts.sum(axis=-1)
    most = int(totals.max(initial=0))
    if most > MOST_ANSWERS:
        raise ValueError(f"{most} answers on one item, expected at most {MOST_ANSWERS}")
    table = _weighted_logs(most, draws)
    taken = table[totals[..., np.newaxis], counts].sum(axis=-1)
    return np.where(totals >= draws, log(draws) - taken / draws, np.nan)


@cache
def _weighted_logs(most: int, draws: int) -> Floats:
    """Return the mean of x ln x where x of `draws` answers are of a kind, by how many of all are: shape (N, kind)."""
    table = np.zeros((most + 1, most + 1))
    for total in range(draws, most + 1):
        ways = comb(total, draws)
        for kind in range(2, total + 1):
            table[total, kind] = (
                sum(
                    comb(kind, x) * comb(total - kind, draws - x) * x * log(x)
                    for x in range(2, min(kind, draws) + 1)
                )
                / ways
            )
    return table
