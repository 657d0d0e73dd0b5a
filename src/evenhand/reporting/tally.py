"""One pass over the rated items of a run: everything a report counts, in memory that does not grow with the items."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.errors import MeasureError
from evenhand.records.label import HumanLabel, LabelDetail, LabelKind
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import FailedRating, FailureKind, Order, Rating, state_of
from evenhand.records.run import Manifest
from evenhand.records.verdict import Opinion, Undecided, Verdict
from evenhand.reporting.cascade_tally import CascadeTally
from evenhand.reporting.divided import DividedItems
from evenhand.reporting.flagged import FlagTally
from evenhand.reporting.item_view import REPORT_LIMITS, excerpt
from evenhand.reporting.summary import FailureExample

MOST_DIVIDED = 20
"""Divided items kept."""
MOST_EXAMPLES = 3
"""Examples kept of each kind of failed rating of each judge."""
MOST_DIMENSIONS = 8
"""Slice dimensions reported."""
MOST_VALUES = 40
"""Values of a slice dimension; one with more is left out."""
MOST_PEOPLE = 30
"""Persons compared one by one."""
MOST_PAIRED_PEOPLE = 8
"""Persons compared with each other."""
BINS = 10
"""Bins of disagreement above 0."""

WHOLE = ("", "")
"""The slice that is no slice: all items of a principle."""


@dataclass(slots=True)
class VerdictTally:
    """Verdicts of a set of items."""

    labels: Counter[str] = field(default_factory=Counter)
    undecided: Counter[Undecided] = field(default_factory=Counter)
    open: int = 0

    def add(self, label: str | None, verdict: Verdict | None) -> None:
        """Count one item; `label` is the category of its verdict."""
        if verdict is None:
            self.open += 1
        elif label is None:
            self.undecided[verdict.undecided or Undecided.QUORUM] += 1
        else:
            self.labels[label] += 1


@dataclass(slots=True)
class AnswerTally:
    """Answers of one judge under one principle."""

    labels: Counter[str] = field(default_factory=Counter)
    tied: int = 0
    unread: int = 0

    def add(self, opinion: Opinion, answer: str | None) -> None:
        """Count one item."""
        if answer is not None:
            self.labels[answer] += 1
        elif opinion.abstains:
            self.tied += 1
        else:
            self.unread += 1


@dataclass(slots=True)
class ComparisonTally:
    """Human labels of one annotator met by the answers of one rater; None is no answer."""

    kind: LabelKind
    met: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    off_scale: int = 0


@dataclass(slots=True)
class Selves:
    """How often a judge agrees with itself."""

    same: int = 0
    differing: int = 0
    one_order: int = 0

    def add(self, *, differs: bool) -> None:
        """Count one pair or group of its own answers."""
        self.same += not differs
        self.differing += differs


class Tally:
    """Counts of a run. Feed it every rated item once, in any order."""

    def __init__(self, manifest: Manifest) -> None:
        """Prepare the counters."""
        self.categories: Mapping[str, Categories] = categories_by_principle(manifest)
        self._pairwise = manifest.mode == "pairwise"
        self.items = 0
        self.states: Counter[str] = Counter()
        self.units: Counter[tuple[str, str]] = Counter()
        self.examples: dict[tuple[str, FailureKind], list[FailureExample]] = defaultdict(list)
        self.verdicts: dict[tuple[str, tuple[str, str]], VerdictTally] = defaultdict(VerdictTally)
        self.answers: dict[tuple[str, str], AnswerTally] = defaultdict(AnswerTally)
        self.pairs: dict[tuple[str, str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        self.people_pairs: dict[tuple[str, str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        self.comparisons: dict[tuple[str, str | None, str], ComparisonTally] = {}
        self.annotators: dict[str, LabelKind] = {}
        self.labels = 0
        self.blind: Counter[bool | None] = Counter()
        self.drawn = 0
        self.days: tuple[str, str] | None = None
        self._compared: set[str] = set()
        self._paired: list[str] = []
        self.disagreement: Counter[int] = Counter()
        self.fewer_than_two = 0
        self.orders: dict[str, Selves] = defaultdict(Selves)
        self.repeats: dict[str, Selves] = defaultdict(Selves)
        self.divided = DividedItems(most=MOST_DIVIDED, seed=manifest.suite.seed)
        self.flagged = FlagTally()
        self.cascade = CascadeTally()
        self._slices = _SliceGuard()

    @property
    def slices_left_out(self) -> tuple[str, ...]:
        """Slice dimensions with too many values, or beyond the most that are reported."""
        return tuple(sorted(self._slices.left_out))

    @property
    def people(self) -> tuple[str, ...]:
        """Annotators who are persons, in the order of their first label."""
        return tuple(name for name, kind in self.annotators.items() if kind is LabelKind.PERSON)

    @property
    def resolved(self) -> tuple[str, ...]:
        """Annotators whose labels are settled."""
        return tuple(name for name, kind in self.annotators.items() if kind is LabelKind.RESOLVED)

    @property
    def people_left_out(self) -> int:
        """Persons beyond those compared one by one."""
        return max(0, len(self.people) - MOST_PEOPLE)

    def add(self, item: RatedItem) -> None:
        """Count `item`.

        Raises:
            MeasureError: It does not belong to the run's constitution.
        """
        categories = self.categories.get(item.principle_id)
        if categories is None:
            raise MeasureError(f"item {item.name!r} names a principle the run's constitution does not have")
        self.items += 1
        self._add_units(item)
        self._add_verdict(item, categories)
        if item.verdict is not None:
            answers = _answers(item.verdict, categories)
            self._add_answers(item, item.verdict, answers)
            self._add_labels(item, categories, answers)
            self.divided.add(item)
        else:
            self._note_annotators(item)

    def _add_units(self, item: RatedItem) -> None:
        for unit in item.units:
            state = state_of(unit.outcome)
            self.states[state] += 1
            self.units[unit.judge, state] += 1
            if isinstance(unit.outcome, FailedRating):
                examples = self.examples[unit.judge, unit.outcome.kind]
                if len(examples) < MOST_EXAMPLES:
                    examples.append(_example(item, unit, unit.outcome))
        for judge, differs in _repeats(item.units):
            self.repeats[judge].add(differs=differs)

    def _add_verdict(self, item: RatedItem, categories: Categories) -> None:
        verdict = item.verdict
        label = categories.of(verdict.label) if verdict and verdict.label is not None else None
        self.flagged.add(item, None if label is None else categories.readings[label])
        self.verdicts[item.principle_id, WHOLE].add(label, verdict)
        for place in self._slices.admit(item.slice):
            self.verdicts[item.principle_id, place].add(label, verdict)

    def _add_answers(
        self, item: RatedItem, verdict: Verdict, answers: Mapping[str | None, str | None]
    ) -> None:
        for opinion in verdict.opinions:
            self.answers[item.principle_id, opinion.judge].add(opinion, answers[opinion.judge])
        for first, second in combinations(verdict.opinions, 2):
            one, other = answers[first.judge], answers[second.judge]
            if one is not None and other is not None:
                self.pairs[item.principle_id, first.judge, second.judge][one, other] += 1
        if self._pairwise:
            self._add_orders(verdict.opinions)
        if sum(opinion.label is not None or opinion.abstains for opinion in verdict.opinions) < 2:
            self.fewer_than_two += 1
        else:
            self.disagreement[_bin(verdict.disagreement)] += 1

    def _add_orders(self, opinions: Iterable[Opinion]) -> None:
        for opinion in opinions:
            if opinion.one_order:
                self.orders[opinion.judge].one_order += 1
            elif opinion.label is not None or opinion.abstains:
                self.orders[opinion.judge].add(differs=opinion.inconsistent)

    def _add_labels(
        self, item: RatedItem, categories: Categories, answers: Mapping[str | None, str | None]
    ) -> None:
        self._note_annotators(item)
        known = [(label, categories.find(label.label)) for label in item.labels]
        compared = {label.annotator: human for label, human in known if label.annotator in self._compared}
        if item.verdict is not None:
            self.cascade.add(item, item.verdict, answers[None], compared)
        for label, human in known:
            if label.annotator in self._compared:
                self._compare(label, human, answers)
        given = {label.annotator: human for label, human in known if human is not None}
        for first, second in combinations([name for name in self._paired if name in given], 2):
            self.people_pairs[item.principle_id, first, second][given[first], given[second]] += 1

    def _compare(
        self, label: HumanLabel, human: str | None, answers: Mapping[str | None, str | None]
    ) -> None:
        for rater, answer in answers.items():
            key = (label.principle_id, rater, label.annotator)
            tally = self.comparisons.setdefault(key, ComparisonTally(label.kind))
            if human is None:
                tally.off_scale += 1
            else:
                tally.met[human, answer] += 1

    def _note_annotators(self, item: RatedItem) -> None:
        self.labels += len(item.labels)
        for label in item.labels:
            self._note_detail(label.detail)
            if label.annotator not in self.annotators:
                self.annotators[label.annotator] = label.kind
                self._choose_for_comparison(label)

    def _note_detail(self, detail: LabelDetail) -> None:
        self.blind[detail.blind] += 1
        self.drawn += detail.inclusion is not None
        if day := detail.day:
            first, last = self.days or (day, day)
            self.days = (min(first, day), max(last, day))

    def _choose_for_comparison(self, label: HumanLabel) -> None:
        """Compare every settled reference, and the persons who come first."""
        if label.kind is LabelKind.RESOLVED or len(self.people) <= MOST_PEOPLE:
            self._compared.add(label.annotator)
        if label.kind is LabelKind.PERSON and len(self._paired) < MOST_PAIRED_PEOPLE:
            self._paired.append(label.annotator)


class _SliceGuard:
    """Lets slices through while their number stays small; a dimension that outgrows it is left out as a whole."""

    def __init__(self) -> None:
        self._values: dict[str, set[str]] = {}
        self.left_out: set[str] = set()

    def admit(self, slices: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        """Yield the slices of an item that are counted."""
        for dimension, value in slices.items():
            if dimension in self.left_out:
                continue
            if dimension not in self._values and len(self._values) == MOST_DIMENSIONS:
                self.left_out.add(dimension)
                continue
            values = self._values.setdefault(dimension, set())
            values.add(value)
            if len(values) > MOST_VALUES:
                self.left_out.add(dimension)
                values.clear()
            else:
                yield dimension, value


def tally_items(manifest: Manifest, items: Iterable[RatedItem]) -> Tally:
    """Return the counts over `items`, read once.

    Raises:
        MeasureError: An item does not belong to the run's manifest.
    """
    tally = Tally(manifest)
    for item in items:
        tally.add(item)
    return tally


def _answers(verdict: Verdict, categories: Categories) -> Mapping[str | None, str | None]:
    """Return the category of each judge's answer, and under None the panel's; None where there is no answer."""
    given: dict[str | None, str | None] = {
        opinion.judge: None if opinion.label is None else categories.of(opinion.label)
        for opinion in verdict.opinions
    }
    given[None] = None if verdict.label is None else categories.of(verdict.label)
    return given


def _example(item: RatedItem, unit: RatedUnit, failure: FailedRating) -> FailureExample:
    detail = excerpt(failure.detail, REPORT_LIMITS.detail)
    return FailureExample(item=item.name, order=unit.order, repeat=unit.repeat, detail=detail)


def _repeats(units: Sequence[RatedUnit]) -> Iterable[tuple[str, bool]]:
    """Yield, for each judge and order asked several times, whether its readable answers differ."""
    if not any(unit.repeat for unit in units):
        return
    for (judge, _), group in groupby(sorted(units, key=_judge_and_order), key=_judge_and_order):
        labels = [unit.outcome.label for unit in group if isinstance(unit.outcome, Rating)]
        if len(labels) > 1:
            yield judge, len(set(labels)) > 1


def _judge_and_order(unit: RatedUnit) -> tuple[str, Order]:
    return unit.judge, unit.order


def _bin(disagreement: float) -> int:
    """Return 0 for no disagreement, else the number of the bin whose upper end is the first not below it."""
    return 0 if disagreement <= 0 else min(BINS, math.ceil(round(disagreement * BINS, 9)))
