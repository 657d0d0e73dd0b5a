"""What must hold of every gate, whatever was said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.made import BAD, CANDIDATES, GOOD, JUDGES, column, gate, made, paired_column

from evenhand.gate.pairing import pair_up
from evenhand.gate.results import GateResult, Measure, Tier
from evenhand.records.baseline import Baseline, Said
from evenhand.records.gate import GateSpec
from evenhand.stats.estimate import Estimate

SAID: st.SearchStrategy[Said] = st.sampled_from([GOOD, GOOD, BAD, None, False])
BLOCK = ("p", "q")
FEW = settings(max_examples=30, deadline=None)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Baseline, Baseline]:
    """Two runs of the same cases under two principles, with sources, slices and readings on some of them."""
    n = draw(st.integers(1, 25))
    voices: st.SearchStrategy[list[Said]] = st.lists(SAID, min_size=n, max_size=n)
    labels = st.lists(st.sampled_from([GOOD, BAD, None]), min_size=n, max_size=n)
    truth = {name: draw(labels) for name in BLOCK}
    sources = draw(
        st.none() | st.lists(st.sampled_from(["", "doc-1", "doc-2", "doc-3"]), min_size=n, max_size=n)
    )
    slices = [{"topic": each} for each in draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n))]
    again: Mapping[str, Mapping[int, tuple[Said, ...]]] = {
        "p": {place: draw(st.tuples(SAID, SAID, SAID)) for place in range(0, n, 4)}
        if draw(st.booleans())
        else {}
    }
    old, new = (
        made(
            {name: draw(voices) for name in BLOCK},
            truth,
            sources=sources,
            slices=slices,
            again=again,
            judge=side,
        )
        for side in ("1", draw(st.sampled_from(["1", "2"])))
    )
    return old, new


SPECS = st.sampled_from([JUDGES, CANDIDATES]).map(lambda spec: spec.model_copy(update={"slices": ("topic",)}))


def shuffled(side: Baseline, seed: int) -> Baseline:
    names = list(side.cases)
    Random(seed).shuffle(names)
    return replace(side, cases={name: side.cases[name] for name in names})


def numbers(result: GateResult) -> Sequence[object]:
    return [
        (each.principle, each.measure, str(each.slice), each.outcome, each.tier, each.p, each.low, each.cells)
        for each in result.tests
    ]


def close(one: Sequence[object], other: Sequence[object]) -> bool:
    return all(
        a == (pytest.approx(b, abs=1e-9) if isinstance(b, float) else b)
        for a, b in zip(one, other, strict=True)
    )


@given(pairs(), SPECS, st.integers(0, 99))
@FEW
def test_the_order_of_cases_changes_nothing(
    sides: tuple[Baseline, Baseline], spec: GateSpec, seed: int
) -> None:
    old, new = sides
    plain, mixed = gate(old, new, spec), gate(shuffled(old, seed), shuffled(new, seed + 1), spec)
    assert (plain.status, plain.principles) == (mixed.status, mixed.principles)
    assert all(close(one, other) for one, other in zip(numbers(plain), numbers(mixed), strict=True))  # type: ignore[arg-type]
    assert sorted(map(str, plain.changed)) == sorted(map(str, mixed.changed))


@given(pairs(), SPECS)
@FEW
def test_swapping_baseline_and_run_mirrors_what_was_lost_and_won(
    sides: tuple[Baseline, Baseline], spec: GateSpec
) -> None:
    for there, back in zip(gate(*sides, spec).tests, gate(*sides[::-1], spec).tests, strict=True):
        assert (there.lost, there.won, there.both + there.neither) == (
            back.won,
            back.lost,
            back.both + back.neither,
        )
        assert (there.missing_old, there.missing_new) == (back.missing_new, back.missing_old)
        if isinstance(there.difference, Estimate) and isinstance(back.difference, Estimate):
            assert there.difference.value == pytest.approx(-back.difference.value)
        if there.method == "mcnemar":
            assert there.p == pytest.approx(1 - back.p)


@given(pairs(), SPECS, st.sets(st.integers(0, 24)))
@FEW
def test_every_cell_of_the_baseline_is_compared_or_not_comparable_with_a_reason(
    sides: tuple[Baseline, Baseline], spec: GateSpec, gone: set[int]
) -> None:
    old, new = sides
    kept = {name: case for place, (name, case) in enumerate(new.cases.items()) if place not in gone}
    for each in pair_up(old, replace(new, cases=kept), spec).principles:
        assert each.of == each.n + sum(each.not_comparable.values())
        wanted = sum(
            spec.compares == "candidates" or each.principle in case.reference.get("1", {})
            for case in old.cases.values()
        )
        assert each.of == wanted


@given(pairs(), SPECS)
@FEW
def test_a_run_beside_itself_never_fails(sides: tuple[Baseline, Baseline], spec: GateSpec) -> None:
    found = gate(sides[0], sides[0], spec)
    assert all(each.lost == each.won == 0 for each in found.tests)
    assert not [each for each in found.tests if each.tier is Tier.REGRESSION]
    assert not found.changed


@given(pairs(), SPECS)
@FEW
def test_names_do_not_matter(sides: tuple[Baseline, Baseline], spec: GateSpec) -> None:
    old, new = (
        replace(side, cases={f"zz{name}": replace(case, id=f"zz{name}") for name, case in side.cases.items()})
        for side in sides
    )
    assert numbers(gate(*sides, spec)) == numbers(gate(old, new, spec))


@given(st.integers(0, 40), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
@FEW
def test_the_table_of_a_test_is_what_was_said(both: int, lost: int, won: int, neither: int) -> None:
    if not both + lost + won + neither:
        return
    old, new = paired_column(both, lost, won, neither)
    (test,) = gate(made({"p": old}), made({"p": new}), CANDIDATES).tests
    assert (test.both, test.lost, test.won, test.neither) == (both, lost, won, neither)
    assert test.measure is Measure.PASS_RATE
    assert test.method == "mcnemar"


def test_a_quarantined_cell_decides_nothing_and_is_counted() -> None:
    old, new = (made({"p": column((each, 40), (GOOD, 160))}) for each in (GOOD, BAD))
    covered = {f"case-{place:05}" for place in range(40)}
    found = gate(old, new, CANDIDATES, covered=lambda case, _principle: case in covered)
    (line,) = found.principles
    assert (line.compared, line.of, line.quarantined) == (160, 160, 40)
    assert not found.changed
    assert found.tests[0].lost == 0
    assert gate(old, new, CANDIDATES).tests[0].lost == 40
