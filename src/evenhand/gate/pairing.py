"""Pair a baseline with a run, cell by cell: what can be compared, what can not, and why."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evenhand.calibration.table import NONE, Flags, Indices, Slicing
from evenhand.gate.cells import ApartCell, GateTable, PairedCells, Side
from evenhand.gate.instrument import told_changes
from evenhand.gate.patterns import PatternBook, answered
from evenhand.gate.rules import told_rules
from evenhand.records.baseline import Baseline, BaselineCase, BaselineHead, PrincipleMark
from evenhand.records.gate import GateSpec

GONE = "not in the run"
UNLABELLED = "its label is gone"
NO_ANCHOR = "its case is no anchor any more"
RELABELLED = "its reference label changed"
TEXT_CHANGED = "the text of the case changed"
OUTPUT_CHANGED = "the output that is judged changed"
SCALE_CHANGED = "the scale of the principle changed"
PRINCIPLE_CHANGED = "the principle changed"
INSTRUMENT_CHANGED = "judges or panel changed"
MODEL_CHANGED = "another model answers"

Covers = Callable[[str, str], bool]
"""Tells whether a cell of a case and a principle is in quarantine."""


def nothing_covered(_case: str, _principle: str) -> bool:
    """Cover nothing: there is no quarantine."""
    return False


def pair_up(
    old: Baseline,
    new: Baseline,
    spec: GateSpec,
    covered: Covers = nothing_covered,
    *,
    asked: Collection[str] | None = None,
) -> GateTable:
    """Return the cells of both side by side.

    With `compares: judges` the cells are the anchors: those of the run with a reference label, in cases with one of the
    tags of `anchors` where there are any. A cell is not comparable where its text, its output, its label or its scale
    changed; judge, prompt, panel and principle may. With `compares: candidates` the cells are all cells, and one is not
    comparable where the prompt changed, or anything its verdict rests on; the output may.

    Args:
        old: The baseline.
        new: The run.
        spec: What is compared.
        covered: Tells which cells are in quarantine.
        asked: Principles about which the run asked anybody; None is all of them. Of the others, answers are taken over
            from the ledger, from recordings and from judges that always say the same.
    """
    pairing = _Pairing(old, new, spec, covered, asked)
    columns = pairing.columns()
    return GateTable(
        old=old.head,
        new=new.head,
        principles=tuple(pairing.paired(name, column) for name, column in columns.items()),
        changes=tuple(told_changes(old.head, new.head)),
        rules_changed=tuple(told_rules(old, new)),
    )


@dataclass(slots=True, kw_only=True)
class _Column:
    """The cells of a principle on the way."""

    old: PatternBook
    new: PatternBook
    categories: Mapping[str, int]
    barrier: str
    """Why no cell can be compared; empty where cells can."""
    cases: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    old_patterns: list[int] = field(default_factory=list)
    new_patterns: list[int] = field(default_factory=list)
    apart: list[ApartCell] = field(default_factory=list)
    quarantined: list[bool] = field(default_factory=list)
    other_output: list[bool] = field(default_factory=list)
    of: int = 0
    fresh: list[tuple[str, str]] = field(default_factory=list)


class _Pairing:
    """Walks both sides once."""

    def __init__(
        self,
        old: Baseline,
        new: Baseline,
        spec: GateSpec,
        covered: Covers,
        asked: Collection[str] | None,
    ) -> None:
        self._asked = asked
        self._sources: dict[tuple[bool, str], int] = {}
        self._old = old
        self._new = new
        self._spec = spec
        self._covered = covered
        self._judges = spec.compares == "judges"

    def columns(self) -> Mapping[str, _Column]:
        """Return the cells of each principle of either side, in the order of the run."""
        names = dict.fromkeys([*self._new.head.principles, *self._old.head.principles])
        columns = {name: self._column(name) for name in names}
        for case in self._new.cases.values():
            if self._is_wanted(case):
                self._add_case(columns, self._old.cases.get(case.id), case)
        for case in self._old.cases.values():
            now = self._new.cases.get(case.id)
            if self._is_wanted(case) or (now and self._is_wanted(now)):
                self._count_gone(columns, case, now)
        return {name: column for name, column in columns.items() if column.of or column.fresh}

    def _is_wanted(self, case: BaselineCase) -> bool:
        wanted = self._spec.anchors
        return not (self._judges and wanted) or not set(wanted).isdisjoint(case.tags)

    def _column(self, name: str) -> _Column:
        marks = self._old.head.principles.get(name), self._new.head.principles.get(name)
        mark = marks[1] or marks[0]
        assert mark is not None
        then = marks[0] or mark
        return _Column(
            old=PatternBook(tuple(then.readings), self._old.head.panel),
            new=PatternBook(tuple(mark.readings), self._new.head.panel),
            categories={label: code for code, label in enumerate(mark.readings)},
            barrier=self._barrier(*marks),
        )

    def _barrier(self, then: PrincipleMark | None, now: PrincipleMark | None) -> str:
        if then is None or now is None:
            return GONE if now is None else ""
        if then.scale != now.scale or then.readings != now.readings:
            return SCALE_CHANGED
        if self._judges:
            return ""
        if then.shown != now.shown:
            return PRINCIPLE_CHANGED
        if self._old.head.instrument != self._new.head.instrument:
            return INSTRUMENT_CHANGED
        return "" if _served(self._old.head) == _served(self._new.head) else MODEL_CHANGED

    def _add_case(self, columns: Mapping[str, _Column], then: BaselineCase | None, now: BaselineCase) -> None:
        for candidate, said in now.said.items():
            labels = now.reference.get(candidate, {})
            before = then.said.get(candidate, {}) if then else {}
            changed = self._changed(candidate, then, now) if then else ""
            labels_then = then.reference.get(candidate, {}) if then else {}
            other_output = then is not None and then.outputs.get(candidate) != now.outputs.get(candidate)
            for principle, words in said.items():
                label = labels.get(principle)
                if self._judges and label is None:
                    continue
                column = columns[principle]
                before_words = before.get(principle)
                if then is None or before_words is None or (self._judges and principle not in labels_then):
                    column.fresh.append((now.id, candidate))
                    continue
                column.of += 1
                why = column.barrier or changed
                if not why and self._judges and labels_then[principle] != label:
                    why = RELABELLED
                if why:
                    column.apart.append(ApartCell(now.id, candidate, why, labels_then.get(principle, "")))
                    continue
                again = now.again.get(candidate, {}).get(principle, ())
                again_then = then.again.get(candidate, {}).get(principle, ())
                column.cases.append(now.id)
                column.candidates.append(candidate)
                column.truth.append(NONE if label is None else column.categories[label])
                averaged = len(answered(again)) == len(answered(again_then)) > 0
                column.old_patterns.append(column.old.number((before_words, again_then, averaged)))
                column.new_patterns.append(column.new.number((words, again, averaged)))
                column.quarantined.append(self._covered(now.id, principle))
                column.other_output.append(other_output)

    def _changed(self, candidate: str, then: BaselineCase, now: BaselineCase) -> str:
        if then.prompt != now.prompt:
            return TEXT_CHANGED
        if self._judges and then.outputs.get(candidate) != now.outputs.get(candidate):
            return OUTPUT_CHANGED
        return ""

    def _count_gone(
        self, columns: Mapping[str, _Column], then: BaselineCase, now: BaselineCase | None
    ) -> None:
        cells = then.reference if self._judges else then.said
        for candidate, principles in cells.items():
            said = now.said.get(candidate, {}) if now else {}
            labels = now.reference.get(candidate, {}) if now else {}
            for principle in principles:
                if principle not in said:
                    why = GONE
                elif now and not self._is_wanted(now):
                    why = NO_ANCHOR
                elif self._judges and principle not in labels:
                    why = UNLABELLED
                else:
                    continue
                columns[principle].of += 1
                label = then.reference.get(candidate, {}).get(principle, "")
                columns[principle].apart.append(ApartCell(then.id, candidate, why, label))

    def paired(self, name: str, column: _Column) -> PairedCells:
        """Return the cells of a principle as arrays."""
        mark = self._new.head.principles.get(name) or self._old.head.principles[name]
        return PairedCells(
            principle=name,
            severity=mark.severity,
            categories=tuple(mark.readings),
            readings=tuple(mark.readings.values()),
            values=_values(mark),
            cases=tuple(column.cases),
            candidates=tuple(column.candidates),
            truth=np.array(column.truth, dtype=np.int16),
            old=Side(patterns=column.old.done(), of=np.array(column.old_patterns, dtype=np.int64)),
            new=Side(patterns=column.new.done(), of=np.array(column.new_patterns, dtype=np.int64)),
            clusters=self._clusters(column.cases),
            slices=dict(self._slices(column.cases)),
            quarantined=_flags(column.quarantined),
            other_output=_flags(column.other_output),
            of=column.of,
            apart=tuple(column.apart),
            fresh=tuple(column.fresh),
            unchanged=self._is_unchanged(name),
        )

    def _clusters(self, cases: Sequence[str]) -> Indices:
        """Return the number of what each case comes from, the same in all principles."""
        sources = ((self._new.cases[case].source, case) for case in cases)
        names = ((bool(source), source or case) for source, case in sources)
        return np.array(
            [self._sources.setdefault(name, len(self._sources)) for name in names], dtype=np.int64
        )

    def _slices(self, cases: Sequence[str]) -> Iterator[tuple[str, Slicing]]:
        for dimension in self._spec.slices:
            groups = [self._new.cases[case].slice.get(dimension) for case in cases]
            values = {value: code for code, value in enumerate(sorted({each for each in groups if each}))}
            codes = [values[each] if each else NONE for each in groups]
            yield dimension, Slicing(values=tuple(values), codes=np.array(codes, dtype=np.int16))

    def _is_unchanged(self, name: str) -> bool:
        then, now = self._old.head.principles.get(name), self._new.head.principles.get(name)
        return (
            then is not None
            and now is not None
            and self._asked is not None
            and name not in self._asked
            and then.shown == now.shown
            and self._old.head.instrument == self._new.head.instrument
            and _served(self._old.head) == _served(self._new.head)
        )


def _served(head: BaselineHead) -> Mapping[str, frozenset[str]]:
    return {judge.id: frozenset(judge.served) for judge in head.judges if judge.served}


def _values(mark: PrincipleMark) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the place of each category from 0 to 1; nothing where an answer has none."""
    placed = mark.values
    if not placed or max(placed) <= min(placed):
        return np.zeros(0)
    values = np.array(placed)
    return np.asarray((values - values.min()) / np.ptp(values))


def _flags(values: Sequence[bool]) -> Flags:
    return np.array(values, dtype=np.bool_)
