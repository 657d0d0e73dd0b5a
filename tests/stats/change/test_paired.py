import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from evenhand.stats.change.paired import (
    Alternative,
    PairedCounts,
    mcnemar,
    mcnemar_p_values,
    newcombe_interval,
    paired_counts,
    paired_difference,
    tango_interval,
    tango_p_value,
    tango_statistic,
)
from evenhand.stats.estimate import Estimate, Undefined

COUNTS = st.builds(
    lambda both, only_old, only_new, neither: PairedCounts(
        both=both, only_old=only_old, only_new=only_new, neither=neither
    ),
    *[st.integers(0, 60)] * 4,
)


def table(*, both: int = 0, only_old: int = 0, only_new: int = 0, neither: int = 0) -> PairedCounts:
    return PairedCounts(both=both, only_old=only_old, only_new=only_new, neither=neither)


# Tango (1998), section 6.1: contact lenses, 43 effective under both, 1 under the standard only.
LENSES = table(both=43, only_old=1)
# Altman and others (2000), Statistics with Confidence, p. 52: 14 positive under both, 5 under one only.
THALLIUM = table(both=14, only_new=5, neither=22)


# -- Tables --------------------------------------------------------------------------------------------------


def test_a_table_counts_pairs_of_answers() -> None:
    old = np.array([True, True, True, False, False, False])
    new = np.array([True, True, False, True, False, False])
    assert paired_counts(old, new) == table(both=2, only_old=1, only_new=1, neither=2)


def test_answers_that_are_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        paired_counts(np.array([True]), np.array([True, False]))
    with pytest.raises(ValueError, match="not negative"):
        table(both=-1)


# -- McNemar -------------------------------------------------------------------------------------------------


@given(COUNTS)
def test_the_exact_test_is_the_binomial_test_of_the_discordant_items(counts: PairedCounts) -> None:
    if counts.discordant:
        worse, better = (
            mcnemar(counts, alternative=side, mid_p=False) for side in (Alternative.WORSE, Alternative.BETTER)
        )
        won, n = counts.only_new, counts.discordant
        assert worse == pytest.approx(binomtest(won, n, alternative="less").pvalue, abs=1e-10)
        assert better == pytest.approx(binomtest(won, n, alternative="greater").pvalue, abs=1e-10)


@given(COUNTS)
def test_the_two_sided_exact_test_is_the_one_of_statsmodels(counts: PairedCounts) -> None:
    square = [[counts.both, counts.only_old], [counts.only_new, counts.neither]]
    theirs = statsmodels_mcnemar(square, exact=True).pvalue if counts.discordant else 1.0
    ours = mcnemar(counts, alternative=Alternative.DIFFERENT, mid_p=False)
    assert ours == pytest.approx(theirs, abs=1e-10)


@given(COUNTS)
def test_mid_p_counts_the_observed_table_half(counts: PairedCounts) -> None:
    observed = binom.pmf(counts.only_new, counts.discordant, 0.5)
    exact = mcnemar(counts, mid_p=False)
    assert mcnemar(counts) == pytest.approx(exact - observed / 2, abs=1e-10)


@given(COUNTS)
def test_worse_and_better_mid_p_values_add_up_to_one(counts: PairedCounts) -> None:
    worse, better = (mcnemar(counts, alternative=side) for side in (Alternative.WORSE, Alternative.BETTER))
    assert worse + better == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # Bentur and others (2009), in Fagerland, Lydersen and Laake (2013), table 6: .0703 exact, .0391 mid-p.
        (table(both=1, only_old=1, only_new=7, neither=12), (0.0703, 0.0391)),
        # Cavo and others (2012), there too: .0525 exact, .0347 mid-p.
        (table(both=59, only_old=6, only_new=16, neither=80), (0.0525, 0.0347)),
    ],
)
def test_published_p_values_are_reproduced(counts: PairedCounts, expected: tuple[float, float]) -> None:
    ours = [mcnemar(counts, alternative=Alternative.DIFFERENT, mid_p=mid_p) for mid_p in (False, True)]
    assert ours == pytest.approx(expected, abs=5e-5)


def test_nothing_discordant_says_nothing() -> None:
    same = table(both=90, neither=10)
    assert mcnemar(same, mid_p=False) == 1.0
    assert mcnemar(same) == 0.5
    assert mcnemar(same, alternative=Alternative.DIFFERENT) == 1.0


def test_many_tables_are_tested_at_once() -> None:
    lost, won = np.array([[3, 9], [0, 20]]), np.array([[1, 2], [0, 31]])
    found = mcnemar_p_values(lost, won)
    one_by_one = [
        [mcnemar(table(only_old=int(a), only_new=int(b))) for a, b in zip(*rows, strict=True)]
        for rows in zip(lost, won, strict=True)
    ]
    assert found == pytest.approx(np.array(one_by_one))
    with pytest.raises(ValueError, match="not negative"):
        mcnemar_p_values(np.array([-1]), np.array([2]))


def test_a_million_discordant_items_are_no_problem() -> None:
    assert mcnemar(table(only_old=500_000, only_new=500_000)) == pytest.approx(0.5, abs=1e-9)
    assert mcnemar(table(only_old=501_000, only_new=499_000)) == pytest.approx(norm.cdf(-2), abs=2e-4)


# -- Intervals of the difference -----------------------------------------------------------------------------


def test_tangos_own_example_is_reproduced() -> None:
    statistic = tango_statistic(np.array(1), np.array(0), 44, difference=-0.1)
    assert statistic == pytest.approx(1.709, abs=5e-4)
    assert tango_p_value(LENSES, difference=-0.1, alternative=Alternative.BETTER) == pytest.approx(
        0.044, abs=5e-4
    )
    assert tango_interval(LENSES, confidence=0.9).low == pytest.approx(-0.096, abs=5e-4)


@pytest.mark.parametrize(
    ("counts", "limits", "digits"),
    [
        (
            table(both=75, only_old=2, only_new=25),
            (0.139, 0.321),
            3,
        ),  # breast screening, n = 102 (PMC10763857)
        (
            table(both=1, only_old=1, only_new=7, neither=12),
            (0.026, 0.517),
            3,
        ),  # Fagerland (2014), Bentur's data
        # R package PropCIs, scoreci.mp(25, 28, 618), which is new - old of 25 lost and 28 won
        (table(both=500, only_old=25, only_new=28, neither=65), (-0.0188, 0.0287), 4),
    ],
)
def test_published_limits_of_tango_are_reproduced(
    counts: PairedCounts, limits: tuple[float, float], digits: int
) -> None:
    interval = tango_interval(counts)
    assert (interval.low, interval.high) == pytest.approx(limits, abs=0.5 * 10**-digits)


@pytest.mark.parametrize(
    ("counts", "limits"),
    [
        (THALLIUM, (0.011, 0.226)),
        (
            table(both=1, only_old=1, only_new=7, neither=12),
            (0.026, 0.507),
        ),  # Fagerland (2014), Bentur's data
    ],
)
def test_published_limits_of_newcombe_are_reproduced(
    counts: PairedCounts, limits: tuple[float, float]
) -> None:
    interval = newcombe_interval(counts)
    assert (interval.low, interval.high) == pytest.approx(limits, abs=5e-4)


@settings(max_examples=40)
@given(COUNTS, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_intervals_hold_the_difference_and_mirror(counts: PairedCounts, confidence: float) -> None:
    swapped = table(
        both=counts.both, only_old=counts.only_new, only_new=counts.only_old, neither=counts.neither
    )
    for method in (tango_interval, newcombe_interval):
        interval, mirror = method(counts, confidence=confidence), method(swapped, confidence=confidence)
        difference = (counts.only_new - counts.only_old) / max(counts.n, 1)
        assert -1 - 1e-12 <= interval.low <= difference + 1e-12
        assert difference - 1e-12 <= interval.high <= 1 + 1e-12
        assert interval.low == pytest.approx(-mirror.high, abs=1e-9)


@given(COUNTS)
def test_the_limits_of_tango_are_where_the_score_test_just_accepts(counts: PairedCounts) -> None:
    if 0 < abs(counts.only_new - counts.only_old) < counts.n:
        interval = tango_interval(counts, confidence=0.9)
        for limit, side in ((interval.low, Alternative.BETTER), (interval.high, Alternative.WORSE)):
            assert tango_p_value(counts, difference=limit, alternative=side) == pytest.approx(0.05, abs=1e-6)


@given(COUNTS)
def test_the_score_test_of_no_difference_is_mcnemars_without_correction(counts: PairedCounts) -> None:
    if counts.discordant:
        z = (counts.only_new - counts.only_old) / np.sqrt(counts.discordant)
        ours = tango_p_value(counts, difference=0.0, alternative=Alternative.DIFFERENT)
        assert ours == pytest.approx(2 * norm.sf(abs(z)), abs=1e-9)


def test_full_agreement_is_not_certainty() -> None:
    # nothing discordant in n items: z^2 / (n + z^2), as for a single rate
    assert tango_interval(table(both=75)).high == pytest.approx(3.8415 / 78.8415, abs=1e-5)


def test_the_difference_is_new_minus_old() -> None:
    measured = paired_difference(table(both=80, only_old=10, only_new=4, neither=6))
    assert isinstance(measured, Estimate)
    assert measured.value == pytest.approx(-0.06)
    assert measured.n == 100


def test_no_items_leave_everything_open() -> None:
    assert paired_difference(table()) == Undefined(n=0, reason="no item was answered by both")
    for method in (tango_interval, newcombe_interval):
        assert (method(table()).low, method(table()).high) == (-1.0, 1.0)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5])
def test_an_impossible_confidence_is_refused(confidence: float) -> None:
    for method in (tango_interval, newcombe_interval):
        for counts in (table(), LENSES):
            with pytest.raises(ValueError, match="between 0 and 1"):
                method(counts, confidence=confidence)


@pytest.mark.parametrize(("n", "difference"), [(0, 0.0), (10, 1.5)])
def test_an_impossible_score_test_is_refused(n: int, difference: float) -> None:
    with pytest.raises(ValueError, match=r"items|between -1 and 1"):
        tango_statistic(np.array(0), np.array(0), n, difference=difference)
