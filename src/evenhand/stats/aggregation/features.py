"""What a stack learns from: votes, probabilities or scores of each judge, with the gaps marked.

Each judge has as many columns as every other, side by side, so that judges can be shrunk towards each other.
"""

import numpy as np

from evenhand.stats.aggregation.votes import check_codes
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.patterns import NO_ANSWER


def vote_features(answers: Integers, *, categories: int) -> Floats:
    """Return for each judge one column per answer and one for none: shape (N, J (K+1)), a single 1 in each K+1.

    Raises:
        ValueError: `answers`, shape (N, J), is no matrix of codes below `categories`.
    """
    check_codes(answers, categories)
    return _flat(answers[:, :, np.newaxis] == np.array([*range(categories), NO_ANSWER]))


def probability_features(probabilities: Floats, given: Bools) -> Floats:
    """Return for each judge its probabilities and whether it gave none: shape (N, J (K+1)).

    `probabilities` has shape (N, J, K) and `given` (N, J); where nothing was given the probabilities count as 0.
    Certain probabilities are the same features as votes.

    Raises:
        ValueError: The shapes do not fit, or a number that was given is no probability.
    """
    if probabilities.ndim != 3 or given.shape != probabilities.shape[:2]:
        raise ValueError(
            f"probabilities {probabilities.shape} need three axes, the first two as given {given.shape}"
        )
    known = np.where(given[:, :, np.newaxis], probabilities, 0.0)
    if not ((known >= 0) & (known <= 1)).all():
        raise ValueError("probabilities lie between 0 and 1")
    return _flat(np.concatenate([known, ~given[:, :, np.newaxis]], axis=2))


def score_features(scores: Floats, given: Bools) -> Floats:
    """Return for each judge its score and whether it gave none: shape (N, 2 J).

    `scores` and `given` have shape (N, J); where none was given the score counts as 0. Bring scores to a scale around 0
    first (and items to come to the same one): the ridge pulls towards coefficients of 0 on the scale they are given in.

    Raises:
        ValueError: The shapes do not fit, or a score that was given is not finite.
    """
    if scores.ndim != 2 or given.shape != scores.shape:
        raise ValueError(f"scores {scores.shape} and given {given.shape} need a row for each item")
    if not np.isfinite(scores[given]).all():
        raise ValueError("scores are finite numbers")
    return _flat(np.stack([np.where(given, scores, 0.0), ~given], axis=2))


def equal_judges(judges: int, columns: int, strength: float) -> Floats:
    """Return the matrix that features are multiplied by to pull the coefficients of judges towards their mean.

    With features X and a ridge on the coefficients of X @ matrix, the penalty on the coefficients of X is the ridge,
    and `strength` times it on their distance from the mean over judges. Each judge has so many `columns`.
    """
    mean = np.full((judges, judges), 1 / judges)
    root = mean + (np.eye(judges) - mean) / np.sqrt(1 + strength)
    return np.kron(root, np.eye(columns))


def _flat(blocks: Floats | Bools) -> Floats:
    return blocks.reshape(blocks.shape[0], blocks.shape[1] * blocks.shape[2]).astype(np.float64)
