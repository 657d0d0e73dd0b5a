"""What was taken out of a baseline could be what got worse: it never turns a gate into a pass."""

from dataclasses import replace

import pytest
from tests.gate.made import BAD, GOOD, JUDGES, gate, made, principle

from evenhand.gate.results import GateResult, Tier
from evenhand.records.baseline import Baseline
from evenhand.stats.change.noninferiority import Outcome

FAILING = 500


def sides(lost: int) -> tuple[Baseline, Baseline]:
    """Return a baseline that found all that people fail and pass, and a run that lost some of the failing."""
    truth = {"p": [BAD] * FAILING + [GOOD] * FAILING}
    then = made({"p": [BAD] * FAILING + [GOOD] * FAILING}, truth)
    now = made({"p": [GOOD] * lost + [BAD] * (FAILING - lost) + [GOOD] * FAILING}, truth, judge="2")
    return then, now


def without_first(side: Baseline, count: int) -> Baseline:
    names = list(side.cases)[count:]
    return replace(side, cases={name: side.cases[name] for name in names})


def decided(lost: int, taken_out: int) -> GateResult:
    then, now = sides(lost)
    return gate(then, without_first(now, taken_out), JUDGES)


def test_taking_out_exactly_what_was_lost_passes_nothing() -> None:
    assert principle(decided(lost=50, taken_out=0)).outcome is Outcome.FAILED
    found = principle(decided(lost=50, taken_out=50))
    assert (found.outcome, found.tier) == (Outcome.UNDECIDED, Tier.NOT_COMPARABLE)
    assert "50 cells of the baseline can not be compared and could hide a drop of 3.0 points" in found.reason


@pytest.mark.parametrize(("taken_out", "outcome"), [(0, "passed"), (5, "passed"), (13, "undecided")])
def test_few_that_are_gone_could_not_hide_the_margin(taken_out: int, outcome: str) -> None:
    # The limit on 500 - t cells without a change is -z^2 / (500 - t + z^2); then (n L - t) / 500 > -.03 up to t = 12.
    assert principle(decided(lost=0, taken_out=taken_out)).outcome.value == outcome


def test_a_text_that_was_changed_hides_as_much_as_one_that_is_gone() -> None:
    then, now = sides(0)
    changed = {
        name: replace(case, prompt="other") if place < 40 else case
        for place, (name, case) in enumerate(now.cases.items())
    }
    assert principle(gate(then, replace(now, cases=changed), JUDGES)).tier is Tier.NOT_COMPARABLE
