from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.aggregation.choose_panel import PanelChoice, choose_panel
from evenhand.stats.estimate import Estimate, Measured, Undefined

Codes = NDArray[np.int64]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def choose(answers: Codes, truth: Codes, size: int, **options: Codes) -> PanelChoice:
    return choose_panel(
        answers,
        truth,
        size=size,
        categories=2,
        rng=np.random.default_rng(0),
        draws=60,
        splits=6,
        **options,  # type: ignore[arg-type]  # named by the tests
    )


def twins_and_strangers(items: int, seed: int) -> tuple[Codes, Codes]:
    """Make four judges of the same accuracy: 0, 1 and 2 share most of their errors, 3 errs alone."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(2, size=items)
    common = draw.random((items, 1)) < 0.25
    own = draw.random((items, 4)) < 0.25
    wrong = np.where(np.array([1, 1, 1, 0]) * draw.random((items, 4)) > 0.15, common, own)
    return np.where(wrong, 1 - truth[:, np.newaxis], truth[:, np.newaxis]), truth


def test_judges_who_err_apart_are_chosen_before_twins() -> None:
    found = choose(*twins_and_strangers(2000, seed=1), size=2)
    assert 3 in found.judges
    assert found.stability > 0.2
    assert estimate(found.effective).value > 1.8


def test_a_bad_judge_is_not_chosen_for_being_different() -> None:
    answers, truth = twins_and_strangers(2000, seed=1)
    noise = np.random.default_rng(2).integers(2, size=(2000, 1))
    found = choose(np.column_stack([answers, noise]), truth, size=2)
    assert 4 not in found.judges


def test_the_value_is_the_effective_number_times_the_mean_balanced_accuracy() -> None:
    answers, truth = twins_and_strangers(500, seed=4)
    found = choose(answers, truth, size=3)
    errors = (answers != truth[:, np.newaxis])[:, found.judges].astype(float)
    rho = np.corrcoef(errors.T)[np.triu_indices(3, 1)].mean()
    balanced = [
        np.mean([(answers[truth == category, judge] == category).mean() for category in (0, 1)])
        for judge in found.judges
    ]
    assert found.in_sample == pytest.approx(3 / (1 + 2 * rho) * np.mean(balanced))


def test_no_exchange_of_one_judge_is_better() -> None:
    draw = np.random.default_rng(7)
    truth = draw.integers(2, size=300)
    answers = np.where(
        draw.random((300, 7)) < draw.uniform(0.1, 0.45, size=7),
        1 - truth[:, np.newaxis],
        truth[:, np.newaxis],
    )
    found = choose(answers, truth, size=3)
    assert found.runner_up is not None
    assert found.runner_up_in_sample is not None
    assert found.runner_up_in_sample <= found.in_sample
    assert len(set(found.runner_up) & set(found.judges)) == 2


def test_what_chose_itself_is_flattered_and_held_out_labels_tell() -> None:
    # Judges that guess: whoever is chosen is no better than the others on other labels.
    draw = np.random.default_rng(5)
    truth, answers = draw.integers(2, size=120), draw.integers(2, size=(120, 12))
    found = choose(answers, truth, size=3)
    assert found.in_sample > 3 * 0.5 * 1.1
    assert estimate(found.held_out).value < found.in_sample - 0.15
    assert found.stability < 0.5


def test_all_judges_are_one_choice() -> None:
    found = choose(*twins_and_strangers(200, seed=1), size=4)
    assert sorted(found.judges) == [0, 1, 2, 3]
    assert found.runner_up is None
    assert found.runner_up_in_sample is None
    assert estimate(found.kept).value == pytest.approx(1.0)
    assert found.stability == 1.0


def test_one_judge_is_chosen_by_balanced_accuracy() -> None:
    truth = np.array([0] * 90 + [1] * 30)
    always = np.zeros(120, dtype=np.int64)  # right in 75 %, balanced 50 %
    fair = np.where(np.arange(120) % 3 == 0, 1 - truth, truth)  # right in 67 % of both
    found = choose(np.column_stack([always, fair]), truth, size=1)
    assert found.judges == (1,)


def test_halves_do_not_split_a_cluster() -> None:
    answers, truth = twins_and_strangers(60, seed=3)
    clusters = np.repeat(np.arange(60), 5)
    found = choose(np.repeat(answers, 5, axis=0), np.repeat(truth, 5), size=2, clusters=clusters)
    alone = choose(np.repeat(answers, 5, axis=0), np.repeat(truth, 5), size=2)
    widths = [
        estimate(each.held_out).interval.high - estimate(each.held_out).interval.low
        for each in (found, alone)
    ]
    assert widths[0] > 1.3 * widths[1]


def test_a_category_with_a_single_label_does_not_count() -> None:
    answers, truth = twins_and_strangers(400, seed=3)
    with_rare, rare = np.vstack([answers, [[2, 0, 0, 0]]]), np.append(truth, 2)
    found = choose_panel(
        with_rare, rare, size=2, categories=3, rng=np.random.default_rng(0), draws=20, splits=2
    )
    assert found.in_sample == pytest.approx(choose(answers, truth, size=2).in_sample, abs=0.05)


def test_labels_that_are_not_there_tell_nothing() -> None:
    answers, truth = twins_and_strangers(50, seed=3)
    found = choose(answers, np.full_like(truth, -1), size=2)
    assert isinstance(found.held_out, Undefined)


@pytest.mark.parametrize("size", [0, 5])
def test_a_panel_of_more_judges_than_there_are_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"a panel of {size}"):
        choose(*twins_and_strangers(50, seed=3), size=size)


def test_greedy_with_exchange_finds_the_best_of_all_panels_here() -> None:
    draw = np.random.default_rng(11)
    truth = draw.integers(2, size=400)
    answers = np.where(
        draw.random((400, 6)) < draw.uniform(0.1, 0.4, size=6), 1 - truth[:, np.newaxis], truth[:, np.newaxis]
    )
    best = max(
        choose(answers[:, subset], truth, size=3).in_sample for subset in map(list, combinations(range(6), 3))
    )
    assert choose(answers, truth, size=3).in_sample == pytest.approx(best)
