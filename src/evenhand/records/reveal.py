"""Draw invisible and direction-changing characters as visible marks; leave honest multilingual text alone.

The judge and the human reviewer see the same marks; the bytes of the candidate are kept as they are.
Joiners that Persian, Indic scripts and emoji need stay, and so do marks between right-to-left letters.
"""

import re
import unicodedata

_JOINERS = {"\u200c", "\u200d"}
_DIRECTION_MARKS = {"\u200e", "\u200f", "\u061c"}
_SELECTORS = range(0xFE00, 0xFE10)
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180e"
_FLAG_BASE = "\U0001f3f4"

_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff" + _BLANKS + "]"
)
_REGIONAL_FLAG = re.compile(_FLAG_BASE + "[\U000e0061-\U000e007a]{3,6}\U000e007f")


def reveal(text: str) -> str:
    """Return `text` with each hidden character drawn as `⟦U+XXXX⟧`.

    Line feeds and tabs stay; a carriage return directly before a line feed stays.
    """
    if not _SUSPECT.search(text):
        return text
    flags = {index for match in _REGIONAL_FLAG.finditer(text) for index in range(*match.span())}
    return "".join(
        char if index in flags or not _is_hidden(text, index) else f"⟦U+{ord(char):04X}⟧"
        for index, char in enumerate(text)
    )


def hidden_characters(text: str) -> int:
    """Count the characters of `text` that `reveal` would draw."""
    return 0 if not _SUSPECT.search(text) else reveal(text).count("⟦U+") - text.count("⟦U+")


def _is_hidden(text: str, index: int) -> bool:
    char = text[index]
    if not _SUSPECT.match(char):
        return False
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if char == "\r":
        return after != "\n"
    if char in _JOINERS:
        return not (_joins(before) and (_joins(after) or char == "\u200c"))
    if char in _DIRECTION_MARKS:
        return not (_is_right_to_left(text[max(0, index - 3) : index + 4]))
    if ord(char) in _SELECTORS:
        return not _takes_selector(before)
    return True


def _joins(char: str) -> bool:
    """Tell whether `char` may stand beside a joiner: a letter or mark of a joining script, or an emoji."""
    if not char:
        return False
    point = ord(char)
    joining_script = 0x0600 <= point <= 0x0DFF or 0x0E80 <= point <= 0x109F or 0x1780 <= point <= 0x18AF
    return joining_script or _is_pictograph(point) or point in _SELECTORS


def _is_pictograph(point: int) -> bool:
    return 0x1F000 <= point <= 0x1FAFF or 0x2190 <= point <= 0x2BFF or 0x1F3FB <= point <= 0x1F3FF


def _is_right_to_left(neighbours: str) -> bool:
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in neighbours)


def _takes_selector(char: str) -> bool:
    """Tell whether a variation selector after `char` chooses a glyph: emoji, symbols, digits, ideographs."""
    if not char:
        return False
    point = ord(char)
    return _is_pictograph(point) or char in "0123456789#*©®‼⁉™\u2139" or 0x3000 <= point <= 0x9FFF
