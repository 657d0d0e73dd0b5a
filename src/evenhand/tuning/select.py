"""Taking the best of several candidates, and how much of its score is luck."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.stats.folds import FOLDS, fold_numbers
from evenhand.tuning.scores import Floats, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The candidate that was taken, and what its score is worth."""

    name: str
    """The candidate; the current judge where none is better."""
    score: float
    """Its share of right answers on the items that chose it."""
    cross_validated: float | None
    """Share of right answers of what the same choice would have taken, on items that did not choose; None where one
    source gives no folds."""
    picked: tuple[float, ...]
    """How often each candidate would have been taken by the cross-validation, as a share; empty where there is none."""

    @property
    def optimism(self) -> float | None:
        """How much the score promises beyond what the choice is worth, as far as cross-validation sees."""
        return None if self.cross_validated is None else self.score - self.cross_validated


def best_of(means: Floats, lengths: Sequence[int | None]) -> int:
    """Return the place of the best mean, shape (K,). Of equals the current judge (place 0), then the shortest prompt.

    A prompt of unknown length is taken as longer than all others.
    """
    top = means.max()
    equal = np.flatnonzero(means >= top - 1e-12).tolist()
    return min(equal, key=lambda place: (place != 0, lengths[place] is None, lengths[place] or 0, place))


def select(
    scores: Scores,
    lengths: Sequence[int | None],
    *,
    rng: np.random.Generator,
    folds: int = FOLDS,
    rounds: int = 20,
) -> Selection:
    """Take the best candidate on all items, and cross-validate the taking by cluster.

    Each round draws folds of whole clusters anew; what is best on the other folds is scored on the one left out. The
    choice then rests on fewer items than the real one, so that its worth is if anything understated.

    Args:
        scores: The candidates, the current judge first.
        lengths: Length of each prompt in characters; None is unknown.
        rng: Draws the folds.
        folds: How many folds.
        rounds: How often they are drawn.

    Raises:
        ValueError: There is no item.

    Source: methods.md 7.4; Varma and Simon (2006), BMC Bioinformatics 7, 91.
    """
    if not scores.n:
        raise ValueError("nothing can be chosen without an item")
    best = best_of(scores.means, lengths)
    name, score = scores.names[best], float(scores.means[best])
    if scores.independent < 2:
        return Selection(name=name, score=score, cross_validated=None, picked=())
    picked = np.zeros(len(scores.names))
    found = [_one_round(scores, lengths, folds, rng, picked) for _ in range(rounds)]
    return Selection(
        name=name,
        score=score,
        cross_validated=float(np.mean(found)),
        picked=tuple((picked / picked.sum()).tolist()),
    )


def _one_round(
    scores: Scores, lengths: Sequence[int | None], folds: int, rng: np.random.Generator, picked: Floats
) -> float:
    """Return the score of one cross-validation; `picked` counts what each fold takes, in place."""
    fold_of = fold_numbers(scores.n, rng=rng, folds=folds, clusters=scores.clusters)
    sums = np.zeros((folds, len(scores.names)))
    np.add.at(sums, fold_of, scores.right)
    sizes = np.bincount(fold_of, minlength=folds)
    got = 0.0
    for fold in np.flatnonzero(sizes):
        others = (sums.sum(axis=0) - sums[fold]) / (scores.n - sizes[fold])
        best = best_of(others, lengths)
        picked[best] += 1
        got += float(sums[fold][best])
    return got / scores.n
