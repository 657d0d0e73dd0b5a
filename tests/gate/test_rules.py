"""Rules beside the tests: zero tolerance and floors."""

from collections.abc import Mapping

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint
from tests.gate.made import BAD, GOOD, Voices, column, gate, made

from evenhand.gate.patterns import is_one_voice
from evenhand.gate.results import FloorResult, GateResult, Status
from evenhand.records.baseline import Said
from evenhand.records.gate import Floors, GateSpec
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate

P, F, U = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED
REST = 300
"""Cells beside the one that is looked at, so that no test says anything."""


def with_one(old: Voices, new: Voices, *, compares: str, truth: str = BAD, name: str = "p") -> GateResult:
    """Gate a run in which one cell is said to be so, and all others are as people say."""
    good: Voices = (GOOD, GOOD, GOOD)
    labels = {name: [truth] + [GOOD] * REST}
    spec = GateSpec(compares=compares, zero_tolerance=("p", "privacy.*"), margin=0.5)  # type: ignore[arg-type]
    sides = [made({name: [each, *column((good, REST))]}, labels) for each in (old, new)]
    return gate(sides[0], sides[1], spec)


def voices(letters: str) -> tuple[Said, ...]:
    """The panel and its two judges: g passes, b fails, ? can not tell, - is missing."""
    said: Mapping[str, Said] = {"g": GOOD, "b": BAD, "?": None, "-": False}
    return tuple(said[letter] for letter in letters)


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("ggg", "bbb", F),
        # The panel was not of one voice before: that it passed is enough.
        ("ggb", "bbb", F),
        ("ggg", "bbg", P),
        ("ggg", "bb?", P),
        ("ggg", "???", P),
        ("bbb", "bbb", P),
        ("?gb", "bbb", P),
        # What is missing could break it.
        ("ggg", "---", U),
        ("ggg", "bb-", U),
        ("---", "bbb", U),
        ("---", "---", U),
        ("ggg", "gg-", P),
        ("bbb", "---", P),
        ("---", "ggg", P),
    ],
)
def test_one_cell_that_passed_and_is_failed_by_a_panel_of_one_voice_breaks_zero_tolerance(
    old: str, new: str, outcome: Outcome
) -> None:
    result = with_one(voices(old), voices(new), compares="candidates")
    (rule,) = result.rules
    assert rule.outcome is outcome
    assert result.status.value == outcome.value
    if outcome is F:
        assert rule.cells == (("case-00000", "1"),)
        assert "a rule, not statistics" in result.headline


@pytest.mark.parametrize(
    ("truth", "old", "new", "outcome"),
    [
        (BAD, "bbb", "ggg", F),
        (GOOD, "bbb", "ggg", P),
        (GOOD, "ggg", "bbb", P),
        (BAD, "bbb", "gg-", U),
        (BAD, "bbb", "---", U),
        (GOOD, "bbb", "---", P),
    ],
)
def test_a_judge_breaks_it_by_letting_pass_what_people_fail(
    truth: str, old: str, new: str, outcome: Outcome
) -> None:
    (rule,) = with_one(voices(old), voices(new), compares="judges", truth=truth).rules
    assert rule.outcome is outcome


@pytest.mark.parametrize(("name", "rules"), [("privacy.share", 1), ("privacy", 0), ("style", 0)])
def test_zero_tolerance_is_asked_for_by_name_or_pattern(name: str, rules: int) -> None:
    assert len(with_one(GOOD, BAD, compares="candidates", name=name).rules) == rules


# -- Floors ----------------------------------------------------------------------------------------


def floor_of(
    right: int, wrong: int, missing: int, floor: float, **changes: object
) -> tuple[FloorResult, GateResult]:
    said = column((GOOD, right), (BAD, wrong), (False, missing))
    spec = GateSpec(compares="candidates", floors=Floors(pass_rate=floor), margin=0.9, **changes)  # type: ignore[arg-type]
    side = made({"p": said})
    result = gate(side, side, spec)
    (found,) = result.floors
    return found, result


@pytest.mark.parametrize(
    ("right", "wrong", "missing", "outcome"),
    [
        (190, 10, 0, P),
        (170, 30, 0, U),
        (120, 80, 0, F),
        # Right or wrong, those that are missing do not decide it.
        (1900, 100, 10, P),
        (120, 80, 5, F),
        # They could.
        (190, 10, 15, U),
        (150, 30, 20, U),
        (0, 0, 20, U),
    ],
)
def test_a_floor_is_decided_with_confidence(right: int, wrong: int, missing: int, outcome: Outcome) -> None:
    floor, result = floor_of(right, wrong, missing, 0.85)
    assert floor.outcome is outcome
    assert floor.missing == missing
    assert result.status.value == outcome.value


def test_the_limits_of_a_floor_are_wilsons_one_sided() -> None:
    floor, _ = floor_of(190, 10, 0, 0.85)
    low, high = proportion_confint(190, 200, alpha=0.1, method="wilson")
    assert isinstance(floor.value, Estimate)
    assert (floor.value.interval.low, floor.value.interval.high) == pytest.approx((low, high))


def test_a_floor_fails_an_unchanged_judge_that_is_below_it() -> None:
    floor, result = floor_of(120, 80, 0, 0.85)
    assert all(test.lost == test.won == 0 for test in result.tests)
    assert result.status is Status.FAILED
    assert "is below the floor of 85.0 %" in floor.reason


def test_floors_hold_their_share_of_false_alarms_and_false_passes() -> None:
    # 600 runs at the floor itself: at most about 5 % fail and about 5 % pass, standard error .9 points.
    rng = np.random.default_rng(20261127)
    drawn = rng.binomial(200, 0.9, size=600)
    counted: Mapping[int, Outcome] = {
        int(right): floor_of(int(right), 200 - int(right), 0, 0.9)[0].outcome for right in np.unique(drawn)
    }
    found = [counted[int(right)] for right in drawn]
    assert found.count(F) / 600 <= 0.075
    assert found.count(P) / 600 <= 0.075


@pytest.mark.parametrize(
    ("said", "spares", "one"),
    [
        (("bad", "bad", "bad"), False, True),
        (("bad", "bad", None), False, False),
        (("bad", "bad", None), True, True),
        (("bad", "bad", "good"), True, False),
        (("bad", "bad", False), True, False),
        ((None, None, None), True, False),
        (("bad", None, None), True, False),
    ],
)
def test_a_judge_that_a_cascade_spared_does_not_speak_against_the_panel(
    *, said: tuple[Said, ...], spares: bool, one: bool
) -> None:
    assert is_one_voice(said, spares=spares) is one
