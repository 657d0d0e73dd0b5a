"""Short forms of `python -m benchmarks.coverage.recorded_changes`, on recorded judges."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.coverage.recorded_changes import (
    DROP,
    Recorded,
    gate_rates,
    recorded_judges,
    repeated_rankings,
    replay,
)

from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.monitoring.attribution import Cause


def rng() -> np.random.Generator:
    return np.random.default_rng(20261127)


@pytest.fixture(scope="module")
def repeats(shared_data: Path) -> np.ndarray:
    return np.stack(list(repeated_rankings(shared_data / "rb2_repeats", "gpt-5.4").values()))


@pytest.fixture(scope="module")
def judges(shared_data: Path) -> dict[str, Recorded]:
    return recorded_judges(shared_data / "safety_judges")


@pytest.mark.shared
def test_a_gate_leaves_repeats_of_a_judge_alone(repeats: np.ndarray) -> None:
    # 150 gates: standard error 1.8 points
    rates, discordance = gate_rates(repeats, repeats, n=400, drop=0.0, reps=150, rng=rng())
    assert rates[Outcome.FAILED] <= 0.1
    assert 0.05 < discordance < 0.15


@pytest.mark.shared
def test_a_gate_fails_a_drop_of_five_points_put_into_recorded_verdicts(repeats: np.ndarray) -> None:
    # 120 gates: standard error 3.5 points; seen over 600: 82.7 %
    rates, _ = gate_rates(repeats, repeats, n=400, drop=DROP, reps=120, rng=rng())
    assert rates[Outcome.FAILED] >= 0.72
    assert rates[Outcome.PASSED] <= 0.06


@pytest.mark.shared
def test_a_replaced_judge_and_other_traffic_are_told_apart(judges: dict[str, Recorded]) -> None:
    old, new = judges["gemma2_9b"], judges["llama3b"]
    own = (old.unsafe, old.agrees)
    harmful = (old.unsafe[old.source == "harmful"], old.agrees)
    draws = rng()
    assert [replay(own, (new.unsafe, new.agrees), rng=draws) for _ in range(2)] == [Cause.JUDGE] * 2
    assert [replay(own, harmful, rng=draws) for _ in range(2)] == [Cause.SYSTEM] * 2
    assert [replay(own, own, rng=draws) for _ in range(2)] == [Cause.NONE] * 2
