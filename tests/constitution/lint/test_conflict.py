"""Conflicts: cases on which whatever keeps to one principle breaks another."""

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.constitution.lint.made import evidence_of

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.conflict import chance_of_conflict, conflicting
from evenhand.constitution.lint.evidence import RunEvidence
from evenhand.constitution.lint.results import CheckResult

CHOICES = LintChoices()


def torn(
    cases: int, torn_cases: int, facts: Mapping[str, Mapping[str, Any]] | None = None, **more: Any
) -> RunEvidence:
    """Two replies a case; on the first cases each keeps to one principle and breaks the other."""
    first = "".join("pf" if case < torn_cases else "pp" for case in range(cases))
    second = "".join("fp" if case < torn_cases else "pp" for case in range(cases))
    numbers = np.repeat(np.arange(cases), 2).tolist()
    return evidence_of({"help": first, "safe": second}, case=numbers, facts=facts, **more)


def test_a_conflict_nobody_declared_is_an_error_and_names_its_cases() -> None:
    (finding,) = conflicting(torn(400, 40), CHOICES).findings
    assert finding.blocking
    assert finding.principles == ("help", "safe")
    assert finding.message.startswith(
        "help and safe can not both be kept to on 10 % (7.2 % to 13 %) of 400 cases"
    )
    assert "nothing says which goes first" in finding.message
    assert [item.case_id for item in finding.items[:2]] == ["c0", "c1"]
    assert len(finding.items) == 20
    assert finding.more_items == 20


@pytest.mark.parametrize(
    ("facts", "tiers", "blocking"),
    [
        ({"help": {"tier": "low"}, "safe": {"tier": "high"}}, ("high", "low"), False),
        ({"help": {"tier": "low"}, "safe": {"tier": "low"}}, ("high", "low"), True),
        ({"help": {"tier": "low"}}, ("high", "low"), True),
        ({"help": {"conflicts_with": frozenset({"safe"})}}, (), False),
        ({"safe": {"conflicts_with": frozenset({"help"})}}, (), False),
        ({"safe": {"conflicts_with": frozenset({"other"})}}, (), True),
    ],
)
def test_only_a_conflict_without_a_declared_order_blocks(
    *, facts: Mapping[str, Mapping[str, Any]], tiers: tuple[str, ...], blocking: bool
) -> None:
    (finding,) = conflicting(torn(400, 40, facts, tiers=tiers), CHOICES).findings
    assert finding.blocking is blocking
    assert ("declared: " in finding.message) is not blocking


@pytest.mark.parametrize(("cases", "torn_cases"), [(400, 0), (400, 8), (30, 1)])
def test_a_share_that_is_not_clearly_above_two_per_cent_is_no_finding(cases: int, torn_cases: int) -> None:
    assert not conflicting(torn(cases, torn_cases), CHOICES).findings


def test_few_cases_are_too_little_to_say() -> None:
    (unsure,) = conflicting(torn(40, 4), CHOICES).unsure
    assert "too few to tell a share of 2.0 % beyond chance" in unsure.reason


def test_replies_that_are_bad_in_one_way_or_another_are_no_conflict() -> None:
    rng = np.random.default_rng(2)
    texts = ["".join(np.where(rng.random(4_000) < 0.3, "f", "p")) for _ in range(2)]
    numbers = np.repeat(np.arange(2_000), 2).tolist()
    result = conflicting(evidence_of({"one": texts[0], "two": texts[1]}, case=numbers), CHOICES)
    assert not result.findings


def test_a_case_with_a_reply_that_keeps_to_both_is_no_conflict() -> None:
    numbers = np.repeat(np.arange(200), 3).tolist()
    evidence = evidence_of({"one": "pfp" * 200, "two": "fpp" * 200}, case=numbers)
    assert not conflicting(evidence, CHOICES).findings


def test_one_reply_a_case_can_show_no_conflict_and_it_is_said() -> None:
    result = conflicting(evidence_of({"one": "pf" * 50, "two": "fp" * 50}), CHOICES)
    assert result.needs.startswith("cases with two replies or more")


def test_principles_that_prefer_different_replies_of_a_pair_conflict() -> None:
    neither = np.zeros((300, 2), dtype=np.int8)
    preference = neither.copy()
    preference[:60] = [1, -1]
    preference[60:] = [1, 1]
    evidence = evidence_of({"one": "n" * 300, "two": "n" * 300}, preference=preference)
    assert not conflicting(evidence, CHOICES).findings  # 60 of 300 against is less than chance
    preference[:, 1] *= -1
    (finding,) = conflicting(
        evidence_of({"one": "n" * 300, "two": "n" * 300}, preference=preference), CHOICES
    ).findings
    assert "on 80 %" in finding.message
    ties = evidence_of({"one": "n" * 300, "two": "n" * 300}, preference=neither)
    assert not conflicting(ties, CHOICES).findings


@pytest.mark.parametrize("replies", [2, 3, 4])
def test_the_chance_is_that_of_dealing_one_principles_verdicts_anew(replies: int) -> None:
    for first, second in product(product([False, True], repeat=replies), repeat=2):
        a, b = sum(first), sum(second)
        ways = list(combinations(range(replies), a))
        hits = sum(
            all(place in fails or second[place] for place in range(replies))
            and len(fails) < replies
            and b < replies
            for fails in map(set, ways)
        )
        found = chance_of_conflict(np.array([replies]), np.array([a]), np.array([b]))
        assert found[0] == pytest.approx(hits / len(ways))


def test_many_cases_are_tested_by_the_normal_law_with_the_same_answer() -> None:
    few, many = torn(3_900, 200), torn(4_100, 2_100)
    assert len(conflicting(few, CHOICES).findings) == 1
    assert len(conflicting(many, CHOICES).findings) == 1


def test_cases_of_one_source_alone_are_too_little_to_say() -> None:
    assert not conflicting(torn(400, 100, cluster=[0] * 800), CHOICES).findings


def test_cases_of_one_source_are_worth_fewer() -> None:
    apart = torn(400, 30)
    together = torn(400, 30, cluster=[row // 80 for row in range(800)])
    assert conflicting(apart, CHOICES).findings
    assert not conflicting(together, CHOICES).findings


@given(st.permutations(range(3)), st.integers(0, 2**16))
def test_the_order_of_principles_does_not_matter(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = ["a", "b", "c"]
    texts = {name: "".join(rng.choice(["p", "f", "u"], 90, p=[0.5, 0.4, 0.1])) for name in names}
    cases = np.repeat(np.arange(30), 3).tolist()
    first = conflicting(evidence_of(texts, case=cases), CHOICES)
    second = conflicting(
        evidence_of({names[place]: texts[names[place]] for place in order}, case=cases), CHOICES
    )
    assert _pairs(first) == _pairs(second)


def _pairs(result: CheckResult) -> set[frozenset[str]]:
    return {
        *(frozenset(each.principles) for each in result.findings),
        *(frozenset(each.principles) for each in result.unsure),
    }
