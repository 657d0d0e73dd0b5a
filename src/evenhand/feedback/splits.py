"""Into which file a source goes: a pure function of its name, so that more data moves nothing."""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final

from evenhand.errors import UsageError
from evenhand.records.canonical import canonical_json

_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,29}(?:_[a-z0-9]{1,20})?")
_CLOSE: Final = 1e-9
_HINT: Final = "write it as --splits train=.9,validation=.05,test=.05"


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """Names of splits with their shares, and the seed that places sources."""

    shares: Mapping[str, float]
    """In order; they sum to 1."""
    seed: int

    def of(self, source: str) -> str:
        """Return the split of a source."""
        place = _place(self.seed, source)
        for name, limit in zip(self.shares, accumulate(self.shares.values()), strict=True):
            if place < limit:
                return name
        return [name for name, share in self.shares.items() if share > 0][-1]


def read_splits(text: str, *, seed: int) -> Splits:
    """Return splits as they are typed, such as `train=.9,test=.1`.

    Raises:
        UsageError: They are no names with shares that sum to 1.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        if not _NAME.fullmatch(name) or name in shares:
            message = f"{name!r} is no name of a split, or stands twice"
            raise UsageError(message, hint=f"names are lower-case words; {_HINT}")
        shares[name] = _share(name, share)
    if abs(math.fsum(shares.values()) - 1) > _CLOSE:
        raise UsageError(f"the shares of the splits sum to {math.fsum(shares.values()):g}, not 1", hint=_HINT)
    return Splits(shares=shares, seed=seed)


def _share(name: str, text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise UsageError(f"the share of split {name} is {text!r}, which is no number from 0 to 1", hint=_HINT)
    return share


def _place(seed: int, source: str) -> float:
    """Return a number from 0 to below 1 that seed and source alone decide."""
    stem = _stem(seed).copy()
    stem.update(source.encode("utf-8", "surrogatepass"))
    return (int.from_bytes(stem.digest(), "big") >> 11) * 2.0**-53


@cache
def _stem(seed: int) -> "hashlib.blake2b":
    return hashlib.blake2b(canonical_json(["feedback-split", seed]), digest_size=8)


__all__ = ["Splits", "read_splits"]
