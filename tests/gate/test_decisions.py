"""What becomes of counts: tables of every branch from the cells to one word."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.gate.made import (
    BAD,
    CANDIDATES,
    COMPLY,
    GOOD,
    TOLD,
    WORDS,
    column,
    gate,
    made,
    mark,
    one_test,
    paired_column,
    principle,
)

from evenhand.gate.decide import EXIT_CODES, not_measured
from evenhand.gate.results import GateResult, Measure, Status, Tier
from evenhand.records.gate import Floors, GateSpec
from evenhand.records.scale import Reading
from evenhand.stats.change.noninferiority import Outcome

P, F, U = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED


def of_counts(
    both: int, lost: int, won: int, neither: int, spec: GateSpec = CANDIDATES, **marks: Any
) -> GateResult:
    old, new = paired_column(both, lost, won, neither)
    kept = {"p": mark(**marks)}
    return gate(made({"p": old}, marks=kept), made({"p": new}, marks=kept), spec)


# -- One test --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "outcome", "tier"),
    [
        # Worse, and 3 points are not excluded.
        ((300, 40, 5, 55), F, Tier.REGRESSION),
        ((0, 60, 0, 0), F, Tier.REGRESSION),
        # Worse for sure, but by less than the margin: 100 of 10,000 lost.
        ((9000, 100, 0, 900), P, Tier.STABLE),
        ((900, 0, 0, 100), P, Tier.STABLE),
        ((900, 10, 12, 78), P, Tier.STABLE),
        ((300, 5, 40, 55), P, Tier.IMPROVEMENT),
        # Nothing differs on 30 cells: Tango's limit is z^2 / (n + z^2) = 8.3 points.
        ((30, 0, 0, 0), U, Tier.UNDECIDED),
        ((180, 4, 3, 13), U, Tier.UNDECIDED),
        # Fell by 3.5 points with p = .11: worth a look.
        ((170, 14, 8, 8), U, Tier.WATCH),
        ((0, 0, 1, 0), U, Tier.UNDECIDED),
    ],
)
def test_counts_come_to_an_outcome_and_a_tier(
    counts: tuple[int, int, int, int], outcome: Outcome, tier: Tier
) -> None:
    result = of_counts(*counts)
    test = one_test(result, Measure.PASS_RATE)
    assert (test.outcome, test.tier) == (outcome, tier)
    assert principle(result).outcome is outcome
    assert result.status.value == outcome.value
    assert result.exit_code == EXIT_CODES[result.status]


def test_a_drop_that_is_significant_alone_and_not_in_the_family_is_likely() -> None:
    old, new = paired_column(180, 12, 4, 4)
    still = column((GOOD, 200))
    columns = dict.fromkeys("abcdefgh", still)
    result = gate(made({"p": old, **columns}), made({"p": new, **columns}), CANDIDATES)
    test = one_test(result, Measure.PASS_RATE)
    assert test.p <= 0.05 < test.p_adjusted
    assert (test.outcome, test.tier) == (U, Tier.LIKELY)
    assert of_counts(180, 12, 4, 4).status is Status.FAILED


@pytest.mark.parametrize(
    ("margin", "margins", "severity", "outcome"),
    [
        (0.03, {}, "high", U),
        (0.10, {}, "high", P),
        (0.03, {"high": 0.10}, "high", P),
        (0.10, {"critical": 0.03}, "critical", U),
        (0.10, {"critical": 0.03}, "low", P),
    ],
)
def test_the_margin_is_that_of_the_severity(
    margin: float, margins: Mapping[str, float], severity: str, outcome: Outcome
) -> None:
    spec = GateSpec(compares="candidates", margin=margin, margins=margins)  # type: ignore[arg-type] # checked by pydantic
    test = one_test(of_counts(180, 4, 3, 13, spec, severity=severity), Measure.PASS_RATE)
    assert test.outcome is outcome
    assert test.margin == margins.get(severity, margin)


def test_drops_that_principles_allow_do_not_fail_all_of_them_together() -> None:
    # 6 of 100 points are lost where 10 may be, and nothing where 3 may be: 4 points of all cells together.
    spec = GateSpec(compares="candidates", margins={"low": 0.1})
    kept = {"a": mark(severity="low"), "b": mark(severity="low"), "c": mark(severity="critical")}
    old = made({name: column((GOOD, 2000)) for name in kept}, marks=kept)
    worse = column((BAD, 120), (GOOD, 1880))
    result = gate(old, made({"a": worse, "b": worse, "c": column((GOOD, 2000))}, marks=kept), spec)
    (together,) = [each for each in result.tests if each.principle == "all principles"]
    assert together.margin == pytest.approx((0.1 + 0.1 + 0.03) / 3)
    assert together.new == pytest.approx(0.96)
    assert {each.outcome for each in result.tests} == {P}
    assert result.status is Status.PASSED


def test_a_judge_gate_asks_for_both_kinds_of_error() -> None:
    truth = [BAD] * 100 + [GOOD] * 100
    old = column((BAD, 90), (GOOD, 10), (GOOD, 95), (BAD, 5))
    new = column((BAD, 60), (GOOD, 40), (GOOD, 95), (BAD, 5))
    result = gate(made({"p": old}, {"p": truth}), made({"p": new}, {"p": truth}))
    finds, lets = one_test(result, Measure.SENSITIVITY), one_test(result, Measure.SPECIFICITY)
    assert (finds.cells, finds.lost, finds.outcome) == (100, 30, F)
    assert (lets.cells, lets.lost, lets.old, lets.new) == (100, 0, 0.95, 0.95)
    assert result.status is Status.FAILED
    assert "sensitivity on p fell from 90.0 % to 60.0 %" in principle(result).reason


@pytest.mark.parametrize(
    ("compares", "readings", "values", "measures"),
    [
        ("judges", COMPLY, (), [Measure.SENSITIVITY, Measure.SPECIFICITY]),
        ("judges", WORDS, (), [Measure.AGREEMENT]),
        ("candidates", COMPLY, (), [Measure.PASS_RATE]),
        ("candidates", {"1": Reading.NEUTRAL, "2": Reading.NEUTRAL}, (1.0, 2.0), [Measure.SCORE]),
        ("candidates", WORDS, (), []),
    ],
)
def test_the_scale_says_what_is_compared(
    compares: str, readings: Mapping[str, Reading], values: tuple[float, ...], measures: Sequence[Measure]
) -> None:
    first = next(iter(readings))
    said = {"p": column((first, 50))}
    truth = {"p": [first] * 50}
    side = made(said, truth, marks={"p": mark(readings=readings, values=values)})
    result = gate(side, side, GateSpec(compares=compares))  # type: ignore[arg-type] # checked by pydantic
    assert [each.measure for each in result.tests] == measures
    if not measures:
        assert principle(result).outcome is U
        assert "nothing to compare" in principle(result).reason


def test_a_score_is_a_place_on_the_scale() -> None:
    levels = mark(readings={str(each): Reading.NEUTRAL for each in range(1, 6)}, values=(1, 2, 3, 4, 5))
    old, new = (
        made({"p": column(*parts)}, marks={"p": levels}) for parts in ([("5", 40)], [("5", 20), ("3", 20)])
    )
    test = one_test(gate(old, new, CANDIDATES), Measure.SCORE)
    assert (test.old, test.new, test.lost, test.method) == (1.0, 0.75, 20, "sign-flip")
    assert test.outcome is F


# -- From tests to the gate ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("undecided", "severity", "status"),
    [
        ({}, "low", Status.UNDECIDED),
        ({"low": "warn"}, "low", Status.PASSED),
        ({"low": "warn"}, "high", Status.UNDECIDED),
        ({"low": "block"}, "low", Status.UNDECIDED),
    ],
)
def test_an_undecided_principle_blocks_unless_the_suite_only_warns(
    undecided: Mapping[str, str], severity: str, status: Status
) -> None:
    spec = GateSpec(compares="candidates", undecided=undecided)  # type: ignore[arg-type] # checked by pydantic
    result = of_counts(30, 0, 0, 0, spec, severity=severity)
    assert result.status is status
    assert principle(result).outcome is U
    assert "is undecided" in result.reasons[0]


SMALL_SLICE = [{"topic": "law"}] * 20 + [{"topic": "health"}] * 980


@pytest.mark.parametrize(("must", "status"), [(False, Status.PASSED), (True, Status.UNDECIDED)])
def test_a_slice_that_can_not_be_decided_blocks_where_it_must_pass(must: object, status: Status) -> None:
    spec = GateSpec(compares="candidates", slices=("topic",), slices_must_pass=bool(must))
    side = made({"p": column((GOOD, 1000))}, slices=SMALL_SLICE)
    result = gate(side, side, spec)
    assert one_test(result, Measure.PASS_RATE, group="topic law").outcome is U
    assert result.status is status
    if not must:
        assert "1 of 2 tests of slices could not be decided" in result.reasons


def test_a_slice_that_fails_fails_the_gate() -> None:
    spec = GateSpec(compares="candidates", slices=("topic",))
    old = made({"p": column((GOOD, 1000))}, slices=SMALL_SLICE)
    new = made({"p": column((BAD, 10), (GOOD, 990))}, slices=SMALL_SLICE)
    result = gate(old, new, spec)
    assert one_test(result, Measure.PASS_RATE).outcome is P
    assert result.status is Status.FAILED
    assert "pass rate on p (topic law) fell" in result.headline


@pytest.mark.parametrize(("kept", "outcome"), [(900, P), (899, U)])
def test_too_few_comparable_cells_leave_a_principle_undecided(kept: int, outcome: Outcome) -> None:
    old = made({"p": column((GOOD, 1000))}, {"p": [GOOD] * 1000}, outputs=["o"] * 1000)
    changed = ["o"] * kept + ["another"] * (1000 - kept)
    new = made({"p": column((GOOD, 1000))}, {"p": [GOOD] * 1000}, outputs=changed)
    line = principle(gate(old, new, GateSpec(compares="judges", floors=Floors())))
    # No cell has a label that fails, so sensitivity is open in both; what is told first is what can not be compared.
    assert (line.tier is Tier.NOT_COMPARABLE) == (outcome is U)
    assert line.compared == kept
    assert line.of == 1000


def test_a_drop_on_the_cells_that_can_be_compared_fails_even_if_they_are_few() -> None:
    truth = {"p": [GOOD] * 500 + [BAD] * 500}
    right = column((GOOD, 500), (BAD, 500))
    wrong = column((BAD, 100), (GOOD, 400), (BAD, 500))
    changed = ["o"] * 500 + ["another"] * 500
    old = made({"p": right}, truth, outputs=["o"] * 1000)
    new = made({"p": wrong}, truth, outputs=changed)
    assert gate(old, new).status is Status.FAILED


def test_a_baseline_that_contradicts_itself_is_no_measure() -> None:
    said, worse = column((GOOD, 200)), column((BAD, 80), (GOOD, 120))
    again = {"p": dict.fromkeys(range(40), (GOOD, BAD, GOOD, BAD))}
    old, new = made({"p": said}, again=again), made({"p": worse})
    result = gate(old, new, CANDIDATES)
    test = one_test(result, Measure.PASS_RATE)
    assert test.flip_old == pytest.approx(2 / 3)
    assert (test.outcome, test.tier) == (U, Tier.UNRELIABLE)
    assert principle(result).tier is Tier.UNRELIABLE
    assert gate(old, new, GateSpec(compares="candidates", reliability=0.2)).status is Status.FAILED


# -- The gate --------------------------------------------------------------------------------------


def test_what_could_not_be_measured_is_no_regression() -> None:
    old, new = paired_column(300, 40, 5, 55)
    result = gate(made({"p": old}), made({"p": new}), CANDIDATES, broken=("12 % of ratings failed",))
    assert (result.status, result.exit_code) == (Status.COULD_NOT_MEASURE, 3)
    assert result.headline == "Could not measure: 12 % of ratings failed"
    assert principle(result).outcome is F


def test_a_run_that_could_not_be_had_is_not_measured() -> None:
    result = not_measured(CANDIDATES, replace(TOLD, broken=("the run has not ended",)))
    assert (result.status, result.exit_code, result.tests) == (Status.COULD_NOT_MEASURE, 3, ())


def test_a_drop_that_is_spread_is_seen_by_all_principles_together() -> None:
    names = "abcdefghij"
    old = made({name: column((GOOD, 200)) for name in names})
    new = made(
        {
            name: column((GOOD, 20 * place), (BAD, 3), (GOOD, 197 - 20 * place))
            for place, name in enumerate(names)
        }
    )
    result = gate(old, new, CANDIDATES)
    (together,) = [each for each in result.tests if each.principle == "all principles"]
    alone = [each for each in result.tests if each is not together]
    assert {each.outcome for each in alone} == {U}
    # 30 of 2,000 cells are lost: worse beyond doubt, and by less than 3 points.
    assert (together.cells, together.lost, together.outcome) == (2000, 30, P)
    closer = gate(old, new, GateSpec(compares="candidates", margin=0.01))
    assert {each.outcome for each in closer.tests if each.principle != "all principles"} == {U}
    assert closer.status is Status.FAILED
    assert "on all principles fell from 100.0 % to 98.5 %" in closer.reasons[0]
