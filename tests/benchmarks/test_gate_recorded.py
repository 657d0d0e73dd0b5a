"""Short forms of `benchmarks/gate_recorded.py` and `gate_planted.py`, on recorded judges."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks.coverage.recorded_changes import repeated_rankings
from benchmarks.gate_planted import ranking_gate, rates, recorded_scores, seen_twice, shifted_gate, theory
from benchmarks.gate_recorded import broken, swapped

from evenhand.gate.results import Status
from evenhand.records.baseline import Said
from evenhand.stats.change.power import mcnemar_power


def rng() -> np.random.Generator:
    return np.random.default_rng(20261127)


@pytest.fixture(scope="module")
def right(shared_data: Path) -> np.ndarray:
    return np.stack(list(repeated_rankings(shared_data / "rb2_repeats", "gpt-5.4").values()))


@pytest.mark.shared
def test_a_judge_that_is_broken_on_one_system_passes_on_its_mean_and_fails_on_its_slice(
    shared_data: Path,
) -> None:
    about, means, told, floors, swap, tests, headline = broken(shared_data)
    assert "3,595 answers of nine systems" in about
    assert means.count("passed") == 10
    assert "failed" not in means
    failing = [line.split() for line in floors.splitlines() if line.endswith("failed")]
    assert told.endswith("failed")
    assert [line[:2] for line in failing] == [
        ["sensitivity", "llama2-13b-chat"],
        ["specificity", "llama2-13b-chat"],
    ]
    assert swap.endswith("failed")
    worse = [line.split()[:2] for line in tests.splitlines() if line.endswith("regression")]
    assert ["specificity", "llama2-13b-chat"] in worse
    assert {system for _, system in worse} == {"llama2-13b-chat", "all"}
    assert "llama2-13b-chat" in headline


@pytest.mark.shared
def test_a_judge_that_is_silently_swapped_is_caught(shared_data: Path) -> None:
    (table,) = swapped(shared_data)
    head, *rows = [line.split("  ") for line in table.splitlines()]
    assert "needs" in [each.strip() for each in head]
    outcomes = [(row, [each.strip() for each in row if each.strip()][-2]) for row in rows]
    swaps = [outcome for row, outcome in outcomes if any("ChatGPT" in each for each in row)]
    assert swaps == ["failed", "failed"]
    assert {outcome for _, outcome in outcomes} == {"failed", "undecided", "passed"}


@pytest.mark.shared
def test_outcomes_of_planted_drops_are_those_of_theory(right: np.ndarray) -> None:
    # 120 gates each: standard error at most 4.6 points
    draws = rng()
    for n, drop in ((200, 0.0), (200, 0.1), (400, 0.05)):
        found = Counter(ranking_gate(*seen_twice(right, n, drop, draws)).status.value for _ in range(120))
        expected = theory(n, *rates(right, drop))
        for outcome, share in expected.items():
            assert found[outcome] / 120 == pytest.approx(share, abs=0.14)


def test_theory_is_that_of_the_power_of_the_test() -> None:
    expected = theory(200, 0.12, 0.05)
    assert sum(expected.values()) == pytest.approx(1)
    # With so large a drop whatever is significant is beyond the margin too.
    assert expected["failed"] == pytest.approx(mcnemar_power(200, 0.17, 0.07), abs=1e-4)


@pytest.mark.shared
def test_refusing_what_it_gets_wrong_never_helps_a_judge(right: np.ndarray) -> None:
    draws = rng()
    for _ in range(40):
        old, new = seen_twice(right, 300, 0.05, draws)
        words: list[Said] = list(np.where(new, "chosen", "another"))
        for place in np.argsort(new)[:30].tolist():
            words[place] = False
        whole, refused = ranking_gate(old, new).status, ranking_gate(old, words).status
        assert refused is not Status.PASSED or whole is Status.PASSED


@pytest.mark.shared
def test_a_judge_that_becomes_stricter_is_caught(shared_data: Path) -> None:
    scores, draws = recorded_scores(shared_data / "rb2_repeats", "gpt-5.4"), rng()
    moved = Counter(shifted_gate(scores, 100, 1.0, draws).status for _ in range(10))
    still = Counter(shifted_gate(scores, 100, 0.0, draws).status for _ in range(20))
    assert moved == {Status.FAILED: 10}
    # A stated 5 %: more than 4 of 20 has a chance of .3 %
    assert still[Status.FAILED] <= 4
