"""Which cells of a baseline and a run can be held against each other, and why others can not."""

from dataclasses import replace
from typing import Any

import pytest
from tests.gate.made import BAD, CANDIDATES, GOOD, JUDGES, TOLD, column, gate, head, made, mark, one_test

from evenhand.gate import pairing
from evenhand.gate.cells import PairedCells
from evenhand.gate.pairing import pair_up
from evenhand.gate.results import Measure
from evenhand.records.baseline import Baseline, BaselineCase, JudgeMark, PanelMark
from evenhand.records.gate import GateSpec

TRUTH = {"p": [GOOD, BAD, GOOD, BAD]}
BASE = made({"p": [GOOD, BAD, GOOD, GOOD]}, TRUTH)


def one(old: Baseline, new: Baseline, spec: GateSpec) -> PairedCells:
    (found,) = pair_up(old, new, spec).principles
    return found


def with_case(side: Baseline, name: str = "case-00000", **changes: Any) -> Baseline:
    return replace(side, cases={**side.cases, name: replace(side.cases[name], **changes)})


def with_head(side: Baseline, **changes: Any) -> Baseline:
    return replace(side, head=side.head.model_copy(update=changes))


def without(side: Baseline, name: str = "case-00000") -> Baseline:
    return replace(side, cases={each: case for each, case in side.cases.items() if each != name})


@pytest.mark.parametrize(
    ("new", "judges", "candidates"),
    [
        (BASE, "", ""),
        (with_case(BASE, prompt="another"), pairing.TEXT_CHANGED, pairing.TEXT_CHANGED),
        (with_case(BASE, outputs={"1": "another"}), pairing.OUTPUT_CHANGED, ""),
        (with_case(BASE, reference={"1": {"p": BAD}}), pairing.RELABELLED, ""),
        (with_case(BASE, reference={}), pairing.UNLABELLED, ""),
        (with_case(BASE, said={}), pairing.GONE, pairing.GONE),
        (with_case(BASE, said={"2": {"p": (GOOD, GOOD)}}), pairing.GONE, pairing.GONE),
        (without(BASE), pairing.GONE, pairing.GONE),
    ],
)
def test_a_cell_is_compared_unless_what_its_gate_rests_on_changed(
    new: Baseline, judges: str, candidates: str
) -> None:
    for spec, why in ((JUDGES, judges), (CANDIDATES, candidates)):
        found = one(BASE, new, spec)
        assert found.of == 4
        assert found.not_comparable == ({why: 1} if why else {})
        assert found.n == 4 - bool(why)


OTHER_JUDGE = (JudgeMark(id="j0", version="1.1.0", hash="2"),)


@pytest.mark.parametrize(
    ("changes", "judges", "candidates"),
    [
        ({"principles": {"p": mark(scale="three")}}, pairing.SCALE_CHANGED, pairing.SCALE_CHANGED),
        ({"principles": {"p": mark(shown="other")}}, "", pairing.PRINCIPLE_CHANGED),
        ({"principles": {"p": mark(binding="b2", shown="s2")}}, "", pairing.PRINCIPLE_CHANGED),
        ({"principles": {"p": mark(severity="low")}}, "", ""),
        ({"judges": OTHER_JUDGE}, "", pairing.INSTRUMENT_CHANGED),
        ({"panel": PanelMark(id="p", rule="unanimous", hash="other")}, "", pairing.INSTRUMENT_CHANGED),
    ],
)
def test_a_principle_is_compared_unless_what_its_gate_rests_on_changed(
    changes: dict[str, Any], judges: str, candidates: str
) -> None:
    for spec, why in ((JUDGES, judges), (CANDIDATES, candidates)):
        found = one(BASE, with_head(BASE, **changes), spec)
        assert found.not_comparable == ({why: 4} if why else {})


def served(name: str) -> Baseline:
    return with_head(BASE, judges=(JudgeMark(id="j0", version="1.0.0", hash="1", served=(name,)),))


def test_another_model_behind_the_same_name_is_no_comparison_of_candidates() -> None:
    assert one(served("m-1"), served("m-2"), CANDIDATES).not_comparable == {pairing.MODEL_CHANGED: 4}
    assert one(served("m-1"), served("m-2"), JUDGES).n == 4
    assert one(served("m-1"), served("m-1"), CANDIDATES).n == 4


def test_a_principle_that_is_gone_is_counted_cell_by_cell() -> None:
    both = made({"p": [GOOD] * 4, "q": [GOOD] * 4}, {**TRUTH, "q": TRUTH["p"]})
    found = {each.principle: each for each in pair_up(both, BASE, CANDIDATES).principles}
    assert (found["q"].of, found["q"].n, found["q"].not_comparable) == (4, 0, {pairing.GONE: 4})
    assert gate(both, BASE, CANDIDATES).exit_code == 4


def test_new_cells_are_told_and_not_compared() -> None:
    found = one(without(BASE), BASE, CANDIDATES)
    assert (found.of, found.n, len(found.fresh)) == (3, 3, 1)


def test_labels_that_are_new_are_no_anchors_of_the_baseline() -> None:
    bare = with_case(BASE, reference={})
    found = one(bare, BASE, JUDGES)
    assert (found.of, len(found.fresh)) == (3, 1)


# -- Anchors ---------------------------------------------------------------------------------------

TAGGED = GateSpec(compares="judges", anchors=("frozen",))


def tagged(side: Baseline, *names: str) -> Baseline:
    for name in names:
        side = with_case(side, name, tags=("frozen",))
    return side


def test_cases_with_the_tag_are_the_anchors() -> None:
    side = tagged(BASE, "case-00001", "case-00002")
    found = one(side, side, TAGGED)
    assert found.cases == ("case-00001", "case-00002")
    assert found.of == 2


def test_an_anchor_that_lost_its_tag_is_not_forgotten() -> None:
    old, new = tagged(BASE, "case-00001", "case-00002"), tagged(BASE, "case-00001")
    found = one(old, new, TAGGED)
    assert (found.of, found.n, found.not_comparable) == (2, 1, {pairing.NO_ANCHOR: 1})


def test_an_anchor_that_is_gone_is_not_forgotten() -> None:
    old = tagged(BASE, "case-00001", "case-00002")
    found = one(old, without(old, "case-00002"), TAGGED)
    assert (found.of, found.n, found.not_comparable) == (2, 1, {pairing.GONE: 1})


# -- Clusters and slices ---------------------------------------------------------------------------


def test_cases_of_one_source_are_one_cluster_and_a_source_is_no_case() -> None:
    sources = ["doc", "doc", "", "case-00002"]
    side = made({"p": [GOOD] * 4}, sources=sources)
    clusters = one(side, side, CANDIDATES).clusters.tolist()
    assert clusters[0] == clusters[1]
    assert len(set(clusters)) == 3


def test_two_candidates_of_a_case_are_one_cluster() -> None:
    cases = {
        name: BaselineCase(
            id=name, prompt="", outputs={}, said={each: {"p": (GOOD, GOOD)} for each in ("1", "2")}
        )
        for name in ("a", "b")
    }
    side = Baseline(head=head({"p": mark()}), cases=cases)
    found = one(side, side, CANDIDATES)
    assert (found.n, len(set(found.clusters.tolist()))) == (4, 2)


def test_a_case_without_the_group_is_in_no_slice() -> None:
    slices = [{"topic": "law"}, {"topic": "law"}, {}, {"language": "de"}]
    side = made({"p": column((GOOD, 4))}, slices=slices)
    spec = GateSpec(compares="candidates", slices=("topic", "nowhere"))
    result = gate(side, side, spec)
    assert one_test(result, Measure.PASS_RATE, group="topic law").cells == 2
    assert len(result.tests) == 2
    assert TOLD.run == result.run
