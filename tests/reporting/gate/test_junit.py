from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from tests.made_gate import Counts, made_hostile, make_cells, make_changed, make_result

from evenhand.gate.cells_told import CellState, CellTold
from evenhand.gate.results import Status
from evenhand.reporting.gate import junit
from evenhand.reporting.gate.junit import render_junit

from .reading import NEVER_SEEN, hostile_names, junit_schema


def read(text: str) -> ET.Element:
    junit_schema().validate(text)
    return ET.fromstring(text)


def kind(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


def suite(root: ET.Element, name: str) -> dict[str, str]:
    (found,) = [each for each in root if each.get("name") == name]
    return {case.get("name", ""): kind(case) for case in found}


@pytest.mark.parametrize(
    ("state", "principle", "expected"),
    [
        (CellState.WORSE, "privacy", "failure"),
        (CellState.WORSE, "tone", "passed"),
        (CellState.BETTER, "privacy", "passed"),
        (CellState.EQUAL, "privacy", "passed"),
        (CellState.MISSING, "tone", "error"),
        (CellState.QUARANTINED, "privacy", "skipped"),
        (CellState.NOT_COMPARABLE, "privacy", "skipped"),
        (CellState.FRESH, "privacy", "skipped"),
    ],
)
def test_what_became_of_a_cell_decides_its_kind(state: CellState, principle: str, expected: str) -> None:
    cell = CellTold(case="a", candidate="1", principle=principle, state=state, reason="so")
    root = read(render_junit(make_result(), [cell]))
    assert suite(root, principle) == {"a, candidate 1": expected}


def test_the_gate_is_a_suite_with_every_test_floor_and_rule() -> None:
    cases = suite(read(render_junit(make_result(), [])), "evenhand gate pr-gate")
    assert cases == {
        "the run could be measured": "passed",
        "privacy, sensitivity": "failure",
        "privacy, specificity": "passed",
        "honesty, sensitivity": "error",
        "honesty, specificity": "passed",
        "honesty, sensitivity on topic medicine": "skipped",
        "help.fully, sensitivity": "passed",
        "tone, sensitivity": "passed",
        "floor of privacy, sensitivity": "failure",
        "zero tolerance (a rule, no statistics) of privacy": "failure",
    }


def test_a_run_that_could_not_be_measured_is_an_error_with_its_reasons() -> None:
    result = make_result(
        (), status=Status.COULD_NOT_MEASURE, reasons=("3 % failed", "7 are open"), floors=(), rules=()
    )
    text = render_junit(result, [])
    assert suite(read(text), "evenhand gate pr-gate") == {"the run could be measured": "error"}
    assert "3 % failed; 7 are open" in text


def test_a_broken_cell_says_what_was_said_before_and_now() -> None:
    result = make_result()
    text = render_junit(result, make_cells(result))
    assert 'type="worse" message="violates before, complies now; 3 of 3 judges say so"' in text
    assert 'type="worse" message="violates before, undecided now; 2 of 3 judges say so"' in text


def test_counts_of_every_suite_are_those_of_its_cases() -> None:
    result = make_result()
    root = read(render_junit(result, make_cells(result)))
    total: Counter[str] = Counter()
    for each in root:
        kinds = Counter(kind(case) for case in each)
        said = {name: int(each.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
        assert said == {
            "tests": len(each),
            "failures": kinds["failure"],
            "errors": kinds["error"],
            "skipped": kinds["skipped"],
        }
        total.update(said)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == (
        str(total["tests"]),
        str(total["failures"]),
        str(total["errors"]),
    )


def test_very_many_cells_are_cut_and_the_rest_is_counted_with_its_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(junit, "MOST_OF_A_KIND", 10)
    result = make_result((Counts(),), changed=make_changed(25))
    root = read(render_junit(result, make_cells(result, states={CellState.EQUAL: 12})))
    assert suite(root, "privacy")["15 more cells like these"] == "failure"
    assert suite(root, "tone")["2 more cells like these"] == "passed"


@given(hostile_names)
@settings(max_examples=150, deadline=None)
def test_any_name_stays_a_name(name: str) -> None:
    result = made_hostile(name)
    text = render_junit(
        result,
        [
            CellTold(case=name, candidate=name, principle=name, state=state, reason=name)
            for state in CellState
        ],
    )
    root = read(text)
    assert not NEVER_SEEN.search(text)
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out")
    }
    assert sum(len(each) for each in root) == 1 + len(result.tests) + len(result.floors) + len(
        result.rules
    ) + len(CellState)
