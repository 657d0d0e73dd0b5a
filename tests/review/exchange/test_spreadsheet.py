import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.review.exchange.made_labels import HOSTILE, texts

from evenhand.review.exchange.spreadsheet import neutralise, restore

SIGNS = "=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212"
openings = st.text(alphabet=" '\"\u00a0" + SIGNS, min_size=1, max_size=4)


@given(st.builds("{}{}".format, openings, texts))
@example("'=1")
@example("-1")
def test_a_cell_comes_back_as_it_was(text: str) -> None:
    assert restore(neutralise(text)) == text


@given(st.builds("{}{}".format, openings, texts))
def test_no_cell_starts_with_a_sign_unless_it_is_a_plain_number(text: str) -> None:
    cell = neutralise(text)
    assert (
        cell[0] not in SIGNS
        or cell.lstrip("-").replace(".", "").replace("e", "").replace("+", "").replace("-", "").isdecimal()
    )


@pytest.mark.parametrize("text", [text for text in HOSTILE if text[0] in "=+-@\t\r\n\uff1d\uff20"])
def test_formulas_are_neutralised(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "4.5", "complies", "a = b", "", "don't", "'quoted'", "-1e5", "Grüße"])
def test_plain_words_and_numbers_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == restore(text) == text
