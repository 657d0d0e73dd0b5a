import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.errors import MOST, gather_errors, surest_mistakes
from evenhand.calibration.sample import purpose_of
from evenhand.calibration.table import NONE, Split

from .tables import PlantedJudge, plant_principle, table_of

POOR = (PlantedJudge(sensitivity=0.6, specificity=0.7),) * 3


def test_no_error_shown_is_from_labels_to_certify_with() -> None:
    planted = plant_principle(judges=POOR, n=2000)
    table = table_of(planted)
    gallery = gather_errors(table, purpose_of(table, Choices()))
    shown = {item.seq for item in (*gallery.confident, *gallery.split)}
    assert len(gallery.confident) == len(gallery.split) == MOST
    assert shown <= set(np.flatnonzero(planted.split == Split.OPTIMISE).tolist())


def test_mistakes_on_labels_to_certify_with_are_counted() -> None:
    planted = plant_principle(judges=POOR)
    table = table_of(planted)
    wrong = (planted.verdict != planted.reference.label) & (planted.split == Split.GATE)
    assert gather_errors(table, purpose_of(table, Choices())).held_back == wrong.sum() > 0


def test_confident_mistakes_come_surest_first() -> None:
    table = table_of(plant_principle("a", judges=POOR), plant_principle("b", judges=POOR))
    confident = gather_errors(table, purpose_of(table, Choices())).confident
    sure = [item.confidence for item in confident if item.confidence is not None]
    assert sure == sorted(sure, reverse=True)
    assert all(item.verdict != item.reference and item.verdict for item in confident)


def test_without_probabilities_a_unanimous_mistake_is_the_surest() -> None:
    silent = (PlantedJudge(sensitivity=0.6, specificity=0.7, gives_confidence=False),) * 3
    planted = plant_principle(judges=silent)
    rows = surest_mistakes(planted)
    assert (np.diff(planted.disagreement[rows]) >= 0).all()
    table = table_of(planted)
    assert gather_errors(table, purpose_of(table, Choices())).confident[0].confidence is None


def test_a_suite_with_a_gate_split_only_shows_no_error() -> None:
    table = table_of(plant_principle(judges=POOR, splits=(0.0, 1.0, 0.0)))
    gallery = gather_errors(table, purpose_of(table, Choices()))
    assert (gallery.confident, gallery.split) == ((), ())
    assert gallery.held_back > 0


def test_an_undecided_item_may_be_a_split_and_is_no_mistake() -> None:
    planted = plant_principle(judges=POOR[:2])
    table = table_of(planted)
    gallery = gather_errors(table, purpose_of(table, Choices()))
    assert (planted.verdict == NONE).any()
    assert all(item.verdict for item in gallery.confident)
    assert all(item.verdict == "" for item in gallery.split)
