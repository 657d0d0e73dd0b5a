"""Principles that never fire, or always do."""

import pytest
from tests.constitution.lint.made import evidence_of

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.firing import always_fires, never_fires
from evenhand.constitution.lint.results import Check

CHOICES = LintChoices()


@pytest.mark.parametrize(
    ("verdicts", "found", "unsure"),
    [
        ("p" * 600, True, False),
        ("p" * 599, False, True),
        ("p" * 580 + "n" * 500, False, True),
        ("f" + "p" * 999, True, False),
        ("f" + "p" * 899, False, True),
        ("f" * 10 + "p" * 990, False, False),
        ("p" * 10, False, True),
        ("n" * 700, False, True),
        ("u" * 700, False, True),
        ("f" * 700, False, False),
    ],
)
def test_a_principle_never_fires_where_enough_relevant_replies_show_it(
    *, verdicts: str, found: bool, unsure: bool
) -> None:
    result = never_fires(evidence_of({"rare": verdicts}), CHOICES)
    assert [finding.principles for finding in result.findings] == [("rare",)] * found
    assert [each.principles for each in result.unsure] == [("rare",)] * unsure
    assert result.looked_at == 1


@pytest.mark.parametrize(
    ("verdicts", "found", "unsure"),
    [
        ("f" * 299, True, False),
        ("f" * 298, False, True),
        ("f" * 999 + "p", True, False),
        ("f" * 980 + "p" * 20, False, False),
        ("f" * 5, False, True),
        ("n" * 400, False, False),
    ],
)
def test_a_principle_always_fires_where_its_lower_limit_is_above_99_per_cent(
    *, verdicts: str, found: bool, unsure: bool
) -> None:
    result = always_fires(evidence_of({"all": verdicts}), CHOICES)
    assert [finding.principles for finding in result.findings] == [("all",)] * found
    assert [each.principles for each in result.unsure] == [("all",)] * unsure


def test_twenty_principles_need_more_replies_than_one() -> None:
    twenty = {f"p{number}": "p" * 580 + "f" * 20 for number in range(19)} | {"rare": "p" * 600}
    result = never_fires(evidence_of(twenty), CHOICES)
    assert not result.findings
    (unsure,) = result.unsure
    assert "1,196 without a hit would settle it" in unsure.reason
    enough = {name: text * 2 for name, text in twenty.items()}
    assert [each.principles for each in never_fires(evidence_of(enough), CHOICES).findings] == [("rare",)]


def test_replies_of_one_source_are_not_more_evidence_than_the_source() -> None:
    evidence = evidence_of({"rare": "p" * 900}, cluster=[row // 3 for row in range(900)])
    assert not never_fires(evidence, CHOICES).findings


def test_findings_say_how_many_and_how_sure() -> None:
    (finding,) = never_fires(evidence_of({"rare": "p" * 2_000}), CHOICES).findings
    assert finding.message == "rare fired on 0 of 2,000 relevant replies: below 0.15 %"
    assert finding.check is Check.NEVER
    assert not finding.blocking
    assert finding.adjusted_p == pytest.approx(0.995**2_000)


def test_principles_without_a_rate_are_not_computed_and_it_is_said() -> None:
    evidence = evidence_of({"graded": "n" * 50}, facts={"graded": {"has_rate": False}})
    for check in (never_fires, always_fires):
        assert "pass or fail" in check(evidence, CHOICES).needs
