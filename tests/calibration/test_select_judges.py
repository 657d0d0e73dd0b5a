"""Judges worth keeping, chosen on labels for learning."""

from dataclasses import replace

import pytest
from tests.calibration.tables import QUICK, PlantedJudge, plant_principle, table_of

from evenhand.calibration.select_judges import NotSelected, SelectedJudges, select_judges
from evenhand.stats.estimate import Estimate

GOOD, POOR = PlantedJudge(), PlantedJudge(sensitivity=0.55, specificity=0.55)


def test_copies_of_a_judge_are_left_out_for_judges_who_err_apart() -> None:
    copy = replace(GOOD, same_as=0)
    found = select_judges(table_of(plant_principle(judges=[GOOD, copy, copy, GOOD, GOOD], n=800)), QUICK)
    assert isinstance(found, SelectedJudges)
    assert {"judge-3", "judge-4"} < set(found.judges)
    assert len(found.judges) == 3
    assert isinstance(found.kept, Estimate)
    assert found.kept.value > 0.9


def test_of_judges_who_err_apart_the_good_ones_are_kept() -> None:
    found = select_judges(table_of(plant_principle(judges=[POOR, GOOD, POOR, GOOD, GOOD], n=800)), QUICK)
    assert isinstance(found, SelectedJudges)
    assert set(found.judges) == {"judge-1", "judge-3", "judge-4"}
    assert found.runner_up
    assert found.cost_share == pytest.approx(3 / 5)


def test_the_same_table_gives_the_same_choice() -> None:
    table = table_of(plant_principle(judges=[GOOD, POOR, GOOD, GOOD]))
    assert select_judges(table, QUICK) == select_judges(table, QUICK)


def test_principles_with_other_answers_count_together() -> None:
    other = replace(
        plant_principle("other", judges=[GOOD, POOR, GOOD], first_cluster=9000), categories=("y", "n")
    )
    found = select_judges(table_of(plant_principle(judges=[GOOD, POOR, GOOD]), other), QUICK, keep=2)
    assert isinstance(found, SelectedJudges)
    assert set(found.judges) == {"judge-0", "judge-2"}


def test_without_labels_to_learn_from_nobody_is_proposed() -> None:
    found = select_judges(table_of(plant_principle(labelled=0.0)), QUICK)
    assert isinstance(found, NotSelected)
    assert "--humans" in found.hint


def test_more_judges_than_there_are_can_not_be_kept() -> None:
    with pytest.raises(ValueError, match="can not be chosen from 3 judges"):
        select_judges(table_of(plant_principle()), QUICK, keep=4)
