import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.confidence.brier import brier_score
from evenhand.stats.confidence.cross_fit import CrossFit, cross_fit
from evenhand.stats.confidence.maps import BetaMap, fit_map
from evenhand.stats.estimate import Estimate, Undefined

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def sample(n: int, seed: int = 0) -> tuple[Floats, Bools]:
    rng = np.random.default_rng(seed)
    confidence = 0.5 + 0.5 * np.sqrt(rng.random(n))
    return confidence, rng.random(n) < 0.5 + 0.7 * (confidence - 0.5)


def fitted(
    confidence: Floats, correct: Bools, *, clusters: NDArray[np.int64] | None = None, folds: int = 10
) -> CrossFit:
    result = cross_fit(confidence, correct, rng=np.random.default_rng(0), clusters=clusters, folds=folds)
    assert isinstance(result, CrossFit)
    return result


def score(confidence: Floats, correct: Bools) -> float:
    measured = brier_score(confidence, correct)
    assert isinstance(measured, Estimate)
    return measured.value


def test_a_label_has_no_say_in_what_its_own_confidence_is_worth() -> None:
    confidence, correct = sample(300)
    before = fitted(confidence, correct)
    changed = correct.copy()
    mine = before.folds == before.folds[7]
    changed[mine] = ~changed[mine]
    after = fitted(confidence, changed)
    assert after.calibrated[mine] == pytest.approx(before.calibrated[mine], abs=0)
    assert (after.calibrated[~mine] != before.calibrated[~mine]).all()


def test_items_of_one_cluster_share_their_fold() -> None:
    confidence, correct = sample(300)
    clusters = np.random.default_rng(1).integers(0, 60, 300)
    folds = fitted(confidence, correct, clusters=clusters).folds
    assert all(np.unique(folds[clusters == cluster]).size == 1 for cluster in np.unique(clusters))


def test_the_final_map_is_the_one_of_all_labels() -> None:
    confidence, correct = sample(300)
    result = fitted(confidence, correct)
    assert (result.method, result.labels) == ("beta", 300)
    assert isinstance(result.final, BetaMap)
    assert result.final == fit_map(confidence, correct)


def test_calibrated_probabilities_are_nearer_to_the_truth() -> None:
    confidence, correct = sample(600)
    assert score(fitted(confidence, correct).calibrated, correct) < score(confidence, correct)


def test_a_map_flatters_itself_on_its_own_labels_and_cross_fitting_does_not() -> None:
    own, crossed, new = [], [], []
    for seed in range(30):
        confidence, correct = sample(200, seed)
        result = cross_fit(confidence, correct, rng=np.random.default_rng(seed), method="isotonic")
        assert isinstance(result, CrossFit)
        own.append(score(result.final.calibrate(confidence), correct))
        crossed.append(score(result.calibrated, correct))
        new.append(
            score(result.final.calibrate(sample(20_000, 1000 + seed)[0]), sample(20_000, 1000 + seed)[1])
        )
    assert np.mean(own) < np.mean(new) - 0.005
    assert np.mean(crossed) > np.mean(new) - 0.005


def test_too_few_independent_labels_make_no_map() -> None:
    confidence, correct = sample(100)
    result = cross_fit(confidence, correct, rng=np.random.default_rng(0), clusters=np.arange(100) % 19)
    assert isinstance(result, Undefined)
    assert "19 independent labels" in result.reason


def test_one_fold_has_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="1 folds"):
        fitted(*sample(100), folds=1)
