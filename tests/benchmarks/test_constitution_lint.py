"""Planted faults are found, and little else: a small form of the measurement."""

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
