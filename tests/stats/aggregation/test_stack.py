import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.aggregation.features import vote_features
from evenhand.stats.aggregation.stack import (
    FEWEST_LABELS,
    RIDGES,
    Design,
    Recipe,
    Stack,
    fit_stack,
    stack,
    stack_probabilities,
    vote_design,
)
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.logistic import class_probabilities, fit_logistic

Codes = NDArray[np.int64]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def fitted(found: Stack | Undefined) -> Stack:
    assert isinstance(found, Stack), found
    return found


def independent(items: int, accuracies: list[float], seed: int) -> tuple[Codes, Codes]:
    draw = rng(seed)
    truth = draw.integers(2, size=items)
    wrong = draw.random((items, len(accuracies))) >= np.array(accuracies)
    return np.where(wrong, 1 - truth[:, np.newaxis], truth[:, np.newaxis]), truth


def test_a_stack_of_independent_judges_beats_the_best_of_them() -> None:
    found = fitted(
        stack(*independent(800, [0.8, 0.8, 0.8, 0.8, 0.8], seed=1), categories=2, rng=rng(), draws=500)
    )
    assert found.beats_best_single
    assert 0.05 < estimate(found.gain).value < 0.2
    assert estimate(found.gain).n == 800


def test_a_stack_of_one_judge_asked_three_times_does_not() -> None:
    answers, truth = independent(800, [0.8], seed=1)
    found = fitted(stack(np.repeat(answers, 3, axis=1), truth, categories=2, rng=rng(), draws=500))
    assert not found.beats_best_single
    assert estimate(found.gain).value == 0


def test_a_judge_who_uses_the_scale_differently_is_read_as_it_means() -> None:
    truth = rng(4).integers(3, size=600)
    answers = np.column_stack([(truth + 1) % 3, rng(5).integers(3, size=600)])
    found = fitted(stack(answers, truth, categories=3, rng=rng(), draws=200))
    assert (found.labels == truth).all()


def test_predictions_of_labelled_items_come_from_models_that_did_not_see_them() -> None:
    # Each item has a feature of its own: a model that saw the label would know it, one that did not can not.
    answers, truth = independent(300, [0.5, 0.5], seed=3)
    design = Design(
        features=np.column_stack([vote_features(answers, categories=2), np.eye(300)]),
        judges=2,
        covariates=300,
    )
    found = fitted(
        stack(answers, truth, categories=2, design=design, recipe=Recipe(ridge=0.01), rng=rng(), draws=50)
    )
    assert np.mean(found.labels == truth) < 0.65
    assert np.mean(stack_probabilities(found.model, design).argmax(axis=1) == truth) == 1.0


def test_items_without_a_label_are_predicted_by_the_model_of_all_labels() -> None:
    answers, truth = independent(500, [0.8, 0.7, 0.9], seed=2)
    known = np.where(np.arange(500) < 250, truth, -1)
    found = fitted(stack(answers, known, categories=2, rng=rng(), draws=50))
    features = vote_features(answers, categories=2)
    whole = fit_logistic(features[:250], truth[:250], categories=2)
    assert found.probabilities[250:] == pytest.approx(class_probabilities(whole, features)[250:])
    assert (found.folds[250:] == -1).all()
    assert set(found.folds[:250]) == {0, 1, 2, 3, 4}
    assert len(found.best_single) == 5


def test_items_of_one_cluster_are_predicted_together() -> None:
    answers, truth = independent(400, [0.8, 0.7], seed=2)
    clusters = np.arange(400) // 4
    found = fitted(stack(answers, truth, categories=2, clusters=clusters, rng=rng(), draws=50))
    assert all(np.unique(found.folds[clusters == cluster]).size == 1 for cluster in range(100))


def test_a_ridge_is_searched_on_the_grid() -> None:
    found = fitted(
        stack(
            *independent(250, [0.7, 0.7], seed=2),
            categories=2,
            recipe=Recipe(ridge=None),
            rng=rng(),
            draws=50,
        )
    )
    assert found.recipe.ridge in RIDGES


def test_weights_can_be_pulled_towards_each_other() -> None:
    answers, truth = independent(300, [0.9, 0.7, 0.6], seed=2)
    design = Design(features=vote_features(answers, categories=2), judges=3)
    spreads = []
    for equal in (0.0, 10.0, 1e6):
        model, _ = fit_stack(design, truth, categories=2, rng=rng(), recipe=Recipe(equal=equal))
        spreads.append(float(np.ptp(model.coefficients[[1, 4, 7], 1])))
    assert spreads[0] > spreads[1] > spreads[2]
    assert spreads[2] < 1e-3


def test_balanced_classes_make_a_rare_class_be_named() -> None:
    draw = rng(3)
    truth = (draw.random(2000) < 0.04).astype(np.int64)
    answers = np.where(draw.random((2000, 2)) < 0.25, 1 - truth[:, np.newaxis], truth[:, np.newaxis])
    plain = fitted(stack(answers, truth, categories=2, rng=rng(), draws=50))
    balanced = fitted(stack(answers, truth, categories=2, recipe=Recipe(balanced=True), rng=rng(), draws=50))
    assert np.mean(plain.labels[truth == 1]) < 0.3
    assert np.mean(balanced.labels[truth == 1]) > 0.6


def test_an_ordered_stack_needs_fewer_labels_where_judges_are_near_on_a_scale() -> None:
    draw = rng(8)
    truth = draw.integers(7, size=3000)
    answers = np.clip(
        truth[:, np.newaxis] + np.rint(draw.normal(scale=1.2, size=(3000, 3))).astype(np.int64), 0, 6
    )
    features = Design(features=answers.astype(np.float64) - 3, judges=3)
    known = np.where(np.arange(3000) < 200, truth, -1)
    losses = {}
    for ordered in (True, False):
        found = fitted(
            stack(
                answers,
                known,
                categories=7,
                design=features,
                recipe=Recipe(ordered=ordered),
                rng=rng(),
                draws=50,
            )
        )
        losses[ordered] = -np.log(found.probabilities[200:][np.arange(2800), truth[200:]]).mean()
        assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(3000))
    assert losses[True] < losses[False]


def test_weights_of_the_draw_undo_it() -> None:
    # Items with a positive label are drawn ten times as often; weights bring the intercept back.
    answers, truth = independent(20_000, [0.7], seed=6)
    kept = (truth == 1) | (rng(7).random(20_000) < 0.1)
    weights = np.where(truth[kept] == 1, 1.0, 10.0)
    features = vote_features(answers, categories=2)
    whole, _ = fit_stack(Design(features=features, judges=1), truth, categories=2, rng=rng())
    drawn, _ = fit_stack(
        Design(features=features[kept], judges=1), truth[kept], categories=2, weights=weights, rng=rng()
    )
    assert class_probabilities(drawn, features[:50]) == pytest.approx(
        class_probabilities(whole, features[:50]), abs=0.03
    )


@pytest.mark.parametrize(
    ("labels", "classes", "clusters", "reason"),
    [
        (FEWEST_LABELS - 1, 2, None, "199 labels; a stack needs 200"),
        (0, 2, None, "0 labels"),
        (FEWEST_LABELS, 1, None, "one category"),
        (FEWEST_LABELS, 2, 1, "one cluster"),
    ],
)
def test_labels_that_teach_nothing_are_refused(
    labels: int, classes: int, clusters: int | None, reason: str
) -> None:
    answers, truth = independent(300, [0.8, 0.8], seed=1)
    known = np.where(np.arange(300) < labels, truth % classes, -1)
    groups = None if clusters is None else np.zeros(300, dtype=np.int64)
    found = stack(answers, known, categories=2, clusters=groups, rng=rng())
    assert isinstance(found, Undefined)
    assert found.n == labels
    assert reason in found.reason


def test_items_that_share_rows_are_fitted_as_if_each_had_its_own() -> None:
    answers, truth = independent(400, [0.8, 0.7, 0.6], seed=2)
    own = Design(features=vote_features(answers, categories=2), judges=3)
    shared = vote_design(answers, categories=2)
    assert shared.features.shape == (8, 9)
    models = [fit_stack(design, truth, categories=2, rng=rng())[0] for design in (own, shared)]
    assert models[0].coefficients == pytest.approx(models[1].coefficients, abs=1e-9)
    assert stack_probabilities(models[0], own) == pytest.approx(stack_probabilities(models[1], shared))


@pytest.mark.parametrize(
    ("classes", "expected"),
    [([0, 1, 2], "labels are codes"), ([0, 1, -1], "needs a label"), ([0], "truth needs")],
)
def test_labels_that_do_not_fit_the_design_are_refused(classes: list[int], expected: str) -> None:
    design = vote_design(np.array([[0], [1], [1]]), categories=2)
    with pytest.raises(ValueError, match=expected):
        fit_stack(design, np.array(classes), categories=2, rng=rng())


def test_an_ordered_model_is_not_fitted_by_halves() -> None:
    answers, truth = independent(50, [0.8], seed=1)
    with pytest.raises(ValueError, match="ordered"):
        fit_stack(
            vote_design(answers, categories=2), truth, categories=2, rng=rng(), recipe=Recipe(ordered=True)
        )


def test_the_same_generator_gives_the_same_stack() -> None:
    answers, truth = independent(250, [0.8, 0.7], seed=2)
    first, second = (fitted(stack(answers, truth, categories=2, rng=rng(9), draws=50)) for _ in range(2))
    assert first.gain == second.gain
    assert np.array_equal(first.probabilities, second.probabilities)
