"""What a gate says as JUnit XML: a suite of tests for each principle, a test for each cell, and one for the gate."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

from evenhand.gate.cells_told import CellState, CellTold
from evenhand.gate.results import ChangedCell, FloorResult, GateResult, Status, TestResult
from evenhand.reporting.display import count, one_line
from evenhand.reporting.gate.sections.tests import change_in_words
from evenhand.reporting.gate.wording import failing_principles, label, what_is_tested_in_words
from evenhand.stats.change.noninferiority import Outcome

MOST_OF_A_KIND: Final = 20_000
"""Cells that passed, failed, could not be measured, and were skipped, that are listed of each kind."""
_MOST_LETTERS: Final = 500

Kind = Literal["passed", "failure", "error", "skipped"]
_SKIPPED: Final = frozenset({CellState.QUARANTINED, CellState.NOT_COMPARABLE, CellState.FRESH})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One test of the file."""

    suite: str
    name: str
    kind: Kind
    type: str = ""
    message: str = ""


def render_junit(result: GateResult, cells: Iterable[CellTold]) -> str:
    """Return JUnit XML.

    A cell is a failure where its score fell and its principle fails by a test, a floor or a rule; an error where its
    verdict is missing; skipped where it is in quarantine, not comparable or new. Tests, floors and rules are cases of
    the suite of the gate: an undecided one that decides is an error, as nothing says that it passed. Of each kind, the
    first 20,000 cells are listed; a last case says how many more there are.

    Args:
        result: What the gate says.
        cells: What became of every cell.
    """
    name = f"evenhand gate {one_line(result.suite)}"
    suites: dict[str, list[_Case]] = {name: list(_gate_cases(result, name))}
    for case in _limited(_cell_cases(result, cells)):
        suites.setdefault(case.suite, []).append(case)
    root = ET.Element(
        "testsuites", {"name": _shown(name), **_totals([each for one in suites.values() for each in one])}
    )
    for suite, cases in suites.items():
        skipped = sum(case.kind == "skipped" for case in cases)
        element = ET.SubElement(
            root, "testsuite", {"name": _shown(suite), **_totals(cases), "skipped": str(skipped)}
        )
        for case in cases:
            _write(element, case)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


# -- The gate --------------------------------------------------------------------------------------


def _gate_cases(result: GateResult, suite: str) -> Iterator[_Case]:
    measured = result.status is not Status.COULD_NOT_MEASURE
    yield _Case(
        suite=suite,
        name="the run could be measured",
        kind="passed" if measured else "error",
        type="" if measured else Status.COULD_NOT_MEASURE.value,
        message="" if measured else "; ".join(result.reasons or (result.headline,)),
    )
    for test in result.tests:
        yield _decided(test, suite, change_in_words(test))
    for floor in result.floors:
        yield _decided(floor, suite, f"floor {100 * floor.floor:.1f} %")
    for rule in result.rules:
        yield _Case(
            suite=suite,
            name=f"zero tolerance (a rule, no statistics) of {rule.principle}",
            kind=_kind(rule.outcome, decides=True),
            type=rule.outcome.value,
            message=rule.reason,
        )


def _decided(each: TestResult | FloorResult, suite: str, numbers: str) -> _Case:
    floor = "" if isinstance(each, TestResult) else "floor of "
    return _Case(
        suite=suite,
        name=f"{floor}{what_is_tested_in_words(each.principle, each.measure, each.slice)}",
        kind=_kind(each.outcome, decides=each.decides),
        type=each.tier.value if isinstance(each, TestResult) else each.outcome.value,
        message=f"{each.reason} ({numbers})",
    )


def _kind(outcome: Outcome, *, decides: bool) -> Kind:
    if outcome is Outcome.PASSED:
        return "passed"
    if outcome is Outcome.FAILED:
        return "failure"
    return "error" if decides else "skipped"


# -- Cells -----------------------------------------------------------------------------------------


def _cell_cases(result: GateResult, cells: Iterable[CellTold]) -> Iterator[_Case]:
    failing = failing_principles(result)
    changed = {(each.case, each.candidate, each.principle): each for each in result.changed}
    for cell in cells:
        known = changed.get((cell.case, cell.candidate, cell.principle))
        kind: Kind = "passed"
        if cell.state is CellState.WORSE and cell.principle in failing:
            kind = "failure"
        elif cell.state is CellState.MISSING:
            kind = "error"
        elif cell.state in _SKIPPED:
            kind = "skipped"
        yield _Case(
            suite=cell.principle,
            name=f"{cell.case}, candidate {cell.candidate}",
            kind=kind,
            type=cell.state.value,
            message=cell.reason or (_what_changed(known) if known else ""),
        )


def _what_changed(cell: ChangedCell) -> str:
    old, new = (label(each).text for each in (cell.old, cell.new))
    return f"{old} before, {new} now; {cell.for_it} of {cell.judges} judges say so"


def _limited(cases: Iterable[_Case]) -> Iterator[_Case]:
    """Yield the first of each kind, then how many more there are."""
    seen: Counter[Kind] = Counter()
    left: Counter[tuple[str, Kind]] = Counter()
    for case in cases:
        seen[case.kind] += 1
        if seen[case.kind] <= MOST_OF_A_KIND:
            yield case
        else:
            left[case.suite, case.kind] += 1
    for (suite, kind), number in left.items():
        message = "" if kind == "passed" else "see the JSON report"
        yield _Case(
            suite=suite, name=f"{count(number)} more cells like these", kind=kind, type=kind, message=message
        )


# -- XML -------------------------------------------------------------------------------------------


def _totals(cases: list[_Case]) -> dict[str, str]:
    kinds = Counter(case.kind for case in cases)
    return {"tests": str(len(cases)), "failures": str(kinds["failure"]), "errors": str(kinds["error"])}


def _write(suite: ET.Element, case: _Case) -> None:
    element = ET.SubElement(suite, "testcase", {"name": _shown(case.name), "classname": _shown(case.suite)})
    if case.kind != "passed":
        ET.SubElement(element, case.kind, {"type": _shown(case.type), "message": _shown(case.message)})
    elif case.message:
        ET.SubElement(element, "system-out").text = _shown(case.message)


def _shown(text: str) -> str:
    """Return text on one line, with everything drawn that XML can not hold and people can not see."""
    shown = one_line(text)
    return shown if len(shown) <= _MOST_LETTERS else f"{shown[: _MOST_LETTERS - 1]}…"
