"""Rows that say the same, told by digests alone."""

import random
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from evenhand.feedback.dedup import Seen, Twice, normalised, row_key
from evenhand.records.message import Message

ROWS = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 2)), max_size=30)


def key(number: int) -> bytes:
    return row_key(f"prompt {number}", ("text",))[0]


def settle(rows: list[tuple[int, bool, int]]) -> list[Twice]:
    seen = Seen()
    for number, label, doubt in rows:
        seen.add(key(number), label=label, doubt=doubt)
    return [Twice(each) for each in seen.settle().tolist()]


@given(ROWS)
def test_what_is_believed_most_stays_once_and_where_that_contradicts_itself_nothing_stays(
    rows: list[tuple[int, bool, int]],
) -> None:
    groups = defaultdict(list)
    for place, (number, label, doubt) in enumerate(rows):
        groups[number].append((doubt, place, label))
    found = settle(rows)
    for members in groups.values():
        doubt, first, label = min(members)
        clash = len({label for other, _, label in members if other == doubt}) > 1
        for _, place, other in members:
            if clash or other != label:
                assert found[place] is Twice.CONTRADICTORY
            else:
                assert found[place] is (Twice.KEPT if place == first else Twice.DUPLICATE)


def test_people_are_believed_before_a_row_that_came_first() -> None:
    assert settle([(1, True, 2), (1, True, 0)]) == [Twice.DUPLICATE, Twice.KEPT]
    assert settle([(1, False, 2), (1, True, 1)]) == [Twice.CONTRADICTORY, Twice.KEPT]
    assert settle([(1, False, 1), (1, True, 1)]) == [Twice.CONTRADICTORY] * 2


@given(ROWS)
def test_rows_with_more_doubt_take_nothing_away(rows: list[tuple[int, bool, int]]) -> None:
    sure = [row for row in rows if row[2] < 2]
    kept = [row for row, each in zip(rows, settle(rows), strict=True) if each is Twice.KEPT and row[2] < 2]
    assert kept == [row for row, each in zip(sure, settle(sure), strict=True) if each is Twice.KEPT]


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
    rows = [(number % 7, number % 3 == 0, 1) for number in range(40)]
    shuffled = rows.copy()
    random.Random(1).shuffle(shuffled)
    kept = {rows[place] for place, each in enumerate(settle(rows)) if each is Twice.KEPT}
    assert kept == {shuffled[place] for place, each in enumerate(settle(shuffled)) if each is Twice.KEPT}
