"""The most divided items of a run, kept in a small heap while the items stream by."""

import hashlib
import heapq

from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailedRating

_Rank = tuple[float, float, bytes]


class DividedItems:
    """Keeps the items on which the judges are most divided: by disagreement, then by the share of failed ratings.

    Equals are taken in an order drawn from the run's seed, so that a page does not show the first file only.
    """

    def __init__(self, *, most: int, seed: int) -> None:
        """Keep at most `most` items."""
        self._most = most
        self._seed = seed
        self._heap: list[tuple[_Rank, int, RatedItem]] = []

    def add(self, item: RatedItem) -> None:
        """Keep `item` if it is among the most divided so far; items without disagreement never are."""
        verdict = item.verdict
        if verdict is None or verdict.disagreement <= 0:
            return
        if len(self._heap) == self._most and verdict.disagreement < self._heap[0][0][0]:
            return
        entry = (self._rank(item, verdict.disagreement), item.seq, item)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def ranked(self) -> tuple[RatedItem, ...]:
        """Return the items kept, the most divided first."""
        return tuple(item for _, _, item in sorted(self._heap, reverse=True))

    def _rank(self, item: RatedItem, disagreement: float) -> _Rank:
        failed = sum(isinstance(unit.outcome, FailedRating) for unit in item.asked)
        share = failed / len(item.asked) if item.asked else 0.0
        drawn = hashlib.blake2b(f"{self._seed}:{item.seq}".encode(), digest_size=8).digest()
        return disagreement, share, drawn
