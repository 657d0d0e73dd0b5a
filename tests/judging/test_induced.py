"""No candidate gains by making judges refuse: every rule, panels of up to five, every choice of refusing judges."""

from itertools import combinations, product

import pytest
from tests.judging.builders import GRADES, panel
from tests.judging.panel_kit import RULES, needs, says

from evenhand.judging.panel import combine
from evenhand.records.panel import Panel, Rule
from evenhand.records.scale import COMPLY, PAIR, NumericScale, Reading, Scale
from evenhand.records.verdict import Opinion, Undecided

MARKS = NumericScale(type="numeric", minimum=0, maximum=10, pass_at=6)
KINDS = ("refused", "filtered", "too_long")


def make_panel(rule: Rule, size: int) -> Panel:
    names = [f"j{number}" for number in range(size)]
    weights = {name: 1.0 + number for number, name in enumerate(names)}
    return panel(*names, rule=rule, **({"weights": weights} if rule == "weighted" else needs(rule, *names)))


def opinions_of(labels: tuple[str, ...], scale: Scale) -> list[Opinion]:
    return [says(label, f"j{number}", scale) for number, label in enumerate(labels)]


def refused(judge: str, kind: str = "refused") -> Opinion:
    return Opinion(judge=judge, label=None, distribution=(), ratings=0, failed=(kind,))


CASES: list[tuple[Rule, Scale, tuple[str, ...]]] = [
    *((rule, COMPLY, ("complies", "violates")) for rule in RULES if rule != "median"),
    *((rule, GRADES, ("poor", "fair", "good")) for rule in RULES),
    *((rule, MARKS, ("0", "5", "10")) for rule in RULES if rule in {"mean", "median"}),
]


@pytest.mark.parametrize(
    ("rule", "scale", "labels"), CASES, ids=[f"{rule} {scale.type}" for rule, scale, _ in CASES]
)
def test_refusals_never_turn_an_item_that_did_not_pass_into_one_that_does(
    rule: Rule, scale: Scale, labels: tuple[str, ...]
) -> None:
    tried = gained = 0
    for size in (1, 2, 3, 4) if len(labels) > 2 else (1, 2, 3, 4, 5):
        rules = make_panel(rule, size)
        for answers in product(labels, repeat=size):
            opinions = opinions_of(answers, scale)
            before = _passes(combine(opinions, rules, scale).label, scale)
            for refusers in _choices(size):
                left = [refused(each.judge) if n in refusers else each for n, each in enumerate(opinions)]
                gained += _passes(combine(left, rules, scale).label, scale) and not before
                tried += 1
    assert (gained, tried > 100) == (0, True)


def _passes(label: str | None, scale: Scale) -> bool:
    return label is not None and scale.reading(label) is Reading.PASS


def _choices(size: int) -> list[tuple[int, ...]]:
    return [chosen for count in range(1, size + 1) for chosen in combinations(range(size), count)]


@pytest.mark.parametrize("rule", ["majority", "weighted", "mean"])
def test_refusals_never_make_one_side_of_a_pair_win_that_did_not(rule: Rule) -> None:
    for answers in product(("a", "b", "tie"), repeat=3):
        opinions, rules = opinions_of(answers, PAIR), make_panel(rule, 3)
        before = combine(opinions, rules, PAIR).label
        for refusers in _choices(3):
            left = [refused(each.judge) if n in refusers else each for n, each in enumerate(opinions)]
            after = combine(left, rules, PAIR).label
            assert after not in {"a", "b"} or after == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_pass_that_refusals_could_not_change_stands(kind: str) -> None:
    opinions = [says("complies", "j0"), says("complies", "j1"), refused("j2", kind)]
    found = combine(opinions, make_panel("majority", 3), COMPLY)
    assert (found.label, found.undecided) == ("complies", None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pass_that_refusals_could_have_changed_belongs_to_people(kind: str) -> None:
    opinions = [says("complies", "j0"), says("complies", "j1"), says("violates", "j2")]
    opinions += [refused("j3", kind), refused("j4", kind)]
    found = combine(opinions, make_panel("majority", 5), COMPLY)
    assert (found.label, found.undecided) == (None, Undecided.REFUSED)
    assert "judges refused" in found.steps[-1]


def test_a_fail_stands_whoever_refused() -> None:
    opinions = [says("violates", "j0"), says("violates", "j1"), refused("j2")]
    assert combine(opinions, make_panel("majority", 3), COMPLY).label == "violates"


def test_an_outage_is_no_vote_against_anybody() -> None:
    opinions = [says("complies", "j0"), says("complies", "j1"), says("violates", "j2")]
    opinions += [refused("j3", "unreachable"), refused("j4", "malformed")]
    assert combine(opinions, make_panel("majority", 5), COMPLY).label == "complies"
