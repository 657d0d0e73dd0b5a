"""What the numbers of a gate promise, by simulation with fixed seeds."""

import numpy as np
import pytest
from tests.gate.made import BAD, CANDIDATES, GOOD, column, gate, made

from evenhand.gate.compare import cells_needed, compare, detectable_drop
from evenhand.gate.flip_noise import SILENT
from evenhand.gate.results import Status
from evenhand.gate.scores import Scores
from evenhand.records.gate import GateSpec
from evenhand.stats.change.paired import PairedCounts, mcnemar, tango_interval
from evenhand.stats.change.power import mcnemar_power

ALPHA = 0.05


def unchanged_gate(rng: np.random.Generator, principles: int, n: int) -> Status:
    """Gate a judge whose verdicts change here and there, as often for better as for worse."""
    slices = [{"topic": "law" if place % 3 else "health"} for place in range(n)]
    sides = []
    for _ in range(2):
        said = {
            f"p{place}": [
                GOOD if hit else BAD for hit in rng.random(n) < np.where(np.arange(n) % 5, 0.97, 0.5)
            ]
            for place in range(principles)
        }
        sides.append(made(said, slices=slices))
    return gate(sides[0], sides[1], GateSpec(compares="candidates", slices=("topic",))).status


def test_of_many_tests_of_an_unchanged_judge_hardly_any_gate_fails() -> None:
    # 60 gates of 19 tests each: standard error 2.8 points at 5 %. Unadjusted, more than half would fail.
    rng = np.random.default_rng(20261127)
    found = [unchanged_gate(rng, principles=6, n=150) for _ in range(60)]
    assert found.count(Status.FAILED) <= 7


def counts_of(n: int, lost: int, won: int) -> Scores:
    old = np.repeat([1.0, 1.0, 0.0], [n - lost - won, lost, won])
    new = np.repeat([1.0, 0.0, 1.0], [n - lost - won, lost, won])
    return Scores(old=old, new=new, clusters=np.arange(n), rows=np.arange(n))


@pytest.mark.parametrize(("n", "discordant", "tests"), [(200, 20, 1), (400, 40, 10), (1000, 60, 40)])
def test_the_drop_it_says_it_sees_is_seen_four_times_in_five(n: int, discordant: int, tests: int) -> None:
    seen = compare(
        counts_of(n, discordant // 2, discordant // 2), SILENT, alpha=ALPHA, rng=np.random.default_rng(1)
    )
    drop = detectable_drop(seen, level=ALPHA / tests)
    assert drop is not None
    power = mcnemar_power(n, max(seen.discordance, drop), drop, alpha=ALPHA / tests)
    # The formula is that of the normal limit: at a few discordant cells it is a few points off.
    assert power == pytest.approx(0.8, abs=0.07)


@pytest.mark.parametrize("discordance", [0.05, 0.15])
def test_with_as_many_cells_as_it_says_a_pass_is_seen_four_times_in_five(discordance: float) -> None:
    half = round(200 * discordance / 2)
    seen = compare(counts_of(200, half, half), SILENT, alpha=ALPHA, rng=np.random.default_rng(1))
    needed = cells_needed(seen, margin=0.03, alpha=ALPHA)
    assert needed is not None
    rng = np.random.default_rng(20261127)
    chance = seen.discordance / 2
    passed = 0
    for lost, won, rest in rng.multinomial(needed, [chance, chance, 1 - 2 * chance], size=300).tolist():
        table = PairedCounts(both=rest, only_old=lost, only_new=won, neither=0)
        passed += tango_interval(table, confidence=0.9).low > -0.03
    # 300 draws: standard error 2.3 points
    assert passed / 300 == pytest.approx(0.8, abs=0.08)


@pytest.mark.parametrize("n", [8, 16])
def test_a_cell_that_turns_for_the_better_never_makes_an_outcome_worse(n: int) -> None:
    # Every table of n cells: what bounds by missing verdicts rest on.
    for lost in range(n + 1):
        for won in range(n + 1 - lost):
            rest = n - lost - won
            here = PairedCounts(both=rest, only_old=lost, only_new=won, neither=0)
            better = []
            if lost:
                better.append(PairedCounts(both=rest + 1, only_old=lost - 1, only_new=won, neither=0))
            if rest:
                better.append(PairedCounts(both=rest - 1, only_old=lost, only_new=won + 1, neither=0))
            for other in better:
                assert mcnemar(other) >= mcnemar(here) - 1e-12
                assert (
                    tango_interval(other, confidence=0.9).low
                    >= tango_interval(here, confidence=0.9).low - 1e-9
                )


def test_a_thousand_equal_cells_pass_and_thirty_do_not() -> None:
    for n, status in ((1000, Status.PASSED), (30, Status.UNDECIDED)):
        side = made({"p": column((GOOD, n))})
        assert gate(side, side, CANDIDATES).status is status
