"""Ids are lower case, stable and each once, whatever a file calls its principles."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.catalog.interchange.naming import Names, identifier, name_from_text

_ID = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no_erotica_or_gore", "no_erotica_or_gore"),
        ("Privacy / Share no contact", "privacy.share-no-contact"),
        ("Don't lie!", "dont-lie"),
        ("Réponse équitable", "reponse-equitable"),
        ("../../etc/passwd", "etc.passwd"),
        ("a" * 100, "a" * 80),
        ("one " + "two" * 30, "one"),
        ("日本", ""),
        ("--", ""),
    ],
)
def test_an_id_is_made_of_what_stands_there(text: str, name: str) -> None:
    assert identifier(text) == name


def test_a_name_is_made_of_telling_words() -> None:
    assert name_from_text("Please choose the response that is the most helpful, honest, and harmless.") == (
        "helpful-honest-harmless"
    )


@given(
    st.lists(st.text(max_size=8) | st.sampled_from(["a.b", "a-b", "ab", "a-b-2", "ab.good-1"]), max_size=30)
)
def test_every_id_is_sound_and_given_once(wanted: list[str]) -> None:
    names = Names()
    given_ids = [names.principle(identifier(text) or "principle") for text in wanted]
    examples = [names.example(name, "good", b"abc") for name in given_ids for _ in range(2)]
    assert len({*given_ids, *examples}) == len(given_ids) + len(examples)
    assert all(_ID.fullmatch(name) and len(name) <= 120 for name in (*given_ids, *examples))
    assert len({re.sub(r"[._-]", "", name) for name in given_ids}) == len(given_ids)


@given(st.text())
def test_the_same_text_has_the_same_name(text: str) -> None:
    assert identifier(text) == identifier(text)
    assert not identifier(text) or _ID.fullmatch(identifier(text))
