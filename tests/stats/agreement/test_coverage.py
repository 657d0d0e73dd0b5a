"""Simulated coverage in a short form; the long one is `python -m benchmarks.coverage.agreement`.

Few repetitions, so the bounds leave four Monte-Carlo standard errors of the shortest ones, about 0.04.
"""

import pytest
from benchmarks.coverage.agreement import (
    OF_TABLES,
    Coverage,
    alpha_of_raters,
    clustered_share_coverage,
    clustered_table_coverage,
    judge_table,
    ordinal_table,
    raters_coverage,
    scores_coverage,
    share_coverage,
    table_coverage,
    weighted_kappa,
    weighted_share_coverage,
)


def check(coverage: Coverage) -> None:
    aim = 0.95 if coverage.n >= 200 else 0.935
    assert coverage.covered > aim - 0.01 - 4 * coverage.error, coverage
    assert coverage.undefined < 0.05, coverage


# Counted exactly, no simulation: 94 to 96 % at 200 items (to half a percent), 92 % at 50.
@pytest.mark.parametrize("prevalence", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("rate", [0.75, 0.9, 0.97])
def test_wilsons_interval_of_sensitivity_covers(prevalence: float, rate: float) -> None:
    assert 0.94 <= share_coverage("Wilson", n=200, among=prevalence, rate=rate).covered <= 0.965
    assert share_coverage("Wilson", n=50, among=prevalence, rate=rate).covered >= 0.92


def test_jeffreys_interval_of_sensitivity_covers_less_evenly() -> None:
    covered = [
        share_coverage("Jeffreys", n=200, among=prevalence, rate=rate).covered
        for prevalence in (0.3, 0.5)
        for rate in (0.95, 0.97)
    ]
    assert min(covered) < 0.93
    assert max(covered) > 0.97


@pytest.mark.parametrize("what", ["balanced accuracy", "kappa", "MCC", "AC1", "alpha"])
@pytest.mark.parametrize(("judge", "n"), [((0.8, 0.9, 0.85), 200), ((0.5, 0.97, 0.97), 50)])
def test_intervals_of_two_raters_cover(what: str, judge: tuple[float, float, float], n: int) -> None:
    joint = judge_table(*judge)
    check(table_coverage(what, OF_TABLES[what], joint, setting=str(judge), n=n, repetitions=100))


@pytest.mark.parametrize("what", ["kappa, percentile", "kappa, BCa"])
def test_a_plain_bootstrap_of_a_good_judge_often_has_no_answer(what: str) -> None:
    joint = judge_table(0.5, 0.97, 0.97)
    found = table_coverage(what, OF_TABLES[what], joint, setting="good", n=50, repetitions=150)
    assert found.covered * (1 - found.undefined) < 0.88  # in one sample of five or so all draws are equal


@pytest.mark.parametrize(("sharpness", "n"), [(1.0, 200), (3.0, 50)])
def test_the_interval_of_weighted_kappa_covers(sharpness: float, n: int) -> None:
    joint = ordinal_table(5, sharpness)
    check(table_coverage("kappa", weighted_kappa, joint, setting="five labels", n=n, repetitions=60))


def test_the_interval_of_alpha_of_many_raters_covers() -> None:
    check(raters_coverage("alpha", alpha_of_raters, raters=3, common=0.6, right=0.97, n=50, repetitions=80))


def test_the_interval_of_the_intraclass_correlation_covers() -> None:
    check(scores_coverage(raters=2, noise=0.5, n=200, repetitions=80))


@pytest.mark.parametrize(
    ("clusters", "size", "rate", "likeness"), [(40, 5, 0.9, 0.2), (100, 2, 0.97, 0.2), (25, 2, 0.9, 0.4)]
)
def test_the_interval_of_a_share_of_clusters_covers(
    clusters: int, size: int, rate: float, likeness: float
) -> None:
    check(
        clustered_share_coverage(clusters=clusters, size=size, rate=rate, likeness=likeness, repetitions=300)
    )


@pytest.mark.parametrize("n", [50, 200])
@pytest.mark.parametrize("rates", [(0.6, 0.9), (0.9, 0.99), (0.9, 0.9)])
def test_the_interval_of_a_share_by_weights_covers(n: int, rates: tuple[float, float]) -> None:
    check(weighted_share_coverage(n=n, ratio=3.0, targeted=0.3, rates=rates, repetitions=300))


def test_the_interval_of_kappa_of_clusters_covers() -> None:
    check(clustered_table_coverage(clusters=40, size=5, likeness=0.3, judge=(0.5, 0.9, 0.9), repetitions=80))
