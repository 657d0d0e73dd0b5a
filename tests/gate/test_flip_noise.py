"""Changes of mind of an unchanged judge are no regression, and no proof of the absence of one."""

from dataclasses import replace

import numpy as np
import pytest
from tests.gate.made import BAD, CANDIDATES, GOOD, TOLD, Voices, column, gate, made, one_test

from evenhand.gate.decide import decide_gate
from evenhand.gate.pairing import pair_up
from evenhand.gate.results import Measure, Status
from evenhand.stats.change.noninferiority import Outcome

READ = dict.fromkeys(range(20), (GOOD, GOOD, BAD, GOOD, GOOD))
"""Twenty cells of which two readings differ with a chance of 2/5."""


def test_flips_widen_the_limit_of_a_comparison() -> None:
    said = made({"p": column((GOOD, 400))}, again={"p": READ})
    quiet = made({"p": column((GOOD, 400))})
    found = one_test(gate(quiet, said, CANDIDATES), Measure.PASS_RATE)
    assert found.flip_old is None
    assert found.flip_new == pytest.approx(0.4)
    # Variance of a cell f / 2 on each side; a side that was not measured flips like the other.
    assert found.low == pytest.approx(-1.6449 * np.sqrt(400 * (0.2 + 0.2)) / 400, abs=1e-3)
    assert (found.lost, found.method) == (0, "mcnemar")
    assert found.outcome is Outcome.UNDECIDED
    assert one_test(gate(quiet, quiet, CANDIDATES), Measure.PASS_RATE).outcome is Outcome.PASSED


def test_answers_that_were_taken_over_are_one_measurement() -> None:
    # Six cells tell nothing, unless both sides are the same replies.
    side = made({"p": column((GOOD, 6))}, again={"p": {0: (GOOD, BAD), 1: (GOOD, GOOD)}})
    told = replace(TOLD, run="r2")
    taken_over = decide_gate(pair_up(side, side, CANDIDATES, asked=frozenset()), CANDIDATES, told)
    assert taken_over.status is Status.PASSED
    assert "nothing changed" in taken_over.tests[0].reason
    asked = decide_gate(pair_up(side, side, CANDIDATES, asked=frozenset({"p"})), CANDIDATES, told)
    assert asked.status is Status.UNDECIDED


def test_answers_that_were_taken_over_and_differ_are_compared() -> None:
    old, new = (made({"p": column((each, 6), (GOOD, 6))}) for each in (GOOD, BAD))
    found = decide_gate(pair_up(old, new, CANDIDATES, asked=frozenset()), CANDIDATES, TOLD)
    assert found.status is not Status.PASSED


def flippy_gate(rng: np.random.Generator, *, n: int, drop: float) -> Status:
    """Gate a judge against itself asked again; a fifth of the cells flip a coin, a tenth was read five times."""
    chance = np.where(rng.random(n) < 0.2, 0.5, 1.0) * (rng.random(n) < 0.95)
    lower = np.where(rng.random(n) < drop / chance.mean(), 0.0, chance)
    sides = []
    for each in (chance, lower):
        words = [GOOD if hit else BAD for hit in rng.random(n) < each]
        again = {
            place: tuple(GOOD if hit else BAD for hit in rng.random(5) < each[place])
            for place in range(0, n, 10)
        }
        said: list[Voices] = [again[place][0] if place in again else word for place, word in enumerate(words)]
        sides.append(made({"p": said}, again={"p": again}))
    return gate(sides[0], sides[1], CANDIDATES).status


@pytest.mark.parametrize(("n", "drop", "never"), [(400, 0.03, Status.PASSED), (400, 0.0, Status.FAILED)])
def test_a_judge_that_changes_its_mind_is_rarely_taken_for_another_one(
    n: int, drop: float, never: Status
) -> None:
    # 100 gates: standard error 2.2 points at 5 %
    rng = np.random.default_rng(20261127)
    found = [flippy_gate(rng, n=n, drop=drop) for _ in range(100)]
    assert found.count(never) <= 10


def test_missing_readings_are_left_out_of_the_mean() -> None:
    old, new = (
        made({"p": column((GOOD, 20))}, again={"p": {0: read}})
        for read in ((GOOD, GOOD), (GOOD, False, BAD, False, False))
    )
    found = one_test(gate(old, new, CANDIDATES), Measure.PASS_RATE)
    assert found.new == pytest.approx(19.5 / 20)
    assert (found.missing_new, found.method) == (0, "sign-flip")


def test_a_mean_of_readings_is_not_held_against_a_single_answer() -> None:
    # Read once, a cell that fails one time in five mostly passes; its mean of five readings is lower in most draws.
    old = made({"p": column((GOOD, 400))})
    new = made({"p": column((GOOD, 400))}, again={"p": READ})
    found = one_test(gate(old, new, CANDIDATES), Measure.PASS_RATE)
    assert (found.old, found.new, found.lost) == (1.0, 1.0, 0)
    assert found.flip_new == pytest.approx(0.4)
    both = one_test(gate(new, new, CANDIDATES), Measure.PASS_RATE)
    assert both.old == pytest.approx(0.99)
    assert both.new == pytest.approx(0.99)
