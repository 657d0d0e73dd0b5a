"""The numbers of one comparison, against other packages, printed figures and simulation."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar

from evenhand.gate.compare import MCNEMAR, SIGN_FLIP, Compared, cells_needed, compare, detectable_drop
from evenhand.gate.flip_noise import SILENT, FlipNoise
from evenhand.gate.scores import Scores
from evenhand.stats.estimate import Estimate

ALPHA = 0.05
COUNTS = st.tuples(*(st.integers(0, 60) for _ in range(4))).filter(any)


def scores(both: int, lost: int, won: int, neither: int, *, clusters: np.ndarray | None = None) -> Scores:
    old = np.repeat([1.0, 1.0, 0.0, 0.0], [both, lost, won, neither])
    new = np.repeat([1.0, 0.0, 1.0, 0.0], [both, lost, won, neither])
    places = np.arange(old.size)
    return Scores(old=old, new=new, clusters=places if clusters is None else clusters, rows=places)


def compared(
    given_scores: Scores, *, noise: FlipNoise = SILENT, alpha: float = ALPHA, seed: int = 1
) -> Compared:
    return compare(given_scores, noise, alpha=alpha, rng=np.random.default_rng(seed))


# -- McNemar and Tango -----------------------------------------------------------------------------


@given(COUNTS)
@settings(max_examples=60, deadline=None)
def test_the_mid_p_is_the_exact_one_less_half_of_what_was_seen(counts: tuple[int, int, int, int]) -> None:
    both, lost, won, neither = counts
    found = compared(scores(*counts))
    exact = binom.cdf(won, lost + won, 0.5)
    assert found.p == pytest.approx(exact - binom.pmf(won, lost + won, 0.5) / 2)
    assert found.p_better == pytest.approx(1 - found.p)
    assert found.method == MCNEMAR
    if lost > won:
        two_sided = exact_mcnemar([[both, lost], [won, neither]], exact=True).pvalue
        assert exact == pytest.approx(min(1.0, two_sided) / 2)


@given(COUNTS)
@settings(max_examples=60, deadline=None)
def test_the_lower_limit_is_where_tangos_score_test_turns(counts: tuple[int, int, int, int]) -> None:
    # Tango (1998): z = (c - b - n d) / sqrt(n (2 q + d (1 - d))), q the larger root of A q^2 + B q + C.
    _, lost, won, _ = counts
    n, found = sum(counts), compared(scores(*counts))
    assert found.low is not None
    d = found.low
    a, b = 2 * n, -lost - won + (2 * n - won + lost) * d
    q = (np.sqrt(max(0.0, b * b - 4 * a * (-lost * d * (1 - d)))) - b) / (2 * a)
    # in the parametrisation of Tango b is what was lost: theta = lost - won, so signs are turned
    e = -d
    b = -won - lost + (2 * n - lost + won) * e
    q = (np.sqrt(max(0.0, b * b + 8 * n * won * e * (1 - e))) - b) / (4 * n)
    variance = n * (2 * q + e * (1 - e))
    if -1 < d < 1 and variance > 1e-9:
        assert (won - lost + n * e) / np.sqrt(variance) == pytest.approx(1.6449, abs=2e-3)


@pytest.mark.parametrize(
    ("n", "discordance", "margin", "needed"),
    [(1031, 0.15, 0.03, 1031), (371, 0.15, 0.05, 371), (2319, 0.15, 0.02, 2319)],
)
def test_the_cells_it_takes_are_those_of_the_methods(
    n: int, discordance: float, margin: float, needed: int
) -> None:
    # methods.md 6.2: 6.18 d / m^2. The discordance counts one more of each kind, so it is a little larger.
    half = round(n * discordance / 2)
    found = cells_needed(compared(scores(n - 2 * half, half, half, 0)), margin=margin, alpha=ALPHA)
    assert found == pytest.approx(needed, rel=0.02)


@pytest.mark.parametrize(("n", "drop"), [(91, 0.10), (369, 0.05), (1029, 0.03)])
def test_the_smallest_drop_it_sees_is_that_of_the_methods(n: int, drop: float) -> None:
    # methods.md 6.3, at a discordance of .15
    half = round(n * 0.15 / 2)
    found = detectable_drop(compared(scores(n - 2 * half, half, half, 0)), level=ALPHA)
    assert found == pytest.approx(drop, rel=0.05)


def test_no_cell_is_no_number() -> None:
    found = compared(scores(0, 0, 0, 0))
    assert (found.low, found.old, found.p) == (None, None, 0.5)
    assert detectable_drop(found, level=ALPHA) is None
    assert cells_needed(found, margin=0.03, alpha=ALPHA) is None


# -- Clusters and means of readings ----------------------------------------------------------------


def in_clusters(rng: np.random.Generator, clusters: int, size: int, drop: float, alike: float) -> Scores:
    """Return answers of which the items of a cluster are lost or won together with chance `alike`."""
    lost, won = 0.02 + drop, 0.02
    alone, shared = rng.random(clusters * size), np.repeat(rng.random(clusters), size)
    chance = np.where(rng.random(clusters * size) < alike, shared, alone)
    steps = np.where(chance < lost, -1.0, np.where(chance > 1 - won, 1.0, 0.0))
    old = np.where(steps > 0, 0.0, 1.0)
    places = np.arange(clusters * size)
    return Scores(old=old, new=old + steps, clusters=places // size, rows=places)


def test_clusters_of_one_are_compared_as_cells_are() -> None:
    # Two cells share a source, so that the other method is taken; 398 do not.
    counts = (340, 30, 10, 20)
    alone = compared(scores(*counts))
    clusters = np.arange(400)
    clusters[1] = 0
    shared = compared(scores(*counts, clusters=clusters))
    assert (alone.method, shared.method) == (MCNEMAR, SIGN_FLIP)
    assert (shared.lost, shared.won, shared.clusters) == (30, 10, 399)
    assert shared.p == pytest.approx(alone.p, abs=0.002)
    assert alone.low is not None
    assert shared.low == pytest.approx(alone.low, abs=0.004)
    assert detectable_drop(shared, level=ALPHA) == pytest.approx(
        detectable_drop(alone, level=ALPHA), rel=0.15
    )
    assert cells_needed(shared, margin=0.03, alpha=ALPHA) == pytest.approx(
        cells_needed(alone, margin=0.03, alpha=ALPHA), rel=0.25
    )


def test_cells_of_few_sources_say_less() -> None:
    counts = (340, 30, 10, 20)
    wide = compared(scores(*counts, clusters=np.arange(400) // 10))
    alone = compared(scores(*counts))
    assert wide.low is not None
    assert alone.low is not None
    assert wide.low < alone.low - 0.02
    needed = cells_needed(wide, margin=0.03, alpha=ALPHA), cells_needed(alone, margin=0.03, alpha=ALPHA)
    assert needed[0] is not None
    assert needed[1] is not None
    assert needed[0] > 3 * needed[1]


@pytest.mark.parametrize(("clusters", "size", "alike"), [(100, 2, 0.3), (60, 5, 0.5), (30, 5, 0.6)])
def test_rare_losses_in_clusters_rarely_pass_and_rarely_alarm(clusters: int, size: int, alike: float) -> None:
    # 150 gates: standard error 1.8 points at 5 %. A bootstrap alone passed 8 to 14 % of these drops.
    rng = np.random.default_rng(20261127)
    passed = alarms = 0
    for _ in range(150):
        lost = compared(in_clusters(rng, clusters, size, 0.03, alike))
        passed += lost.low is not None and lost.low > -0.03
        alarms += compared(in_clusters(rng, clusters, size, 0.0, alike)).p <= ALPHA
    assert passed / 150 <= 0.06
    assert alarms / 150 <= 0.09


def test_as_many_cells_as_it_says_pass_four_in_five_in_clusters_too() -> None:
    rng = np.random.default_rng(20261127)
    pilot = compared(in_clusters(rng, 300, 3, 0.0, 0.5))
    needed = cells_needed(pilot, margin=0.03, alpha=ALPHA)
    assert needed is not None
    lows = [compared(in_clusters(rng, needed // 3, 3, 0.0, 0.5)).low for _ in range(100)]
    # 100 gates: standard error 4 points; the pilot's own error comes on top
    assert 0.65 <= sum(low is not None and low > -0.03 for low in lows) / 100 <= 0.95


def test_means_of_readings_are_no_more_cells() -> None:
    rng = np.random.default_rng(20261127)
    chance = rng.choice([0.0, 0.3, 1.0], size=300, p=[0.1, 0.1, 0.8])
    old, new = (rng.binomial(5, chance) / 5 for _ in range(2))
    places = np.arange(300)
    found = compared(Scores(old=old, new=new, clusters=places, rows=places))
    assert (found.cells, found.clusters, found.method) == (300, 300, SIGN_FLIP)
    assert isinstance(found.difference, Estimate)
    assert found.difference.value == pytest.approx(float((new - old).mean()))
    assert found.lost + found.won + found.both + found.neither == 300


def test_the_same_seed_gives_the_same_numbers() -> None:
    given_scores = scores(90, 12, 8, 10, clusters=np.arange(120) // 2)
    assert compared(given_scores) == compared(given_scores)


# -- Size and power --------------------------------------------------------------------------------


def outcomes(n: int, lost: float, won: float, reps: int) -> Counter[str]:
    """Count what `reps` gates of n independent cells come to; equal tables are decided once."""
    rng = np.random.default_rng(20261127)
    drawn = Counter(map(tuple, rng.multinomial(n, [lost, won, 1 - lost - won], size=reps).tolist()))
    found: Counter[str] = Counter()
    for (b, c, rest), often in drawn.items():
        one = compared(scores(rest, b, c, 0))
        assert one.low is not None
        found["passed" if one.low > -0.03 else "failed" if one.p <= ALPHA else "undecided"] += often
        found["alarm"] += often * (one.p <= ALPHA)
    return found


@pytest.mark.parametrize(("n", "drop", "power"), [(200, 0.0, 0.052), (200, 0.05, 0.67), (400, 0.05, 0.92)])
def test_the_test_of_a_drop_has_the_power_of_the_methods(n: int, drop: float, power: float) -> None:
    # methods.md 6.1: .85 right, errors that overlap with phi = .6; 2,000 tables, standard error at most 1.1 points
    right, phi = 0.85, 0.6
    new = right - drop
    both = right * new + phi * np.sqrt(right * (1 - right) * new * (1 - new))
    found = outcomes(n, right - both, new - both, 2000)
    assert found["alarm"] / 2000 == pytest.approx(power, abs=0.04)


@pytest.mark.parametrize("n", [100, 400, 1000])
def test_a_drop_of_the_margin_passes_with_a_chance_of_alpha(n: int) -> None:
    found = outcomes(n, 0.08, 0.05, 2000)
    assert found["passed"] / 2000 <= 0.065


@pytest.mark.parametrize("n", [100, 400, 1000])
def test_no_change_fails_with_a_chance_of_at_most_alpha(n: int) -> None:
    assert outcomes(n, 0.06, 0.06, 2000)["failed"] / 2000 <= 0.065
