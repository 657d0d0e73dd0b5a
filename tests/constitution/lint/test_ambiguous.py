"""Ambiguous principles: readers differ beyond their own noise."""

from math import log

import numpy as np
import pytest
from tests.constitution.lint.made import evidence_of

from evenhand.constitution.lint.ambiguous import ambiguous, interpretive_entropies
from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.evidence import Opinions, RunEvidence
from evenhand.stats.arrays import Integers
from evenhand.stats.estimate import Estimate

CHOICES = LintChoices()


def opinions(split: float, *, n: int = 400, judges: int = 4, repeats: int = 3, seed: int = 0) -> Opinions:
    """Judges who settle on an answer of their own on a share of the replies, and slip on one answer of twenty."""
    rng = np.random.default_rng(seed)
    own = rng.random((n, judges)) < 0.5
    torn = rng.random(n) < split
    settled = torn[:, np.newaxis] & own
    slips = rng.random((n, judges, repeats)) < 0.05
    fires = (settled[:, :, np.newaxis] ^ slips).sum(axis=2)
    return Opinions(counts=np.stack([repeats - fires, fires], axis=2), draws=repeats, clusters=np.arange(n))


def with_opinions(found: dict[str, Opinions | None]) -> RunEvidence:
    return evidence_of(dict.fromkeys(found, "pppp"), opinions=tuple(found.values()))


def test_a_principle_that_judges_read_differently_is_named_and_a_clear_one_is_not() -> None:
    result = ambiguous(with_opinions({"clear": opinions(0), "torn": opinions(1, seed=1)}), CHOICES)
    (finding,) = result.findings
    assert finding.principles == ("torn",)
    assert "nat beyond their own noise on 400 replies, above 0.3" in finding.message
    assert finding.adjusted_p is not None
    assert finding.adjusted_p < 0.001
    assert result.looked_at == 2


def test_judges_who_only_slip_are_not_held_against_the_principle() -> None:
    rng = np.random.default_rng(4)
    fires = rng.binomial(3, 0.5, (500, 4))
    noisy = Opinions(counts=np.stack([3 - fires, fires], axis=2), draws=3, clusters=np.arange(500))
    result = ambiguous(with_opinions({"noisy": noisy}), CHOICES)
    assert not result.findings
    assert not result.unsure


def test_too_few_replies_are_said_to_be_too_few() -> None:
    result = ambiguous(with_opinions({"torn": opinions(1, n=19)}), CHOICES)
    assert not result.findings
    (unsure,) = result.unsure
    assert unsure.reason == "19 replies with repeated opinions, of at least 20"


def test_an_unsure_one_is_said_to_be_unsure() -> None:
    few = opinions(0.85, n=30, seed=2)
    result = ambiguous(with_opinions({"torn": few}), LintChoices(false_discovery=1e-9))
    assert [each.principles for each in result.unsure] == [("torn",)]


def test_the_most_ambiguous_tenth_is_named_only_where_it_stands_out() -> None:
    alike: dict[str, Opinions | None] = {f"p{number}": opinions(0.15, seed=number) for number in range(10)}
    assert not ambiguous(with_opinions(alike), CHOICES).findings
    outlier = alike | {"p9": opinions(0.6, seed=9)}
    (finding,) = ambiguous(with_opinions(outlier), CHOICES).findings
    assert finding.principles == ("p9",)
    assert "more than the others by 0.1 at least" in finding.message


def test_replies_of_one_source_are_one_opinion_of_the_text() -> None:
    torn = opinions(0.9, n=40)
    assert torn.counts is not None
    counts: Integers = np.repeat(torn.counts, 10, axis=0)
    repeated = Opinions(counts=counts, draws=3, clusters=np.repeat(np.arange(40), 10))
    apart = Opinions(counts=counts, draws=3, clusters=np.arange(400))
    (one,) = ambiguous(with_opinions({"torn": repeated}), CHOICES).findings
    (other,) = ambiguous(with_opinions({"torn": apart}), CHOICES).findings
    assert one.adjusted_p is not None
    assert other.adjusted_p is not None
    assert one.adjusted_p > other.adjusted_p


def test_probabilities_stand_in_where_nobody_was_asked_twice() -> None:
    shares = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]], [[1.0, 0.0], [0.0, 0.0]]])
    shared = np.array([[True, True], [True, True], [True, False]])
    given = Opinions(counts=None, shares=shares, shared=shared, clusters=np.arange(3))
    assert interpretive_entropies(given) == pytest.approx([log(2), 0, np.nan], nan_ok=True)


def test_without_repeats_and_probabilities_it_says_what_it_needs() -> None:
    result = ambiguous(with_opinions({"one": None}), CHOICES)
    assert "--readings 3" in result.needs


def _opposed(sources: int) -> RunEvidence:
    """Two judges who contradict each other on each of 20 replies, of so many sources."""
    counts = np.tile(np.array([[2, 0], [0, 2]]), (20, 1, 1))
    return with_opinions({"torn": Opinions(counts=counts, draws=2, clusters=np.arange(20) % sources)})


@pytest.mark.parametrize(("sources", "found", "low"), [(2, 0, 0.11), (20, 1, 0.58)])
def test_sources_that_all_say_the_same_are_no_more_sure_than_their_number(
    sources: int, found: int, low: float
) -> None:
    result = ambiguous(_opposed(sources), CHOICES)
    assert len(result.findings) == found
    assert len(result.unsure) == 1 - found
    (figure,) = result.measured
    assert isinstance(figure.measured, Estimate)
    assert figure.measured.value == pytest.approx(log(2))
    assert figure.measured.interval.low == pytest.approx(low, abs=0.01)
    assert figure.measured.interval.high == pytest.approx(log(2))
