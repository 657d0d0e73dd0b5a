from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import BradleyTerry as TheirBradleyTerry
from numpy.typing import NDArray
from scipy.optimize import minimize
from statsmodels.discrete.discrete_model import Logit

from evenhand.stats.aggregation.bradley_terry import BradleyTerry, Unidentified, bradley_terry
from evenhand.stats.aggregation.pairs import FIRST, SECOND, TIE, Pairs, cyclic_triples, pair_covariates

TRUE = np.array([0.8, 0.3, 0.0, -0.4, -0.7])


def drawn(
    comparisons: int = 400,
    seed: int = 20261127,
    *,
    ties: float = 0.0,
    covariates: NDArray[np.float64] | None = None,
    effects: NDArray[np.float64] | None = None,
) -> Pairs:
    """Draw comparisons of five systems with known strengths."""
    rng = np.random.default_rng(seed)
    first = rng.integers(5, size=comparisons)
    second = (first + rng.integers(1, 5, size=comparisons)) % 5
    lead = TRUE[first] - TRUE[second]
    if covariates is not None and effects is not None:
        lead = lead + covariates @ effects
    weights = np.column_stack([np.exp(lead / 2), np.exp(-lead / 2), np.full(comparisons, ties)])
    bounds = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    outcome = (rng.random(comparisons)[:, np.newaxis] > bounds[:, :2]).sum(axis=1)
    return Pairs(first=first, second=second, outcome=outcome, systems=5, covariates=covariates)


def fit(pairs: Pairs, ridge: float = 0.0) -> BradleyTerry:
    found = bradley_terry(pairs, ridge=ridge)
    assert isinstance(found, BradleyTerry), found
    return found


def of_winners(*rows: tuple[int, int, int], systems: int) -> Pairs:
    first, second, outcome = np.array(rows).T
    return Pairs(first=first, second=second, outcome=outcome, systems=systems)


# choix 0.4.1 in an environment of its own, on these comparisons: `opt_pairwise(5, data, alpha=A, method="Newton-CG",
# tol=1e-14)`, with its mean taken off. Its penalty is A times the sum of squares, ours half the ridge times it. Its
# minimiser stops some 1e-8 away from the optimum, hence 1e-7.
@pytest.mark.parametrize(
    ("alpha", "strengths"),
    [
        (
            0.0,
            [
                0.7670398780023064,
                0.229424461841015,
                0.20231159075896707,
                -0.31633487955598816,
                -0.8824410510463004,
            ],
        ),
        (
            0.05,
            [
                0.7649207562556732,
                0.2287507901725407,
                0.2017619791630641,
                -0.3155617404118915,
                -0.8798717851793866,
            ],
        ),
        (
            2.0,
            [
                0.6924950544187937,
                0.20584709161676243,
                0.1829131678113772,
                -0.28860497607698304,
                -0.7926503377699502,
            ],
        ),
    ],
)
def test_strengths_are_those_of_choix(alpha: float, strengths: list[float]) -> None:
    rng = np.random.default_rng(20261127)
    first = rng.integers(5, size=400)
    second = (first + rng.integers(1, 5, size=400)) % 5
    won = rng.random(400) < 1 / (1 + np.exp(-(TRUE[first] - TRUE[second])))
    pairs = Pairs(first=first, second=second, outcome=np.where(won, FIRST, SECOND), systems=5)
    assert fit(pairs, ridge=2 * alpha).strengths == pytest.approx(strengths, abs=1e-7)


def test_strengths_are_those_of_crowd_kit() -> None:
    pairs = drawn()
    winner = np.where(pairs.outcome == FIRST, pairs.first, pairs.second)
    data = pd.DataFrame({"worker": 0, "left": pairs.first, "right": pairs.second, "label": winner})
    # Its change between two rounds is always 0 after the second (one array under two names): no tolerance may stop it.
    theirs = np.log(TheirBradleyTerry(n_iter=2000, tol=-1.0).fit_predict(data).sort_index().to_numpy())
    assert fit(pairs).strengths == pytest.approx(theirs - theirs.mean(), abs=1e-8)


def test_effects_and_clustered_errors_are_those_of_a_logit_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    covariates = np.column_stack([np.ones(500), rng.normal(size=500)])
    clusters = np.arange(500) // 4
    pairs = replace(drawn(500, 9, covariates=covariates, effects=np.array([0.4, -0.6])), clusters=clusters)
    found = fit(pairs)
    apart = np.zeros((500, 5))
    apart[np.arange(500), pairs.first] = 1.0
    apart[np.arange(500), pairs.second] = -1.0
    design = np.column_stack([apart[:, 1:], covariates])  # the first system is the zero of theirs
    theirs = Logit((pairs.outcome == FIRST).astype(float), design).fit(
        method="newton",
        disp=0,
        tol=1e-12,
        cov_type="cluster",
        cov_kwds={"groups": clusters, "use_correction": False},
    )
    factor = (125 / 124) ** 0.5
    assert found.effects == pytest.approx(theirs.params[4:], abs=1e-8)
    assert found.errors[5:] == pytest.approx(theirs.bse[4:] * factor, abs=1e-8)
    for system in range(1, 5):
        assert found.difference(system, 0).value == pytest.approx(theirs.params[system - 1], abs=1e-8)
        interval = found.difference(system, 0).interval
        half = 1.959963984540054 * theirs.bse[system - 1] * factor
        assert interval.high - interval.low == pytest.approx(2 * half, abs=1e-7)
    assert found.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)
    assert found.clusters == 125


def test_ties_are_davidsons() -> None:
    # The same likelihood, written as Davidson does and maximised by another method.
    pairs = drawn(600, 4, ties=0.7)

    def against(parameters: NDArray[np.float64]) -> float:
        worth, nu = np.exp(np.append(parameters[:4], 0.0)), np.exp(parameters[4])
        one, other = worth[pairs.first], worth[pairs.second]
        parts = np.column_stack([one, other, nu * np.sqrt(one * other)])
        return -float(np.log(parts[np.arange(600), pairs.outcome] / parts.sum(axis=1)).sum())

    theirs = minimize(against, np.zeros(5), method="BFGS", options={"gtol": 1e-8})
    strengths = np.append(theirs.x[:4], 0.0)
    found = fit(pairs)
    # BFGS with numeric slopes stops some 1e-7 away.
    assert found.strengths == pytest.approx(strengths - strengths.mean(), abs=1e-5)
    assert found.tie == pytest.approx(np.exp(theirs.x[4]), abs=1e-5)
    assert found.log_likelihood == pytest.approx(-theirs.fun, abs=1e-8)


def test_two_systems_by_hand() -> None:
    # 30 wins to 10: the difference is log 3, its error (1/30 + 1/10) ** .5, times (40/39) ** .5 as all errors here
    pairs = of_winners(*[(0, 1, FIRST)] * 30, *[(1, 0, FIRST)] * 10, systems=2)
    found = fit(pairs).difference(0, 1)
    assert found.value == pytest.approx(np.log(3))
    half = 1.959963984540054 * (1 / 30 + 1 / 10) ** 0.5 * (40 / 39) ** 0.5
    assert found.interval.high - found.value == pytest.approx(half, abs=1e-9)


def test_strengths_and_effects_behind_many_comparisons_are_found() -> None:
    rng = np.random.default_rng(8)
    covariates = pair_covariates(rng.normal(size=20_000) * 300, own_family=rng.integers(-1, 2, size=20_000))
    found = fit(drawn(20_000, 2, ties=0.5, covariates=covariates, effects=np.array([0.3, 0.5, 0.8])))
    assert found.strengths == pytest.approx(TRUE - TRUE.mean(), abs=0.08)
    assert found.effects == pytest.approx([0.3, 0.5, 0.8], abs=0.1)
    assert found.tie == pytest.approx(0.5, abs=0.05)
    assert found.effect(0).interval.low > 0.2


# Short form: 60 repetitions, each prompt compared four times with one and the same outcome; standard error 0.03.
def test_clustered_intervals_cover_the_truth_where_plain_ones_do_not() -> None:
    covered = {True: 0, False: 0}
    for seed in range(60):
        once = drawn(150, seed)
        four = Pairs(
            first=np.repeat(once.first, 4),
            second=np.repeat(once.second, 4),
            outcome=np.repeat(once.outcome, 4),
            systems=5,
        )
        for clustered in (True, False):
            clusters = np.repeat(np.arange(150), 4) if clustered else None
            found = bradley_terry(replace(four, clusters=clusters))
            if isinstance(found, BradleyTerry):
                interval = found.difference(0, 4).interval
                covered[clustered] += interval.low <= TRUE[0] - TRUE[4] <= interval.high
    assert 0.86 <= covered[True] / 60 <= 1
    assert covered[False] / 60 < 0.8


@pytest.mark.parametrize(
    ("rows", "systems", "components", "reason"),
    [
        ([(0, 1, FIRST), (1, 0, FIRST), (2, 3, FIRST), (3, 2, TIE)], 4, ((0, 1), (2, 3)), "never compared"),
        ([(0, 1, FIRST), (1, 0, FIRST)], 3, ((0, 1), (2,)), "never compared"),
        ([(0, 1, FIRST), (1, 2, FIRST), (2, 1, FIRST)], 3, ((0,), (1, 2)), "never lost"),
    ],
)
def test_systems_that_can_not_be_ranked_are_named(
    rows: list[tuple[int, int, int]], systems: int, components: tuple[tuple[int, ...], ...], reason: str
) -> None:
    found = bradley_terry(of_winners(*rows, systems=systems))
    assert isinstance(found, Unidentified)
    assert found.components == components
    assert reason in found.reason


def test_a_ridge_ranks_who_never_lost_but_not_who_was_never_compared() -> None:
    unbeaten = of_winners((0, 1, FIRST), (1, 2, FIRST), (2, 1, FIRST), systems=3)
    assert fit(unbeaten, ridge=1.0).strengths.argmax() == 0
    apart = of_winners((0, 1, FIRST), (2, 3, FIRST), systems=4)
    assert isinstance(bradley_terry(apart, ridge=1.0), Unidentified)


def test_a_tie_can_do_for_a_win() -> None:
    both = [(0, 1, FIRST), (1, 0, FIRST)]
    found = fit(of_winners(*both, (2, 1, TIE), (0, 2, FIRST), systems=3))
    assert found.strengths.argmin() == 2


def test_who_did_no_more_than_tie_can_not_be_ranked() -> None:
    found = bradley_terry(of_winners((0, 1, FIRST), (0, 1, TIE), systems=2))
    assert isinstance(found, Unidentified)
    assert "no more than tie" in found.reason


@pytest.mark.parametrize("kind", ["repeated", "decides"])
def test_covariates_that_tell_nothing_or_everything_are_refused(kind: str) -> None:
    pairs = drawn(200, 5)
    decides = np.where(pairs.outcome == FIRST, 1.0, -1.0)
    column = np.ones(200) if kind == "repeated" else decides
    found = bradley_terry(
        replace(pairs, covariates=np.column_stack([column, column if kind == "repeated" else np.ones(200)]))
    )
    assert isinstance(found, Unidentified)
    assert "covariates" in found.reason


def test_comparisons_of_weight_two_count_twice() -> None:
    pairs = drawn(300, 6)
    doubled = Pairs(
        first=np.concatenate([pairs.first, pairs.first[:50]]),
        second=np.concatenate([pairs.second, pairs.second[:50]]),
        outcome=np.concatenate([pairs.outcome, pairs.outcome[:50]]),
        systems=5,
    )
    weighted = replace(pairs, weights=np.where(np.arange(300) < 50, 2.0, 1.0))
    assert fit(weighted).strengths == pytest.approx(fit(doubled).strengths, abs=1e-9)


def test_cycles_are_counted() -> None:
    # 0 > 1 > 2 > 0 goes round; 3 loses to all: triples with 3 do not
    circle = [(0, 1, FIRST), (1, 2, FIRST), (2, 0, FIRST)]
    found = cyclic_triples(of_winners(*circle, (0, 3, FIRST), (1, 3, FIRST), (3, 2, SECOND), systems=4))
    assert (found.cyclic, found.triples, found.share) == (1, 4, 0.25)


def test_a_pair_without_a_majority_makes_no_triple() -> None:
    found = cyclic_triples(of_winners((0, 1, FIRST), (1, 0, FIRST), (1, 2, FIRST), (2, 0, TIE), systems=3))
    assert (found.triples, found.share) == (0, None)


def test_coin_flips_go_round_in_a_quarter_of_triples() -> None:
    rng = np.random.default_rng(1)
    first, second = np.triu_indices(60, 1)
    found = cyclic_triples(
        Pairs(first=first, second=second, outcome=rng.integers(2, size=first.size), systems=60)
    )
    assert found.triples == 60 * 59 * 58 // 6
    assert found.share == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"outcome": np.array([3])}, "outcome holds codes from 0 to 2"),
        ({"first": np.array([2])}, "first holds codes from 0 to 1"),
        ({"second": np.array([0])}, "compared with itself"),
        ({"second": np.array([1, 1])}, "one entry for each comparison"),
        ({"systems": 1}, "nothing to compare"),
        ({"covariates": np.array([[np.nan]])}, "covariates need"),
        ({"weights": np.ones(2)}, "weights need"),
        ({"clusters": np.ones(2, dtype=np.int64)}, "clusters need"),
    ],
)
def test_comparisons_that_are_none_are_refused(change: dict[str, NDArray[np.int64]], expected: str) -> None:
    one = of_winners((0, 1, FIRST), systems=2)
    with pytest.raises(ValueError, match=expected):
        bradley_terry(replace(one, **change))  # type: ignore[arg-type]  # wrong on purpose


def test_a_negative_ridge_is_refused() -> None:
    with pytest.raises(ValueError, match="ridge"):
        bradley_terry(of_winners((0, 1, FIRST), systems=2), ridge=-1.0)
