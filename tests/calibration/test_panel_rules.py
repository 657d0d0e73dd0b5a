"""Rules on labels they have not seen."""

from collections.abc import Sequence

import numpy as np
import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import (
    AS_IT_IS,
    RuleComparison,
    compare_panel_rules,
    cross_folds,
    split_folds,
)
from evenhand.calibration.sample import Sample, sample_principle
from evenhand.calibration.table import Split
from evenhand.stats.estimate import Estimate, Undefined

from .tables import PlantedJudge, plant_principle

MEASURING = Measuring(choices=Choices(draws=200))
THREE = (PlantedJudge(),) * 3


def sampled(judges: Sequence[PlantedJudge], n: int = 1000, *, per_cluster: int = 1) -> tuple[Sample, Sample]:
    planted = plant_principle(judges=judges, n=n, per_cluster=per_cluster)
    return sample_principle(planted, (Split.OPTIMISE,)), sample_principle(planted, (Split.GATE,))


def compare(learn: Sample, certify: Sample, *, rule: str = "majority") -> RuleComparison:
    names = [f"judge-{place}" for place in range(certify.answers.shape[1] - 1)]
    folds = split_folds([learn], [certify])
    return compare_panel_rules(folds, [certify], judges=names, rule=rule, measuring=MEASURING)


def test_the_best_single_judge_is_chosen_on_the_labels_for_learning() -> None:
    learn, certify = sampled(THREE)
    # On the labels for learning only, the second judge is made perfect.
    learn.answers[:, 1] = learn.truth
    found = compare(learn, certify)
    assert found.best_single == 1
    assert found.rows[0].rule == "best single judge: judge-1"
    assert isinstance(found.rows[0].accuracy, Estimate)
    assert found.rows[0].accuracy.value == pytest.approx(certify.right(1).mean())


def test_a_majority_panel_is_listed_once() -> None:
    learn, certify = sampled(THREE)
    rules = [row.rule for row in compare(learn, certify).rows]
    assert rules[1:] == [AS_IT_IS, "weighted", "Dawid-Skene", "stack"]
    assert "majority" in [row.rule for row in compare(learn, certify, rule="unanimous").rows]


def test_a_stack_needs_labels_to_learn_from() -> None:
    learn, certify = sampled(THREE, n=300)
    row = compare(learn, certify).rows[-1]
    assert row.rule == "stack"
    assert isinstance(row.accuracy, Undefined)
    assert row.accuracy.reason == "a stack needs 200 labels to learn from"


def test_too_few_labels_compare_nothing() -> None:
    learn, certify = sampled(THREE)
    few = learn.take(np.arange(learn.n) < 19)
    assert compare(few, certify).rows == ()
    assert compare(learn, certify.take(np.arange(certify.n) < 19)).recommended.startswith(AS_IT_IS)


def test_a_rule_is_recommended_only_when_its_whole_interval_is_above_zero() -> None:
    learn, certify = sampled((PlantedJudge(sensitivity=0.75, specificity=0.75),) * 5, n=3000)
    found = compare(learn, certify)
    chosen = next(row for row in found.rows if row.rule == found.recommended)
    assert chosen.beats_single
    copies = (PlantedJudge(), PlantedJudge(same_as=0), PlantedJudge(same_as=0))
    same = compare(*sampled(copies))
    assert same.recommended == "best single judge: judge-0"
    assert not any(row.beats_single for row in same.rows)


def test_folds_learn_nothing_from_what_they_measure() -> None:
    _, certify = sampled(THREE, per_cluster=4)
    folds = cross_folds([certify], np.random.default_rng(0))
    covered = np.sum([fold.out for fold in folds], axis=0)
    assert (covered == 1).all()
    for fold in folds:
        assert not set(fold.learn[0].clusters) & set(certify.clusters[fold.out])
        assert fold.learn[0].n + int(fold.out.sum()) == certify.n
