"""Who was right on what: candidates side by side on the same labelled items."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """Scores of K candidates on n labelled items. A missing answer is a wrong one."""

    names: tuple[str, ...]
    """The candidates; the current judge is the first."""
    right: Floats
    """1 where the answer is the reference label, 0 where not, shape (n, K)."""
    clusters: Indices
    """Items with the same number share a source, shape (n,)."""

    def __post_init__(self) -> None:
        if self.right.ndim != 2 or self.right.shape != (len(self.clusters), len(self.names)):
            raise ValueError(f"scores of shape {self.right.shape} do not fit {len(self.names)} candidates")

    @property
    def n(self) -> int:
        """Items."""
        return len(self.clusters)

    @property
    def independent(self) -> int:
        """Sources among them."""
        return int(np.unique(self.clusters).size)

    @property
    def means(self) -> Floats:
        """Share of right answers of each candidate, shape (K,)."""
        return np.asarray(self.right.mean(axis=0)) if self.n else np.zeros(len(self.names))

    def of(self, name: str) -> Floats:
        """Return the scores of one candidate, shape (n,)."""
        return np.asarray(self.right[:, self.names.index(name)])


def cluster_numbers(names: Sequence[str]) -> Indices:
    """Return a number for each name, the same for the same name."""
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.fromiter((known[name] for name in names), np.int64, len(names))
