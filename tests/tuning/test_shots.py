"""Which labelled items become worked examples, and which mistakes are shown."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.tuning.content import content_key
from evenhand.tuning.learn import LearnItem
from evenhand.tuning.mistakes import MOST_CHARS as MOST_OF_A_MISTAKE
from evenhand.tuning.mistakes import choose_mistakes
from evenhand.tuning.parts import shown_clusters
from evenhand.tuning.shots import MOST_CHARS, choose_shots


def item(number: int, label: str, said: str, **changes: str) -> LearnItem:
    fields = {
        "case": f"c{number}",
        "candidate": "1",
        "principle": "p",
        "cluster": f"s{number}",
        "prompt": "Q?",
        "response": f"Answer {number}.",
        "label": label,
        "said": said,
        **changes,
    }
    return LearnItem(**fields)


ITEMS = [item(n, "bad" if n % 3 else "good", "bad" if n % 2 else "good") for n in range(30)]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_labels_take_turns_and_mistakes_come_first() -> None:
    shots = choose_shots(ITEMS, 4, rng())
    assert Counter(shot.label for shot in shots) == {"bad": 2, "good": 2}
    assert all(shot.wrong for shot in shots)


def test_the_same_seed_draws_the_same_shots_and_another_draws_others() -> None:
    assert choose_shots(ITEMS, 4, rng()) == choose_shots(ITEMS, 4, rng())
    assert len({choose_shots(ITEMS, 4, rng(seed)) for seed in range(8)}) > 1


def test_each_principle_gets_its_own_shots() -> None:
    both = [*ITEMS, *(item(n, "good", "bad", principle="q") for n in range(5))]
    assert Counter(shot.principle for shot in choose_shots(both, 3, rng())) == {"p": 3, "q": 3}


def test_two_items_of_one_source_are_never_both_shots() -> None:
    twins = [item(n, "good", "bad", cluster="one") for n in range(9)]
    assert len(choose_shots(twins, 4, rng())) == 1


def test_a_text_that_is_too_long_or_absent_is_no_shot() -> None:
    found = choose_shots(
        [item(1, "good", "bad", response="x" * MOST_CHARS), item(2, "bad", "good", response="")], 2, rng()
    )
    assert found == ()


def test_less_than_one_shot_is_refused() -> None:
    with pytest.raises(ValueError, match="one is the least"):
        choose_shots(ITEMS, 0, rng())


@given(count=st.integers(1, 12), seed=st.integers(0, 999), wrong=st.integers(0, 9))
def test_shots_are_distinct_items_of_the_list(count: int, seed: int, wrong: int) -> None:
    items = [item(n, "good", "bad" if n < wrong else "good") for n in range(10)]
    shots = choose_shots(items, count, rng(seed))
    assert len(shots) == min(count, 10) == len(set(shots))
    assert set(shots) <= set(items)
    assert sum(shot.wrong for shot in shots) == min(wrong, len(shots))


def test_mistakes_of_every_kind_are_shown_in_turn_and_nothing_else() -> None:
    items = [
        *(item(n, "good", "bad") for n in range(20)),
        item(50, "bad", "good"),
        item(51, "bad", ""),
        item(52, "bad", "bad"),
        item(53, "bad", "good", response="x" * (MOST_OF_A_MISTAKE + 1)),
    ]
    found = choose_mistakes(items, 5, rng())
    assert {(each.label, each.said) for each in found} == {("good", "bad"), ("bad", "good"), ("bad", "")}
    assert len(found) == 5
    assert all(each.wrong for each in found)


def test_texts_that_differ_in_case_and_space_alone_are_one() -> None:
    assert content_key("A  question?", "The\nanswer.") == content_key("a question?", "the answer. ")
    assert content_key("a", "b") != content_key("b", "a")
    assert content_key("ab", "") != content_key("a", "b")
    assert content_key(None, "b") == content_key("", "b")


def test_what_is_shown_depends_on_nothing_but_the_name_and_the_seed() -> None:
    names = [f"doc-{number}" for number in range(400)]
    shown = shown_clusters("s", 1, 0.5, names)
    assert shown == shown_clusters("s", 1, 0.5, names[::-1])
    assert shown & set(names[:100]) == shown_clusters("s", 1, 0.5, names[:100])
    assert 150 < len(shown) < 250
    assert shown != shown_clusters("s", 2, 0.5, names) != shown_clusters("t", 1, 0.5, names)
    assert shown_clusters("s", 1, 0.2, names) < shown
