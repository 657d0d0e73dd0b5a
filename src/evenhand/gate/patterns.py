"""The different things a side says of cells, each worked out once: cells that say the same share a pattern."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from evenhand.gate.cells import Patterns
from evenhand.gate.flips import count_flips
from evenhand.records.baseline import PanelMark, Said

Key = tuple[tuple[Said, ...], tuple[Said, ...], bool]
"""What is said (panel, then judges), the verdicts of several readings, and whether their mean is compared. It is not
where the other side was read another number of times: a mean of five beside a single answer differs from it a little
in most cells and much in a few, which looks like a drop of most."""


class PatternBook:
    """Numbers the different things that are said under one principle."""

    def __init__(self, categories: Sequence[str], panel: PanelMark) -> None:
        """Start with an empty book for the answers of a scale, given by a panel."""
        self._one_voice_rules = panel.rule == "unanimous"
        self._spares = panel.spares
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
        pairs = np.zeros(len(keys), dtype=np.int64)
        flips = np.full(len(keys), np.nan)
        for row, (said, again, averaged) in enumerate(keys):
            verdicts = answered(again if averaged else said[:1])
            readings[row] = len(verdicts)
            found = count_flips(again)
            pairs[row] = found.pairs
            flips[row] = np.nan if found.share is None else found.share
            for verdict in verdicts:
                if verdict is not None:
                    shares[row, self._codes[verdict]] += 1 / len(verdicts)
        return Patterns(
            said=tuple(said for said, _, _ in keys),
            shares=shares,
            missing=(readings == 0) | np.array([self._could_turn(key) for key in keys], dtype=np.bool_),
            readings=readings,
            pairs=pairs,
            flips=flips,
            one_voice=np.array(
                [is_one_voice(said, spares=self._spares) for said, _, _ in keys], dtype=np.bool_
            ),
        )

    def _could_turn(self, key: Key) -> bool:
        """Tell whether a verdict could be another one if judges whose ratings failed had answered.

        Votes count alike: it stands where more judges say it than could say anything else. Where the rule asks for one
        voice, one missing answer is enough. The mean of several readings is what it is.
        """
        (verdict, *judges), _, averaged = key
        gone = judges.count(False)
        if averaged or not gone or not isinstance(verdict, str):
            return False
        others = Counter(each for each in judges if isinstance(each, str) and each != verdict)
        most = max(others.values(), default=0)
        return self._one_voice_rules or judges.count(verdict) <= most + gone


def answered(said: Sequence[Said]) -> Sequence[str | None]:
    """Return the readings that are not missing."""
    return [each for each in said if each is not False]


def is_one_voice(said: tuple[Said, ...], *, spares: bool) -> bool:
    """Tell whether the panel has a label and every judge says so; a judge without an opinion does only if `spares`."""
    verdict, judges = said[0], said[1:]
    silent = {verdict, None} if spares else {verdict}
    return isinstance(verdict, str) and verdict in judges and all(each in silent for each in judges)
