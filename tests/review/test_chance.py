from collections import Counter
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.rating import Order
from evenhand.review.chance import chance, side_order

PEOPLE = [f"person {number}" for number in range(20)]
ITEMS = [f"item {number}" for number in range(400)]


def test_sides_of_pairs_are_balanced_for_each_person_and_for_each_item() -> None:
    shown = {(who, item): side_order(7, who, item) is Order.GIVEN for who in PEOPLE for item in ITEMS}
    by_person = Counter(who for (who, _), left in shown.items() if left)
    by_item = Counter(item for (_, item), left in shown.items() if left)
    assert all(140 <= by_person[who] <= 260 for who in PEOPLE)
    assert all(1 <= by_item[item] <= 19 for item in ITEMS)
    assert 0.48 < mean(shown.values()) < 0.52


def test_two_people_and_two_seeds_see_sides_that_have_nothing_to_do_with_one_another() -> None:
    for one, other in (((7, "ann"), (7, "bo")), ((7, "ann"), (8, "ann"))):
        alike = mean(side_order(*one, item) is side_order(*other, item) for item in ITEMS)
        assert 0.4 < alike < 0.6


def test_a_number_is_the_same_for_the_same_names_and_below_one() -> None:
    numbers = [chance(7, "x", item) for item in ITEMS]
    assert numbers == [chance(7, "x", item) for item in ITEMS]
    assert all(0 <= number < 1 for number in numbers)
    assert 0.4 < mean(numbers) < 0.6


def test_names_that_read_alike_when_joined_are_told_apart() -> None:
    assert chance(7, "ab", "c") != chance(7, "a", "bc")


@given(st.integers(), st.text(), st.text())
def test_a_person_sees_an_item_the_same_way_every_time(seed: int, person: str, item: str) -> None:
    assert side_order(seed, person, item) is side_order(seed, person, item)
