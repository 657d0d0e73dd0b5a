import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.testing.logprobs import Token, token_document, tokens

SHARES = {"complies": 0.5, "violates": 0.3, "cannot": 0.05, "cannot_tell": 0.05, "comply": 0.1}


def weigh(
    label: str, *, piece: int | None = None, top: int = 5, shares: dict[str, float] | None = None
) -> list[Token]:
    text = f'{{"label": "{label}", "nonce": "1"}}'
    return tokens(text, label=label, label_at=11, distribution=shares or SHARES, top=top, piece=piece)


@given(st.text(), st.integers(min_value=0, max_value=30))
def test_the_tokens_of_a_text_add_up_to_the_text(text: str, at: int) -> None:
    label_at = at if at < len(text) else None
    label = text[at : at + 5] if label_at is not None else ""
    cut = tokens(text, label=label, label_at=label_at, distribution=None, top=1, piece=2)
    assert "".join(token.text for token in cut) == text


@pytest.mark.parametrize("label", SHARES)
@pytest.mark.parametrize("piece", [None, 1, 3, 4, 50])
def test_the_pieces_of_a_label_multiply_to_its_probability(label: str, piece: int | None) -> None:
    assert sum(token.logprob for token in weigh(label, piece=piece)) == pytest.approx(math.log(SHARES[label]))


def test_a_label_of_one_token_lists_all_labels_best_first() -> None:
    decided = next(token for token in weigh("violates") if token.text == "violates")
    assert [text for text, _ in decided.top[:2]] == ["complies", "violates"]
    assert [math.exp(logprob) for _, logprob in decided.top] == pytest.approx([0.5, 0.3, 0.1, 0.05, 0.05])


def test_mass_that_the_labels_do_not_have_stays_missing() -> None:
    decided = next(
        token for token in weigh("complies", shares={"complies": 0.6, "violates": 0.2}) if len(token.top) > 1
    )
    assert sum(math.exp(logprob) for _, logprob in decided.top) == pytest.approx(0.8)


def test_no_more_alternatives_are_listed_than_asked_for() -> None:
    assert {len(token.top) for token in weigh("complies", top=2)} == {1, 2}
    assert all(token.top == () for token in weigh("complies", top=0))


def test_an_impossible_label_has_the_floor_that_openai_sends() -> None:
    assert (
        min(token.logprob for token in weigh("violates", shares={"complies": 1.0, "violates": 0.0}))
        == -9999.0
    )


def test_after_a_space_the_label_token_carries_the_space() -> None:
    cut = tokens("VERDICT x complies", label="complies", label_at=10, distribution=SHARES, top=2, piece=None)
    assert cut[-1].text == " complies"
    assert cut[-1].top[1][0] == " violates"


@given(st.text(min_size=1))
def test_a_token_document_spells_the_bytes_of_the_token(text: str) -> None:
    document = token_document(Token(text=text, logprob=-0.5, top=((text, -0.5),)))
    spelled = document["bytes"]
    assert isinstance(spelled, list)
    assert bytes(spelled).decode("utf-8", "surrogatepass") == text


def test_labels_cover_their_place_and_nothing_else() -> None:
    starts = [0, *accumulate(len(token.text) for token in weigh("violates"))]
    places = [start for start, token in zip(starts, weigh("violates"), strict=False) if len(token.top) > 1]
    assert places == [11]
