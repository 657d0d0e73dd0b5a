"""What each judge said each time it was asked, as counts: what the verdicts of a run leave out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.categories import Categories
from evenhand.calibration.table import NONE
from evenhand.constitution.lint.evidence import Opinions
from evenhand.judging.plan import places_of_run
from evenhand.records.judge import ModelJudge, RecordedJudge
from evenhand.records.run import Manifest
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.opinion_entropy import MOST_ANSWERS
from evenhand.store.columns import ANSWERED, ItemColumns, RatingRow, rating_blocks
from evenhand.workflows.read_run import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOpinions:
    """N items; the opinions of a run, each of which may have been asked for several times."""

    names: tuple[str, ...]
    """Judge and order of each opinion."""
    codes: tuple[NDArray[np.int16], ...]
    """Answers of each opinion, shape (N, times it was asked), -1 without one."""
    shares: tuple[Floats | None, ...]
    """Mean probabilities of each opinion, shape (N, K), not a number where it gave none; None where it never does."""


def read_opinions(
    stored: StoredRun, items: ItemColumns, categories: Mapping[str, Categories]
) -> ReadOpinions:
    """Read what every judge of a run said, each time, that reads what it judges.

    Judges that apply a rule (patterns, nearest examples) always say the same, and are left out.

    Raises:
        MeasureError: An answer is not on the scale of its principle.
    """
    cells = _cells(stored.manifest)
    reader = _Reader(items, categories, len(places_of_run(stored.manifest)))
    for rows in rating_blocks(stored.ledger, stored.run):
        reader.add(rows)
    return ReadOpinions(
        names=tuple(cells),
        codes=tuple(reader.codes[:, columns] for columns in cells.values()),
        shares=tuple(reader.mean_shares(columns) for columns in cells.values()),
    )


def _cells(manifest: Manifest) -> Mapping[str, list[int]]:
    """Return the units of an item that make each opinion."""
    reads = {judge.id for judge in manifest.judges if isinstance(judge, ModelJudge | RecordedJudge)}
    cells: dict[str, list[int]] = {}
    for column, (judge, order, _) in enumerate(places_of_run(manifest)):
        if judge in reads:
            cells.setdefault(f"{judge} {order.value}", []).append(column)
    return cells


class _Reader:
    """Ratings on their way into arrays."""

    def __init__(self, items: ItemColumns, categories: Mapping[str, Categories], units: int) -> None:
        self._principles = tuple(dict.fromkeys(items.principle_id))
        numbers = {name: number for number, name in enumerate(self._principles)}
        self._of_item = np.fromiter((numbers[name] for name in items.principle_id), np.int32, items.n)
        self._categories = [categories[name] for name in self._principles]
        self._most = max((len(each.labels) for each in self._categories), default=1)
        self._words: dict[str, int] = {}
        self._units = units
        self._table = np.zeros((len(self._principles), 0), dtype=np.int16)
        self.codes = np.full((items.n, units), NONE, dtype=np.int16)
        self._shares: Floats | None = None

    def add(self, rows: Sequence[RatingRow]) -> None:
        """Add ratings: unit, what came of it in one word, and the distribution where there is one."""
        places, words, distributions = zip(*rows, strict=True)
        item, unit = np.divmod(np.array(places, dtype=np.int64), self._units)
        number = np.array([self._words.setdefault(word, len(self._words)) for word in words])
        self._learn_words()
        self.codes[item, unit] = self._table[self._of_item[item], number]
        for at, text in enumerate(distributions):
            if text is not None:
                self._share(int(item[at]), int(unit[at]), text)

    def _learn_words(self) -> None:
        new = list(self._words)[self._table.shape[1] :]
        columns = [[self._code(each, word) for word in new] for each in self._categories]
        if new:
            self._table = np.column_stack([self._table, np.array(columns, dtype=np.int16)])

    @staticmethod
    def _code(categories: Categories, word: str) -> int:
        if not word.startswith(ANSWERED):
            return NONE
        found = categories.find(word.removeprefix(ANSWERED))
        return NONE if found is None else categories.labels.index(found)

    def _share(self, item: int, unit: int, text: str) -> None:
        if self._shares is None:
            self._shares = np.full((*self.codes.shape, self._most), np.nan)
        categories = self._categories[self._of_item[item]]
        given = np.zeros(self._most)
        for label, share in dict(json.loads(text)).items():
            given[categories.labels.index(categories.of(label))] += share
        if given.sum() > 0:
            self._shares[item, unit] = given / given.sum()
            self.codes[item, unit] = int(given.argmax())

    def mean_shares(self, columns: list[int]) -> Floats | None:
        """Return the mean probabilities of an opinion over the times it was asked, shape (N, K)."""
        if self._shares is None:
            return None
        own = self._shares[:, columns]
        there = ~np.isnan(own[:, :, 0])
        if not there.any():
            return None
        count = there.sum(axis=1)[:, np.newaxis]
        return np.where(count > 0, np.nansum(own, axis=1) / np.maximum(count, 1), np.nan)


# -- Of one principle, from several runs -----------------------------------------------------------


def opinions_of(
    parts: Sequence[tuple[ReadOpinions, Integers]], clusters: Integers, categories: int
) -> Opinions | None:
    """Return the opinions of several runs on the items of one principle; None where nothing shows a judge's own noise.

    Args:
        parts: The opinions of each run, and the row of each of the n items in it, -1 where it is not there.
        clusters: Shape (n,).
        categories: Answers of the scale.
    """
    codes = [_rows(own, rows) for part, rows in parts for own in part.codes]
    repeated = [own for own in codes if own.shape[1] > 1]
    counts, draws = _counts(repeated, categories) if len(repeated) > 1 else (None, 0)
    stacked = _stack([(own, rows) for part, rows in parts for own in part.shares], categories)
    if counts is None and stacked is None:
        return None
    shares, shared = stacked if stacked is not None else (None, None)
    return Opinions(counts=counts, draws=draws, shares=shares, shared=shared, clusters=clusters)


def _rows(own: NDArray[np.int16], rows: Integers) -> NDArray[np.int16]:
    found = own[rows]
    found[rows == NONE] = NONE
    return found


def _counts(repeated: Sequence[NDArray[np.int16]], categories: int) -> tuple[Integers, int]:
    """Return how often each opinion gave each answer, no more often than can be counted, and the fewest askings."""
    most = max(2, MOST_ANSWERS // len(repeated))
    kept = [own[:, :most] for own in repeated]
    counts = np.stack(
        [np.stack([(own == code).sum(axis=1) for code in range(categories)], axis=1) for own in kept], axis=1
    )
    return counts.astype(np.int64), min(own.shape[1] for own in kept)


def _stack(parts: Sequence[tuple[Floats | None, Integers]], categories: int) -> tuple[Floats, Bools] | None:
    """Return the probabilities of the opinions that give any, side by side; None where fewer than two do."""
    own = [
        np.where((rows == NONE)[:, np.newaxis], np.nan, shares[rows][:, :categories])
        for shares, rows in parts
        if shares is not None
    ]
    if len(own) < 2:
        return None
    stacked = np.stack(own, axis=1)
    there = ~np.isnan(stacked[:, :, 0])
    return np.where(there[:, :, np.newaxis], stacked, 0.0), there
