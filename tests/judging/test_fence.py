import html
import re
import unicodedata
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.multilingual import EMOJI, SENTENCES

from evenhand.judging.fence import NONCE_BYTES, fence, mask, new_nonce, nonces
from evenhand.testing.attacks import FENCE_ENDS, PAYLOADS

NONCE = "c0ffee00" * 4
_UNSEEN = dict.fromkeys(point for point in range(0x110000) if unicodedata.category(chr(point)) == "Cf")


def seen_through(text: str) -> str:
    """What a lenient reader may make of disguised letters: compatibility forms, no hidden characters, one case."""
    tags = {point: chr(point - 0xE0000) for point in range(0xE0020, 0xE007F)}
    plain = html.unescape(text).translate(tags).translate(_UNSEEN)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", plain).replace("\u0415", "E")).casefold()


def test_a_nonce_is_128_random_bits_and_never_the_same() -> None:
    nonces = {new_nonce() for _ in range(2_000)}
    assert len(nonces) == 2_000
    assert all(re.fullmatch(r"[0-9a-f]{32}", nonce) for nonce in nonces)
    assert NONCE_BYTES == 16


@pytest.mark.parametrize("payload", FENCE_ENDS.values(), ids=FENCE_ENDS)
@pytest.mark.parametrize("read", [str, seen_through], ids=["exact reader", "lenient reader"])
def test_a_candidate_can_not_close_its_fence(payload: str, read: "type[str]") -> None:
    shown = read(fence("reply", payload, NONCE))
    end = read(f"<<<END DATA reply {NONCE}>>>")
    assert shown.count(end) == 1
    assert shown.endswith(end)


def test_there_are_at_least_twelve_spellings_of_an_end() -> None:
    assert len(set(FENCE_ENDS.values())) >= 12


def test_no_forgery_closes_its_fence() -> None:
    for payload in PAYLOADS.values():
        first, *inside, last = fence("reply", payload, NONCE).split("\n")
        assert (first, last) == (f"<<<DATA reply {NONCE}>>>", f"<<<END DATA reply {NONCE}>>>")
        assert not any(NONCE in line for line in inside)


@given(st.text())
def test_whatever_the_text_the_marks_stand_alone_on_the_first_and_the_last_line(text: str) -> None:
    first, *inside, last = fence("reply", text, NONCE).splitlines()
    assert (first, last) == (f"<<<DATA reply {NONCE}>>>", f"<<<END DATA reply {NONCE}>>>")
    assert inside or not text.strip("\n")


@pytest.mark.parametrize("text", [*SENTENCES.values(), *EMOJI.values()])
def test_clean_text_stands_in_the_fence_as_it_is(text: str) -> None:
    assert text in fence("reply", text, NONCE)


def test_hidden_text_is_drawn_inside_the_fence() -> None:
    assert "⟦U+200B⟧" in fence("reply", "a\u200bb", NONCE)


def test_a_mask_makes_two_askings_of_one_question_equal() -> None:
    one, other = new_nonce(), new_nonce()
    assert mask(fence("reply", "x", one), one) == mask(fence("reply", "x", other), other)
    assert one not in mask(fence("reply", "x", one), one)


def test_nonces_drawn_together_are_of_full_length_and_never_repeat() -> None:
    drawn = list(islice(nonces(), 2_000))
    assert len(set(drawn)) == len(drawn)
    assert all(re.fullmatch("[0-9a-f]{32}", nonce) for nonce in drawn)
