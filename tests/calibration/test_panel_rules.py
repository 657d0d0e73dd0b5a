"""Rules on labels they have not seen."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import (
    AS_IT_IS,
    RuleComparison,
    compare_panel_rules,
    cross_folds,
    held_out_single,
    split_folds,
)
from evenhand.calibration.sample import Sample, sample_principle
from evenhand.calibration.study import make_study
from evenhand.calibration.table import Split
from evenhand.stats.estimate import Estimate, Undefined

from .tables import PlantedJudge, plant_principle, table_of

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


def test_the_best_of_equal_judges_is_no_better_on_labels_that_did_not_choose_it() -> None:
    equal = PlantedJudge(sensitivity=0.8, specificity=0.8)
    leads, flattering = [], []
    for seed in range(60):
        planted = plant_principle(judges=(equal,) * 6, n=100, splits=(0.0, 1.0, 0.0), seed=seed)
        # The last judge stands for a panel that is as good as each of the others.
        table = table_of(replace(planted, answers=planted.answers[:, :5], verdict=planted.answers[:, 5]))
        study = make_study(table, MEASURING)
        right = study.whole.right(-1).mean()
        leads.append((held_out_single(study.folds, study.whole) == study.whole.truth).mean() - right)
        flattering.append(max(study.whole.right(judge).mean() for judge in range(5)) - right)
    assert abs(np.mean(leads)) < 0.02  # standard error .007
    assert np.mean(flattering) > 0.03


def test_values_of_all_labels_are_divided_by_principle() -> None:
    names = ("a", "b", "c")
    first = [plant_principle(name, n=40 + place) for place, name in enumerate(names)]
    other = replace(first[1], categories=("fine", "bad"))
    study = make_study(table_of(first[0], other, first[2]), MEASURING)
    parts = study.by_principle(study.whole.truth)
    for part, sample in zip(parts, study.certify, strict=True):
        assert (part == sample.truth).all()


@pytest.mark.parametrize("failing", [0.0, 0.05])
def test_a_rule_that_passes_everything_is_not_recommended_because_violations_are_rare(failing: float) -> None:
    judges = (PlantedJudge(sensitivity=0.8, specificity=0.8),) * 3
    planted = plant_principle(judges=judges, n=600, failing=failing, seed=1)
    learn, certify = (sample_principle(planted, (split,)) for split in (Split.OPTIMISE, Split.GATE))
    found = {row.rule: row for row in compare(learn, certify).rows}
    skene = found["Dawid-Skene"]
    assert isinstance(skene.gain, Estimate)
    assert skene.gain.interval.low > 0
    assert not skene.beats_single
    assert compare(learn, certify).recommended != "Dawid-Skene"
