"""Every number of an explanation is derived again from its words, with the arithmetic of others."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from tests.made_gate import Counts, made_hostile, make_corrected, make_result

from evenhand.errors import UsageError
from evenhand.gate.results import GateResult, Measure, Status, TestResult, Tier
from evenhand.reporting.gate.explain import explain_gate
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate

from .reading import NEVER_SEEN, TRICKS

NUMBER = r"(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)"
CLOSE = 1e-7
Lines = Sequence[str]


# -- Reading the words -------------------------------------------------------------------------------


def find(lines: Lines, pattern: str) -> tuple[float, ...]:
    """Return the numbers of the one line that fits; `#` stands for a number."""
    wanted = re.compile(re.escape(pattern).replace(r"\#", NUMBER))
    found = [match for line in lines if (match := wanted.search(line))]
    assert len(found) == 1, (pattern, len(found), lines)
    return tuple(float(each) for each in found[0].groups())


def said(lines: Lines, text: str) -> bool:
    return any(text in line for line in lines)


def test_of(result: GateResult, test: TestResult) -> list[str]:
    """Return the lines about one test."""
    about = f"{test.principle}, {test.measure.value}" + (f" on {test.slice}" if test.slice else "")
    lines = explain_gate(result, test.principle)
    (start,) = [place for place, line in enumerate(lines) if line.startswith(f"test of {about}: ")]
    return list(lines[start : lines.index("", start)])


test_of.__test__ = False  # type: ignore[attr-defined]  # a reader, whose name begins like a test


def one(counts: Counts) -> tuple[GateResult, TestResult, list[str]]:
    result = make_result((counts, Counts(principle="other", lost=4, won=5)), floors=(), rules=(), changed=())
    return result, result.tests[0], test_of(result, result.tests[0])


STORIES = (
    Counts(),
    Counts(both=90, lost=0, won=0, neither=10),
    Counts(both=90, lost=5, won=0, neither=5),
    Counts(both=90, lost=0, won=5, neither=5),
    Counts(both=9_000, lost=420, won=380, neither=200),
    Counts(both=0, lost=12, won=0, neither=0),
    Counts(both=1, lost=0, won=0, neither=0),
    Counts(both=900, lost=4, won=4, neither=92, flip=0.08),
)


# -- The p-value, Holm and the limits ------------------------------------------------------------------


@pytest.mark.parametrize("counts", STORIES)
def test_the_shares_follow_from_the_counts(counts: Counts) -> None:
    _, _, lines = one(counts)
    both, lost, n, old = find(lines, "before = (both + lost) / n = (# + #) / # = #")
    assert (both + lost) / n == pytest.approx(old, rel=CLOSE)
    both, won, n, new = find(lines, "now = (both + won) / n = (# + #) / # = #")
    assert (both + won) / n == pytest.approx(new, rel=CLOSE)
    won, lost, n, change = find(lines, "change = (won - lost) / n = (# - #) / # = #")
    assert (won - lost) / n == pytest.approx(change, abs=CLOSE)


@pytest.mark.parametrize("counts", STORIES)
def test_the_p_value_is_the_mid_p_of_the_binomial(counts: Counts) -> None:
    _, _, lines = one(counts)
    d, w = counts.lost + counts.won, counts.won
    by_scipy = binom.cdf(w - 1, d, 0.5) + binom.pmf(w, d, 0.5) / 2
    if d == 0:
        assert find(lines, "no cell differs, so p = 1 / 2 = #") == (0.5,)
    elif d <= 60:
        below, at, whole, p = find(lines, f"2^{d} = (# + # / 2) / # = #")
        assert (below + at / 2) / whole == pytest.approx(p, rel=CLOSE)
        assert p == pytest.approx(by_scipy, rel=CLOSE)
    else:
        below, at, p = find(lines, "  = # + # / 2 = #")
        assert below + at / 2 == pytest.approx(p, rel=CLOSE)
        assert p == pytest.approx(by_scipy, rel=CLOSE)


def test_holm_follows_from_the_p_values_that_are_printed() -> None:
    result = make_result()
    lines = explain_gate(result)
    rows = [
        tuple(float(each) for each in found.groups())
        for line in lines
        if (
            found := re.search(
                rf"rank {NUMBER}: {NUMBER} x {NUMBER} = {NUMBER}, .*, adjusted {NUMBER}: ", line
            )
        )
    ]
    assert [row[0] for row in rows] == list(range(1, len(result.tests) + 1))
    assert all(row[1] * row[2] == pytest.approx(row[3], rel=CLOSE) for row in rows)
    by_statsmodels = multipletests([row[1] for row in rows], method="holm")[1]
    assert [row[4] for row in rows] == pytest.approx(list(by_statsmodels), rel=CLOSE)
    for test in result.tests:
        m, rank, factor, same, p, product, adjusted = find(
            test_of(result, test),
            "factor is # - # + 1 = #, and # x # = #; the largest such product up to its rank, at most 1, is the "
            "adjusted p = #",
        )
        assert (m, rank, factor) == (len(rows), test.rank, same)
        assert factor * p == pytest.approx(product, rel=CLOSE)
        assert adjusted == pytest.approx(rows[int(rank) - 1][4], rel=CLOSE)


def score_of_tango(lost: int, won: int, n: int, difference: float) -> float:
    """Return Tango's score with the likelihood maximised numerically, not by his formula."""

    def slope(q: float) -> float:
        rest = n - lost - won
        parts = (lost, q), (won, q + difference), (-2 * rest, 1 - 2 * q - difference)
        return sum(top / below for top, below in parts if top)

    low, high = max(0.0, -difference), (1 - difference) / 2
    edge = 1e-13
    if slope(low + edge) <= 0:
        q = low
    elif slope(high - edge) >= 0:
        q = high
    else:
        q = brentq(slope, low + edge, high - edge, xtol=1e-16)
    variance = n * (2 * q + difference * (1 - difference))
    return (won - lost - n * difference) / math.sqrt(variance)


@pytest.mark.parametrize("counts", STORIES)
def test_the_limits_solve_the_equation_of_tango(counts: Counts) -> None:
    _, test, lines = one(counts)
    (alpha, z) = find(lines, "z(alpha) = z(#) = #")
    assert z == pytest.approx(norm.ppf(1 - alpha), rel=CLOSE)
    solved = [
        tuple(float(each) for each in found)
        for line in lines
        for found in re.findall(
            rf"L = {NUMBER}: b = {NUMBER}, c = {NUMBER}, q = {NUMBER}, left side = {NUMBER}", line
        )
    ]
    tables = [(counts.lost, counts.won), (counts.won, counts.lost)]
    n = test.cells
    edges = sum("(the least there is)" in line for line in lines)
    assert len(solved) == 2 - edges
    if edges:
        assert counts.lost == n
        tables, solved = tables[1:], solved[-1:]
    for (lost, won), (limit, b, c, q, left) in zip(tables, solved, strict=True):
        assert b == pytest.approx((2 * n - won + lost) * limit - (lost + won), rel=CLOSE, abs=1e-6)
        assert c == pytest.approx(-lost * limit * (1 - limit), rel=CLOSE, abs=1e-9)
        assert q == pytest.approx((math.sqrt(b * b - 8 * n * c) - b) / (4 * n), rel=1e-5, abs=1e-9)
        assert left == pytest.approx(z, rel=1e-5)
        assert score_of_tango(lost, won, n, limit) == pytest.approx(z, rel=1e-4)
    (upper,) = find(lines, "upper limit = #")
    assert upper == pytest.approx(-solved[-1][0], rel=CLOSE)


@given(
    st.builds(
        Counts,
        both=st.integers(0, 400),
        lost=st.integers(0, 60),
        won=st.integers(0, 60),
        neither=st.integers(1, 60),
        flip=st.none() | st.floats(0.001, 0.4),
    )
)
@settings(max_examples=40, deadline=None)
def test_the_outcome_follows_from_the_numbers_that_are_printed(counts: Counts) -> None:
    _, test, lines = one(counts)
    low, margin = find(lines, "lower limit # > -margin = #?")
    passes = low > margin
    assert said(lines, f"> -margin = {margin:g}? {'yes' if passes else 'no'}")
    outcome = "passed"
    if not passes:
        p, alpha = find(lines, "adjusted p # <= alpha = #?")
        outcome = "failed" if p <= alpha else "undecided"
    assert said(lines, f"outcome: {outcome}")
    assert test.outcome.value == outcome


@pytest.mark.parametrize("flip", [0.02, 0.08, 0.3])
def test_flips_widen_the_limit_by_their_standard_error(flip: float) -> None:
    _, test, lines = one(Counts(both=900, lost=4, won=4, neither=92, flip=flip))
    old, new = find(lines, "f_old = # at the baseline and f_new = # now")
    if said(lines, "flips alone ask for no lower limit"):
        assert test.low == test.difference.interval.low  # type: ignore[union-attr]  # there is an interval
        return
    error, alone = find(lines, "s = # (one reading of each cell: sqrt((f_old + f_new) / (2 n)) = #)")
    assert alone == pytest.approx(math.sqrt((old + new) / (2 * test.cells)), rel=CLOSE)
    assert error == pytest.approx(alone, rel=1e-6)
    _, z, error, low = find(lines, "lower limit by flips = change - z(alpha) s = # - # x # = #")
    assert z == pytest.approx(norm.ppf(0.95))
    assert error == pytest.approx(alone)
    assert low == pytest.approx(0 - norm.ppf(0.95) * alone, rel=1e-6)
    assert find(lines, "lower limit # > -margin")[0] == pytest.approx(low, rel=CLOSE)


# -- What a test could see, and missing verdicts --------------------------------------------------------


@pytest.mark.parametrize("counts", STORIES)
def test_the_detectable_drop_solves_its_equation(counts: Counts) -> None:
    _, test, lines = one(counts)
    family, level, z_level, power, z_power = find(
        lines, "level = alpha / # = #, z(level) = #, z of a power of # = #"
    )
    assert level == pytest.approx(0.05 / family)
    assert z_level == pytest.approx(norm.ppf(1 - level), rel=CLOSE)
    assert z_power == pytest.approx(norm.ppf(power), rel=CLOSE)
    if said(lines, "no drop would be seen"):
        assert test.detectable is None
        return
    (d,) = find(lines, ", flips) = #")
    drop, left, right = find(lines, "D = #: left side = #, right side = #")
    assert left == pytest.approx(right, rel=1e-6)

    def gap(drop: float) -> float:
        share = max(d, drop)
        return float(
            drop * math.sqrt(test.cells) - z_level * math.sqrt(share) - z_power * math.sqrt(share - drop**2)
        )

    assert drop == pytest.approx(brentq(gap, 1e-9, 1.0), rel=1e-6)
    assert said(lines, f"D <= margin? {'yes' if drop <= test.margin else 'no'}")


@pytest.mark.parametrize("counts", STORIES)
def test_the_cells_needed_follow_from_their_formula(counts: Counts) -> None:
    _, test, lines = one(counts)
    z, power, d, margin, needed = find(lines, "= (# + #)^2 x # / #^2, rounded up = #")
    assert math.ceil((z + power) ** 2 * d / margin**2 - 1e-6) == needed == test.cells_needed


def test_missing_verdicts_are_decided_twice_more() -> None:
    result = make_result()
    (test,) = [each for each in result.tests if each.worst is not None]
    lines = test_of(result, test)
    limits = [float(each) for line in lines for each in re.findall(rf"lower limit {NUMBER} > -margin", line)]
    assert test.worst is not None
    assert test.best is not None
    assert limits == pytest.approx([test.low, test.worst.low, test.best.low], rel=CLOSE)
    assert said(lines, "6 now; the test is decided again")
    assert said(lines, "it passes only if it passes in the first case")


def test_a_sign_flip_test_says_what_can_not_be_done_by_hand() -> None:
    result = make_result()
    test = replace(result.tests[0], method="sign-flip", clusters=80)
    lines = test_of(replace(result, tests=(test, *result.tests[1:])), test)
    assert said(lines, "each of the 80 groups")
    assert said(lines, "draws them again")
    find(
        lines, "limits of the change: # to #, by a bootstrap that draws whole groups, each one-sided at alpha"
    )
    (error,) = find(lines, "standard error = (change - lower limit that decides) / z(alpha) = #")
    assert isinstance(test.difference, Estimate)
    assert test.low is not None
    assert error == pytest.approx((test.difference.value - test.low) / norm.ppf(0.95), rel=CLOSE)


def test_a_test_of_one_measurement_says_why_it_passes_without_its_numbers() -> None:
    result = make_result((Counts(both=20, lost=0, won=0, neither=2),), floors=(), rules=())
    test = replace(result.tests[0], outcome=Outcome.PASSED, tier=Tier.STABLE, same=True)
    lines = test_of(replace(result, tests=(test,)), test)
    assert said(lines, "both sides are one measurement, and the test passes")
    assert not said(test_of(make_result(), make_result().tests[1]), "one measurement")


def test_an_unreliable_baseline_is_undecided_whatever_the_numbers() -> None:
    result = make_result((Counts(flip=0.4),), floors=(), rules=())
    test = replace(result.tests[0], outcome=Outcome.UNDECIDED, tier=Tier.UNRELIABLE)
    lines = test_of(replace(result, tests=(test,)), test)
    flips, least = find(lines, "f_old = # is more than 1 - reliability = #")
    assert flips > least == pytest.approx(0.3)


# -- Beside the tests ------------------------------------------------------------------------------------


def test_a_floor_follows_from_its_counts() -> None:
    result = make_result()
    lines = explain_gate(result, "privacy")
    start = next(place for place, line in enumerate(lines) if line.startswith("floor of "))
    lines = lines[start : lines.index("", start)]
    right, n, share, missing = find(lines, "now: # of # right = #, # missing")
    assert right / n == pytest.approx(share, rel=CLOSE)
    (z,) = find(lines, "(Wilson, z = #,")
    low, floor = find(lines, "/ (1 + z^2 / n) = #; >= floor = #?")
    by_statsmodels = proportion_confint(right, n + missing, alpha=0.1, method="wilson")[0]
    assert low == pytest.approx(by_statsmodels, rel=1e-6)
    assert z == pytest.approx(norm.ppf(0.95), rel=CLOSE)
    (p,) = find(lines[-4:], f"/ {n + missing:.0f}) = #")
    expected = norm.cdf(
        ((right + missing) / (n + missing) - floor) / math.sqrt(floor * (1 - floor) / (n + missing))
    )
    assert p == pytest.approx(expected, rel=1e-6)


def test_a_corrected_change_follows_from_its_numbers() -> None:
    result = make_result(compares="candidates")
    test = result.tests[0]
    result = make_result(corrected=(make_corrected(test),))
    lines = explain_gate(result, "privacy")
    se, sp, youden = find(lines, "specificity - 1 = # + # - 1 = #")
    assert se + sp - 1 == pytest.approx(youden, rel=CLOSE)
    apparent, same, change = find(lines, "change = apparent / J = # / # = #")
    assert same == youden
    assert apparent / youden == pytest.approx(change, rel=CLOSE)
    down, up = find(lines, "the root of it: # down and # up")
    corrected = result.corrected[0]
    assert isinstance(corrected.sensitivity, Estimate)
    assert isinstance(corrected.specificity, Estimate)
    assert isinstance(corrected.corrected, Estimate)
    parts = (corrected.sensitivity, corrected.specificity)
    assert down == pytest.approx(math.hypot(*(each.value - each.interval.low for each in parts)), rel=CLOSE)
    assert up == pytest.approx(math.hypot(*(each.interval.high - each.value for each in parts)), rel=CLOSE)
    shown, limit, r, low = find(lines, "  apparent = #, L = #: r = #, lower limit = #;")
    assert shown == apparent
    assert r * youden + apparent == pytest.approx(math.hypot(apparent - limit, r * down), rel=1e-6)
    assert low == pytest.approx(-r, rel=CLOSE)
    assert low == pytest.approx(corrected.corrected.interval.low, rel=1e-6)


@given(
    st.builds(
        Counts, both=st.integers(50, 400), lost=st.integers(0, 60), won=st.integers(0, 60), neither=st.just(9)
    )
)
@settings(max_examples=30, deadline=None)
def test_the_corrected_lower_limit_is_the_one_that_was_decided_with(counts: Counts) -> None:
    result = make_result((counts,), floors=(), rules=(), changed=())
    corrected = make_corrected(result.tests[0])
    lines = explain_gate(replace(result, corrected=(corrected,)))
    assert isinstance(corrected.corrected, Estimate)
    (low,) = find(lines, ", lower limit = #;")
    assert low == pytest.approx(corrected.corrected.interval.low, abs=1e-8)


@pytest.mark.parametrize(
    ("story", "code", "words"),
    [
        ((Counts(),), 1, "failed (1), where a test, a floor or a rule failed: 1 did"),
        (
            (Counts(lost=9, won=6, both=171, neither=14),),
            4,
            "undecided (4), where a principle that blocks is undecided: 1 are",
        ),
        ((Counts(lost=1, won=1, both=900),), 0, "outcome: passed, exit code 0"),
    ],
)
def test_the_exit_code_follows_from_what_failed_and_what_is_open(
    story: tuple[Counts, ...], code: int, words: str
) -> None:
    lines = explain_gate(make_result(story, floors=(), rules=()))
    assert said(lines, words)
    assert find(lines[-1:], "exit code #") == (float(code),)


def test_a_gate_that_could_not_measure_names_its_reasons() -> None:
    result = make_result(
        (), status=Status.COULD_NOT_MEASURE, exit_code=3, reasons=("3 % failed",), floors=(), rules=()
    )
    lines = explain_gate(result)
    assert "  could not measure (3): yes" in lines
    assert "    3 % failed" in lines


def test_one_principle_is_explained_alone_with_the_family_it_is_adjusted_in() -> None:
    result = make_result()
    lines = explain_gate(result, "honesty")
    assert not said(lines, "test of privacy")
    assert said(lines, "Holm's adjustment over 7 tests")
    assert len(lines) < len(explain_gate(result))


def test_a_principle_the_gate_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UsageError) as refused:
        explain_gate(make_result(), "nothing")
    assert "privacy" in str(refused.value.hint)


@pytest.mark.parametrize("name", TRICKS)
def test_no_name_makes_a_line_of_its_own(name: str) -> None:
    lines = explain_gate(made_hostile(name))
    assert not [line for line in lines if "\n" in line or "\r" in line or NEVER_SEEN.search(line)]
    assert len(lines) == len(explain_gate(made_hostile("plain")))


def test_measures_and_outcomes_are_all_told() -> None:
    assert {test.outcome for test in make_result().tests} == {*Outcome}
    assert {test.measure for test in make_result().tests} == {Measure.SENSITIVITY, Measure.SPECIFICITY}
    assert np.isfinite([test.p for test in make_result().tests]).all()
