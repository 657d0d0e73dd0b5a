"""The different things a side says of cells, each worked out once: cells that say the same share a pattern."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from evenhand.gate.cells import Patterns
from evenhand.records.baseline import Said

Key = tuple[tuple[Said, ...], tuple[Said, ...]]
"""What is said (panel, then judges), and the verdicts of further readings."""

NEVER_SAID: Final[Key] = ((False,), ())


class PatternBook:
    """Numbers the different things that are said under one principle."""

    def __init__(self, categories: Sequence[str]) -> None:
        """Start with an empty book for the answers of a scale."""
        self._codes = {name: code for code, name in enumerate(categories)}
        self._numbers: dict[Key, int] = {}

    def number(self, key: Key) -> int:
        """Return the number of what is said, a new one for something new."""
        return self._numbers.setdefault(key, len(self._numbers))

    def done(self) -> Patterns:
        """Return what every pattern comes to."""
        keys = list(self._numbers)
        shares = np.zeros((len(keys), len(self._codes)))
        readings = np.zeros(len(keys), dtype=np.int64)
        flips = np.full(len(keys), np.nan)
        for row, (said, again) in enumerate(keys):
            verdicts = [each for each in again or said[:1] if each is not False]
            readings[row] = len(verdicts)
            flips[row] = _flips(verdicts)
            for verdict in verdicts:
                if verdict is not None:
                    shares[row, self._codes[verdict]] += 1 / len(verdicts)
        return Patterns(
            said=tuple(said for said, _ in keys),
            shares=shares,
            missing=readings == 0,
            readings=readings,
            flips=flips,
            one_voice=np.array([_one_voice(said) for said, _ in keys], dtype=np.bool_),
        )


def _flips(verdicts: Sequence[Said]) -> float:
    """Return the share of pairs of readings that differ; not a number without a pair."""
    n = len(verdicts)
    if n < 2:
        return float("nan")
    alike = sum(verdicts.count(each) - 1 for each in verdicts)
    return 1 - alike / (n * (n - 1))


def _one_voice(said: tuple[Said, ...]) -> bool:
    return isinstance(said[0], str) and len(said) > 1 and all(each == said[0] for each in said[1:])
