import math
from dataclasses import replace

import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.history import chart_history, tell_changes
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import History
from evenhand.calibration.table import EarlierRun
from evenhand.stats.estimate import Undefined


def chart(*runs: tuple[int, int]) -> History:
    return chart_history(
        tuple(
            EarlierRun(run=f"run-{place}", finished="", labelled=labelled, agreed=agreed)
            for place, (agreed, labelled) in enumerate(runs)
        ),
        Measuring(choices=Choices()),
    )


def test_the_centre_is_the_share_of_all_runs_together() -> None:
    assert chart((90, 100), (180, 200)).centre == pytest.approx(270 / 300)


def test_the_limits_are_three_standard_errors_of_the_difference_from_the_centre() -> None:
    low = chart((90, 100), (180, 200)).points[0].low
    # sqrt(.9 * .1 * (1/100 - 1/300)) = sqrt(.0006)
    assert low == pytest.approx(0.9 - 3 * math.sqrt(0.0006))


def test_a_run_far_from_the_others_lies_outside() -> None:
    history = chart((90, 100), (92, 100), (91, 100), (60, 100))
    assert [point.inside for point in history.points] == [True, True, True, False]
    assert history.words.startswith("1 of 4 runs lies outside the limits around 83.2 %.")


def test_equal_runs_all_lie_inside_even_when_perfect() -> None:
    history = chart((100, 100), (100, 100))
    assert all(point.inside for point in history.points)
    assert history.points[0].high == 1.0


def test_a_single_run_has_nothing_to_compare_with() -> None:
    history = chart((90, 100))
    assert (history.centre, history.points[0].low) == (None, None)
    assert "nothing to compare with" in history.words


def test_a_run_with_too_few_labels_is_shown_and_not_charted() -> None:
    history = chart((90, 100), (92, 100), (3, 10), (0, 0))
    assert history.centre == pytest.approx(182 / 200)
    assert all(isinstance(point.agreement, Undefined) for point in history.points[2:])
    assert all(point.low is None and point.inside for point in history.points[2:])


def test_what_changed_since_the_run_before_is_told() -> None:
    history = chart((90, 100), (91, 100))
    last = replace(history.points[-1], changes=("judge a 1.0.0 became 1.1.0",))
    assert tell_changes(replace(history, points=(history.points[0], last))) == (
        "judge a 1.0.0 became 1.1.0",
        "Agreement of the panel with people was 90.0 % (82.6 to 94.5) in run-0, and is 91.0 % (83.8 to 95.2).",
    )
    assert tell_changes(chart((90, 100))) == ()
