"""What counts as met, missed and not measured, as tables."""

import json
from collections.abc import Sequence

import pytest
from pydantic import TypeAdapter

from evenhand.constitution.examples import Expected, TestCase
from evenhand.constitution.tested import ASKED, Judged, Require, State, TestOutcome, sum_up
from evenhand.records.constitution import Constitution
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Rating, Spared, TerminalState
from evenhand.records.scale import Reading
from evenhand.records.verdict import Opinion, Undecided, Verdict

_CONTENT = {
    "schema": "constitution/v1",
    "id": "c",
    "version": "1.0.0",
    "principles": [{"id": "p", "text": "x"}],
}
CONSTITUTION = TypeAdapter(Constitution).validate_json(json.dumps(_CONTENT))


def case(name: str, expect: str = "violates", *, borderline: bool = False) -> TestCase:
    reading = Reading.FAIL if expect == "violates" else Reading.PASS
    return TestCase(
        id=name,
        principle="p",
        prompt="",
        response=name,
        expected=Expected(label=expect, reading=reading),
        borderline=borderline,
        why="",
        source="",
    )


def item(name: str, said: str | Undecided | None, *judges: TerminalState) -> RatedItem:
    """An item on which the panel says `said`, None where it is open, and judges `a`, `b`, ... what they say."""
    names = "abc"[: len(judges)]
    opinions = tuple(_opinion(judge, state) for judge, state in zip(names, judges, strict=True))
    label = None if isinstance(said, Undecided) else said
    verdict = Verdict(
        label=label,
        undecided=said if isinstance(said, Undecided) else None,
        distribution=(),
        disagreement=0.0,
        opinions=opinions,
    )
    units = tuple(
        RatedUnit(judge=judge, order=Order.GIVEN, repeat=0, outcome=state)
        for judge, state in zip(names, judges, strict=True)
    )
    return RatedItem(
        seq=0,
        case_id=name,
        candidate_id="1",
        principle_id="p",
        slice={},
        units=units,
        verdict=None if said is None else verdict,
    )


def _opinion(judge: str, state: TerminalState) -> Opinion:
    failed = (state.kind.value,) if isinstance(state, FailedRating) else ()
    label = state.label if isinstance(state, Rating) else None
    return Opinion(
        judge=judge,
        label=label,
        distribution=(),
        ratings=int(label is not None),
        failed=failed,
        abstains=label == "cannot_tell",
    )


def says(label: str) -> Rating:
    return Rating(label=label, distribution=((label, 1.0),), basis=Basis.ANSWER, reason=f"It {label}.")


def failed(kind: FailureKind) -> FailedRating:
    return FailedRating(kind=kind)


def judged(
    require: Require = Require.PANEL, *, judges: Sequence[str] = "ab", borderline: bool = False
) -> Judged:
    return Judged(
        run="r",
        panel="panel",
        rule="majority",
        judges=tuple(judges),
        require=require,
        borderline=borderline,
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (says("violates"), State.ANSWERED),
        (says("cannot_tell"), State.ABSTAINED),
        (failed(FailureKind.REFUSED), State.FAILED),
        (failed(FailureKind.UNREACHABLE), State.FAILED),
        (failed(FailureKind.NOT_COVERED), State.NO_VIEW),
        (failed(FailureKind.NOT_RECORDED), State.NO_VIEW),
        (Spared(step=1), State.SPARED),
    ],
)
def test_what_became_of_an_example_at_a_judge(state: TerminalState, expected: State) -> None:
    tested = sum_up(CONSTITUTION, [case("e")], [item("e", "violates", state)], judged(judges="a"))
    table = next(table for table in tested.tables if table.rater == "a")
    counts = {**dict.fromkeys(State, 0), **table.rows[0].states}
    if expected is State.ANSWERED:
        assert (table.n, table.kept, table.rows[0].labels) == (1, 1, {"violates": 1})
    else:
        assert [name for name, count in counts.items() if count] == [expected]
        assert (table.n, table.kept) == (int(expected in ASKED), 0)


@pytest.mark.parametrize(
    ("said", "judges", "outcome"),
    [
        ("violates", (says("violates"), says("complies")), TestOutcome.PASSED),
        ("complies", (says("complies"), says("complies")), TestOutcome.MISSED),
        (Undecided.TIE, (says("violates"), says("complies")), TestOutcome.MISSED),
        (Undecided.QUORUM, (says("cannot_tell"), says("violates")), TestOutcome.MISSED),
        (
            Undecided.QUORUM,
            (failed(FailureKind.UNREACHABLE), says("violates")),
            TestOutcome.NOT_MEASURED,
        ),
        (Undecided.QUORUM, (failed(FailureKind.NOT_COVERED), says("violates")), TestOutcome.MISSED),
        (
            Undecided.QUORUM,
            (failed(FailureKind.NOT_COVERED), failed(FailureKind.NOT_RECORDED)),
            TestOutcome.NOT_MEASURED,
        ),
        (None, (), TestOutcome.NOT_MEASURED),
    ],
)
def test_an_outage_is_no_miss_and_a_panel_that_can_not_decide_is_one(
    said: str | Undecided | None, judges: tuple[TerminalState, ...], outcome: TestOutcome
) -> None:
    assert sum_up(CONSTITUTION, [case("e")], [item("e", said, *judges)], judged()).outcome is outcome


@pytest.mark.parametrize(
    ("require", "borderline", "outcome"),
    [
        (Require.NOTHING, True, TestOutcome.PASSED),
        (Require.PANEL, False, TestOutcome.PASSED),
        (Require.PANEL, True, TestOutcome.MISSED),
        (Require.JUDGES, False, TestOutcome.MISSED),
    ],
)
def test_who_must_meet_what(require: Require, borderline: bool, outcome: TestOutcome) -> None:  # noqa: FBT001 - a table
    tests = [case("e"), case("between", borderline=True)]
    items = [
        item("e", "violates", says("violates"), says("complies")),
        item("between", "complies", says("complies"), says("complies")),
    ]
    tested = sum_up(CONSTITUTION, tests, items, judged(require, borderline=borderline))
    assert tested.outcome is outcome
    assert {said.test for said in tested.missed} == {"e", "between"}


@pytest.mark.parametrize(
    ("require", "borderline", "outcome"),
    [
        (Require.PANEL, False, TestOutcome.NOT_MEASURED),
        (Require.JUDGES, False, TestOutcome.NOT_MEASURED),
        (Require.PANEL, True, TestOutcome.PASSED),
        (Require.NOTHING, False, TestOutcome.PASSED),
    ],
)
def test_a_test_in_which_nothing_had_to_be_met_does_not_pass(
    require: Require,
    borderline: bool,  # noqa: FBT001 - a table
    outcome: TestOutcome,
) -> None:
    items = [item("between", "violates", says("violates"), says("violates"))]
    tests = [case("between", borderline=True)]
    tested = sum_up(CONSTITUTION, tests, items, judged(require, borderline=borderline))
    assert tested.outcome is outcome
    assert bool(tested.faults) is (outcome is TestOutcome.NOT_MEASURED)


def test_every_example_is_in_one_cell_of_each_table() -> None:
    tests = [case(name, "violates" if n % 2 else "complies") for n, name in enumerate("defgh")]
    items = [
        item("d", "complies", says("complies"), says("cannot_tell")),
        item("e", "complies", says("complies"), failed(FailureKind.REFUSED)),
        item("f", Undecided.TIE, says("violates"), says("complies")),
        item("g", "violates", says("violates"), Spared(step=1)),
    ]
    tested = sum_up(CONSTITUTION, tests, items, judged())
    assert [(table.rater, sum(row.n for row in table.rows)) for table in tested.tables] == [
        ("panel", 5),
        ("a", 5),
        ("b", 5),
    ]
    assert tested.outcome is TestOutcome.MISSED
    assert tested.faults == (
        "the panel panel (majority) misses 2 of 5 examples that must be met (1 wrong, 1 without an answer)",
        "the panel panel (majority) has no answer on 1 of 5 examples that must be met",
    )
    panel = tested.tables[0]
    assert (panel.n, panel.kept) == (4, 2)
    assert panel.interval is not None
    assert (round(panel.interval.low, 3), round(panel.interval.high, 3)) == (0.068, 0.932)


def test_an_abstention_that_is_expected_is_an_answer() -> None:
    tests = [case("e", "cannot_tell")]
    tested = sum_up(CONSTITUTION, tests, [item("e", "complies", says("cannot_tell"))], judged(judges="a"))
    (table,) = [table for table in tested.tables if not table.by_panel]
    assert (table.kept, table.rows[0].labels, table.rows[0].states) == (1, {"cannot_tell": 1}, {})
