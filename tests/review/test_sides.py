from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.rating import Order
from evenhand.review.sides import side_order


@given(st.integers(), st.text(), st.text())
def test_a_person_sees_an_item_the_same_way_every_time(seed: int, person: str, item: str) -> None:
    assert side_order(seed=seed, person=person, item=item) is side_order(seed=seed, person=person, item=item)


def test_half_of_the_items_are_swapped_for_every_person() -> None:
    for person in ("ada", "kim", "noor"):
        swapped = sum(
            side_order(seed=7, person=person, item=f"i{place}") is Order.SWAPPED for place in range(4000)
        )
        assert 1850 < swapped < 2150  # 4.7 standard deviations


def test_what_one_person_sees_says_nothing_about_another() -> None:
    same = sum(
        side_order(seed=7, person="ada", item=f"i{place}")
        is side_order(seed=7, person="kim", item=f"i{place}")
        for place in range(4000)
    )
    assert 1850 < same < 2150


def test_another_seed_deals_anew() -> None:
    same = sum(
        side_order(seed=1, person="ada", item=f"i{place}")
        is side_order(seed=2, person="ada", item=f"i{place}")
        for place in range(4000)
    )
    assert 1850 < same < 2150


def test_names_that_join_to_the_same_text_are_told_apart() -> None:
    orders = [
        (
            side_order(seed=seed, person="ab", item="c"),
            side_order(seed=seed, person="a", item="bc"),
        )
        for seed in range(200)
    ]
    assert any(one is not other for one, other in orders)
