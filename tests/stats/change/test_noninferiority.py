import numpy as np
import pytest
from scipy.stats import ttest_1samp
from statsmodels.stats.weightstats import ttost_paired

from evenhand.stats.change.noninferiority import (
    Decision,
    Outcome,
    equivalence,
    noninferiority,
    noninferiority_of_family,
    noninferiority_of_scores,
)
from evenhand.stats.change.paired import Alternative, PairedCounts, mcnemar, tango_interval, tango_p_value
from evenhand.stats.estimate import Undefined


def table(both: int, only_old: int, only_new: int, neither: int) -> PairedCounts:
    return PairedCounts(both=both, only_old=only_old, only_new=only_new, neither=neither)


@pytest.mark.parametrize(
    ("counts", "margin", "outcome", "words"),
    [
        (table(900, 20, 22, 58), 0.03, Outcome.PASSED, "a drop of 0.03 is excluded"),
        (table(1600, 0, 0, 0), 0.03, Outcome.PASSED, "+0.000"),
        (table(9000, 250, 150, 600), 0.03, Outcome.PASSED, "-0.010"),  # a real drop, within the margin
        (table(150, 28, 10, 12), 0.03, Outcome.FAILED, "worse (p = 0.0017)"),
        (table(80, 8, 7, 5), 0.03, Outcome.UNDECIDED, "neither a drop"),
        (table(30, 0, 0, 0), 0.03, Outcome.UNDECIDED, "neither a drop"),
        (table(30, 0, 0, 0), 0.10, Outcome.PASSED, "excluded"),
        (table(0, 0, 0, 0), 0.03, Outcome.UNDECIDED, "no interval: no item"),
    ],
)
def test_a_gate_passes_fails_or_can_not_tell(
    counts: PairedCounts, margin: float, outcome: Outcome, words: str
) -> None:
    decision = noninferiority(counts, margin=margin)
    assert decision.outcome is outcome
    assert words in decision.reason


def test_a_gate_passes_just_where_the_score_test_rejects_the_margin() -> None:
    outcomes = set()
    for lost in range(0, 25, 2):
        for won in range(0, 25, 2):
            counts = table(300 - lost - won, lost, won, 0)
            decision = noninferiority(counts, margin=0.05)
            p_value = tango_p_value(counts, difference=-0.05, alternative=Alternative.BETTER)
            assert (decision.outcome is Outcome.PASSED) == (p_value < 0.05)
            outcomes.add(decision.outcome)
    assert outcomes == set(Outcome)


def test_a_gate_says_what_it_can_not_detect() -> None:
    small, large = noninferiority(table(90, 5, 5, 0)), noninferiority(table(9000, 200, 200, 600))
    assert isinstance(small.detectable, float)
    assert small.detectable > 0.03
    assert not small.detects_margin
    assert large.detects_margin
    assert not noninferiority(table(0, 0, 0, 0)).detects_margin


def test_a_family_fails_by_holm_and_passes_table_by_table() -> None:
    dropped, slipped, kept = table(150, 30, 8, 12), table(160, 14, 6, 20), table(2000, 10, 10, 80)
    assert noninferiority(slipped).outcome is Outcome.FAILED
    family = noninferiority_of_family([dropped, slipped, kept])
    assert [decision.outcome for decision in family] == [Outcome.FAILED, Outcome.UNDECIDED, Outcome.PASSED]
    assert family[0].p_worse == pytest.approx(3 * mcnemar(dropped))
    assert noninferiority_of_family([]) == ()


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        (table(1900, 25, 24, 51), Outcome.PASSED),
        (table(90, 5, 5, 0), Outcome.UNDECIDED),
        (table(800, 190, 10, 0), Outcome.FAILED),
        (table(800, 10, 190, 0), Outcome.FAILED),
        (table(0, 0, 0, 0), Outcome.UNDECIDED),
    ],
)
def test_equivalence_needs_both_limits(counts: PairedCounts, outcome: Outcome) -> None:
    decision = equivalence(counts)
    assert decision.outcome is outcome
    assert decision.difference == Undefined(n=0, reason="no item was answered by both") or (
        decision.difference.interval == tango_interval(counts, confidence=0.9)
        if not isinstance(decision.difference, Undefined)
        else False
    )


def test_equivalence_of_many_items_agrees_with_the_two_t_tests() -> None:
    for lost, won in ((60, 60), (110, 60), (120, 60), (140, 60), (60, 125)):
        counts = table(2000 - lost - won, lost, won, 0)
        old = np.array([1.0] * lost + [0.0] * won + [1.0] * (2000 - lost - won))
        new = np.array([0.0] * lost + [1.0] * won + [1.0] * (2000 - lost - won))
        p_value = ttost_paired(new, old, -0.03, 0.03)[0]
        assert (equivalence(counts).outcome is Outcome.PASSED) == (p_value < 0.05)


def scores(
    mean: float, *, n: int = 400, margin: float = 0.03, clusters: np.ndarray | None = None
) -> tuple[np.ndarray, Decision]:
    differences = np.random.default_rng(11).normal(0, 0.2, size=n)
    differences += mean - differences.mean()
    return differences, noninferiority_of_scores(
        differences, margin=margin, clusters=clusters, rng=np.random.default_rng(12)
    )


@pytest.mark.parametrize(
    ("mean", "outcome"),
    [(0.0, Outcome.PASSED), (-0.02, Outcome.FAILED), (-0.016, Outcome.UNDECIDED), (-0.1, Outcome.FAILED)],
)
def test_scores_pass_fail_or_can_not_tell(mean: float, outcome: Outcome) -> None:
    differences, decision = scores(mean)
    assert decision.outcome is outcome
    p_value = ttest_1samp(differences, 0, alternative="less").pvalue
    assert decision.p_worse == pytest.approx(p_value, abs=0.01)


def test_what_scores_detect_follows_their_spread() -> None:
    _, decision = scores(0.0)
    # (1.645 + .842) x .2 / sqrt(400)
    assert decision.detectable == pytest.approx(0.0249, rel=0.06)


def test_repeats_do_not_count_as_items() -> None:
    clusters = np.arange(400) // 20
    differences = np.repeat(np.linspace(-0.15, 0.14, 20), 20)
    alone = noninferiority_of_scores(differences, rng=np.random.default_rng(1))
    together = noninferiority_of_scores(differences, clusters=clusters, rng=np.random.default_rng(1))
    assert alone.outcome is Outcome.PASSED
    assert together.outcome is Outcome.UNDECIDED


def test_scores_that_did_not_move_pass_only_with_a_span() -> None:
    still = np.zeros(200)
    unknown = noninferiority_of_scores(still, rng=np.random.default_rng(1))
    known = noninferiority_of_scores(still, span=1.0, rng=np.random.default_rng(1))
    assert (unknown.outcome, known.outcome) == (Outcome.UNDECIDED, Outcome.PASSED)
    assert isinstance(unknown.detectable, Undefined)


@pytest.mark.parametrize(("margin", "alpha"), [(0.0, 0.05), (1.0, 0.05), (0.03, 0.0), (0.03, 0.5)])
def test_impossible_margins_and_levels_are_refused(margin: float, alpha: float) -> None:
    for decide in (noninferiority, equivalence):
        with pytest.raises(ValueError, match=r"margin|alpha"):
            decide(table(9, 1, 1, 1), margin=margin, alpha=alpha)
