"""Changes of a pass rate, corrected for the panel's own errors."""

from dataclasses import replace

import numpy as np
import pytest
from tests.gate.made import BAD, CANDIDATES, GOOD, column, gate, made, one_test, paired_column, principle

from evenhand.gate.corrected import Labelled, correct
from evenhand.gate.results import Measure, Status, TestResult
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.change.paired import PairedCounts, paired_difference
from evenhand.stats.estimate import Estimate, Undefined


def labelled(found: int, of_failing: int, let: int, of_passing: int) -> Labelled:
    """Labels on which the panel fails `found` of the failing items and passes `let` of the passing ones."""
    truth = np.array([False] * of_failing + [True] * of_passing)
    passes = np.array(
        [False] * found + [True] * (of_failing - found) + [True] * let + [False] * (of_passing - let)
    )
    return Labelled(passes=passes, truth=truth, weights=None, clusters=None)


def compared(both: int, lost: int, won: int, neither: int) -> TestResult:
    old, new = paired_column(both, lost, won, neither)
    return one_test(gate(made({"p": old}), made({"p": new}), CANDIDATES), Measure.PASS_RATE)


def test_the_true_change_is_the_apparent_one_over_youdens_index() -> None:
    # se = 80/100, sp = 190/200: .03 / (.8 + .95 - 1)
    found = correct(compared(800, 60, 30, 110), labelled(80, 100, 190, 200))
    assert isinstance(found.corrected, Estimate)
    assert found.apparent == pytest.approx(-0.03)
    assert found.corrected.value == pytest.approx(-0.03 / 0.75)
    assert isinstance(found.sensitivity, Estimate)
    assert (found.sensitivity.value, found.labelled) == (0.8, 300)


def test_a_perfect_panel_needs_hardly_a_correction() -> None:
    test = compared(9000, 60, 50, 890)
    found = correct(test, labelled(20_000, 20_000, 20_000, 20_000))
    assert isinstance(found.corrected, Estimate)
    assert isinstance(test.difference, Estimate)
    assert found.corrected.interval.low == pytest.approx(test.difference.interval.low, abs=1e-4)
    assert found.corrected.interval.high == pytest.approx(test.difference.interval.high, abs=1e-4)


def test_limits_hold_zero_where_those_of_the_verdicts_do() -> None:
    for counts in ((800, 60, 30, 110), (800, 30, 60, 110), (800, 45, 45, 110), (800, 50, 40, 110)):
        test = compared(*counts)
        found = correct(test, labelled(80, 100, 190, 200)).corrected
        assert isinstance(found, Estimate)
        assert isinstance(test.difference, Estimate)
        limits, apparent = found.interval, test.difference.interval
        assert (limits.low < 0 < limits.high) == (apparent.low < 0 < apparent.high)
        assert limits.low <= found.value <= limits.high


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (labelled(10, 19, 190, 200), "fewer than 20 labelled items of the kind"),
        (labelled(10, 100, 20, 200), "hardly better than chance"),
        (labelled(60, 100, 100, 200), "hardly better than chance"),
    ],
)
def test_labels_that_say_too_little_correct_nothing(labels: Labelled, reason: str) -> None:
    found = correct(compared(900, 5, 5, 90), labels)
    assert isinstance(found.corrected, Undefined)
    assert reason in found.reason
    assert found.outcome is Outcome.PASSED


def test_a_weak_panel_does_not_exclude_the_drop_that_its_verdicts_exclude() -> None:
    old, new = paired_column(890, 20, 16, 74)
    labels = {"p": labelled(70, 100, 140, 200)}
    plain = gate(made({"p": old}), made({"p": new}), CANDIDATES)
    assert plain.status is Status.PASSED
    weak = gate(made({"p": old}), made({"p": new}), CANDIDATES, labelled=labels)
    assert weak.status is Status.UNDECIDED
    assert "corrected for the panel's errors" in principle(weak).reason
    strong = gate(made({"p": old}), made({"p": new}), CANDIDATES, labelled={"p": labelled(98, 100, 196, 200)})
    assert strong.status is Status.PASSED


def test_missing_verdicts_are_held_against_the_corrected_change_too() -> None:
    old, new = paired_column(1950, 6, 6, 38)
    labels = {"p": labelled(85, 100, 170, 200)}
    whole = gate(made({"p": old}), made({"p": new}), CANDIDATES, labelled=labels)
    assert whole.status is Status.PASSED
    new[:35] = [False] * 35
    hidden = gate(made({"p": old}), made({"p": new}), CANDIDATES, labelled=labels)
    assert one_test(hidden, Measure.PASS_RATE).outcome is Outcome.PASSED
    assert hidden.status is Status.UNDECIDED
    assert "with all missing verdicts against the new side" in principle(hidden).reason


@pytest.mark.parametrize(
    ("before", "after", "se", "sp", "labels"),
    [
        (0.8, 0.8, 0.9, 0.9, 200),
        (0.8, 0.7, 0.8, 0.8, 200),
        (0.5, 0.3, 0.8, 0.8, 100),
        (0.8, 0.6, 0.7, 0.8, 150),
    ],
)
def test_the_interval_covers_what_people_would_say(
    before: float, after: float, se: float, sp: float, labels: int
) -> None:
    # 400 draws at a nominal 90 %: standard error 1.5 points. The delta method left out a tenth on one side.
    rng = np.random.default_rng(20261127)
    base = compared(90, 5, 5, 0)
    low = high = known = 0
    for _ in range(400):
        truth = rng.random(1000) < before
        now = truth & (rng.random(1000) < after / before)
        luck = rng.random(1000)
        then, later = (np.where(each, luck < sp, luck > se) for each in (truth, now))
        counts = PairedCounts(
            both=int((then & later).sum()),
            only_old=int((then & ~later).sum()),
            only_new=int((~then & later).sum()),
            neither=int((~then & ~later).sum()),
        )
        difference = paired_difference(counts, confidence=0.9)
        assert isinstance(difference, Estimate)
        test = replace(base, difference=difference, low=difference.interval.low)
        people, again = rng.random(labels) < before, rng.random(labels)
        known_by = Labelled(
            passes=np.where(people, again < sp, again > se), truth=people, weights=None, clusters=None
        )
        found = correct(test, known_by).corrected
        if isinstance(found, Estimate):
            known += 1
            low += found.interval.low > after - before
            high += found.interval.high < after - before
    assert known > 300
    assert low / known <= 0.085
    assert high / known <= 0.085


def test_a_label_without_a_verdict_of_a_principle_that_is_not_compared_changes_nothing() -> None:
    side = made({"p": column((GOOD, 500), (BAD, 20))})
    assert gate(side, side, CANDIDATES, labelled={"q": labelled(80, 100, 190, 200)}).corrected == ()
