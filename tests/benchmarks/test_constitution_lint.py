"""Planted faults are found, and little else: a small form of the measurement."""

from dataclasses import replace

from benchmarks.planted_constitutions import Size, plant

from evenhand.constitution.lint.check import lint_evidence
from evenhand.constitution.lint.results import Check

SEEDS = range(6)


def test_planted_faults_are_found_with_few_false_discoveries() -> None:
    planted = found = false = 0
    for seed in SEEDS:
        made = plant(seed, Size())
        result = lint_evidence(made.evidence)
        named = {(each.check, frozenset(each.principles)) for each in result.findings}
        planted += len(made.faults)
        found += len(made.faults & named)
        false += len(named - made.faults - made.implied)
    assert found >= 0.9 * planted
    assert false <= 0.1 * (found + false)


def test_a_clean_constitution_is_left_alone() -> None:
    for seed in SEEDS:
        assert not lint_evidence(plant(seed, Size(), chance=0).evidence).findings


def test_a_declared_conflict_is_found_and_does_not_block() -> None:
    findings = lint_evidence(plant(3, Size(), chance=1).evidence).findings
    blocking = {each.principles: each.blocking for each in findings if each.check is Check.CONFLICT}
    assert blocking == {("full-answer", "no-harm"): True, ("brief", "thorough"): False}


def test_neither_names_nor_order_of_principles_change_what_is_found() -> None:
    evidence = plant(11, Size(cases=1_500, labelled=1_000), chance=1).evidence
    order = list(reversed(range(len(evidence.principles))))
    renamed = replace(
        evidence,
        principles=tuple(replace(evidence.principles[place], id=f"p{place}") for place in order),
        verdict=evidence.verdict[:, order],
        human=evidence.human[:, order],
        opinions=tuple(evidence.opinions[place] for place in order),
        people=tuple(evidence.people[place] for place in order),
    )
    names = {f"p{place}": principle.id for place, principle in enumerate(evidence.principles)}
    again = {
        (each.check, frozenset(names[name] for name in each.principles))
        for each in lint_evidence(renamed).findings
    }
    assert again == {(each.check, frozenset(each.principles)) for each in lint_evidence(evidence).findings}


def test_neither_does_the_order_of_judges() -> None:
    evidence = plant(12, Size(cases=800, labelled=600), chance=1).evidence
    turned = tuple(
        replace(each, counts=each.counts[:, ::-1]) if each is not None and each.counts is not None else each
        for each in evidence.opinions
    )
    first, second = lint_evidence(evidence), lint_evidence(replace(evidence, opinions=turned))
    assert [each.principles for each in first.findings] == [each.principles for each in second.findings]
