"""The plan of a run: which principles meet which cases, and which units that makes, always in the same order."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from evenhand.errors import NothingSelectedError, UsageError
from evenhand.judging.narrow import WHOLE, Part
from evenhand.judging.panel import check_rule
from evenhand.judging.readings import ONE_READING, Readings, readings_of
from evenhand.records.constitution import Constitution, Importance, Principle
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.rating import Order
from evenhand.records.run import Manifest, Unit
from evenhand.records.scale import PAIR, Scale
from evenhand.records.suite import Candidate, Case, Item, Selection, Suite, name_of

_SEVERITIES: Sequence[Importance] = ("low", "medium", "high", "critical")

CaseSource = Callable[[], Iterable[Case]]
"""Opens the cases of a suite from the start, in the order of their files."""


class Plan:
    """The items and units of a suite under a panel: a pure function of its inputs, streamed and never held."""

    def __init__(
        self,
        *,
        suite: Suite,
        constitution: Constitution,
        panel: Panel,
        judges: Sequence[Judge],
        cases: CaseSource,
        part: Part = WHOLE,
        fit: PanelFit | None = None,
        readings: Readings = ONE_READING,
    ) -> None:
        """Check that the parts fit together.

        Args:
            suite: The suite.
            constitution: Its principles.
            panel: The panel.
            judges: The panel's judges.
            cases: Opens the suite's cases.
            part: What is judged of the suite; the positions in the plan count its items alone.
            fit: The panel's fit, where its rule is learned.
            readings: How often the panel is asked.

        Raises:
            UsageError: The judges are not those of the panel, judges of both modes share it, or its rule or fit has no
                meaning on a scale.
            NothingSelectedError: No principle is selected.
        """
        self.judges = tuple(judges)
        self.readings = readings
        _check_judges(panel, self.judges)
        self.pairwise = _common_mode(self.judges) == "pairwise"
        self._cases = cases
        self._part = part
        self._tests_items = part.tests_items
        self._principles = tuple(
            principle
            for principle in selected_principles(suite.principles, constitution)
            if part.takes_principle(principle.id)
        )
        scales = scales_of(suite, constitution, pairwise=self.pairwise)
        self.scales = {principle.id: scales[principle.id] for principle in self._principles}
        for principle_id, scale in self.scales.items():
            check_rule(panel, scale, fit.find(principle_id) if fit else None)

    @property
    def principles(self) -> tuple[Principle, ...]:
        """The principles that are judged, in the order of the constitution."""
        return self._principles

    def items(self) -> Iterator[Item]:
        """Yield every item, case by case."""
        seq = 0
        for case in self._cases():
            for item in self.items_of(case, seq):
                yield item
                seq += 1

    def items_of(self, case: Case, first: int) -> Iterator[Item]:
        """Yield the items of one case, numbered from `first`."""
        if not self._part.takes_case(case.id):
            return
        shown = tuple(self._shown(case))
        places = (
            (principle, candidates)
            for principle in self._principles
            if _concerns(principle, case)
            for candidates in shown
            if not self._tests_items or self._part.takes(case.id, name_of(candidates), principle.id)
        )
        for seq, (principle, candidates) in enumerate(places, first):
            yield Item(
                seq=seq,
                case=case,
                candidates=candidates,
                principle_id=principle.id,
                scale=self.scales[principle.id],
            )

    def units(self) -> Iterator[Unit]:
        """Yield every unit, item by item, judge by judge in the panel's order."""
        return (unit for item in self.items() for unit in self._units_of(item))

    def questions(self, settled: bytes | bytearray = b"") -> Iterator[tuple[Item, list[Unit]]]:
        """Yield every item with its units; not those whose units are all settled, with a 1 for each in `settled`."""
        each = self.units_per_item
        for item in self.items():
            first = item.seq * each
            if settled.count(1, first, first + each) < each:
                yield item, list(self._units_of(item))

    def _units_of(self, item: Item) -> Iterator[Unit]:
        first = item.seq * self.units_per_item
        for seq, (judge, order, repeat) in enumerate(self._askings, first):
            yield Unit(seq=seq, item=item, judge=judge, order=order, repeat=repeat)

    @cached_property
    def _askings(self) -> tuple[tuple[Judge, Order, int], ...]:
        """Judge, order and repeat of each unit of an item; the same for every item."""
        return tuple(_askings(self.judges, pairwise=self.pairwise, readings=self.readings))

    def units_by_judge(self) -> Mapping[str, int]:
        """Return how many units each judge has on an item; it is the same for all items of a suite."""
        return units_by_judge(self.judges, pairwise=self.pairwise, readings=self.readings)

    @cached_property
    def units_per_item(self) -> int:
        """How many units each item has."""
        return sum(self.units_by_judge().values())

    def _shown(self, case: Case) -> Iterator[tuple[Candidate, ...]]:
        outputs = case.outputs
        if not self.pairwise:
            yield from ((output,) for output in outputs)
        elif len(outputs) >= 2:
            yield outputs[:2]


def places_of(
    judges: Sequence[Judge], *, pairwise: bool, readings: Readings = ONE_READING
) -> tuple[tuple[str, Order, int], ...]:
    """Return judge, order and repeat of each unit of an item, in the order of the plan; the same for every item."""
    askings = _askings(judges, pairwise=pairwise, readings=readings)
    return tuple((judge.id, order, repeat) for judge, order, repeat in askings)


def places_of_run(manifest: Manifest) -> tuple[tuple[str, Order, int], ...]:
    """Return judge, order and repeat of each unit of an item of a run, as `places_of`."""
    pairwise = manifest.mode == "pairwise"
    return places_of(manifest.judges, pairwise=pairwise, readings=readings_of(manifest))


def units_by_judge(
    judges: Sequence[Judge], *, pairwise: bool, readings: Readings = ONE_READING
) -> dict[str, int]:
    """Return how many units each judge has on an item; it is the same for every item."""
    places = places_of(judges, pairwise=pairwise, readings=readings)
    return dict(Counter(judge for judge, _, _ in places))


def scales_of(suite: Suite, constitution: Constitution, *, pairwise: bool) -> dict[str, Scale]:
    """Return the scale of every principle a suite judges."""
    return {
        principle.id: PAIR if pairwise else constitution.scale_of(principle)
        for principle in selected_principles(suite.principles, constitution)
    }


def selected_principles(selection: Selection, constitution: Constitution) -> tuple[Principle, ...]:
    """Return the principles a suite judges, in the order of the constitution.

    Raises:
        NothingSelectedError: No principle is left.
    """
    chosen = selected_of(selection, constitution.principles)
    if not chosen:
        raise NothingSelectedError(
            "the suite selects no principle of the constitution", hint="see `principles:` in the suite file"
        )
    return chosen


def selected_of(selection: Selection, principles: Iterable[Principle]) -> tuple[Principle, ...]:
    """Return the principles that a selection takes, in their order; maybe none."""
    floor = _SEVERITIES.index(selection.min_severity)
    return tuple(
        principle
        for principle in principles
        if principle.is_meant_by(selection.include)
        and not principle.is_meant_by(selection.exclude)
        and _SEVERITIES.index(principle.severity) >= floor
    )


def _concerns(principle: Principle, case: Case) -> bool:
    wanted = not case.principles or principle.is_meant_by(case.principles)
    return wanted and principle.applies_to(case.scope)


def _check_judges(panel: Panel, judges: Sequence[Judge]) -> None:
    """Refuse judges that are not exactly the panel's: votes are weighed and counted by these names."""
    names = [judge.id for judge in judges]
    if sorted(names) != sorted(panel.judges):
        raise UsageError(
            f"panel {panel.id} names the judges {', '.join(panel.judges)}, but it got {', '.join(names)}",
            hint="each judge of a panel needs an id of its own",
        )


def _common_mode(judges: Sequence[Judge]) -> str:
    modes = {judge.mode if isinstance(judge, ModelJudge | RecordedJudge) else "absolute" for judge in judges}
    if len(modes) > 1:
        raise UsageError(
            "the panel mixes judges that rate one candidate with judges that compare two",
            hint="make two panels, and a suite for each",
        )
    return modes.pop()


def _askings(
    judges: Iterable[Judge], *, pairwise: bool, readings: Readings
) -> Iterator[tuple[Judge, Order, int]]:
    for judge in judges:
        for order in _orders(judge, is_pair=pairwise):
            for repeat in range(readings.repeats(judge)):
                yield judge, order, repeat


def _orders(judge: Judge, *, is_pair: bool) -> tuple[Order, ...]:
    """Return the orders a judge is asked in: both for a pair, unless a recording holds one only."""
    if not is_pair:
        return (Order.GIVEN,)
    return judge.orders if isinstance(judge, RecordedJudge) else (Order.GIVEN, Order.SWAPPED)
