"""Draw invisible and direction-changing characters as visible marks; leave honest multilingual text alone.

The judge and the human reviewer see the same marks; the bytes of the candidate are kept as they are. A hidden
character stays only where its script is written with it: a joiner or a word break beside a letter of a script that
uses them, a direction mark in a line that runs right to left, a variation selector after a character with variants,
the glue of an emoji. What else a reader can not see is drawn, and so is any second one beside it.
"""

import re
import unicodedata
from functools import partial

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(end - 1)}{chr(end)}" for end in range(0xFFFF, 0x110000, 0x10000)
)
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f"
    f"\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff{_NONCHARACTERS}]"
)
"""Controls but tab and line feed, characters Unicode calls ignorable, blanks that pass for letters, broken text."""

_VISIBLE_ASCII = bytes(code for code in range(128) if not _HIDDEN.match(chr(code)))

_PICTOGRAPH = (
    "[©®‼⁉™\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]?"
)
_FLAGS_OF_REGIONS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls")
)
_IDEOGRAPH = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
_MONGOLIAN = "[\u1820-\u18aa]"
_MUSIC = "[\U0001d100-\U0001d158\U0001d15a-\U0001d172\U0001d17b-\U0001d1ea]"
_HONEST = "|".join(
    (
        r"[\t\n !\"$-)+-/:-~\u00b0-\u0333\u0370-\u0590\u05d0-\u05ff]++",  # plain text, taken in one go
        rf"\U0001f3f4(?:{_FLAGS_OF_REGIONS})\U000e007f",
        rf"{_PICTOGRAPH}(?:\u200d{_PICTOGRAPH})*",
        r"[0-9#*]\ufe0f(?=\u20e3)",
        rf"{_IDEOGRAPH}[\ufe00-\ufe02\U000e0100-\U000e01ef]",
        r"[\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f\u2018\u2019\u201c\u201d][\ufe00\ufe01]",
        r"[\u1000-\u109f\u2200-\u22ff\u2a00-\u2aff\uaa60-\uaa7f]\ufe00",
        rf"{_MONGOLIAN}[\u180b-\u180d\u180f]?(?:\u180e(?=[\u1820\u1821]))?",
        r"\u115f(?=[\u1161-\u11a7])|(?<=[\u1100-\u115e\ua960-\ua97c])\u1160",
        r"(?<=[\u0591-\u05bd])\u034f(?=[\u0591-\u05bd])",
        r"(?<=[\u2801-\u28ff])\u2800++|(?<!\u2800)\u2800++(?=[\u2801-\u28ff])",
        rf"(?<={_MUSIC})[\U0001d173-\U0001d17a]|[\U0001d173-\U0001d17a](?={_MUSIC})",
        r"\U0001d159(?=[\U0001d165-\U0001d172])",
        r"\r\Z",
    )
)
"""Hidden characters where they belong, with the visible ones they belong to."""
_SEEN = re.compile(f"(?P<honest>{_HONEST})|{_HIDDEN.pattern}")

_JOINERS = "\u200c\u200d"
_WORD_BREAK = "\u200b"
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_BESIDE_LETTERS = frozenset(_JOINERS + _WORD_BREAK + _DIRECTION_MARKS)
_JOINING_SCRIPTS = re.compile(
    "[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1c4f\u1cd0-\u1cff\ua880-\ua8ff\ua980-\ua9df"
    "\uaa60-\uaa7f\uabc0-\uabff\ufb50-\ufdcf\ufe70-\ufefc\U00010d00-\U00010d3f\U00011000-\U00011fff"
    "\U0001e900-\U0001e95f]"
)
_SCRIPTS_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f\ua980-\ua9df\uaa60-\uaadf]"
)


def reveal(text: str) -> str:
    """Return `text` with each hidden character drawn as `⟦U+XXXX⟧`.

    Line feeds and tabs stay; a carriage return directly before a line feed stays. Takes time linear in the text.
    """
    if not _holds_hidden(text):
        return text
    *lines, last = text.split("\n")
    return "\n".join([*(_reveal_line(line) for line in lines), _reveal_line(f"{last}\n")[:-1]])


def _holds_hidden(text: str) -> bool:
    """Tell whether a text may hold a hidden character; plain ASCII, the usual case, is told without the pattern."""
    if text.isascii():
        return bool(text.encode("ascii").translate(None, _VISIBLE_ASCII))
    return _HIDDEN.search(text) is not None


def hidden_characters(text: str) -> int:
    """Count the characters of `text` that `reveal` would draw."""
    return reveal(text).count("⟦U+") - text.count("⟦U+")


def _reveal_line(line: str) -> str:
    if not _holds_hidden(line):
        return line
    return _SEEN.sub(partial(_draw, right_to_left=_runs_right_to_left(line)), line)


def _draw(match: re.Match[str], *, right_to_left: bool) -> str:
    char = match[0]
    if match["honest"] is not None or _belongs(char, match, right_to_left=right_to_left):
        return char
    return f"⟦U+{ord(char):04X}⟧"


def _belongs(char: str, match: re.Match[str], *, right_to_left: bool) -> bool:
    """Tell whether a joiner, word break or direction mark stands where its script is written with it."""
    before, after = (
        match.string[match.start() - 1 : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    if char not in _BESIDE_LETTERS or before in _BESIDE_LETTERS or after in _BESIDE_LETTERS:
        return False
    if char in _DIRECTION_MARKS:
        return right_to_left and not (_runs_left_to_right(before) and _runs_left_to_right(after))
    if char == _WORD_BREAK:
        return any(_SCRIPTS_WITHOUT_SPACES.match(neighbour) for neighbour in (before, after))
    return _joins(before) or _joins(after)


def _joins(char: str) -> bool:
    return bool(_JOINING_SCRIPTS.match(char)) and unicodedata.category(char)[0] in "LM"


def _runs_left_to_right(char: str) -> bool:
    return bool(char) and unicodedata.bidirectional(char) == "L"


def _runs_right_to_left(line: str) -> bool:
    """Tell whether a line holds a letter that is written from right to left."""
    return any(char in line for char in _DIRECTION_MARKS) and any(
        unicodedata.bidirectional(char) in {"R", "AL"} and char not in _DIRECTION_MARKS for char in line
    )
