from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.catalog.merge_tiers import Contradiction, merge_tiers

_ORDERS = st.lists(st.lists(st.sampled_from("abcdefg"), unique=True, max_size=5), max_size=4)


def _pairs(order: tuple[str, ...] | list[str]) -> set[tuple[str, str]]:
    return set(combinations(order, 2))


@given(_ORDERS)
def test_one_order_keeps_to_all_of_them_or_says_which_one_contradicts(orders: list[list[str]]) -> None:
    merged = merge_tiers(orders)
    if isinstance(merged, Contradiction):
        before = merge_tiers(orders[: merged.order])
        assert not isinstance(before, Contradiction)
        assert (merged.lower, merged.higher) in _pairs(before)
        assert (merged.higher, merged.lower) in _pairs(orders[merged.order])
    else:
        assert set(merged) == {tier for order in orders for tier in order}
        assert len(set(merged)) == len(merged)
        assert all(_pairs(order) <= _pairs(merged) for order in orders)


@given(st.permutations("abcdef"), st.lists(st.sets(st.sampled_from("abcdef")), max_size=4))
def test_orders_cut_out_of_one_order_never_contradict_each_other(
    whole: list[str], parts: list[set[str]]
) -> None:
    orders = [[tier for tier in whole if tier in part] for part in parts]
    assert not isinstance(merge_tiers(orders), Contradiction)


def test_tiers_nobody_compares_stand_as_they_are_met() -> None:
    assert merge_tiers([["safety", "help"], ["style"], ["legal", "help"]]) == (
        "safety",
        "style",
        "legal",
        "help",
    )


def test_two_orders_may_contradict_each_other_by_way_of_a_third() -> None:
    found = merge_tiers([["a", "b"], ["b", "c"], ["c", "a"]])
    assert found == Contradiction(order=2, higher="c", lower="a")
