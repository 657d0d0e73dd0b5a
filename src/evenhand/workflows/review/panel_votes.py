"""What the panel of a run leaves open on each item, read from its votes in one pass: no record an item."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.judging.plan import places_of_run
from evenhand.records.rating import SPARED
from evenhand.records.scale import NumericScale, OrdinalScale, Scale
from evenhand.review.selection import roads_of
from evenhand.review.uncertainty import (
    panel_uncertainty,
    spread_of_confidence,
    spread_of_labels,
    spread_of_numbers,
)
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.store.columns import ANSWERED, ItemColumns, VoteRow, verdict_blocks, vote_blocks
from evenhand.workflows.read_run import StoredRun

_SILENT, _NOT_ASKED = -1, -2
"""Columns of what is no opinion: a failed rating or an abstention, and a unit that was spared."""
_CLOSE = 1e-6
"""Weights are thirds and the like: what sums to all but this is all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelVotes:
    """What N items are to a draw; every array has shape (N,)."""

    uncertainty: Floats
    """What the votes leave open, up to 1: see `review.uncertainty`."""
    road: Integers
    """Place in `review.selection.ROADS` of how the item would come in."""


def read_panel_votes(stored: StoredRun, items: ItemColumns) -> PanelVotes:
    """Return what the votes of a run leave open on each of its items."""
    tally = _Tally(stored, items)
    for rows in vote_blocks(stored.ledger, stored.run):
        tally.add(rows)
    verdicts = _read_verdicts(stored, items.n)
    spread, silent = tally.spread(), tally.silent_share()
    calibrated = np.isfinite(verdicts.confidence)
    spread[calibrated] = spread_of_confidence(verdicts.confidence[calibrated])
    voiceless = silent >= 1
    return PanelVotes(
        uncertainty=panel_uncertainty(
            spread, silent=np.where(calibrated, 0.0, silent), undecided=verdicts.undecided
        ),
        road=roads_of(voiceless=voiceless, undecided=verdicts.undecided, split=verdicts.disagreement > 0),
    )


# -- Votes -----------------------------------------------------------------------------------------


class _Answers:
    """The answers of one scale as columns of votes; the numbers of a numeric scale have one column."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.opinions = tuple(label for label in scale.labels if label not in scale.abstain)
        self._columns = {label: column for column, label in enumerate(self.opinions)}

    @property
    def is_numeric(self) -> bool:
        return isinstance(self.scale, NumericScale)

    @property
    def values(self) -> Floats | None:
        """The number of each column of an ordered scale; None without an order."""
        if not isinstance(self.scale, OrdinalScale):
            return None
        return np.array([self.scale.points[label] for label in self.opinions])

    def place(self, label: str) -> tuple[int, float]:
        """Return the column and the number of an answer."""
        number = self.scale.score(label) if self.is_numeric else None
        if self.is_numeric:
            return (_SILENT, 0.0) if number is None else (0, number)
        return self._columns.get(label, _SILENT), 0.0

    def place_word(self, word: str) -> tuple[int, float]:
        """Return the column and the number of what came of a unit."""
        if word.startswith(ANSWERED):
            return self.place(word.removeprefix(ANSWERED))
        return (_NOT_ASKED if word == SPARED else _SILENT), 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Votes:
    """Weights on answers: of a block of rows, or of their distributions. Every array has shape (m,)."""

    item: Integers
    column: Integers
    number: Floats
    weight: Floats


class _Tally:
    """Votes by item, while the ratings of a run are read."""

    def __init__(self, stored: StoredRun, items: ItemColumns) -> None:
        manifest = stored.manifest
        places = places_of_run(manifest)
        units = {judge: sum(each == judge for each, _, _ in places) for judge, _, _ in places}
        self._weights = np.array([1 / units[judge] for judge, _, _ in places])
        self._scales: list[_Answers] = []
        self._scale_of_item = self._number_scales(stored, items.principle_id)
        widest = max((len(each.opinions) for each in self._scales), default=1)
        self._votes = np.zeros((items.n, max(widest, 1)), dtype=np.float32)
        self._asked = np.zeros(items.n, dtype=np.float32)
        self._silent = np.zeros(items.n, dtype=np.float32)
        numeric = any(each.is_numeric for each in self._scales)
        self._totals = np.zeros((2, items.n if numeric else 0))
        """Sums of numbers and of their squares."""

    def _number_scales(self, stored: StoredRun, principles: Sequence[str]) -> NDArray[np.int16]:
        numbers: dict[str, int] = {}
        for name in dict.fromkeys(principles):
            scale = stored.decider.scale(name)
            known = [each.scale for each in self._scales]
            if scale not in known:
                self._scales.append(_Answers(scale))
            numbers[name] = known.index(scale) if scale in known else len(known)
        return np.fromiter((numbers[name] for name in principles), np.int16, len(principles))

    def add(self, rows: Sequence[VoteRow]) -> None:
        """Count a block of ratings."""
        units, words, stated, distributions = zip(*rows, strict=True)
        item, place = np.divmod(np.array(units, dtype=np.int64), len(self._weights))
        weight = self._weights[place]
        column, number = self._places(words, self._scale_of_item[item])
        spelled = np.array([each is not None for each in distributions])
        sure = np.array([1.0 if each is None else each for each in stated])
        sure[spelled | (column < 0)] = 1.0
        plain = _Votes(item=item, column=column, number=number, weight=weight)
        self._count(plain, ~spelled, sure)
        if spelled.any():
            self._count_all(self._distributions(distributions, item, weight))

    def _places(self, words: Sequence[str], scales: NDArray[np.int16]) -> tuple[Integers, Floats]:
        known = {word: number for number, word in enumerate(dict.fromkeys(words))}
        code = np.fromiter((known[word] for word in words), np.int64, len(words))
        column, number = np.zeros(len(words), dtype=np.int64), np.zeros(len(words))
        texts = tuple(known)
        for scale in np.unique(scales):
            members = np.flatnonzero(scales == scale)
            used, back = np.unique(code[members], return_inverse=True)
            found = [self._scales[scale].place_word(texts[each]) for each in used]
            column[members] = np.array([each[0] for each in found], dtype=np.int64)[back]
            number[members] = np.array([each[1] for each in found])[back]
        return column, number

    def _count(self, votes: _Votes, chosen: Bools, sure: Floats) -> None:
        """Count answers; one with a stated confidence leaves the rest of its weight to the other answers alike."""
        part = _Votes(
            item=votes.item[chosen],
            column=votes.column[chosen],
            number=votes.number[chosen],
            weight=votes.weight[chosen],
        )
        self._count_all(part)
        unsure = np.flatnonzero(chosen & (sure < 1))
        for scale in np.unique(self._scale_of_item[votes.item[unsure]]):
            width = len(self._scales[scale].opinions)
            members = unsure[self._scale_of_item[votes.item[unsure]] == scale]
            if width > 1:
                self._spread_rest(votes, members, 1 - sure[members], width)

    def _spread_rest(self, votes: _Votes, members: Integers, rest: Floats, width: int) -> None:
        item, moved = votes.item[members], (votes.weight[members] * rest).astype(np.float32)
        share = moved / (width - 1)
        np.add.at(self._votes, (item, votes.column[members]), -moved - share)
        for column in range(width):
            np.add.at(self._votes[:, column], item, share)

    def _distributions(self, texts: Sequence[str | None], item: Integers, weight: Floats) -> _Votes:
        rows = [row for row, text in enumerate(texts) if text is not None]
        tables = json.loads(f"[{','.join(texts[row] or '' for row in rows)}]")
        found = [
            (row, *each)
            for row, table in zip(rows, tables, strict=True)
            for each in self._shares(item[row], table)
        ]
        at = np.array([row for row, *_ in found], dtype=np.int64)
        return _Votes(
            item=item[at],
            column=np.array([column for _, column, _, _ in found], dtype=np.int64),
            number=np.array([number for _, _, number, _ in found]),
            weight=weight[at] * np.array([share for *_, share in found]),
        )

    def _shares(self, item: int, table: Sequence[tuple[str, float]]) -> Iterator[tuple[int, float, float]]:
        answers = self._scales[self._scale_of_item[item]]
        total = sum(share for _, share in table) or 1.0
        for label, share in table:
            yield (*answers.place(label), share / total)

    def _count_all(self, votes: _Votes) -> None:
        if not votes.item.size:
            return
        voted, silent = votes.column >= 0, votes.column == _SILENT
        first, past = int(votes.item.min()), int(votes.item.max()) + 1
        wide = self._votes.shape[1]
        cells = (votes.item[voted] - first) * wide + votes.column[voted]
        masses = np.bincount(cells, votes.weight[voted], (past - first) * wide)
        self._votes[first:past] += masses.reshape(-1, wide).astype(np.float32)
        for total, part in ((self._asked, voted | silent), (self._silent, silent)):
            masses = np.bincount(votes.item[part] - first, votes.weight[part], past - first)
            total[first:past] += masses.astype(np.float32)
        if self._totals.shape[1]:
            for power in (1, 2):
                sums = votes.weight[voted] * votes.number[voted] ** power
                self._totals[power - 1, first:past] += np.bincount(
                    votes.item[voted] - first, sums, past - first
                )

    def silent_share(self) -> Floats:
        """Return the share of the judges asked who have no opinion; 1 where nobody answered."""
        asked = self._asked.astype(np.float64)
        share = np.ones(len(asked))
        np.divide(self._silent, asked, out=share, where=asked > 0)
        return np.where(share > 1 - _CLOSE, 1.0, share)

    def spread(self) -> Floats:
        """Return how far the votes on each item differ."""
        spread = np.zeros(len(self._asked))
        for number, answers in enumerate(self._scales):
            members = np.flatnonzero(self._scale_of_item == number)
            spread[members] = self._spread_on(answers, members)
        return spread

    def _spread_on(self, answers: _Answers, members: Integers) -> Floats:
        votes, values = self._votes[members], answers.values
        if isinstance(answers.scale, NumericScale):
            width = answers.scale.maximum - answers.scale.minimum
            totals, squares = self._totals[:, members]
            return spread_of_numbers(votes[:, 0].astype(np.float64), totals, squares, width)
        if values is None:
            return spread_of_labels(votes)
        used = votes[:, : len(values)].astype(np.float64)
        return spread_of_numbers(used.sum(axis=1), used @ values, used @ values**2, float(np.ptp(values)))


# -- Verdicts --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdicts:
    """What the panel made of each item; every array has shape (N,)."""

    undecided: Bools
    disagreement: Floats
    confidence: Floats
    """Calibrated probability of the verdict; not a number where there is none."""


def _read_verdicts(stored: StoredRun, items: int) -> _Verdicts:
    undecided = np.ones(items, dtype=np.bool_)
    disagreement, confidence = np.zeros(items), np.full(items, np.nan)
    for rows in verdict_blocks(stored.ledger, stored.run):
        places, settled, apart, roads = zip(*rows, strict=True)
        at = np.array(places, dtype=np.int64)
        undecided[at] = ~np.array(settled, dtype=np.bool_)
        disagreement[at] = apart
        if any(roads):
            confidence[at] = [_calibrated_confidence(road) for road in roads]
    return _Verdicts(undecided=undecided, disagreement=disagreement, confidence=confidence)


def _calibrated_confidence(road: str | None) -> float:
    """Return the probability the last step of a cascade gave its verdict, where a calibration map had a say in it."""
    if road is None:
        return np.nan
    last: Mapping[str, float | None] = json.loads(road)[-1]
    share = last["confidence"]
    return np.nan if share is None or share == last["raw"] else float(share)
