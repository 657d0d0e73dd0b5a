"""Short forms of `benchmarks/tuning.py`: what the best of several prompts is worth, with known truth."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.tuning import Trial, curse, one_tuning, recorded_prompts, slices

from evenhand.tuning.accept import Outcome


def test_the_winners_curse_comes_out_as_printed_and_cross_validation_sees_it() -> None:
    _, text = curse(300)
    rows = {tuple(line.split()[:2]): line.split()[2:] for line in text.splitlines()[1:]}
    for key, printed in ((("50", "10"), 4.6), (("50", "50"), 7.2), (("200", "50"), 2.7)):
        optimism, _, told, seen, true = rows[key]
        assert told == f"{printed:+.1f}"
        assert abs(float(optimism) - printed) < 1.0
        assert abs(float(seen) - float(optimism)) < 1.2
        assert 0.5 < float(true) < 4.5


def test_a_prompt_that_loses_on_a_slice_is_taken_by_its_mean_and_not_by_the_gate() -> None:
    _, text = slices(4)
    rows = [line.split() for line in text.splitlines()[1:]]
    lost = [row for row in rows if row[0] in {"6", "12"}]
    assert {row[4] for row in lost} == {"0.0"}
    assert all(float(row[5]) > 80 for row in lost)


@pytest.fixture(scope="module")
def trials(shared_data: Path) -> dict[str, list[Trial]]:
    found = {}
    for pool in ("GPT-4", "LLaMA2"):
        _, right = recorded_prompts(shared_data / "llmbar", pool)
        rng = np.random.default_rng(20261128)
        found[pool] = [one_tuning(right, 50, 400, rng) for _ in range(40)]
    return found


@pytest.mark.shared
def test_the_recorded_prompts_are_those_of_the_authors(shared_data: Path) -> None:
    names, right = recorded_prompts(shared_data / "llmbar", "GPT-4")
    assert (names[0], right.shape) == ("GPT-4/Vanilla", (419, 15))
    assert 0.75 < right[:, 0].mean() < 0.95


@pytest.mark.shared
def test_the_best_of_few_labels_claims_much_more_than_it_brings(trials: dict[str, list[Trial]]) -> None:
    for mine in trials.values():
        claimed, true, expected = (
            np.mean([getattr(trial, name) for trial in mine]) for name in ("claimed", "true", "expected")
        )
        assert claimed > true + 0.03
        assert abs(expected - true) < 0.025, "cross-validation comes near to the truth"


@pytest.mark.shared
def test_the_sealed_gain_is_the_gain_there_is(trials: dict[str, list[Trial]]) -> None:
    accepted = [
        (trial, trial.sealed)
        for mine in trials.values()
        for trial in mine
        if trial.outcome is Outcome.ACCEPTED
    ]
    assert len(accepted) > 20
    gaps = [measured.value - trial.true for trial, measured in accepted if measured]
    assert abs(np.mean(gaps)) < 0.015
    covered = [
        measured.interval.low <= trial.true <= measured.interval.high
        for trial, measured in accepted
        if measured
    ]
    assert np.mean(covered) > 0.85
    assert sum(trial.true < 0 for trial, _ in accepted) <= 2
