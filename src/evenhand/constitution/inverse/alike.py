"""Which texts say nearly the same, by the runs of letters they share: no model, no download, no chance.

Each text is a vector of its character n-grams, weighted by how rare they are among all texts; two texts are alike from
a cosine on. Groups grow by single links. It finds rewordings, and not paraphrases without a common word: those stay
apart and are voted on apart.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_LENGTHS = (3, 4, 5)
ALIKE = 0.55
"""Cosine from which two texts are taken to say the same."""


def likeness(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the cosine of every two of n texts, shape (n, n), 1 on the diagonal; 0 for a text without letters."""
    grams = [_grams(text) for text in texts]
    known = {gram: column for column, gram in enumerate(sorted({gram for each in grams for gram in each}))}
    counts = np.zeros((len(texts), max(1, len(known))))
    for row, each in enumerate(grams):
        for gram in each:
            counts[row, known[gram]] += 1
    rare = np.log((1 + len(texts)) / (1 + (counts > 0).sum(axis=0))) + 1
    vectors = counts * rare
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    found: NDArray[np.float64] = vectors @ vectors.T
    np.fill_diagonal(found, 1.0)
    return found


def groups_alike(texts: Sequence[str], *, least: float = ALIKE) -> tuple[tuple[int, ...], ...]:
    """Return groups of texts that say nearly the same, as places in `texts`; the most typical text of each comes first.

    Args:
        texts: The texts.
        least: Cosine from which two are alike.
    """
    if not texts:
        return ()
    close = likeness(texts)
    roots = list(range(len(texts)))

    def root(place: int) -> int:
        while roots[place] != place:
            place = roots[place]
        return place

    for first, second in combinations(range(len(texts)), 2):
        if close[first, second] >= least:
            roots[root(second)] = root(first)
    members: dict[int, list[int]] = {}
    for place in range(len(texts)):
        members.setdefault(root(place), []).append(place)
    return tuple(
        tuple(sorted(group, key=lambda place: (-float(close[place, group].sum()), texts[place])))
        for group in members.values()
    )


def _grams(text: str) -> list[str]:
    words = f" {' '.join(text.lower().split())} "
    return [words[at : at + length] for length in _LENGTHS for at in range(len(words) - length + 1)]
