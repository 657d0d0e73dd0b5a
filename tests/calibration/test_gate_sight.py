from dataclasses import replace

import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.gate_sight import tell_sight
from evenhand.calibration.results import GateSight
from evenhand.calibration.sample import Sample, empty_sample, sample_principle
from evenhand.calibration.table import Split
from evenhand.stats.change.power import smallest_detectable_difference

from .tables import plant_principle

ALL = tuple(Split)


def sample(n: int, *, failing: float = 0.5, name: str = "planted") -> Sample:
    return sample_principle(plant_principle(name, n=n, failing=failing), ALL)


def sight(**samples: Sample) -> tuple[GateSight, ...]:
    return tell_sight(samples, Choices())


def test_failing_items_carry_sensitivity_and_passing_ones_specificity() -> None:
    planted = sample(400, failing=0.25)
    whole, row = sight(planted=planted)
    assert whole.failing + whole.passing == 400
    assert whole.failing < whole.passing
    assert row.sensitivity_drop is not None
    assert row.specificity_drop is not None
    assert row.sensitivity_drop > row.specificity_drop


def test_the_drop_is_the_smallest_that_mcnemars_test_sees() -> None:
    whole, _ = sight(planted=sample(400))
    assert whole.sensitivity_drop == smallest_detectable_difference(whole.failing, 0.15)


def test_several_principles_are_tested_at_the_strictest_level_of_holms_method() -> None:
    one = sight(a=sample(400, name="a"))[1]
    many = sight(a=sample(400, name="a"), b=sample(400, name="b"), c=sample(400, name="c"))[1]
    assert one.sensitivity_drop is not None
    assert many.sensitivity_drop is not None
    assert many.sensitivity_drop > one.sensitivity_drop
    unlabelled = sight(a=sample(400, name="a"), b=sample(0, name="b"))[1]
    assert unlabelled.sensitivity_drop == one.sensitivity_drop


def test_enough_labels_see_the_margin() -> None:
    whole, row = sight(planted=sample(5000))
    assert whole.sees_margin
    assert row.sees_margin
    assert whole.words.endswith("(power 80.0 %).")


def test_too_few_labels_say_how_many_it_takes() -> None:
    whole, _ = sight(planted=sample(100))
    assert not whole.sees_margin
    assert f"it takes 1,029 of each: label {1029 - whole.failing:,} more failing" in whole.words


@pytest.mark.parametrize("labelled", [sample(0), replace(sample(50), has_rate=False), empty_sample(3)])
def test_without_an_item_that_passes_or_fails_a_gate_is_blind(labelled: Sample) -> None:
    row = sight(planted=labelled)[1]
    assert (row.sensitivity_drop, row.specificity_drop, row.sees_margin) == (None, None, False)
    assert row.words == "No labelled item passes or fails, so a gate sees nothing."


def test_one_kind_of_item_shows_one_kind_of_drop() -> None:
    row = sight(planted=sample(200, failing=0.0))[1]
    assert row.sensitivity_drop is None
    assert row.specificity_drop is not None
    assert row.words.startswith("A gate sees no drop of sensitivity on 0 failing items and a drop of")
