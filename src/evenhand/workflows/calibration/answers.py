"""What judges and panel say on every item of a run, as arrays: exactly what the run's report shows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.categories import Categories
from evenhand.calibration.table import NONE, Codes, Floats
from evenhand.judging.opinion import single_answer
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import (
    Basis,
    Distribution,
    FailedRating,
    FailureKind,
    Order,
    Rating,
    TerminalState,
)
from evenhand.records.scale import Scale
from evenhand.records.verdict import Opinion, Verdict
from evenhand.store.columns import ANSWERED, RatingRow, has_probabilities, rating_blocks, units_by_item
from evenhand.workflows.read_run import StoredRun

_CLOSE = 1e-9
_BY_LABEL_ALONE = frozenset({"majority", "unanimous", "weighted", "dawid_skene"})
"""Rules whose verdict follows from the judges' labels, and whose probability is the mean over the judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """N items, J judges; categories are those of the principle of each item."""

    answers: Codes
    """Category of each judge's answer, shape (N, J); -1 without one."""
    confidence: Floats
    """Each judge's own probability of its answer, shape (N, J); not a number where it gives none."""
    verdict: Codes
    """Category of the panel's verdict, shape (N,); -1 without one."""
    panel_confidence: Floats
    """Mean probability of the verdict over the judges, shape (N,); not a number without one."""
    disagreement: Floats
    """Of the judges, shape (N,)."""


def read_answers(
    stored: StoredRun, principles: Sequence[str], categories: Mapping[str, Categories]
) -> Answers:
    """Return what was said on the items of a run.

    Where every judge has one unit on an item, items with equal answers are decided once; else item by item.

    Args:
        stored: The run.
        principles: Principle of each item, in order.
        categories: What the answers under each principle are counted as.

    Raises:
        MeasureError: An answer is not on the scale of its principle.
    """
    judges = tuple(judge.id for judge in stored.manifest.judges)
    filled = _Filled(len(principles), len(judges))
    reader = _Reader(stored, judges, principles, categories)
    if reader.has_one_unit_each:
        _decide_patterns(reader, filled)
    else:
        _decide_each(reader, filled)
    return filled.done()


class _Filled:
    """Arrays on the way."""

    def __init__(self, items: int, judges: int) -> None:
        self.answers = np.full((items, judges), NONE, dtype=np.int16)
        self.confidence = np.full((items, judges), np.nan)
        self.verdict = np.full(items, NONE, dtype=np.int16)
        self.panel_confidence = np.full(items, np.nan)
        self.disagreement = np.zeros(items)

    def done(self) -> Answers:
        return Answers(
            answers=self.answers,
            confidence=self.confidence,
            verdict=self.verdict,
            panel_confidence=self.panel_confidence,
            disagreement=self.disagreement,
        )


class _Reader:
    """What is needed to read a run's answers."""

    def __init__(
        self,
        stored: StoredRun,
        judges: tuple[str, ...],
        principles: Sequence[str],
        categories: Mapping[str, Categories],
    ) -> None:
        self.stored = stored
        self.judges = judges
        self.places = {judge: place for place, judge in enumerate(judges)}
        self.principles = principles
        self.categories = categories
        scales = {name: self.scale(name) for name in dict.fromkeys(principles)}
        self.scales = _distinct_scales(scales.values())
        numbers = {name: self.scales.index(scale) for name, scale in scales.items()}
        self.scale_of_items = np.fromiter((numbers[name] for name in principles), np.int16, len(principles))
        self._codes = {
            principle: {label: code for code, label in enumerate(each.labels)}
            for principle, each in categories.items()
        }

    @property
    def has_one_unit_each(self) -> bool:
        """Whether equal labels of all judges mean an equal verdict, so that an item is a pattern of labels."""
        manifest = self.stored.manifest
        if manifest.units_per_item != len(self.judges) or manifest.panel.cascade:
            return False
        if manifest.panel.rule in _BY_LABEL_ALONE:
            return True
        return not has_probabilities(self.stored.ledger, self.stored.run)

    def decide(self, principle: str, units: Sequence[RatedUnit]) -> Verdict | None:
        """Return what the panel makes of the units of an item."""
        return self.stored.decider.decide(principle, units)

    def scale(self, principle: str) -> Scale:
        """Return the scale of a principle."""
        return self.stored.decider.scale(principle)

    def code(self, principle: str, label: str | None) -> int:
        """Return the category of an answer; -1 without one."""
        return NONE if label is None else self._codes[principle][self.categories[principle].of(label)]

    def share(self, principle: str, distribution: Distribution, code: int) -> float:
        """Return the probability of a category."""
        return sum(share for label, share in distribution if self.code(principle, label) == code)


def _distinct_scales(scales: Iterable[Scale]) -> Sequence[Scale]:
    found: list[Scale] = []
    for scale in scales:
        if scale not in found:
            found.append(scale)
    return found


# -- Item by item ----------------------------------------------------------------------------------


def _decide_each(reader: _Reader, filled: _Filled) -> None:
    for seq, units in units_by_item(reader.stored.ledger, reader.stored.run):
        principle = reader.principles[seq]
        verdict = reader.decide(principle, units)
        if verdict is None:
            continue
        _fill_verdict(reader, filled, seq, principle, verdict)
        for opinion in verdict.opinions:
            place = reader.places[opinion.judge]
            code = reader.code(principle, opinion.label)
            filled.answers[seq, place] = code
            if code != NONE and _gives_probabilities(opinion, units):
                filled.confidence[seq, place] = reader.share(principle, opinion.distribution, code)


def _fill_verdict(reader: _Reader, filled: _Filled, at: int, principle: str, verdict: Verdict) -> None:
    code = reader.code(principle, verdict.label)
    filled.verdict[at] = code
    filled.disagreement[at] = verdict.disagreement
    if code != NONE:
        filled.panel_confidence[at] = reader.share(principle, verdict.distribution, code)


def _gives_probabilities(opinion: Opinion, units: Sequence[RatedUnit]) -> bool:
    """Tell whether a judge's distribution is more than one answer: its own probabilities, or a count of several."""
    own = (unit.outcome for unit in units if unit.judge == opinion.judge)
    return opinion.ratings > 1 or any(
        isinstance(outcome, Rating) and outcome.basis is not Basis.ANSWER for outcome in own
    )


# -- Pattern by pattern ----------------------------------------------------------------------------


def _decide_patterns(reader: _Reader, filled: _Filled) -> None:
    voices = _read_voices(reader, filled)
    names = {name: place for place, name in enumerate(dict.fromkeys(reader.principles))}
    principle = np.fromiter((names[name] for name in reader.principles), np.int32, len(reader.principles))
    patterns, member = _distinct(np.column_stack([principle, voices.said]))
    decided = _Filled(len(patterns), len(reader.judges))
    known = tuple(names)
    for at, pattern in enumerate(patterns):
        _decide_pattern(reader, decided, at, known[pattern[0]], voices.outcomes_of(pattern[1:]))
    filled.answers[:] = decided.answers[member]
    filled.verdict[:] = decided.verdict[member]
    filled.disagreement[:] = decided.disagreement[member]
    filled.panel_confidence[:] = decided.panel_confidence[member]
    filled.confidence[filled.answers == NONE] = np.nan
    voices.weigh(reader, principle, known, filled)


def _decide_pattern(
    reader: _Reader, filled: _Filled, at: int, principle: str, outcomes: Sequence[TerminalState]
) -> None:
    units = [
        RatedUnit(judge=judge, order=Order.GIVEN, repeat=0, outcome=outcome)
        for judge, outcome in zip(reader.judges, outcomes, strict=False)
    ]
    verdict = reader.decide(principle, units)
    if verdict is not None:
        _fill_verdict(reader, filled, at, principle, verdict)
        filled.answers[at] = [reader.code(principle, opinion.label) for opinion in verdict.opinions]


def _distinct(rows: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return the distinct rows, and which of them each row is."""
    sizes = rows.max(axis=0, initial=NONE).astype(np.int64) + 2
    if np.prod(sizes.astype(np.float64)) >= 2**62:
        patterns, member = np.unique(rows, axis=0, return_inverse=True)
        return patterns, member.reshape(-1)
    keys = np.zeros(len(rows), dtype=np.int64)
    for column, size in zip(rows.T, sizes, strict=True):
        keys = keys * size + (column + 1)
    _, first, member = np.unique(keys, return_index=True, return_inverse=True)
    return rows[first], member


class _Voices:
    """What judges said, with a number for each different thing; probabilities apart."""

    def __init__(self, items: int, judges: int) -> None:
        self.said = np.full((items, judges), NONE, dtype=np.int32)
        self.shares: Floats | None = None
        """Probability of each category, shape (N, J, K); only where there are any."""
        self._numbers: dict[str, int] = {}
        self._outcomes: list[TerminalState] = []

    def number(self, word: str, outcome: TerminalState | None = None) -> int:
        """Return the number of a word of the ledger, or of an outcome that no word tells whole."""
        if word not in self._numbers:
            self._numbers[word] = len(self._outcomes)
            self._outcomes.append(outcome or _outcome(word))
        return self._numbers[word]

    def outcomes_of(self, pattern: NDArray[np.int32]) -> list[TerminalState]:
        """Return what was said on the items of a pattern; a judge whose unit is open is absent."""
        return [self._outcomes[number] for number in pattern if number != NONE]

    def keep_shares(self, item: NDArray[np.int64], judge: NDArray[np.int64], shares: Floats) -> None:
        """Keep the probabilities that judges gave."""
        size = shares.shape[1]
        if self.shares is None:
            self.shares = np.full((*self.said.shape, size), np.nan)
        if size > self.shares.shape[2]:
            more = np.full((*self.said.shape, size - self.shares.shape[2]), np.nan)
            self.shares = np.concatenate([self.shares, more], axis=2)
        self.shares[item, judge, :size] = shares

    def weigh(
        self, reader: _Reader, principle: NDArray[np.int32], known: Sequence[str], filled: _Filled
    ) -> None:
        """Put the mean of the judges' probabilities in the place of what their labels alone give."""
        if self.shares is None:
            return
        most = max(len(reader.categories[name].labels) for name in known)
        self.keep_shares(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, most)))
        smoothed = _smoothed_shares(reader, known, self.shares.shape[2])
        for number, name in enumerate(known):
            rows = np.flatnonzero((principle == number) & (filled.verdict != NONE))
            said = filled.answers[rows]
            shares = self.shares[rows]
            plain = np.isnan(shares[:, :, 0])
            shares[plain] = smoothed[number][said[plain]]
            votes = np.isin(said, _voting(reader.categories[name]))
            chosen = shares[np.arange(len(rows)), :, filled.verdict[rows]]
            filled.panel_confidence[rows] = np.where(votes, chosen, 0.0).sum(axis=1) / votes.sum(axis=1)


def _smoothed_shares(reader: _Reader, known: Sequence[str], most: int) -> list[Floats]:
    """Return, for each principle, the probabilities that one answer without any is read as."""
    tables = []
    for name in known:
        size = len(reader.categories[name].labels)
        table = np.full((size + 1, most), np.nan)
        table[:size, :size] = (np.eye(size) + 0.5) / (1 + 0.5 * size)
        tables.append(table)
    return tables


def _voting(categories: Categories) -> NDArray[np.int16]:
    """Return the categories that are opinions."""
    scale = categories.scale
    return np.array(
        [code for code, label in enumerate(categories.labels) if label not in scale.abstain], dtype=np.int16
    )


def _read_voices(reader: _Reader, filled: _Filled) -> _Voices:
    voices = _Voices(*filled.answers.shape)
    said = voices.said.reshape(-1)
    for rows in rating_blocks(reader.stored.ledger, reader.stored.run):
        units, words, distributions = zip(*rows, strict=True)
        numbers = {word: voices.number(word) for word in dict.fromkeys(words)}
        said[np.array(units)] = [numbers[word] for word in words]
        if any(distributions):
            _read_shares(reader, voices, filled, [row for row in rows if row[2] is not None])
    return voices


def _read_shares(reader: _Reader, voices: _Voices, filled: _Filled, rows: Sequence[RatingRow]) -> None:
    """Read ratings with probabilities: the answer is the label that leads, which the judge need not have named."""
    units = np.array([row[0] for row in rows])
    given = [dict(each) for each in json.loads(f"[{','.join(row[2] or '' for row in rows)}]")]
    groups = reader.scale_of_items[units // len(reader.judges)]
    for number, scale in enumerate(reader.scales):
        members = np.flatnonzero(groups == number)
        if members.size:
            _read_scale(voices, filled, scale, units[members], [given[member] for member in members])


def _read_scale(
    voices: _Voices,
    filled: _Filled,
    scale: Scale,
    units: NDArray[np.int64],
    given: Sequence[Mapping[str, float]],
) -> None:
    labels = scale.labels
    shares = np.array([[table.get(label, 0.0) for label in labels] for table in given])
    shares /= shares.sum(axis=1, keepdims=True)
    best = shares.max(axis=1)
    clear = (best[:, None] - shares <= _CLOSE).sum(axis=1) == 1
    numbers = np.array([voices.number(ANSWERED + label) for label in labels])
    item, judge = np.divmod(units, filled.answers.shape[1])
    voices.keep_shares(item, judge, shares)
    voices.said[item, judge] = numbers[shares.argmax(axis=1)]
    filled.confidence[item, judge] = best
    for row in np.flatnonzero(~clear).tolist():
        answer, exact = single_answer(given[row], scale)
        word = ANSWERED + answer if answer else f"{_TIED} {labels!r}"
        voices.said[item[row], judge[row]] = voices.number(word, None if answer else _tied(exact))
        filled.confidence[item[row], judge[row]] = exact[answer] if answer else np.nan


_TIED = "tied"


def _tied(shares: Mapping[str, float]) -> Rating:
    return Rating(label=next(iter(shares)), distribution=tuple(shares.items()), basis=Basis.RECORDED)


def _outcome(word: str) -> TerminalState:
    if not word.startswith(ANSWERED):
        return FailedRating(kind=FailureKind(word))
    label = word.removeprefix(ANSWERED)
    return Rating(label=label, distribution=((label, 1.0),), basis=Basis.ANSWER)
