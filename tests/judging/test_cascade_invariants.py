"""What holds of every cascade, whatever its judges say and in whatever order their replies arrive."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.judging import builders
from tests.judging.builders import constitution, pair_case, suite

from evenhand.judging.cascade import Ask
from evenhand.judging.decide import Decider, ReadingDecider
from evenhand.judging.open_items import OpenItems, Turn
from evenhand.judging.plan import Plan, units_by_judge
from evenhand.judging.readings import ONE_READING, Readings, ReadingUnits
from evenhand.records.attempt import Settled
from evenhand.records.panel import Panel
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Basis, FailedRating, FailureKind, Outcome, Rating, Spared
from evenhand.records.run import Unit
from evenhand.records.scale import COMPLY, PAIR
from evenhand.records.suite import Item
from evenhand.records.verdict import StepDecision, Verdict

JUDGES = ("j0", "j1", "j2", "j3")
Answers = Mapping[int, Outcome]


@st.composite
def cascades(draw: st.DrawFn) -> Panel:
    """A panel whose judges stand in one to four steps."""
    order = draw(st.permutations(JUDGES))
    cuts = sorted(draw(st.sets(st.integers(1, len(JUDGES) - 1))))
    groups = [order[start:end] for start, end in itertools.pairwise([0, *cuts, len(JUDGES)])]
    threshold = st.sampled_from([0.0, 0.3, 0.5, 0.7, 0.9, 1.0])
    steps = []
    for group in groups:
        settle = {"confidence": draw(threshold)} | (
            {"disagreement": draw(threshold)} if draw(st.booleans()) else {}
        )
        steps.append(
            {"judges": list(group), "settle": settle, "combine": draw(st.sampled_from(["step", "all"]))}
        )
    if draw(st.booleans()):
        del steps[-1]["settle"]
    rule = draw(st.sampled_from(["majority", "unanimous", "mean"]))
    missing = draw(st.sampled_from(["quorum", "undecided"]))
    return builders.panel(*JUDGES, cascade=steps, rule=rule, on_missing=missing)


def outcomes(labels: Sequence[str]) -> st.SearchStrategy[Outcome]:
    failed = FailedRating(kind=FailureKind.REFUSED)

    def sure(label: str, share: float) -> Rating:
        rest = [each for each in labels if each != label]
        spread = ((label, share), *((each, (1 - share) / len(rest)) for each in rest))
        return Rating(label=label, distribution=spread, basis=Basis.LOGPROBS)

    rated = st.builds(sure, st.sampled_from(labels), st.floats(0.5, 1.0))
    return st.one_of(rated, rated, rated, st.just(failed))


def plan_of(panel: Panel, *, pairwise: bool, readings: Readings = ONE_READING) -> Plan:
    """One item: a case with one reply, or a pair asked in both orders; the second judge is asked twice."""
    mode = "pairwise" if pairwise else "absolute"
    judges = [builders.judge(name, mode=mode, repeats=2 if name == "j1" else 1) for name in JUDGES]
    shown = pair_case("one", "other") if pairwise else builders.case()
    return Plan(
        suite=suite(),
        constitution=constitution(),
        panel=panel,
        judges=judges,
        cases=lambda: [shown],
        readings=readings,
    )


def decider_of(panel: Panel, plan: Plan) -> Decider:
    """What decides the items of a plan, as for a run of as many readings."""
    single = units_by_judge(plan.judges, pairwise=plan.pairwise)
    alone = Decider(panel=panel, units_by_judge=single, scales=plan.scales)
    several = ReadingDecider(alone, ReadingUnits(plan.judges, plan.readings))
    return Decider(
        panel=panel,
        units_by_judge=plan.units_by_judge(),
        scales=plan.scales,
        readings=several if plan.readings.count > 1 else None,
    )


class Walk:
    """Takes one item through a cascade as the runner does, with replies in a given order."""

    def __init__(self, panel: Panel, *, pairwise: bool, readings: Readings = ONE_READING) -> None:
        plan = plan_of(panel, pairwise=pairwise, readings=readings)
        self.item: Item
        ((self.item, self.units),) = plan.questions()
        self.decider = decider_of(panel, plan)
        self.ledger: dict[int, RatedUnit] = {}
        self.asked: set[int] = set()
        self.verdict: Verdict | None = None

    def go(self, answers: Answers, draw: Any, *, stop_after: int | None = None) -> None:
        """Ask until the item is decided, or until so many units are settled; goes on from the ledger."""
        items = OpenItems(self.decider, most=1)
        waiting = self._follow(items.open_steps(self.item, self.units, dict(self.ledger)))
        while waiting and (stop_after is None or len(self.ledger) < stop_after):
            unit = waiting.pop(draw(st.integers(0, len(waiting) - 1)))
            outcome = answers[unit.seq]
            self._commit(unit, outcome)
            turn = items.complete(Settled(unit=unit, key=b"", outcome=outcome))
            waiting += self._follow(turn) if turn else []

    def _follow(self, turn: Turn) -> list[Unit]:
        for settled in turn.spared:
            assert isinstance(settled.outcome, Spared)
            self._commit(settled.unit, settled.outcome)
        if turn.decided:
            self.verdict = turn.decided.verdict
        self.asked |= {unit.seq for unit in turn.asked}
        return list(turn.asked)

    def _commit(self, unit: Unit, outcome: Any) -> None:
        assert unit.seq not in self.ledger
        self.ledger[unit.seq] = RatedUnit(
            judge=unit.judge.id, order=unit.order, repeat=unit.repeat, outcome=outcome
        )


@settings(max_examples=60, deadline=None)
@given(data=st.data(), panel=cascades(), pairwise=st.booleans())
def test_every_unit_has_one_end_and_none_that_was_asked_is_spared(
    *, data: st.DataObject, panel: Panel, pairwise: bool
) -> None:
    walk, answers = drawn(data, panel, pairwise=pairwise)
    walk.go(answers, data.draw)
    assert walk.verdict is not None
    assert set(walk.ledger) == {unit.seq for unit in walk.units}
    spared = {seq for seq, unit in walk.ledger.items() if isinstance(unit.outcome, Spared)}
    assert spared == set(walk.ledger) - walk.asked
    reached = walk.verdict.cascade[-1].step
    assert {walk.ledger[seq].judge for seq in walk.asked} == {
        judge for step in panel.cascade[:reached] for judge in step.judges
    }


@settings(max_examples=60, deadline=None)
@given(data=st.data(), panel=cascades(), pairwise=st.booleans())
def test_neither_the_order_of_replies_nor_a_restart_changes_verdict_or_road(
    *, data: st.DataObject, panel: Panel, pairwise: bool
) -> None:
    walk, answers = drawn(data, panel, pairwise=pairwise)
    walk.go(answers, data.draw)
    again = Walk(panel, pairwise=pairwise)
    for stop_after in range(1, len(again.units)):
        again.go(answers, data.draw, stop_after=stop_after)
    again.go(answers, data.draw)
    assert again.ledger == walk.ledger
    if again.verdict is not None:
        assert again.verdict == walk.verdict
    assert again.asked == walk.asked
    units = [walk.ledger[seq] for seq in sorted(walk.ledger)]
    assert walk.decider.decide(walk.item.principle_id, units) == walk.verdict


@settings(max_examples=60, deadline=None)
@given(data=st.data(), panel=cascades(), pairwise=st.booleans())
def test_a_road_escalates_up_to_its_last_step_and_says_how_it_ends(
    *, data: st.DataObject, panel: Panel, pairwise: bool
) -> None:
    walk, answers = drawn(data, panel, pairwise=pairwise)
    walk.go(answers, data.draw)
    assert walk.verdict is not None
    *before, last = walk.verdict.cascade
    assert [step.step for step in walk.verdict.cascade] == list(range(1, len(before) + 2))
    assert all(step.decision is StepDecision.ESCALATED for step in before)
    assert (last.decision is StepDecision.SETTLED) == (walk.verdict.label is not None)
    assert last.decision is not StepDecision.ESCALATED
    if last.decision is StepDecision.PEOPLE:
        assert last.step == len(panel.cascade)
        assert walk.verdict.undecided is not None


@settings(max_examples=40, deadline=None)
@given(data=st.data(), panel=cascades())
def test_a_step_is_open_while_one_of_its_units_is(data: st.DataObject, panel: Panel) -> None:
    walk, answers = drawn(data, panel, pairwise=False)
    walk.go(answers, data.draw)
    for seq in walk.asked:
        rest = [unit for place, unit in sorted(walk.ledger.items()) if place != seq]
        move = walk.decider.next_move(walk.item.principle_id, rest)
        assert isinstance(move, Ask)
        assert walk.ledger[seq].judge in panel.cascade[move.step - 1].judges


def drawn(
    data: st.DataObject, panel: Panel, *, pairwise: bool, readings: Readings = ONE_READING
) -> tuple[Walk, Answers]:
    walk = Walk(panel, pairwise=pairwise, readings=readings)
    labels = (PAIR if pairwise else COMPLY).labels
    answers = {unit.seq: data.draw(outcomes(labels)) for unit in walk.units}
    assert Counter(unit.judge.id for unit in walk.units)["j1"] == (4 if pairwise else 2) * readings.count
    return walk, answers


# -- Several readings ------------------------------------------------------------------------------

THRICE = Readings(count=3, once=frozenset({"j0"}))
"""The first judge says the same each time."""


@settings(max_examples=60, deadline=None)
@given(data=st.data(), panel=cascades(), pairwise=st.booleans())
def test_each_reading_of_a_cascade_walks_the_road_it_would_have_walked_alone(
    *, data: st.DataObject, panel: Panel, pairwise: bool
) -> None:
    walk, answers = drawn(data, panel, pairwise=pairwise, readings=THRICE)
    walk.go(answers, data.draw)
    plan = plan_of(panel, pairwise=pairwise, readings=THRICE)
    split = ReadingUnits(plan.judges, THRICE)
    alone = decider_of(panel, plan_of(panel, pairwise=pairwise))
    everything = [
        RatedUnit(judge=unit.judge.id, order=unit.order, repeat=unit.repeat, outcome=answers[unit.seq])
        for unit in walk.units
    ]
    settled = [walk.ledger[seq] for seq in sorted(walk.ledger)]
    several = ReadingDecider(alone, split)
    verdicts = several.decide(walk.item.principle_id, settled)
    assert verdicts == several.decide(walk.item.principle_id, everything)
    assert walk.verdict is not None
    furthest = max(len(verdict.cascade) for verdict in (walk.verdict, *verdicts) if verdict)
    judges = {judge for step in panel.cascade[:furthest] for judge in step.judges}
    assert {walk.ledger[seq].judge for seq in walk.asked} == judges
    assert all(unit.seq in walk.asked for unit in walk.units if unit.judge.id in judges)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), panel=cascades())
def test_a_restart_changes_nothing_of_several_readings(data: st.DataObject, panel: Panel) -> None:
    walk, answers = drawn(data, panel, pairwise=False, readings=THRICE)
    walk.go(answers, data.draw)
    again = Walk(panel, pairwise=False, readings=THRICE)
    for stop_after in range(1, len(again.units)):
        again.go(answers, data.draw, stop_after=stop_after)
    again.go(answers, data.draw)
    assert again.ledger == walk.ledger
    assert again.asked == walk.asked
