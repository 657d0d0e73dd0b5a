"""Verdicts that a panel gave although judges failed, and that their answers could have turned."""

from dataclasses import replace

import pytest
from tests.gate.made import BAD, GOOD, Voices, column, gate, made, one_test, principle

from evenhand.gate.results import GateResult, Measure
from evenhand.records.baseline import Baseline, Said
from evenhand.stats.change.noninferiority import Outcome

HARD, REST = 40, 560


def side(hard: tuple[Said, ...], *, judge: str = "1", rule: str = "majority") -> Baseline:
    """A run in which some of the cells that people fail are said to be so, and all others are right."""
    right: Voices = (BAD, BAD, BAD, BAD)
    fine: Voices = (GOOD, GOOD, GOOD, GOOD)
    said = [*[hard] * HARD, *column((right, REST)), *column((fine, HARD + REST))]
    found = made({"p": said}, {"p": [BAD] * (HARD + REST) + [GOOD] * (HARD + REST)}, judge=judge)
    panel = found.head.panel.model_copy(update={"rule": rule})
    return replace(found, head=found.head.model_copy(update={"panel": panel}))


def gated(then: tuple[Said, ...], now: tuple[Said, ...], rule: str = "majority") -> GateResult:
    return gate(side(then, rule=rule), side(now, judge="2", rule=rule))


def test_an_outage_of_judges_that_leaves_the_vote_to_a_lenient_one_fails_nothing() -> None:
    result = gated((BAD, BAD, BAD, GOOD), (GOOD, False, False, GOOD))
    assert principle(result).outcome is Outcome.UNDECIDED
    assert one_test(result, Measure.SENSITIVITY).missing_new == HARD


def test_a_judge_that_gives_no_answer_where_it_is_wrong_passes_nothing() -> None:
    result = gated((BAD, BAD, BAD, GOOD), (BAD, BAD, False, False))
    assert principle(result).outcome is Outcome.UNDECIDED


def test_a_verdict_that_stands_whatever_the_missing_judge_says_is_one() -> None:
    passed = gated((BAD, BAD, BAD, BAD), (BAD, BAD, BAD, False))
    failed = gated((BAD, BAD, BAD, BAD), (GOOD, GOOD, GOOD, False))
    assert one_test(passed, Measure.SENSITIVITY).missing_new == 0
    assert (principle(passed).outcome, principle(failed).outcome) == (Outcome.PASSED, Outcome.FAILED)


def test_where_the_rule_asks_for_one_voice_one_missing_answer_could_turn_it() -> None:
    result = gated((BAD, BAD, BAD, BAD), (BAD, BAD, BAD, False), "unanimous")
    assert one_test(result, Measure.SENSITIVITY).missing_new == HARD


@pytest.mark.parametrize("spared", [(BAD, BAD, BAD, None), (BAD, BAD, None, None)])
def test_a_judge_that_was_not_asked_or_can_not_tell_is_not_missing(spared: tuple[Said, ...]) -> None:
    result = gated((BAD, BAD, BAD, BAD), spared)
    assert principle(result).outcome is Outcome.PASSED
