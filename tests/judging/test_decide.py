import itertools

from tests.judging import builders

from evenhand.judging.decide import Decider
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.scale import COMPLY, PAIR

FAILED = FailedRating(kind=FailureKind.UNREACHABLE)


def says(label: str) -> Rating:
    return Rating(label=label, distribution=((label, 1.0),), basis=Basis.ANSWER)


def rated(judge: str, outcome: Outcome, order: Order = Order.GIVEN, repeat: int = 0) -> RatedUnit:
    return RatedUnit(judge=judge, order=order, repeat=repeat, outcome=outcome)


def decider(*judges: str, units_per_item: int) -> Decider:
    return Decider(
        panel=builders.panel(*judges),
        units_by_judge=dict.fromkeys(judges, units_per_item // len(judges)),
        scales={"p": COMPLY, "pair": PAIR},
    )


def test_an_item_is_decided_when_its_last_unit_is_settled() -> None:
    whole = decider("a", "b", units_per_item=2)
    assert whole.decide("p", [rated("a", says("complies"))]) is None
    verdict = whole.decide("p", [rated("a", says("complies")), rated("b", says("complies"))])
    assert verdict is not None
    assert verdict.label == "complies"
    assert [opinion.judge for opinion in verdict.opinions] == ["a", "b"]


def test_failed_units_settle_an_item_too() -> None:
    verdict = decider("a", "b", units_per_item=2).decide("p", [rated("a", FAILED), rated("b", FAILED)])
    assert verdict is not None
    assert (verdict.label, verdict.undecided) == (None, "quorum")


def test_the_order_in_which_units_were_settled_changes_nothing() -> None:
    units = [
        rated("a", says("a"), Order.GIVEN),
        rated("a", says("a"), Order.SWAPPED),
        rated("b", says("b"), Order.GIVEN),
        rated("b", FAILED, Order.SWAPPED),
    ]
    whole = decider("a", "b", units_per_item=4)
    verdicts = {whole.decide("pair", order) for order in itertools.permutations(units)}
    assert len(verdicts) == 1


def test_an_open_item_has_the_steps_behind_it_that_were_answered() -> None:
    steps = [{"judges": ["a"], "settle": {"confidence": 0.9}}, {"judges": ["b"]}]
    stepwise = Decider(
        panel=builders.panel("a", "b", cascade=steps),
        units_by_judge={"a": 1, "b": 1},
        scales={"p": COMPLY, "pair": PAIR},
    )
    unsure = Rating(label="complies", distribution=(("complies", 0.6), ("violates", 0.4)), basis=Basis.ANSWER)
    units = [rated("a", unsure), rated("b", says("complies"))]
    assert stepwise.road("p", []) == ()
    (first,) = stepwise.road("p", units[:1])
    assert (first.decision, first.lines[-1]) == ("escalated", "step 1: step 2 is asked")
    assert [step.step for step in stepwise.road("p", units)] == [1, 2]
    assert decider("a", units_per_item=1).road("p", units[:1]) == ()


def test_each_item_is_decided_on_the_scale_of_its_principle() -> None:
    units = [rated("a", says("a"), order) for order in Order]
    verdict = decider("a", units_per_item=2).decide("pair", units)
    assert verdict is not None
    assert verdict.label == "a"
