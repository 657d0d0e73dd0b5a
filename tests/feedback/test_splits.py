"""Which split a source goes to."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.feedback.splits import read_splits

THREE = "train=.8,validation=.1,test=.1"


def test_shares_are_met_about() -> None:
    splits = read_splits(THREE, seed=0)
    found = Counter(splits.of(f"source {number}") for number in range(5000))
    assert 3850 < found["train"] < 4150
    assert 400 < found["validation"] < 600
    assert 400 < found["test"] < 600


@given(st.text(), st.integers(min_value=0, max_value=9))
def test_a_source_goes_to_one_split_whatever_else_there_is(source: str, seed: int) -> None:
    assert read_splits(THREE, seed=seed).of(source) == read_splits(THREE, seed=seed).of(source)


def test_the_place_of_a_source_is_what_it_was_when_it_was_written_down() -> None:
    splits = read_splits(THREE, seed=0)
    assert [splits.of(name) for name in "abcd"] == ["train", "validation", "validation", "train"]


def test_half_of_a_surrogate_pair_is_a_source_like_any_other() -> None:
    assert read_splits("train=1", seed=0).of("\ud800") == "train"


def test_a_split_without_a_share_gets_nothing() -> None:
    splits = read_splits("train=1,test=0", seed=3)
    assert {splits.of(str(number)) for number in range(1000)} == {"train"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train=.5,test=.4", "sum to 0.9"),
        ("train=x", "no number"),
        ("train=nan", "no number"),
        ("train=-1,test=2", "no number"),
        ("train=.5,train=.5", "stands twice"),
        ("../up=1", "no name of a split"),
        ("Train=1", "no name of a split"),
        ("", "no name of a split"),
    ],
)
def test_what_are_no_splits_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_splits(text, seed=0)
