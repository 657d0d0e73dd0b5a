import pytest

from evenhand.calibration.results import Calibration, Trust

from .examples import empty_calibration, hostile_calibration, made_up_calibration
from .walk import flaws


@pytest.mark.parametrize("record", [made_up_calibration(), empty_calibration(), hostile_calibration()])
def test_the_examples_hold_nothing_a_record_may_not(record: Calibration) -> None:
    assert flaws(record) == []


def test_the_example_shows_every_kind_of_trust() -> None:
    assert {cell.trust for cell in made_up_calibration().trust} == set(Trust)
