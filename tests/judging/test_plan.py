import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging import builders

from evenhand.errors import NothingSelectedError, UsageError
from evenhand.judging.plan import Plan, places_of, selected_principles, units_by_judge
from evenhand.judging.readings import Readings, ReadingUnits
from evenhand.records.constitution import Constitution
from evenhand.records.judge import Judge, PatternJudge, RecordedJudge
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import FailedRating, FailureKind, Order
from evenhand.records.run import Unit
from evenhand.records.scale import PAIR
from evenhand.records.suite import Candidate, Case, Selection

IDS = ("privacy.medical", "privacy.financial", "honesty.claims", "honesty.sources", "kindness")


def five(**changed: dict[str, Any]) -> Constitution:
    """Five principles; `changed` is by the last word of their id."""
    return builders.constitution(*({"id": name} | changed.get(name.rpartition(".")[2], {}) for name in IDS))


def pattern(name: str = "pattern") -> PatternJudge:
    rules = {"*": {"prior": {"complies": 0, "violates": 0}}}
    fields = {"schema": "judge/v1", "id": name, "version": "1.0.0", "kind": "pattern", "principles": rules}
    return PatternJudge.model_validate(fields)


def recorded(name: str = "recorded", **fields: Any) -> RecordedJudge:
    plain = {
        "schema": "judge/v1",
        "id": name,
        "version": "1.0.0",
        "kind": "recorded",
        "ratings": {"path": "r.jsonl"},
    }
    return RecordedJudge.model_validate(plain | fields)


def plan(
    cases: Iterable[Case] | None = None,
    judges: Sequence[Judge] | None = None,
    constitution: Constitution | None = None,
    *,
    selection: dict[str, Any] | None = None,
    **panel: Any,
) -> Plan:
    asked = tuple(judges or [builders.judge()])
    held = [builders.case()] if cases is None else cases
    return Plan(
        suite=builders.suite(principles=selection or {}),
        constitution=constitution or builders.constitution(),
        panel=builders.panel(*(judge.id for judge in asked), **panel),
        judges=asked,
        cases=lambda: held,
    )


def place(unit: Unit) -> tuple[Any, ...]:
    return tuple(unit.coordinates().values())


# -- Which principles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, IDS),
        ({"include": ["privacy.*"]}, IDS[:2]),
        ({"include": ["kindness", "honesty.claims"]}, ("honesty.claims", "kindness")),
        ({"exclude": ["*.medical"]}, IDS[1:]),
        ({"include": ["honesty.*"], "exclude": ["honesty.sources"]}, ("honesty.claims",)),
        ({"include": ["?rivacy.*"]}, IDS[:2]),
        ({"include": ["[hk]*"]}, IDS[2:]),
        ({"min_severity": "high"}, ("honesty.claims", "kindness")),
        ({"min_severity": "critical"}, ("kindness",)),
        ({"include": ["honesty.*"], "min_severity": "high"}, ("honesty.claims",)),
    ],
)
def test_principles_are_selected_by_pattern_and_severity(selection: Any, expected: Sequence[str]) -> None:
    constitution = five(claims={"severity": "high"}, kindness={"severity": "critical"})
    chosen = selected_principles(Selection.model_validate_json(json.dumps(selection)), constitution)
    assert tuple(principle.id for principle in chosen) == tuple(expected)


@pytest.mark.parametrize(
    "selection", [{"include": []}, {"include": ["privcy"]}, {"exclude": ["*"]}, {"min_severity": "critical"}]
)
def test_a_selection_that_leaves_nothing_is_an_error_of_its_own(selection: Any) -> None:
    with pytest.raises(NothingSelectedError) as caught:
        plan(constitution=five(), selection=selection)
    assert caught.value.exit_code == 5


def test_patterns_tell_letters_in_capitals_apart() -> None:
    with pytest.raises(NothingSelectedError):
        plan(constitution=five(), selection={"include": ["Privacy.*"]})


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((), IDS),
        (("privacy.*",), IDS[:2]),
        (("kindness", "*.sources"), ("honesty.sources", "kindness")),
        (("x",), ()),
    ],
)
def test_a_case_may_name_its_principles(wanted: tuple[str, ...], expected: Sequence[str]) -> None:
    items = plan([builders.case(principles=wanted)], constitution=five()).items()
    assert tuple(item.principle_id for item in items) == tuple(expected)


@pytest.mark.parametrize(
    ("scope", "meets"),
    [
        ({}, True),
        ({"lang": "de"}, True),
        ({"lang": "fr"}, True),
        ({"lang": "en"}, False),
        ({"lang": "DE"}, False),
        ({"user": "minor"}, True),
        ({"lang": "de", "user": "adult"}, True),
        ({"lang": "en", "user": "minor"}, False),
    ],
)
def test_a_principle_meets_the_cases_of_its_scope(scope: dict[str, str], *, meets: bool) -> None:
    constitution = builders.constitution({"scope": {"lang": ["de", "fr"], "tone": []}})
    assert bool(list(plan([builders.case(scope=scope)], constitution=constitution).items())) is meets


# -- Which units ------------------------------------------------------------------------------------------


def test_items_go_case_by_case_and_units_judge_by_judge() -> None:
    judges = [builders.judge("b", repeats=2), builders.judge("a")]
    whole = plan(
        [builders.case(id="c1"), builders.case(id="c2")], judges, five(), selection={"include": ["honesty.*"]}
    )
    assert [place(unit)[0:1] + place(unit)[2:] for unit in whole.units()] == [
        (case, principle, judge, "given", repeat)
        for case in ("c1", "c2")
        for principle in ("honesty.claims", "honesty.sources")
        for judge, repeat in (("b", 0), ("b", 1), ("a", 0))
    ]


def test_every_candidate_of_a_case_is_an_item() -> None:
    candidates = (Candidate(id="x", text="1"), Candidate(id="y", text="2"), Candidate(id="z", text="3"))
    items = list(plan([builders.case(None, candidates=candidates)]).items())
    assert [item.candidate_id for item in items] == ["x", "y", "z"]
    assert not any(item.is_pair for item in items)


def test_a_pair_is_asked_in_both_orders() -> None:
    whole = plan([builders.pair_case("1", "2")], [builders.judge(mode="pairwise", repeats=2)])
    units = list(whole.units())
    assert [(unit.order, unit.repeat) for unit in units] == [
        (order, repeat) for order in (Order.GIVEN, Order.SWAPPED) for repeat in (0, 1)
    ]
    assert {unit.item.candidate_id for unit in units} == {"x|y"}
    assert {unit.item.scale.type for unit in units} == {"pairwise"}
    assert whole.scales == {"p0": PAIR}


def test_a_pair_is_the_first_two_candidates_and_one_alone_makes_none() -> None:
    three = tuple(Candidate(id=name, text=name) for name in "xyz")
    cases = [builders.case("alone", id="c1"), builders.case(None, id="c2", candidates=three)]
    items = list(plan(cases, [builders.judge(mode="pairwise")]).items())
    assert [(item.case.id, item.candidate_id) for item in items] == [("c2", "x|y")]


@pytest.mark.parametrize("orders", [("given",), ("swapped",), ("given", "swapped")])
def test_a_recording_is_asked_in_the_orders_it_holds(orders: tuple[str, ...]) -> None:
    judge = RecordedJudge.model_validate_json(
        json.dumps(recorded(mode="pairwise").canonical() | {"orders": orders, "repeats": 3})
    )
    whole = plan([builders.pair_case("1", "2")], [judge])
    assert [(unit.order, unit.repeat) for unit in whole.units()] == [
        (order, repeat) for order in orders for repeat in range(3)
    ]


@pytest.mark.parametrize(
    ("judges", "cases"),
    [
        (
            [builders.judge(repeats=3), pattern(), recorded(repeats=2)],
            [builders.case(id="a"), builders.case(id="b")],
        ),
        (
            [builders.judge(mode="pairwise", repeats=2), recorded(mode="pairwise")],
            [builders.pair_case("1", "2")],
        ),
    ],
)
def test_each_item_has_the_same_number_of_units(judges: Sequence[Judge], cases: Sequence[Case]) -> None:
    whole = plan(cases, judges, five())
    per_item = [len(units) for _, units in whole.questions()]
    assert set(per_item) == {whole.units_per_item}
    assert len(per_item) == len(list(whole.items()))
    assert sum(whole.units_by_judge().values()) == whole.units_per_item


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "de", "en"]), st.sampled_from([(), ("honesty.*",), ("x",)])),
        max_size=8,
    ),
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
)
def test_places_are_counted_without_gaps_and_stay_the_same(
    drawn: Sequence[tuple[str, tuple[str, ...]]], repeats: Sequence[int]
) -> None:
    cases = [
        builders.case(id=f"c{number}", scope={"lang": lang} if lang else {}, principles=wanted)
        for number, (lang, wanted) in enumerate(drawn)
    ]
    judges = [builders.judge(f"j{number}", repeats=count) for number, count in enumerate(repeats)]
    whole = plan(cases, judges, five(claims={"scope": {"lang": ["de"]}}))
    units, items = list(whole.units()), list(whole.items())
    assert [unit.seq for unit in units] == list(range(len(units)))
    assert [item.seq for item in items] == list(range(len(items)))
    assert [unit.item.seq for unit in units] == [
        item.seq for item in items for _ in range(whole.units_per_item)
    ]
    assert list(map(place, units)) == list(map(place, whole.units()))
    assert len(set(map(place, units))) == len(units)


def test_judges_without_repeats_are_asked_once() -> None:
    assert [(unit.judge.id, unit.repeat) for unit in plan(judges=[pattern()]).units()] == [("pattern", 0)]
    assert plan(judges=[pattern()]).units_per_item == 1


def test_readings_multiply_the_repeats_of_those_who_may_say_something_else() -> None:
    judges: list[Judge] = [builders.judge(repeats=2), pattern()]
    asked = Readings(count=3, once=frozenset({"pattern"}))
    places = places_of(judges, pairwise=False, readings=asked)
    assert [(judge, repeat) for judge, _, repeat in places] == [
        *(("reader", repeat) for repeat in range(6)),
        ("pattern", 0),
    ]
    assert units_by_judge(judges, pairwise=False, readings=asked) == {"reader": 6, "pattern": 1}


@given(st.integers(1, 4), st.integers(1, 3), st.sampled_from(["absolute", "pairwise"]))
def test_the_readings_of_an_item_share_its_units_out(count: int, repeats: int, mode: str) -> None:
    judges: list[Judge] = [builders.judge(mode=mode, repeats=repeats), recorded(mode=mode)]
    asked = Readings(count=count, once=frozenset({"recorded"}))
    units = [
        RatedUnit(judge=judge, order=order, repeat=repeat, outcome=FailedRating(kind=FailureKind.EMPTY))
        for judge, order, repeat in places_of(judges, pairwise=mode == "pairwise", readings=asked)
    ]
    shared_out = ReadingUnits(judges, asked).of(units)
    single = len(places_of(judges, pairwise=mode == "pairwise"))
    assert [len(each) for each in shared_out] == [single] * count
    own = [unit for each in shared_out for unit in each if unit.judge == "reader"]
    assert sorted(own, key=units.index) == [unit for unit in units if unit.judge == "reader"]
    assert list(shared_out[0]) == [unit for unit in units if unit.repeat < repeats]


# -- What does not fit ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "judges",
    [
        [builders.judge("a"), builders.judge("b", mode="pairwise")],
        [pattern(), builders.judge(mode="pairwise")],
        [recorded(mode="pairwise"), recorded("other")],
    ],
)
def test_judges_that_rate_and_judges_that_compare_do_not_share_a_panel(judges: Sequence[Judge]) -> None:
    with pytest.raises(UsageError, match="mixes judges"):
        plan(judges=judges)


def test_a_rule_is_checked_against_every_scale_that_is_judged() -> None:
    constitution = builders.constitution(
        {"id": "a", "scale": "stars"},
        {"id": "b"},
        scales={"stars": builders.STARS.canonical()},
    )
    with pytest.raises(UsageError, match="median"):
        plan(constitution=constitution, rule="median")
    plan(constitution=constitution, rule="median", selection={"include": ["a"]})


@pytest.mark.parametrize("names", [("reader",), ("a", "b"), ("reader", "reader2")])
def test_the_judges_are_exactly_those_of_the_panel(names: tuple[str, ...]) -> None:
    asked = (builders.judge("a"), builders.judge("reader"))
    with pytest.raises(UsageError, match="names the judges"):
        Plan(
            suite=builders.suite(),
            constitution=builders.constitution(),
            panel=builders.panel(*names),
            judges=asked,
            cases=list,
        )


# -- Size -------------------------------------------------------------------------------------------------


class Held(str):
    """Text that knows how many of its kind are held."""

    __slots__ = ()
    alive = 0
    most = 0

    def __new__(cls, text: str) -> Self:
        cls.alive += 1
        cls.most = max(cls.most, cls.alive)
        return super().__new__(cls, text)

    def __del__(self) -> None:
        type(self).alive -= 1


def many_cases(count: int) -> Iterator[Case]:
    for number in range(count):
        yield Case.model_construct(id=f"c{number}", response=Held(f"text {number}"), principles=(), scope={})


def test_a_plan_holds_one_case_at_a_time() -> None:
    whole = Plan(
        suite=builders.suite(),
        constitution=builders.constitution(),
        panel=builders.panel("reader"),
        judges=[builders.judge()],
        cases=lambda: many_cases(50_000),
    )
    assert sum(1 for _ in whole.units()) == 50_000
    assert Held.most <= 4


def test_planning_reads_no_case_before_it_is_asked_to() -> None:
    def cases() -> Iterable[Case]:
        raise AssertionError("the cases were read")

    whole = Plan(
        suite=builders.suite(),
        constitution=builders.constitution(),
        panel=builders.panel("reader"),
        judges=[builders.judge()],
        cases=cases,
    )
    whole.items()
    assert whole.units_per_item == 1
