"""The paired gain of one judge over another, and what an outcome means."""

import numpy as np
import pytest

from evenhand.errors import UsageError
from evenhand.stats.change.paired import PairedCounts, paired_difference
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.tuning.accept import EXIT_CODES, Outcome, decide
from evenhand.tuning.choices import Must, TuningChoices
from evenhand.tuning.gains import Gain, paired_gain


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_without_shared_sources_the_gain_is_that_of_paired_proportions() -> None:
    old = np.array([1.0] * 60 + [0.0] * 40)
    new = np.array([1.0] * 55 + [0.0] * 5 + [1.0] * 15 + [0.0] * 25)
    gain = paired_gain(old, new, np.arange(100), rng=rng())
    expected = paired_difference(PairedCounts(both=55, only_old=5, only_new=15, neither=25))
    assert (gain.old, gain.new, gain.lost, gain.won, gain.n, gain.clusters) == (0.6, 0.7, 5, 15, 100, 100)
    assert gain.difference == expected
    assert 0.005 < gain.p_better < 0.03


def test_items_that_share_a_source_count_as_one_witness() -> None:
    old, new = np.zeros(40), np.array([1.0] * 20 + [0.0] * 20)
    apart = paired_gain(old, new, np.arange(40), rng=rng())
    together = paired_gain(old, new, np.arange(40) // 10, rng=rng())
    assert together.clusters == 4
    assert together.p_better > 0.1 > apart.p_better
    assert isinstance(together.difference, Estimate)
    assert isinstance(apart.difference, Estimate)
    assert together.difference.interval.low < apart.difference.interval.low


def test_one_source_gives_no_interval() -> None:
    gain = paired_gain(np.zeros(5), np.ones(5), np.zeros(5, dtype=np.int64), rng=rng())
    assert isinstance(gain.difference, Undefined)


def test_scores_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        paired_gain(np.zeros(5), np.zeros(4), np.arange(5), rng=rng())
    with pytest.raises(ValueError, match="shapes"):
        paired_gain(np.zeros(0), np.zeros(0), np.arange(0), rng=rng())


def with_p(p_better: float) -> Gain:
    nothing = Undefined(n=9, reason="made up")
    return Gain(old=0.5, new=0.6, difference=nothing, p_better=p_better, lost=1, won=2, n=9, clusters=9)


DECISIONS: list[tuple[str, float | None, Must, Outcome]] = [
    ("passed", 0.01, "better", Outcome.ACCEPTED),
    ("passed", 0.20, "better", Outcome.UNDECIDED),
    ("passed", 0.20, "no-worse", Outcome.ACCEPTED),
    ("failed", 0.0001, "better", Outcome.REFUSED),
    ("failed", 0.0001, "no-worse", Outcome.REFUSED),
    ("undecided", 0.0001, "better", Outcome.UNDECIDED),
    ("undecided", 0.0001, "no-worse", Outcome.UNDECIDED),
    ("could not measure", None, "better", Outcome.NOT_MEASURED),
    ("passed", None, "no-worse", Outcome.NOT_MEASURED),
]


@pytest.mark.parametrize(("status", "p_better", "must", "outcome"), DECISIONS)
def test_the_gate_alone_lets_through_and_better_is_asked_besides(
    status: str, p_better: float | None, must: Must, outcome: Outcome
) -> None:
    gain = None if p_better is None else with_p(p_better)
    found, reason = decide(status, "The gate says so", gain, must=must, alpha=0.05)
    assert found is outcome
    assert reason


def test_every_outcome_has_an_exit_code_of_its_own() -> None:
    assert {outcome: EXIT_CODES[outcome] for outcome in Outcome} == {
        Outcome.ACCEPTED: 0,
        Outcome.REFUSED: 1,
        Outcome.NOT_MEASURED: 3,
        Outcome.UNDECIDED: 4,
        Outcome.NOTHING: 5,
    }


@pytest.mark.parametrize(
    "wrong", [{"shown": 0.0}, {"shown": 1.0}, {"alpha": 0.5}, {"folds": 1}, {"rounds": 0}]
)
def test_choices_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        TuningChoices(**wrong)  # type: ignore[arg-type] # numbers only
