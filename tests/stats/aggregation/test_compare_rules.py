import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.aggregation.compare_rules import (
    BEST_SINGLE,
    DAWID_SKENE,
    MAJORITY,
    STACK,
    WEIGHTED,
    Comparison,
    RuleScore,
    compare_rules,
)
from evenhand.stats.aggregation.votes import majority
from evenhand.stats.estimate import Estimate, Measured, Undefined

Codes = NDArray[np.int64]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def independent(items: int, accuracies: list[float], seed: int, categories: int = 2) -> tuple[Codes, Codes]:
    draw = np.random.default_rng(seed)
    truth = draw.integers(categories, size=items)
    other = (truth[:, np.newaxis] + draw.integers(1, categories, size=(items, len(accuracies)))) % categories
    right = draw.random(other.shape) < np.array(accuracies)
    return np.where(right, truth[:, np.newaxis], other), truth


def compare(answers: Codes, truth: Codes, categories: int = 2, **options: Codes) -> Comparison:
    return compare_rules(
        answers,
        truth,
        categories=categories,
        rng=np.random.default_rng(0),
        draws=400,
        **options,  # type: ignore[arg-type]  # named by the tests
    )


def score(comparison: Comparison, rule: str) -> RuleScore:
    return next(each for each in comparison.scores if each.rule == rule)


def test_a_panel_of_like_judges_beats_each_of_them() -> None:
    found = compare(*independent(600, [0.75] * 5, seed=1))
    assert [each.rule for each in found.scores] == [BEST_SINGLE, MAJORITY, WEIGHTED, DAWID_SKENE, STACK]
    assert all(each.beats_best_single for each in found.scores[1:])
    assert found.recommended != BEST_SINGLE


def test_one_strong_judge_among_weak_ones_is_recommended() -> None:
    found = compare(*independent(600, [0.95, 0.6, 0.6], seed=1))
    assert found.best_single == (0,) * 5
    assert found.recommended == BEST_SINGLE
    majority_gain = estimate(score(found, MAJORITY).gain)
    assert majority_gain.interval.high < 0


def test_the_majority_is_measured_on_every_label() -> None:
    answers, truth = independent(300, [0.7, 0.7, 0.7, 0.7], seed=2)
    found = score(compare(answers, truth), MAJORITY)
    votes = majority(answers, categories=2)
    assert estimate(found.accuracy).value == pytest.approx(np.mean(votes == truth))
    assert found.undecided == (votes == -1).sum()
    assert estimate(found.decided).value == pytest.approx(np.mean((votes == truth)[votes >= 0]))


def test_balanced_accuracy_is_the_mean_over_categories() -> None:
    answers, truth = independent(300, [0.7, 0.6, 0.8], seed=3, categories=3)
    truth[: len(truth) // 2] = answers[: len(truth) // 2, 0]
    found = compare(answers, truth, categories=3)
    for each in found.scores:
        right = each.answers == truth
        assert estimate(each.balanced).value == pytest.approx(
            np.mean([right[truth == category].mean() for category in range(3)])
        )


def test_gains_are_differences_from_the_best_single_judge() -> None:
    found = compare(*independent(300, [0.7, 0.65, 0.72], seed=3))
    single = score(found, BEST_SINGLE)
    assert isinstance(single.gain, Undefined)
    for each in found.scores[1:]:
        assert estimate(each.gain).value == pytest.approx(
            estimate(each.accuracy).value - estimate(single.accuracy).value
        )


def test_the_best_single_judge_is_not_chosen_on_the_items_it_is_measured_on() -> None:
    # Judges that guess: chosen and measured on the same items one of 30 would look good.
    answers, truth = independent(200, [0.5] * 30, seed=5)
    in_sample = (answers == truth[:, np.newaxis]).mean(axis=0).max()
    assert in_sample > 0.56
    assert estimate(score(compare(answers, truth), BEST_SINGLE).accuracy).value < in_sample - 0.03


def test_few_labels_leave_the_stack_out_and_say_so() -> None:
    answers, truth = independent(150, [0.7, 0.8], seed=1)
    found = compare(answers, truth)
    assert STACK not in [each.rule for each in found.scores]
    assert found.left_out == {STACK: "150 labels; a stack needs 200"}


def test_rules_that_learn_nothing_can_be_added() -> None:
    answers, truth = independent(250, [0.7, 0.8], seed=1)
    found = compare_rules(
        answers,
        truth,
        categories=2,
        fixed={"the panel as it is": truth},
        rng=np.random.default_rng(0),
        draws=100,
    )
    added = score(found, "the panel as it is")
    assert estimate(added.accuracy).value == 1.0
    assert estimate(added.accuracy).interval.low < 1.0
    assert found.recommended == "the panel as it is"


def test_a_rule_that_is_the_best_single_judge_gains_nothing_and_is_not_certain_to() -> None:
    answers, truth = independent(120, [0.8], seed=1)
    gain = estimate(score(compare(answers, truth), MAJORITY).gain)
    assert gain.value == 0
    assert gain.interval.low < 0 < gain.interval.high


def test_without_labels_nothing_is_measured() -> None:
    answers, truth = independent(50, [0.8, 0.7], seed=1)
    found = compare(answers, np.full_like(truth, -1))
    assert found.recommended == BEST_SINGLE
    assert all(isinstance(each.accuracy, Undefined) for each in found.scores)
    assert found.best_single == ()


def test_clusters_widen_the_intervals_of_items_that_repeat() -> None:
    answers, truth = independent(100, [0.7, 0.7, 0.7], seed=2)
    repeated, labels = np.repeat(answers, 4, axis=0), np.repeat(truth, 4)
    clusters = np.repeat(np.arange(100), 4)
    alone = estimate(score(compare(repeated, labels), MAJORITY).accuracy).interval
    together = estimate(score(compare(repeated, labels, clusters=clusters), MAJORITY).accuracy).interval
    assert together.high - together.low > 1.6 * (alone.high - alone.low)


# Short form: 60 repetitions of two equally good judges and their panel; Monte-Carlo standard error 0.028.
def test_a_panel_without_a_gain_is_seldom_said_to_have_one() -> None:
    claimed = []
    for seed in range(60):
        answers, truth = independent(120, [0.8], seed=seed)
        other = np.where(
            np.random.default_rng(1000 + seed).random(120) < 0.1, 1 - answers[:, 0], answers[:, 0]
        )
        other = np.where(np.random.default_rng(2000 + seed).random(120) < 0.5, other, answers[:, 0])
        rules = compare_rules(
            answers, truth, categories=2, fixed={"other": other}, rng=np.random.default_rng(seed), draws=200
        )
        claimed.append(score(rules, "other").beats_best_single)
    assert np.mean(claimed) <= 0.08
