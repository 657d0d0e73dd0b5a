"""A gate never passes because verdicts are missing."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.made import (
    BAD,
    CANDIDATES,
    GOOD,
    JUDGES,
    Voices,
    column,
    gate,
    made,
    one_test,
    paired_column,
    principle,
)

from evenhand.gate.results import GateResult, Measure, Status
from evenhand.records.baseline import Said
from evenhand.records.gate import Floors, GateSpec
from evenhand.stats.change.noninferiority import Outcome

SAID: st.SearchStrategy[Said] = st.sampled_from([GOOD, GOOD, GOOD, BAD, None])
SPECS = st.builds(
    lambda compares, margin, slices, must, floor, zero: GateSpec(
        compares=compares,
        margin=margin,
        slices=("topic",) if slices else (),
        slices_must_pass=must,
        floors=Floors(pass_rate=floor, specificity=floor) if floor else Floors(),
        zero_tolerance=("p",) if zero else (),
    ),
    st.sampled_from(["judges", "candidates"]),
    st.sampled_from([0.03, 0.2, 0.5]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 0.5, 0.9]),
    st.booleans(),
)
RUNS = st.integers(8, 40).flatmap(
    lambda n: st.tuples(
        *(st.lists(SAID, min_size=n, max_size=n) for _ in range(2)),
        st.lists(st.sampled_from([GOOD, BAD]), min_size=n, max_size=n),
        st.lists(st.sampled_from(["health", "law"]), min_size=n, max_size=n),
        st.lists(st.booleans(), min_size=n, max_size=n),
    )
)


def outcome_of(
    old: Sequence[Voices], new: Sequence[Voices], truth: Sequence[str], topics: Sequence[str], spec: GateSpec
) -> GateResult:
    slices = [{"topic": topic} for topic in topics]
    # On half of the specs two cases share a source, so that clusters are compared.
    sources = [f"doc-{place // 2}" for place in range(len(old))] if spec.slices_must_pass else None
    before, after = (
        made({"p": each, "q": each[::-1]}, {"p": truth, "q": truth[::-1]}, slices=slices, sources=sources)
        for each in (old, new)
    )
    return gate(before, after, spec)


def worst_of(spec: GateSpec, truth: str) -> Said:
    """What scores nothing: a verdict that is not what a judge should say, or that does not pass."""
    return BAD if spec.compares == "candidates" or truth == GOOD else GOOD


@given(RUNS, SPECS)
@settings(max_examples=50, deadline=None)
def test_no_run_passes_with_verdicts_hidden_that_could_fail_it(
    run: tuple[list[Said], list[Said], list[str], list[str], list[bool]], spec: GateSpec
) -> None:
    old, new, truth, topics, hidden = run
    seen = [False if hide else said for said, hide in zip(new, hidden, strict=True)]
    worst = [
        worst_of(spec, label) if hide else said for said, hide, label in zip(new, hidden, truth, strict=True)
    ]
    shown = outcome_of(old, seen, truth, topics, spec).status
    for there in (new, worst):
        whole = outcome_of(old, there, truth, topics, spec).status
        assert whole is Status.PASSED or shown is not Status.PASSED
    if shown is Status.FAILED:
        assert outcome_of(old, new, truth, topics, spec).status is Status.FAILED


@given(RUNS, SPECS)
@settings(max_examples=40, deadline=None)
def test_no_baseline_passes_a_run_with_verdicts_hidden_that_could_fail_it(
    run: tuple[list[Said], list[Said], list[str], list[str], list[bool]], spec: GateSpec
) -> None:
    old, new, truth, topics, hidden = run
    seen = [False if hide else said for said, hide in zip(old, hidden, strict=True)]
    shown = outcome_of(seen, new, truth, topics, spec).status
    whole = outcome_of(old, new, truth, topics, spec).status
    assert whole is Status.PASSED or shown is not Status.PASSED


# -- By hand ---------------------------------------------------------------------------------------


def test_missing_verdicts_that_could_turn_it_leave_a_test_undecided() -> None:
    old, new = paired_column(380, 2, 2, 16)
    new[:12] = [False] * 12
    result = gate(made({"p": old}), made({"p": new}), CANDIDATES)
    test = one_test(result, Measure.PASS_RATE)
    assert (test.missing_old, test.missing_new, test.cells) == (0, 12, 388)
    assert test.worst is not None
    assert test.best is not None
    assert (test.worst.outcome, test.best.outcome) == (Outcome.FAILED, Outcome.PASSED)
    assert test.worst.old == pytest.approx(382 / 400)
    assert test.worst.new == pytest.approx((382 - 2 - 12 + 2) / 400)
    assert result.status is Status.UNDECIDED
    assert "missing verdicts could turn it" in test.reason


def test_a_drop_that_no_missing_verdict_could_undo_fails() -> None:
    old, new = paired_column(300, 60, 0, 40)
    new[:5] = [False] * 5
    result = gate(made({"p": old}), made({"p": new}), CANDIDATES)
    assert result.status is Status.FAILED


def test_a_run_passes_with_missing_verdicts_that_could_all_be_wrong() -> None:
    old, new = paired_column(1960, 0, 0, 40)
    new[:3] = [False] * 3
    result = gate(made({"p": old}), made({"p": new}), CANDIDATES)
    assert result.status is Status.PASSED


def test_an_undecided_panel_is_no_missing_verdict() -> None:
    old, new = paired_column(190, 0, 0, 10)
    new[:20] = [None] * 20
    result = gate(made({"p": old}), made({"p": new}), CANDIDATES)
    test = one_test(result, Measure.PASS_RATE)
    assert (test.missing_new, test.lost, test.worst) == (0, 20, None)
    assert result.status is Status.FAILED


def test_a_slice_that_missing_verdicts_hide_is_not_let_pass() -> None:
    # All cells together lose too little to matter; the small slice loses a third, unless nobody answers there.
    topics = [{"topic": "law"}] * 60 + [{"topic": "health"}] * 2940
    spec = CANDIDATES.model_copy(update={"slices": ("topic",)})
    said, worse, hidden = (column((each, 20), (GOOD, 2980)) for each in (GOOD, BAD, False))
    old, open_, shut = (made({"p": each}, slices=topics) for each in (said, worse, hidden))
    assert gate(old, open_, spec).status is Status.FAILED
    found = gate(old, shut, spec)
    assert one_test(found, Measure.PASS_RATE).outcome is Outcome.PASSED
    assert one_test(found, Measure.PASS_RATE, group="topic law").could_fail
    assert found.status is Status.UNDECIDED
    assert "topic law" in principle(found).reason


def test_a_floor_of_a_slice_that_missing_verdicts_hide_is_not_let_pass() -> None:
    topics = [{"topic": "law"}] * 60 + [{"topic": "health"}] * 2940
    spec = CANDIDATES.model_copy(
        update={"slices": ("topic",), "floors": Floors(pass_rate=0.9), "margin": 0.9}
    )
    said, hidden = (made({"p": column((each, 20), (GOOD, 2980))}, slices=topics) for each in (BAD, False))
    assert gate(said, said, spec).status is Status.FAILED
    found = gate(said, hidden, spec)
    (floor,) = [each for each in found.floors if str(each.slice) == "topic law"]
    assert floor.could_fail
    assert floor.decides
    assert found.status is Status.UNDECIDED


# -- The worst tenth refused (D01) -----------------------------------------------------------------


def refused_worst(seed: int, *, n: int, drop: float, compares: str) -> tuple[Status, Status]:
    """Return the status of a gate of a judge that lost `drop`, and with the tenth refused on which it errs."""
    rng = np.random.default_rng(seed)
    right = rng.random(n) < 0.9
    lost = right & (rng.random(n) < drop / 0.9)
    truth = np.where(rng.random(n) < 0.5, GOOD, BAD)
    wrong = np.where(truth == GOOD, BAD, GOOD)
    if compares == "candidates":
        truth, wrong = np.full(n, GOOD), np.full(n, BAD)
    old = np.where(right, truth, wrong).astype(object)
    new = np.where(right & ~lost, truth, wrong).astype(object)
    worst_first = np.argsort(np.where(lost, 0, np.where(right, 2, 1)) + rng.random(n) / 2)
    refused = new.copy()
    refused[worst_first[: n // 10]] = False
    spec = JUDGES if compares == "judges" else CANDIDATES
    labels = {"p": list(truth)}
    sides = [made({"p": list(each)}, labels) for each in (old, new, refused)]
    return gate(sides[0], sides[1], spec).status, gate(sides[0], sides[2], spec).status


@pytest.mark.parametrize("compares", ["judges", "candidates"])
@pytest.mark.parametrize("drop", [0.0, 0.05, 0.1])
def test_refusing_the_worst_tenth_passes_nothing_that_would_not_pass(compares: str, drop: float) -> None:
    found = [refused_worst(seed, n=300, drop=drop, compares=compares) for seed in range(30)]
    false = [each for each in found if each[1] is Status.PASSED and each[0] is not Status.PASSED]
    assert not false
    if drop:
        assert Status.PASSED not in [refused for _, refused in found]
        assert Status.FAILED in [whole for whole, _ in found]
