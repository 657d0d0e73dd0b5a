"""Short forms of `python -m benchmarks.coverage.rates`: seeded, with room for the Monte-Carlo error."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.coverage.drawn_labels import PANELS, clustered_labels, targeted_labels
from benchmarks.coverage.limits import Coverage
from benchmarks.coverage.rates import TABLE, Judge, chain_rule_limits, draw_counts, qualities, random_labels
from benchmarks.coverage.recorded import read_set

from evenhand.stats.estimate import Estimate
from evenhand.stats.rates.chain_rule import chain_rule_rate

# The widths that methods.md 3.1 prints for the chain rule, in the order of the table.
WIDTHS = (0.62, 0.72, 0.92, 0.78, 0.83, 0.87, 0.74, 0.77)


def by_method(rows: list[Coverage]) -> dict[str, Coverage]:
    return {row.method: row for row in rows}


@pytest.mark.parametrize(
    ("n", "judge", "width"),
    [(n, judge, width) for (n, judge), width in zip(TABLE, WIDTHS, strict=True)],
    ids=str,
)
def test_chain_rule_covers_and_is_as_narrow_as_the_table_says(n: int, judge: Judge, width: float) -> None:
    rng = np.random.default_rng(n)
    found = by_method(random_labels(judge.cells, n, "", repetitions=700, rng=rng, contrast=False, draws=500))[
        "chain rule"
    ]
    # three standard errors of 700 repetitions are .025
    assert found.coverage > (0.95 if n == 200 else 0.935) - 0.025
    assert found.width == pytest.approx(width, abs=0.025)
    assert abs(found.bias) < 0.007


def test_others_fail_where_the_table_says() -> None:
    judge = Judge(rate=0.97, sensitivity=0.97, specificity=0.6)
    found = by_method(random_labels(judge.cells, 50, "", repetitions=300, rng=np.random.default_rng(0)))
    assert found["judge alone"].coverage == 0
    assert found["PPI++"].coverage < 0.85
    assert found["Rogan-Gladen"].width > 2.5
    assert found["chain rule"].coverage > 0.91


def test_many_repetitions_at_once_are_the_estimate_itself() -> None:
    judge = Judge(rate=0.8, sensitivity=0.9, specificity=0.85)
    counts = draw_counts(judge.cells, 100, 1, np.random.default_rng(0))
    batch = chain_rule_limits(counts, np.random.default_rng(1), draws=500)
    one = chain_rule_rate(
        counts.population[0], counts.successes[0], counts.labelled[0], rng=np.random.default_rng(1), draws=500
    ).estimate
    assert isinstance(one, Estimate)
    assert (one.value, one.interval.low, one.interval.high) == pytest.approx(
        (batch.value[0], batch.low[0], batch.high[0]), abs=1e-12
    )


def test_sensitivity_is_covered_and_narrower_than_its_own_labels_make_it() -> None:
    judge = Judge(rate=0.95, sensitivity=0.95, specificity=0.8)
    found = by_method(qualities(judge, 200, "", repetitions=300, rng=np.random.default_rng(0)))
    for name in ("sensitivity", "specificity"):
        assert found[f"{name}, chain rule"].coverage > 0.92
    assert found["sensitivity, chain rule"].width == pytest.approx(0.61, abs=0.03)


@pytest.mark.parametrize("panel", PANELS[:2], ids=str)
def test_targeted_labels_are_unbiased_when_weighted_and_wrong_when_pooled(panel: object) -> None:
    assert panel in PANELS
    rows = targeted_labels(
        PANELS[PANELS.index(panel)], 200, repetitions=100, rng=np.random.default_rng(0), judged=4000
    )
    found = {(row.setting.rpartition(" n 200 ")[2], row.method): row for row in rows}
    for estimand in ("pass rate", "agreement"):
        for method in ("AIPW, tuned", "AIPW"):
            assert found[estimand, method].coverage > 0.88
            assert abs(found[estimand, method].bias) < 0.007
    assert found["agreement", "labels pooled"].bias < -0.012
    assert found["agreement", "labels pooled"].coverage < 0.9


@pytest.mark.parametrize("n", [60, 100, 200])
def test_a_tuned_rate_near_one_covers(n: int) -> None:
    rows = targeted_labels(PANELS[3], n, repetitions=120, rng=np.random.default_rng(n), judged=4000)
    (found,) = (row for row in rows if row.method == "AIPW, tuned" and row.setting.endswith("pass rate"))
    # the standard error of 120 repetitions is .02
    assert found.coverage > 0.95 - 0.06


def test_clusters_are_covered_when_heeded_only() -> None:
    found = by_method(clustered_labels(20, 10, repetitions=60, rng=np.random.default_rng(0), clusters=300))
    assert found["clusters heeded"].coverage > 0.88
    assert found["clusters ignored"].coverage < 0.85


@pytest.mark.parametrize(
    ("name", "positive", "width"),
    [
        ("alttest/cebab_aspects", "Positive", 0.57),
        ("alttest/framing", "yes", 0.82),
        ("alttest/summeval", "5", 0.96),
        ("alttest/lesion", "0", 0.80),
    ],
)
def test_recorded_verdicts_are_corrected(shared_data: Path, name: str, positive: str, width: float) -> None:
    rng = np.random.default_rng(0)
    recorded = read_set(shared_data / name, name, positive, rng=rng)
    found = by_method(random_labels(recorded.cells, 100, name, repetitions=250, rng=rng, draws=500))
    # the judge alone is sure and wrong on every one of them
    assert found["judge alone"].coverage < 0.05
    assert found["chain rule"].coverage > 0.905
    assert found["chain rule"].width == pytest.approx(width, abs=0.03)
    # the law that tells users beforehand what a judge spares
    assert found["chain rule"].width == pytest.approx((1 - recorded.phi**2) ** 0.5, abs=0.04)
