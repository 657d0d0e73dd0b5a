# ruff: noqa: RUF001 - letters of many scripts look like others; that is the point
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.multilingual import EMOJI, SENTENCES

from evenhand.records.reveal import hidden_characters, reveal


def span(first: int, last: int) -> list[str]:
    return [chr(point) for point in range(first, last + 1)]


TAGS = span(0xE0000, 0xE0FFF)
BIDI_CONTROLS = [*span(0x202A, 0x202E), *span(0x2066, 0x2069)]
HIDDEN = {
    "controls": [*span(0x00, 0x08), *span(0x0B, 0x1F), *span(0x7F, 0x9F)],
    "zero width": [*span(0x200B, 0x200D), "\u2060", "\ufeff"],
    "direction marks": ["\u200e", "\u200f", "\u061c"],
    "bidirectional controls": BIDI_CONTROLS,
    "line and paragraph separators": ["\u2028", "\u2029"],
    "invisible operators": span(0x2061, 0x2065),
    "deprecated format characters": span(0x206A, 0x206F),
    "soft hyphen and grapheme joiner": ["\xad", "\u034f"],
    "blanks that pass for letters": ["\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u17b4", "\u17b5"],
    "Mongolian selectors": ["\u180b", "\u180c", "\u180d", "\u180e", "\u180f"],
    "variation selectors": [*span(0xFE00, 0xFE0F), *span(0xE0100, 0xE01EF)],
    "tags": TAGS,
    "annotations": ["\ufff9", "\ufffa", "\ufffb"],
    "reserved as ignorable": span(0xFFF0, 0xFFF8),
    "shorthand, music and hieroglyph controls": [
        *span(0x1BCA0, 0x1BCA3),
        "\U0001d159",
        *span(0x1D173, 0x1D17A),
        *span(0x13430, 0x1343F),
    ],
    "no characters at all": [
        "\ufdd0",
        "\ufdef",
        "\ufffe",
        "\uffff",
        "\U0001fffe",
        "\U0010ffff",
        "\ud800",
        "\udfff",
    ],
}
EVERY_HIDDEN = sorted({char for chars in HIDDEN.values() for char in chars})


def mark(char: str) -> str:
    return f"⟦U+{ord(char):04X}⟧"


# -- Everything hidden is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize("chars", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize(
    "around", ["{}", "a{}b", "{} end", "start {}", "x\n{}\ny", "1{}2", "({})", "🙂 {} 🙂"]
)
def test_hidden_characters_in_plain_text_are_drawn(chars: list[str], around: str) -> None:
    shown = {char: reveal(around.format(char)) for char in chars}
    hidden = {char for char, text in shown.items() if text != around.format(mark(char))}
    # A carriage return at the end of a line is the Windows line end.
    assert hidden - ({"\r"} if "{}\n" in around else set()) == set()


NEIGHBOURS = ["a", "ن", "क", "ខ", "ש", "漢", "👍", "ᠮ", "⣿", "\U0001d15f"]


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_a_visible_character_carries_at_most_one_hidden_one(neighbour: str) -> None:
    cells = {"\u2800"} if neighbour == "⣿" else set()  # blank cells between raised ones are a drawing
    for char in set(EVERY_HIDDEN) - cells:
        assert reveal(neighbour + char * 8 + neighbour).count(char) <= 2, mark(char)


def test_text_hidden_in_tags_is_drawn() -> None:
    smuggled = "".join(chr(0xE0000 + ord(letter)) for letter in "say complies")
    assert reveal(f"Hello{smuggled}!") == "Hello" + "".join(map(mark, smuggled)) + "!"


@pytest.mark.parametrize("word", ["pass", "say", "ignore", "ustx", "gb", "gbengx", "gben"])
def test_a_flag_does_not_carry_words(word: str) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in word) + "\U000e007f"
    assert reveal(f"🏴{hidden}") == "🏴" + "".join(map(mark, hidden))


def test_bytes_hidden_in_variation_selectors_are_drawn_after_the_first() -> None:
    data = "".join(chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16) for byte in b"\x0fcomplies")
    assert hidden_characters(f"🙂{data}") == len(data) - 1


@pytest.mark.parametrize("base", ["a", "é", "я", "!", " ", "7"])
@pytest.mark.parametrize("selector", ["\ufe00", "\ufe0e", "\ufe0f", "\U000e0100"])
def test_a_selector_after_a_character_without_variants_is_drawn(base: str, selector: str) -> None:
    assert reveal(base + selector) == base + mark(selector)


@pytest.mark.parametrize("selector", ["\ufe03", "\ufe07", "\ufe0d"])
def test_a_selector_that_chooses_nothing_is_drawn_even_after_an_emoji(selector: str) -> None:
    assert reveal(f"❤{selector}") == f"❤{mark(selector)}"


@pytest.mark.parametrize(
    "text", ["a\u200db", "👍\u200d", "👍\u200c👍", "a\ufe0f\u200d\ufe0f", "1\u200d2", "→\u200d a"]
)
def test_a_joiner_that_joins_nothing_is_drawn(text: str) -> None:
    hidden = [char for char in text if char in "\u200c\u200d\ufe0f"]
    assert hidden_characters(text) == len(hidden)


def test_one_hebrew_letter_does_not_open_a_line_to_hidden_bits() -> None:
    bits = "".join(
        f"{letter}\u200e" if number % 2 else f"{letter}\u200f" for number, letter in enumerate("ignore")
    )
    assert hidden_characters(f"ש {bits}x") == 6


def test_a_direction_mark_in_a_line_without_right_to_left_letters_is_drawn() -> None:
    assert reveal("\u200e11/\u200e22/2024\nשלום") == "⟦U+200E⟧11/⟦U+200E⟧22/2024\nשלום"


def test_pairs_of_marks_are_drawn_even_in_hebrew() -> None:
    assert hidden_characters("שלום \u200e\u200f\u200e\u200f עולם") == 4


def test_bidirectional_controls_are_drawn_even_in_arabic() -> None:
    assert hidden_characters(f"سلام {''.join(BIDI_CONTROLS)} عليكم") == len(BIDI_CONTROLS)


def test_a_lone_carriage_return_is_drawn_and_a_windows_line_end_is_not() -> None:
    assert reveal("a\r\nb\rc\r") == "a\r\nb⟦U+000D⟧c⟦U+000D⟧"


# -- Clean text is left alone -----------------------------------------------------------------------------


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_clean_text_is_left_alone(sentence: str) -> None:
    assert reveal(sentence) == sentence


@pytest.mark.parametrize("sequence", EMOJI.values(), ids=EMOJI)
def test_emoji_are_left_alone(sequence: str) -> None:
    assert reveal(f"So {sequence}, ok") == f"So {sequence}, ok"


def test_all_languages_on_one_line_are_left_alone() -> None:
    text = " / ".join(sentence.replace("\r\n", " ") for sentence in SENTENCES.values())
    assert reveal(text) == text


def test_white_space_that_can_be_seen_is_left_alone() -> None:
    spaces = "".join(chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == "Zs")
    assert reveal(f"a{spaces}\t\nb") == f"a{spaces}\t\nb"


# -- Properties -------------------------------------------------------------------------------------------

text_of_many_kinds = st.lists(
    st.one_of(
        st.sampled_from(EVERY_HIDDEN),
        st.sampled_from([*SENTENCES.values(), *EMOJI.values()]).map(lambda sentence: sentence[:12]),
        st.text(max_size=4),
        st.sampled_from("aن क ש漢👍🏴ᠮ⣿⟦⟧U+\n\r1#"),
    ),
    max_size=12,
).map("".join)


@given(text_of_many_kinds)
def test_every_visible_character_stays_in_its_place(text: str) -> None:
    shown, at = reveal(text), 0
    for char in text:
        drawn = mark(char) if shown.startswith(mark(char), at) else char
        assert shown.startswith(drawn, at)
        assert drawn == char or char in EVERY_HIDDEN
        at += len(drawn)
    assert at == len(shown)


@given(text_of_many_kinds)
def test_revealed_text_has_nothing_left_to_reveal(text: str) -> None:
    assert reveal(reveal(text)) == reveal(text)
    assert hidden_characters(reveal(text)) == 0


@given(text_of_many_kinds)
def test_the_count_is_the_number_of_drawn_characters(text: str) -> None:
    grown = len(reveal(text)) - len(text)
    drawn = hidden_characters(text)
    assert 7 * drawn <= grown <= 9 * drawn  # a drawn character takes 8 to 10 places


@pytest.mark.parametrize(
    "unit", ["a", "\u200b", "👍\u200d", "漢\U000e0100", "ש\u200f ", "\u2800", "ن\u200c", "\r", "\x00\n"]
)
def test_time_grows_with_the_length_and_not_faster(unit: str) -> None:
    # Anything quadratic would run into the time limit of a test: that is some 10**11 steps.
    text = unit * (400_000 // len(unit)) + "\u200b"
    assert reveal(text).endswith("⟦U+200B⟧")


def test_a_megabyte_of_readable_text_is_left_alone() -> None:
    text = "".join(SENTENCES.values()) * (1_000_000 // len("".join(SENTENCES.values())))
    assert reveal(text) == text


def test_random_bytes_read_as_text_are_revealed_without_error() -> None:
    noise = random.Random(7)
    text = "".join(chr(noise.randrange(0x110000)) for _ in range(20_000))
    assert hidden_characters(text) > 0
