"""Whoever changes what decides a gate in the same change as a judge is seen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.gate.made import BAD, GOOD, gate, made, mark

from evenhand.gate.results import GateResult, Status
from evenhand.gate.rules import mark_rules
from evenhand.records.baseline import Baseline
from evenhand.records.gate import Flakiness, Floors, GateSpec
from evenhand.records.suite import CaseFile, Limits, Suite
from evenhand.reporting.gate.annotations import render_annotations
from evenhand.reporting.gate.comment import render_comment
from evenhand.reporting.gate.places import Place, Places

PLAIN = GateSpec(compares="judges")
TRUTH = [BAD, GOOD] * 200


def suite(spec: GateSpec | None = PLAIN, **fields: Any) -> Suite:
    given: dict[str, Any] = {"schema": "suite/v1", "id": "s", "constitution": "c", "panel": "p"}
    return Suite(**given, cases=(CaseFile(path="a.jsonl"),), gate=spec, **fields)


def ruled(rules: Mapping[str, str], **changes: Any) -> Baseline:
    found = made({"p": TRUTH}, {"p": TRUTH}, **changes)
    return replace(found, head=found.head.model_copy(update={"rules": rules}))


def told(then: Baseline, now: Baseline) -> tuple[str, ...]:
    return gate(then, now).rules_changed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"margin": 0.99}, "margin 0.03 became 0.99"),
        ({"margins": {"high": 0.5}}, "margins.high none became 0.5"),
        ({"anchors": ("easy",)}, "anchors none became easy"),
        ({"slices": ()}, "slices topic became none"),
        ({"zero_tolerance": ()}, "zero_tolerance p became none"),
        ({"undecided": {"high": "warn"}}, "undecided.high none became warn"),
        ({"floors": Floors()}, "floors.sensitivity 0.8 became none"),
        ({"slices_must_pass": False}, "slices_must_pass yes became no"),
        ({"least_comparable": 0.1}, "least_comparable 0.9 became 0.1"),
        ({"alpha": 0.0001}, "alpha 0.05 became 0.0001"),
        ({"flakiness": Flakiness(share=0)}, "flakiness.share 0.05 became 0.0"),
        ({"compares": "candidates"}, "compares judges became candidates"),
    ],
)
def test_a_rule_that_is_loosened_is_named(changed: Mapping[str, Any], words: str) -> None:
    strict = GateSpec(
        compares="judges",
        slices=("topic",),
        zero_tolerance=("p",),
        floors=Floors(sensitivity=0.8),
        slices_must_pass=True,
    )
    now = strict.model_copy(update=changed)
    found = told(ruled(mark_rules(suite(strict))), ruled(mark_rules(suite(now))))
    assert found == (words,)


def test_more_failures_allowed_and_another_seed_are_named() -> None:
    now = suite(limits=Limits(failed_share=1.0), seed=7)
    found = told(ruled(mark_rules(suite())), ruled(mark_rules(now)))
    assert found == ("limits.failed_share 0.05 became 1.0", "seed 0 became 7")


def test_where_files_are_and_the_order_of_names_are_no_rules() -> None:
    then = GateSpec(compares="judges", slices=("a", "b"), quarantine="q.yaml")
    now = GateSpec(compares="judges", slices=("b", "a"), baseline="b.json")
    assert mark_rules(suite(then)) == mark_rules(suite(now))


def test_a_baseline_that_lost_its_rules_is_named() -> None:
    found = told(ruled({}), ruled(mark_rules(suite())))
    assert found == ("the baseline does not say by which rules it was accepted",)


def test_severities_groups_and_sources_that_moved_are_named() -> None:
    then = ruled({}, slices=[{"topic": "health"}] * 400, sources=[f"s{n}" for n in range(400)])
    now = ruled(
        {},
        marks={"p": mark(severity="low")},
        slices=[{"topic": "other"}] * 3 + [{}] * 2 + [{"topic": "health"}] * 395,
        sources=["one"] * 10 + [f"s{n}" for n in range(10, 400)],
    )
    assert told(then, now) == (
        "severity of p: high became low",
        "5 cases in another group of topic",
        "10 cases of another source",
    )


def test_a_pass_by_loosened_rules_says_so_first_of_all() -> None:
    result = _loosened()
    assert result.status is Status.PASSED
    assert "what decides this gate changed since the baseline was accepted" in result.headline
    comment = render_comment(result)
    assert "margin 0.03 became 0.99" in comment
    assert comment.index("margin 0.03 became 0.99") < comment.index("<details>")
    place = Place(path="suites/s.yaml", line=3)
    warnings = render_annotations(result, Places(gate=place))
    assert "margin 0.03 became 0.99" in warnings


def _loosened() -> GateResult:
    loose = GateSpec(compares="judges", margin=0.99)
    return gate(ruled(mark_rules(suite())), ruled(mark_rules(suite(loose))), loose)


def test_a_pass_says_how_many_cells_it_did_not_look_at() -> None:
    whole = made({"p": TRUTH * 5}, {"p": TRUTH * 5})
    names = list(whole.cases)
    shorter = replace(whole, cases={name: whole.cases[name] for name in names[8:]})
    result = gate(whole, shorter, covered=lambda case, _principle: case in names[60:70])
    assert result.status is Status.PASSED
    assert "8 cells of the baseline could not be compared" in result.headline
    assert "10 cells in quarantine decided nothing" in result.headline


def test_taking_out_what_people_fail_leaves_it_undecided_however_much_they_pass_is_left() -> None:
    truth = [BAD] * 100 + [GOOD] * 900
    whole = made({"p": truth}, {"p": truth})
    hard = list(whole.cases)[:15]
    shorter = replace(whole, cases={name: case for name, case in whole.cases.items() if name not in hard})
    result = gate(whole, shorter)
    assert result.status is Status.UNDECIDED
    assert (
        "only 85 of 100 cells of the baseline that people fail can be compared: not in the run"
        in result.headline
    )
