"""What belongs to a part of a suite is a matter of names and a seed, never of order."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import NothingSelectedError, UsageError
from evenhand.judging.narrow import WHOLE, Part, choose, draw, item_name, restrict_panel, survey
from evenhand.records.cascade import CascadeStep, Settle
from evenhand.records.panel import Panel
from evenhand.records.scale import COMPLY
from evenhand.records.suite import Candidate, Case, Item


def items(names: Sequence[str]) -> list[Item]:
    return [
        Item(
            seq=seq,
            case=Case(id=name, prompt="p", response="r"),
            candidates=(Candidate(id="1", text="r"),),
            principle_id="p",
            scale=COMPLY,
        )
        for seq, name in enumerate(names)
    ]


def taken(names: Sequence[str], part: Part) -> set[str]:
    return {
        item.case.id
        for item in items(names)
        if part.takes(item.case.id, "1", "p") and part.takes_case(item.case.id)
    }


NAMES = [f"case-{n}" for n in range(60)]


@given(size=st.integers(1, 70), seed=st.integers(0, 10), shuffle=st.randoms(use_true_random=False))
def test_a_sample_is_the_same_in_any_order_of_the_cases(size: int, seed: int, shuffle: random.Random) -> None:
    mixed = list(NAMES)
    shuffle.shuffle(mixed)
    drawn = taken(NAMES, draw(items(NAMES), WHOLE, size, seed))
    assert drawn == taken(mixed, draw(items(mixed), WHOLE, size, seed))
    assert len(drawn) == min(size, len(NAMES))


def test_a_sample_grows_without_losing_what_it_held_and_changes_with_the_seed() -> None:
    small, large = (taken(NAMES, draw(items(NAMES), WHOLE, size, 7)) for size in (10, 20))
    assert small < large
    assert small != taken(NAMES, draw(items(NAMES), WHOLE, 10, 8))


def test_a_case_that_is_added_changes_a_sample_by_one_at_most() -> None:
    before = taken(NAMES, draw(items(NAMES), WHOLE, 10, 7))
    more = ["a-new-case", *NAMES]
    assert len(before - taken(more, draw(items(more), WHOLE, 10, 7))) <= 1


def test_a_sample_is_drawn_from_what_the_other_wishes_leave() -> None:
    part = draw(items(NAMES), Part(cases=("case-1*",)), 3, 0)
    drawn = taken(NAMES, part)
    assert len(drawn) == 3
    assert all(name.startswith("case-1") for name in drawn)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (WHOLE, 60),
        (Part(cases=("case-1*",)), 11),
        (Part(cases=("case-1", "case-2")), 2),
        (Part(principles=("q",)), 0),
        (Part(named=frozenset({item_name("case-3", "1", "p")})), 1),
        (Part(named=frozenset()), 0),
    ],
)
def test_a_survey_counts_the_whole_and_the_part(part: Part, expected: int) -> None:
    found = survey(items(NAMES), part)
    assert (found.items_of, found.items) == (60, expected)


def test_the_digest_of_a_part_tells_its_items_apart() -> None:
    digests = {survey(items(NAMES), Part(cases=(name,))).digest for name in NAMES}
    assert len(digests) == len(NAMES)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [((), ("safe.a", "safe.b", "kind")), (("safe.*",), ("safe.a", "safe.b")), (("kind",), ("kind",))],
)
def test_names_are_chosen_by_pattern(patterns: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert choose("principle", patterns, ("safe.a", "safe.b", "kind")) == expected


def test_a_pattern_that_fits_nothing_suggests_what_is_near() -> None:
    with pytest.raises(NothingSelectedError, match="no principle of the suite fits 'knid'") as caught:
        choose("principle", ("safe.*", "knid"), ("safe.a", "kind"))
    assert (caught.value.hint, caught.value.exit_code) == ('did you mean "kind"?', 5)


def panel(**changes: object) -> Panel:
    fields = {"schema_": "panel/v1", "id": "p", "judges": ("a", "b", "c"), **changes}
    return Panel(**fields)  # type: ignore[arg-type] # the table above holds fields of every type


LAST = CascadeStep(judges=("b", "c"))


@pytest.mark.parametrize(
    ("whole", "judges", "expected"),
    [
        (panel(), ("a", "b", "c"), panel()),
        (panel(), ("c", "a"), panel(judges=("a", "c"))),
        (panel(quorum=3), ("b",), panel(judges=("b",), quorum=1)),
        (panel(quorum=1), ("b", "a"), panel(judges=("a", "b"), quorum=1)),
        (
            panel(rule="weighted", weights={"a": 1.0, "b": 2.0, "c": 3.0}),
            ("a", "b"),
            panel(judges=("a", "b"), rule="weighted", weights={"a": 1.0, "b": 2.0}),
        ),
        (
            panel(cascade=(CascadeStep(judges=("a",), settle=Settle(disagreement=0.0)), LAST)),
            ("c",),
            panel(judges=("c",)),
        ),
    ],
)
def test_a_panel_of_some_judges_keeps_its_rule(
    whole: Panel, judges: tuple[str, ...], expected: Panel
) -> None:
    assert restrict_panel(whole, judges) == expected


def test_a_panel_of_nobody_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="panel p has no meaning"):
        restrict_panel(panel(), ())
