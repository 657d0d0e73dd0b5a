from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.word_diff import MOST_WORDS, WordDiff, told_as_one, word_diff

WORDS = st.lists(st.sampled_from(["ab", "c,", "d"]), max_size=9)


def only(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


def without(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    for start, end in reversed(spans):
        text = text[:start] + " " + text[end:]
    return text.replace(",", " , ").split()


def common_words(left: Sequence[str], right: Sequence[str]) -> int:
    """The longest common run of words, by the textbook's table."""
    best = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for row, ours in enumerate(left, 1):
        for column, theirs in enumerate(right, 1):
            best[row][column] = (
                best[row - 1][column - 1] + 1
                if ours == theirs
                else max(best[row - 1][column], best[row][column - 1])
            )
    return best[-1][-1]


def test_words_that_one_side_has_alone_are_found() -> None:
    left, right = "Boil the egg six minutes.", "Boil the small egg for six minutes!"
    diff = word_diff(left, right)
    assert only(left, diff.left) == ["."]
    assert only(right, diff.right) == ["small", "for", "!"]


def test_white_space_is_no_difference() -> None:
    assert word_diff("six  minutes\n", "six\tminutes") == WordDiff()


def test_neighbouring_words_are_one_stretch() -> None:
    left = "one two three four"
    assert only(left, word_diff(left, "one four").left) == ["two three"]


@given(WORDS, WORDS)
def test_what_is_left_is_a_longest_common_run_of_words(ours: list[str], theirs: list[str]) -> None:
    left, right = " ".join(ours), " ".join(theirs)
    diff = word_diff(left, right)
    kept = without(left, diff.left)
    assert kept == without(right, diff.right)
    split = [" ".join(words).replace(",", " , ").split() for words in (ours, theirs)]
    assert len(kept) == common_words(*split)


@given(st.text(max_size=60), st.text(max_size=60))
def test_stretches_lie_in_the_text_in_order_and_apart(left: str, right: str) -> None:
    diff = word_diff(left, right)
    for text, spans in ((left, diff.left), (right, diff.right)):
        places = [place for span in spans for place in span]
        assert places == sorted(set(places))
        assert all(0 <= place <= len(text) for place in places)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a " * (MOST_WORDS + 1), "a"),
        ("x" * 10_000_000, "y"),
        ("a " * 3000, "b " * 3000),
    ],
    ids=["too many words", "too many characters", "nothing in common"],
)
def test_hostile_texts_are_not_compared(left: str, right: str) -> None:
    assert word_diff(left, right) == WordDiff(compared=False)


def test_long_texts_with_few_differences_are_compared() -> None:
    words = [f"w{place}" for place in range(MOST_WORDS - 1)]
    changed = [*words[:3000], "new", *words[3000:]]
    diff = word_diff(" ".join(words), " ".join(changed))
    assert only(" ".join(changed), diff.right) == ["new"]
    assert diff.left == ()


def told(left: str, right: str) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in told_as_one(left, right)]


def test_two_texts_are_told_as_one_with_what_each_has_alone() -> None:
    assert told("Boil the egg six minutes.", "Boil the small egg six minutes!") == [
        ("same", "Boil the"),
        ("added", " small"),
        ("same", " egg six minutes"),
        ("removed", "."),
        ("added", "!"),
    ]


def test_texts_too_different_to_compare_are_told_one_after_the_other() -> None:
    left, right = "a " * MOST_WORDS, "b " * (MOST_WORDS + 1)
    assert told(left, right) == [("removed", left), ("added", right)]


@given(WORDS, WORDS)
def test_without_its_marked_parts_the_one_text_is_either_of_the_two(
    ours: Sequence[str], theirs: Sequence[str]
) -> None:
    left, right = " ".join(ours), " ".join(theirs)
    parts = told_as_one(left, right)
    assert "".join(part.text for part in parts if part.kind != "removed") == right
    assert "".join(part.text for part in parts if part.kind != "added").split() == left.split()
