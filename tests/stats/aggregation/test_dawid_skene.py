import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene as TheirDawidSkene
from crowdkit.aggregation import OneCoinDawidSkene
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from evenhand.stats.aggregation.dawid_skene import NO_SMOOTHING, Form, Smoothing, dawid_skene
from evenhand.stats.aggregation.votes import majority

pytestmark = pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")  # of pandas, in crowd-kit

ANSWERS = arrays(np.int64, st.tuples(st.integers(1, 40), st.integers(1, 5)), elements=st.integers(-1, 2))
FOREVER = -np.inf
"""A tolerance that no rise of the objective is below: all iterations are done."""


def made_up(
    items: int, accuracies: list[float], categories: int, seed: int, gaps: float = 0.0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(categories, size=items)
    wrong = (truth[:, np.newaxis] + rng.integers(1, categories, size=(items, len(accuracies)))) % categories
    right = rng.random(size=wrong.shape) < np.array(accuracies)
    answers = np.where(right, truth[:, np.newaxis], wrong)
    answers[rng.random(size=answers.shape) < gaps] = -1
    return answers, truth


def as_frame(answers: NDArray[np.int64]) -> pd.DataFrame:
    item, judge = np.nonzero(answers >= 0)
    return pd.DataFrame({"task": item, "worker": judge, "label": answers[item, judge]})


# With labels there is a second start: the same fixed point is compared, not the road to it.
@pytest.mark.parametrize(("gaps", "labels", "rounds"), [(0.0, 0, 20), (0.3, 0, 20), (0.1, 40, 60)])
def test_posteriors_are_those_of_crowd_kit_without_smoothing(gaps: float, labels: int, rounds: int) -> None:
    answers, truth = made_up(200, [0.85, 0.7, 0.9, 0.8, 0.75], 4, seed=3, gaps=gaps)
    answers = answers[(answers >= 0).any(axis=1)]
    known = np.where(np.arange(len(answers)) < labels, truth[: len(answers)], -1)
    ours = dawid_skene(
        answers, categories=4, truth=known, smoothing=NO_SMOOTHING, most_iterations=rounds, tolerance=FOREVER
    )
    golden = pd.Series(known[:labels], index=range(labels)) if labels else None
    theirs = TheirDawidSkene(n_iter=rounds, tol=FOREVER).fit(as_frame(answers), true_labels=golden)
    assert theirs.probas_ is not None
    assert ours.posteriors == pytest.approx(theirs.probas_.sort_index()[[0, 1, 2, 3]].to_numpy(), abs=1e-8)
    assert ours.iterations == rounds


def test_one_coin_posteriors_are_those_of_crowd_kit_without_smoothing() -> None:
    answers, _ = made_up(300, [0.8, 0.7, 0.9, 0.6], 3, seed=5, gaps=0.1)
    answers = answers[(answers >= 0).any(axis=1)]
    ours = dawid_skene(
        answers, categories=3, form="one_coin", smoothing=NO_SMOOTHING, most_iterations=15, tolerance=FOREVER
    )
    theirs = OneCoinDawidSkene(n_iter=15, tol=FOREVER).fit(as_frame(answers))
    assert theirs.probas_ is not None
    assert ours.posteriors == pytest.approx(theirs.probas_.sort_index()[[0, 1, 2]].to_numpy(), abs=1e-8)
    assert theirs.skills_ is not None
    assert np.diagonal(ours.confusions, axis1=1, axis2=2)[:, 0] == pytest.approx(
        theirs.skills_.sort_index().to_numpy(), abs=1e-8
    )


@settings(max_examples=30, deadline=None)
@given(
    ANSWERS,
    st.sampled_from(["full", "one_coin"]),
    st.sampled_from([False, True]),
    st.sampled_from([Smoothing(), NO_SMOOTHING, Smoothing(right=2.0, wrong=0.5)]),
    st.integers(0, 1000),
)
def test_the_objective_never_falls(
    answers: NDArray[np.int64],
    form: Form,
    hard: bool,  # noqa: FBT001  drawn by hypothesis
    smoothing: Smoothing,
    seed: int,
) -> None:
    truth = np.random.default_rng(seed).integers(-1, 3, size=len(answers))
    for known in (None, truth):
        fitted = dawid_skene(
            answers,
            categories=3,
            truth=known,
            form=form,
            hard=hard,
            smoothing=smoothing,
            most_iterations=30,
            tolerance=FOREVER,
        )
        # Without smoothing probabilities of 0 are held at 1e-10, which moves a sum by that much for each answer.
        assert (np.diff(fitted.objective) >= -1e-6).all()
        assert fitted.posteriors.sum(axis=1) == pytest.approx(np.ones(len(answers)))
        assert fitted.confusions.sum(axis=2) == pytest.approx(np.ones((answers.shape[1], 3)))


@given(ANSWERS)
def test_items_with_the_same_answers_have_the_same_posterior(answers: NDArray[np.int64]) -> None:
    doubled = dawid_skene(np.concatenate([answers, answers]), categories=3).posteriors
    assert np.array_equal(doubled[: len(answers)], doubled[len(answers) :])


def test_the_confusions_behind_the_answers_are_found() -> None:
    accuracies = [0.9, 0.8, 0.7, 0.6, 0.85]
    answers, truth = made_up(20_000, accuracies, 3, seed=1)
    fitted = dawid_skene(answers, categories=3)
    assert np.diagonal(fitted.confusions, axis1=1, axis2=2).mean(axis=1) == pytest.approx(
        accuracies, abs=0.015
    )
    assert fitted.shares == pytest.approx([1 / 3] * 3, abs=0.015)
    assert fitted.converged
    assert not fitted.switched
    assert np.mean(fitted.labels == truth) > np.mean(majority(answers, categories=3) == truth)


def test_a_label_clamps_its_item_whatever_the_judges_say() -> None:
    answers = np.array([[0, 0, 0]] * 10 + [[1, 1, 1]] * 10)
    truth = np.full(20, -1)
    truth[0] = 1
    fitted = dawid_skene(answers, categories=2, truth=truth)
    assert fitted.posteriors[0].tolist() == [0.0, 1.0]
    assert fitted.posteriors[1, 0] > 0.9
    assert fitted.labels.tolist() == [1] + [0] * 9 + [1] * 10


def test_labels_turn_round_a_panel_of_which_most_are_worse_than_chance() -> None:
    answers, truth = made_up(4000, [0.9, 0.25, 0.2, 0.3], 2, seed=6)
    known = np.where(np.arange(4000) < 200, truth, -1)
    without = dawid_skene(answers, categories=2).labels[200:]
    with_labels = dawid_skene(answers, categories=2, truth=known).labels[200:]
    assert np.mean(without == truth[200:]) < 0.2
    assert np.mean(with_labels == truth[200:]) > 0.9


def test_shared_errors_make_posteriors_far_too_sure() -> None:
    rng = np.random.default_rng(8)
    truth = rng.integers(2, size=4000)
    shared = np.where((truth == 1) & (rng.random(4000) < 0.7), 0, truth)
    own = np.where(rng.random(4000) < 0.9, truth, 1 - truth)
    fitted = dawid_skene(np.column_stack([shared, shared, shared, own]), categories=2)
    assert fitted.posteriors.max(axis=1).mean() > 0.99
    assert np.mean(fitted.labels == truth) < 0.7


def test_a_judge_worse_than_chance_is_noted() -> None:
    answers, _ = made_up(3000, [0.9, 0.85, 0.9, 0.2], 2, seed=2)
    fitted = dawid_skene(answers, categories=2)
    assert fitted.worse_than_chance.tolist() == [False, False, False, True]
    assert not fitted.switched


def test_a_panel_that_is_worse_than_chance_in_a_class_is_told() -> None:
    answers, truth = made_up(3000, [0.1, 0.15, 0.1], 2, seed=2)
    known = np.where(np.arange(3000) < 300, truth, -1)
    assert dawid_skene(answers, categories=2, truth=known).switched


def test_an_item_nobody_answered_has_the_shares_of_the_classes() -> None:
    answers = np.array([[0, 0]] * 30 + [[1, 1]] * 10 + [[-1, -1]])
    fitted = dawid_skene(answers, categories=2, most_iterations=200)
    assert fitted.posteriors[-1] == pytest.approx(fitted.shares, abs=1e-4)


def test_hard_assignment_gives_certain_posteriors() -> None:
    answers, _ = made_up(200, [0.8, 0.7, 0.75], 3, seed=4)
    fitted = dawid_skene(answers, categories=3, hard=True)
    assert set(fitted.posteriors.ravel()) == {0.0, 1.0}
    assert fitted.converged


def test_too_few_iterations_are_told() -> None:
    answers, _ = made_up(500, [0.6, 0.6, 0.6], 3, seed=4)
    fitted = dawid_skene(answers, categories=3, most_iterations=2)
    assert (fitted.iterations, fitted.converged) == (2, False)


def test_two_equally_likely_classes_are_no_label() -> None:
    fitted = dawid_skene(np.array([[0, 1], [1, 0]]), categories=2)
    assert fitted.labels.tolist() == [-1, -1]


def test_nothing_to_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one item"):
        dawid_skene(np.zeros((0, 3), dtype=np.int64), categories=2)
    with pytest.raises(ValueError, match="labels are codes"):
        dawid_skene(np.array([[0]]), categories=2, truth=np.array([2]))
