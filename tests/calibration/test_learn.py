"""Rules learned from labels: what is written, what it is worth, and when nothing is given."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.calibration.tables import QUICK, PlantedJudge, plant_principle, table_of
from tests.judging.builders import panel
from tests.judging.panel_kit import says

from evenhand.calibration.learn import Learned, NotLearned, groups_of, learn_rule
from evenhand.calibration.learned_rules import RULES
from evenhand.calibration.table import NONE, CalibrationTable, Level, Split
from evenhand.judging.panel import combine
from evenhand.records.panel_fit import LearnedRule, PanelFit
from evenhand.records.scale import NominalScale, Reading

GOOD = PlantedJudge()
POOR = PlantedJudge(sensitivity=0.6, specificity=0.6)
CONTRARY = PlantedJudge(sensitivity=0.05, specificity=0.05)
"""A judge that means the opposite: the votes of a majority are lost on it, a stack turns it round."""
LEARNED: tuple[LearnedRule, ...] = ("weighted", "dawid_skene", "stack")


def learn(table: CalibrationTable, rule: LearnedRule) -> Learned | NotLearned:
    return learn_rule(table, rule, QUICK, made="2026-11-20")


def fit_of(found: Learned | NotLearned) -> PanelFit:
    assert isinstance(found, Learned), found
    return found.fit


def planted(
    judges: Sequence[PlantedJudge], splits: tuple[float, float, float] = (0.5, 0.5, 0.0)
) -> CalibrationTable:
    return table_of(plant_principle(judges=judges, n=1200, splits=splits))


# -- What is learned --------------------------------------------------------------------------------------


def test_a_good_judge_weighs_more_than_a_poor_one_and_a_contrary_one_nothing() -> None:
    fit = fit_of(learn(planted([GOOD, POOR, CONTRARY]), "weighted")).fits[0]
    good, poor, contrary = fit.weights.values()
    assert good > poor > contrary == 0


def test_dawid_skene_finds_how_often_each_judge_is_right() -> None:
    fit = fit_of(learn(planted([GOOD, GOOD, POOR]), "dawid_skene")).fits[0]
    right = [table[0][0] for table in fit.confusions.values()]
    assert right == pytest.approx([0.9, 0.9, 0.6], abs=0.05)


def test_a_stack_turns_a_contrary_judge_round_and_beats_the_best_single_judge() -> None:
    fit = fit_of(learn(planted([GOOD, CONTRARY, CONTRARY]), "stack"))
    assert fit.held_out is not None
    assert fit.held_out.beats_single
    assert fit.held_out.accuracy > fit.held_out.single_accuracy


@pytest.mark.parametrize("rule", LEARNED)
def test_a_fit_survives_its_file_and_names_what_it_rests_on(rule: LearnedRule) -> None:
    fit = fit_of(learn(planted([GOOD, CONTRARY, CONTRARY]), rule))
    again = PanelFit.model_validate_json(fit.model_dump_json(by_alias=True))
    assert again == fit
    assert set(fit.judges) == {"judge-0", "judge-1", "judge-2"}
    assert f"{fit.fits[0].labelled} labels of run planted-run" == fit.source
    assert fit.held_out is not None


def test_labels_drawn_by_disagreement_are_weighted_in_what_a_fit_is_worth() -> None:
    whole = plant_principle(judges=(GOOD, POOR, POOR), n=6000, splits=(0.5, 0.5, 0.0))
    chance = np.where(whole.disagreement > 0, 0.5, 0.1)
    drawn = np.random.default_rng(2).random(whole.n) < chance
    label = np.where(drawn, whole.reference.label, -1).astype(np.int16)
    reference = replace(whole.reference, label=label, inclusion=np.where(drawn, chance, np.nan))
    fit = fit_of(learn(table_of(replace(whole, reference=reference)), "weighted"))
    assert fit.held_out is not None
    assert fit.held_out.single_accuracy == pytest.approx(0.9, abs=0.03)  # .87 on the labels as they are
    even = fit_of(learn(table_of(whole), "weighted")).fits[0].weights
    uneven = fit.fits[0].weights
    assert uneven["judge-1"] == pytest.approx(even["judge-1"], abs=0.15)


# -- What is refused --------------------------------------------------------------------------------------


def test_a_stack_that_does_not_beat_the_best_single_judge_is_not_given() -> None:
    clone = replace(GOOD, same_as=0)
    found = learn(planted([GOOD, clone, clone]), "stack")
    assert isinstance(found, NotLearned)
    assert "labels it was not learned from" in found.reason
    assert "use judge-" in found.hint


def test_a_stack_needs_two_hundred_labels() -> None:
    found = learn(table_of(plant_principle(n=300)), "stack")
    assert isinstance(found, NotLearned)
    assert "needs 200 labels" in found.reason


def test_numbers_do_not_vote() -> None:
    numeric = replace(plant_principle(), level=Level.INTERVAL, values=(0.0, 1.0))
    found = learn(table_of(numeric), "weighted")
    assert isinstance(found, NotLearned)
    assert "mean" in found.hint


# -- Which labels -----------------------------------------------------------------------------------------


def test_labels_to_certify_with_change_what_a_fit_is_worth_and_none_of_its_numbers() -> None:
    principle = plant_principle(judges=[GOOD, POOR, CONTRARY], n=1200)
    gate = principle.split == 1
    lies = replace(
        principle.reference,
        label=np.where(gate, 1 - principle.reference.label, principle.reference.label).astype(np.int16),
    )
    honest = fit_of(learn(table_of(principle), "weighted"))
    fooled = fit_of(learn(table_of(replace(principle, reference=lies)), "weighted"))
    assert honest.fits == fooled.fits
    assert honest.held_out is not None
    assert fooled.held_out is not None
    assert honest.held_out.accuracy == pytest.approx(1 - fooled.held_out.accuracy)


def test_with_labels_of_one_split_only_the_rule_is_measured_on_folds_it_was_not_learned_from() -> None:
    table = planted([GOOD, CONTRARY, CONTRARY], splits=(0.0, 1.0, 0.0))
    fit = fit_of(learn(table, "stack"))
    assert fit.held_out is not None
    assert fit.held_out.labels == fit.fits[0].labelled == 1200


def test_principles_with_the_same_answers_are_learned_together_and_others_apart() -> None:
    one, two = plant_principle("one"), plant_principle("two", first_cluster=10_000)
    other = replace(plant_principle("other", n=20), categories=("yes", "no"))
    together = fit_of(learn(table_of(one, two), "weighted"))
    assert [fit.principles for fit in together.fits] == ["*"]
    found = learn(table_of(one, two, other), "weighted")
    assert [fit.principles for fit in fit_of(found).fits] == ["one", "two"]
    assert isinstance(found, Learned)
    assert found.left_out == ("other",)


def test_an_answer_that_says_cannot_tell_is_no_opinion() -> None:
    readings = (Reading.PASS, Reading.FAIL, Reading.ABSTAIN)
    principle = plant_principle(n=400)
    answers = principle.answers.copy()
    answers[:50, 0] = 2
    unsure = replace(principle, answers=answers, categories=("c", "v", "?"), readings=readings)
    (group,) = groups_of(table_of(unsure))
    assert group.labels == ("c", "v")
    assert (group.answers[:50, 0] == NONE).all()


# -- One rule, two ways to apply it -----------------------------------------------------------------------


@pytest.mark.parametrize("rule", LEARNED)
def test_a_panel_says_of_every_pattern_of_answers_what_was_measured(rule: LearnedRule) -> None:
    table = planted([GOOD, CONTRARY, CONTRARY])
    fit = fit_of(learn(table, rule))
    scale = NominalScale(type="nominal", values=("complies", "violates"), passes=("complies",))
    (group,) = groups_of(table)
    numbers = RULES[rule](group.answers, group.learnable(group.labelled([Split.OPTIMISE])), 2, None)
    names = list(fit.judges)
    rules = panel(*names, rule=rule, fit="f.json", quorum=1)
    for pattern in product((0, 1, NONE), repeat=3):
        if set(pattern) == {NONE}:
            continue
        labels = [None if code == NONE else scale.values[code] for code in pattern]
        opinions = [says(label, name, scale) for label, name in zip(labels, names, strict=True)]
        expected = int(numbers.predict(np.array([pattern]))[0])
        found = combine(opinions, rules, scale, fit.fits[0]).label
        assert found == (None if expected == NONE else scale.values[expected]), pattern
