"""Redundant pairs: principles that fire together."""

import numpy as np
import pytest
from tests.constitution.lint.made import evidence_of

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.redundant import redundant
from evenhand.stats.estimate import Estimate

CHOICES = LintChoices()
ONCE = "f" * 60 + "p" * 540


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (ONCE, True),
        ("f" * 59 + "p" * 541, True),
        ("f" * 45 + "p" * 555, False),
        ("p" * 60 + "f" * 60 + "p" * 480, False),
        ("p" * 600, False),
        ("f" * 61 + "p" * 539, True),
        ("n" * 60 + "p" * 540, False),
    ],
)
def test_a_pair_is_redundant_where_one_fires_with_the_other_and_changes_nothing(
    *, other: str, found: bool
) -> None:
    result = redundant(evidence_of({"one": ONCE, "two": other}), CHOICES)
    assert len(result.findings) == found


def test_the_one_that_changes_less_is_named_first() -> None:
    evidence = evidence_of({"wide": "f" * 62 + "p" * 538, "narrow": ONCE})
    (finding,) = redundant(evidence, CHOICES).findings
    assert finding.principles == ("narrow", "wide")
    assert "where one fires so does the other on 100 % and 97 %" in finding.message
    assert "without narrow the pass rate rises by 0.0 %" in finding.message
    assert finding.suggestion.startswith("make one principle of them")


def test_a_pair_that_fires_on_few_replies_is_too_little_to_say() -> None:
    few = "f" * 6 + "p" * 594
    result = redundant(evidence_of({"one": few, "two": few}), CHOICES)
    assert not result.findings
    assert [each.principles for each in result.unsure] == [("one", "two")]


def test_the_pass_rate_must_be_known_to_stay_within_a_point() -> None:
    short = "f" * 60 + "p" * 60
    result = redundant(evidence_of({"one": short, "two": short}), CHOICES)
    assert not result.findings
    assert "too few to be sure that one is enough" in result.unsure[0].reason


def test_phi_is_the_correlation_of_the_verdicts() -> None:
    rng = np.random.default_rng(5)
    base = rng.random(900) < 0.3
    other = base ^ (rng.random(900) < 0.01)
    texts = ["".join(np.where(each, "f", "p")) for each in (base, other)]
    evidence = evidence_of({"one": texts[0], "two": texts[1]})
    result = redundant(evidence, LintChoices(dropped=0.05))
    (finding,) = result.findings
    measured = finding.figures[0].measured
    assert isinstance(measured, Estimate)
    assert measured.value == pytest.approx(np.corrcoef(base, other)[0, 1])
    assert measured.interval.low < measured.value <= measured.interval.high


def test_its_interval_is_that_of_a_bootstrap() -> None:
    rng = np.random.default_rng(6)
    base = rng.random(2_000) < 0.3
    other = base ^ (rng.random(2_000) < 0.02)
    texts = ["".join(np.where(each, "f", "p")) for each in (base, other)]
    (finding,) = redundant(
        evidence_of({"one": texts[0], "two": texts[1]}), LintChoices(dropped=0.05)
    ).findings
    measured = finding.figures[0].measured
    assert isinstance(measured, Estimate)
    picked = rng.integers(0, 2_000, (1_000, 2_000))
    draws = [float(np.corrcoef(base[rows], other[rows])[0, 1]) for rows in picked]
    low, high = np.quantile(draws, [0.025, 0.975])
    assert measured.interval.low == pytest.approx(low, abs=0.005)
    assert measured.interval.high == pytest.approx(high, abs=0.005)


def test_replies_of_one_source_alone_are_too_little_to_say() -> None:
    evidence = evidence_of({"one": ONCE, "two": ONCE}, cluster=[0] * 600)
    result = redundant(evidence, CHOICES)
    assert not result.findings
    assert len(result.unsure) == 1


def test_principles_that_never_meet_on_a_reply_make_no_pair() -> None:
    result = redundant(evidence_of({"one": "f" * 30 + "-" * 30, "two": "-" * 30 + "f" * 30}), CHOICES)
    assert result.needs
    assert result.looked_at == 0
