"""Rows that say the same, told by digests alone."""

import random
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from evenhand.feedback.dedup import Seen, Twice, normalised, row_key
from evenhand.records.message import Message

ROWS = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=30)


def key(number: int) -> bytes:
    return row_key(f"prompt {number}", ("text",))[0]


def settle(rows: list[tuple[int, bool, bool]]) -> list[Twice]:
    seen = Seen()
    for number, label, trusted in rows:
        seen.add(key(number), label=label, trusted=trusted)
    return [Twice(each) for each in seen.settle().tolist()]


@given(ROWS)
def test_of_what_stands_twice_one_row_stays_and_of_a_contradiction_none(
    rows: list[tuple[int, bool, bool]],
) -> None:
    groups = defaultdict(list)
    for place, (number, label, trusted) in enumerate(rows):
        groups[number].append((label, not trusted, place))
    found = settle(rows)
    for members in groups.values():
        if len({label for label, _, _ in members}) > 1:
            assert all(found[place] is Twice.CONTRADICTORY for _, _, place in members)
            continue
        _, _, first = min(members, key=lambda each: (each[1], each[2]))
        for _, _, place in members:
            assert found[place] is (Twice.KEPT if place == first else Twice.DUPLICATE)


def test_a_trusted_row_stays_before_one_that_came_first() -> None:
    assert settle([(1, True, False), (1, True, True)]) == [Twice.DUPLICATE, Twice.KEPT]


def test_nothing_comes_to_nothing() -> None:
    assert settle([]) == []


def test_a_pair_has_one_digest_either_way_round_and_says_which_way() -> None:
    there, back = row_key("p", ("a", "b")), row_key("p", ("b", "a"))
    assert there[0] == back[0]
    assert there[1] is not back[1]


def test_white_space_and_the_form_of_letters_make_no_difference() -> None:
    assert normalised(" e\u0301 \n\t x ") == normalised("\u00e9 x")
    assert normalised("A") != normalised("a")


def test_a_prompt_of_one_turn_is_the_same_as_its_text() -> None:
    turn = (Message(role="user", content="Hi  there"),)
    assert row_key(turn, ("x",)) == row_key("Hi there", ("x",))


@given(st.lists(st.text(), min_size=2, max_size=4, unique_by=normalised))
def test_texts_do_not_run_into_each_other(texts: list[str]) -> None:
    clean = [normalised(text) for text in texts]
    keys = {row_key(prompt, (text,))[0] for prompt in texts for text in clean}
    assert len(keys) == len(texts) ** 2


def test_the_order_of_other_rows_decides_nothing() -> None:
    rows = [(number % 7, number % 3 == 0, True) for number in range(40)]
    shuffled = rows.copy()
    random.Random(1).shuffle(shuffled)
    kept = {rows[place] for place, each in enumerate(settle(rows)) if each is Twice.KEPT}
    assert kept == {shuffled[place] for place, each in enumerate(settle(shuffled)) if each is Twice.KEPT}
