"""What the panel may decide alone."""

from dataclasses import replace

import numpy as np
import pytest

from evenhand.calibration.automation import Deciding, certify_automation
from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import Automation

MEASURING = Measuring(choices=Choices())


def deciding(n: int = 400, *, wrong_below: float = 0.5, decided: float = 0.9) -> Deciding:
    """Return a panel that is right above a confidence and guesses below."""
    rng = np.random.default_rng(4)
    confidence = rng.uniform(0, 1, n)
    return Deciding(
        pool=rng.uniform(0, 1, 5000),
        decided=decided,
        confidence=confidence,
        correct=(confidence > wrong_below) | (rng.random(n) < 0.5),
        inclusion=np.full(n, 0.1),
        clusters=None,
        source="made up",
    )


def first(given: Deciding) -> Automation:
    return certify_automation(given, MEASURING)[0]


def test_every_promise_has_its_own_row() -> None:
    rows = certify_automation(deciding(), MEASURING)
    assert [row.alpha for row in rows] == [0.1, 0.2]
    assert rows[0].automated < rows[1].automated
    assert {row.confidence_source for row in rows} == {"made up"}


def test_the_share_is_of_all_items_and_undecided_ones_go_to_people() -> None:
    whole, part = first(deciding(decided=1.0)), first(deciding(decided=0.5))
    assert part.automated == pytest.approx(whole.automated / 2)
    assert f"{100 * part.automated:.1f} % of all items" in part.words


def test_the_sequence_stops_at_the_first_failure() -> None:
    steps = first(deciding()).steps
    certified = [step.certified for step in steps]
    assert certified == sorted(certified, reverse=True)
    tested = [step.p_value is not None for step in steps]
    assert sum(tested) == sum(certified) + 1


def test_nothing_is_accepted_when_the_first_step_fails() -> None:
    row = first(deciding(wrong_below=1.0))
    assert (row.automated, row.threshold) == (0.0, None)
    assert row.words.startswith("Nothing may be decided alone: the strictest threshold")
    assert row.words.endswith("All items go to people.")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (deciding(n=0), "no verdict has a label to certify with"),
        (deciding(n=19), "19 labels to certify with are too few"),
        (replace(deciding(), pool=np.zeros(0)), "no verdict has a label"),
        (
            replace(deciding(), inclusion=np.full(400, np.nan)),
            "it is not recorded how the labelled items were drawn",
        ),
    ],
)
def test_without_labels_that_can_promise_nothing_is_accepted(given: Deciding, reason: str) -> None:
    for row in certify_automation(given, MEASURING):
        assert (row.automated, row.steps) == (0.0, ())
        assert reason in row.words
        assert row.least_labels in {22, 11}


def test_labels_drawn_unequally_are_thinned_to_equal_ones() -> None:
    unequal = replace(deciding(), inclusion=np.where(np.arange(400) % 2, 0.1, 0.4))
    steps = first(unequal).steps
    assert 230 < steps[-1].labelled < 270  # all of one half, a quarter of the other


def test_one_item_of_each_cluster_is_kept() -> None:
    steps = first(replace(deciding(), clusters=np.arange(400) // 4)).steps
    assert steps[-1].labelled == 100


def test_labels_that_a_large_cluster_costs_are_owned_up_to() -> None:
    one_large = np.concatenate([np.zeros(100, dtype=np.int64), np.arange(1, 301)])
    given = replace(deciding(wrong_below=0.0), clusters=one_large)
    assert "(of 400 labels the test can use " in first(given).words
    assert "that are independent and were equally likely). All items" in first(given).words
    assert "the test can use" not in first(deciding(wrong_below=1.0)).words


def test_a_panel_that_is_always_right_decides_wherever_it_has_a_verdict() -> None:
    given = deciding(wrong_below=0.0)
    assert first(given).automated == pytest.approx(0.9)
    assert first(given).words.startswith("The panel may decide alone wherever it has a verdict: 90.0 %")
