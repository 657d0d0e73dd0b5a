"""Notice trivial candidates and signs of an attack on the judge (faults.md C03 and C05); never a verdict.

Plain rules in linear time: what is hidden, disguised or encoded is undone first, as a lenient reader would, and then
matched by RE2. They find the known and the lazy; a sentence that merely persuades has no shape to be found by.
"""

import base64
import binascii
import html
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from evenhand.judging.flag_signs import CONSTANT, OPENER, SIGNS
from evenhand.records.candidate_flag import CandidateFlag, Flags
from evenhand.records.message import flatten
from evenhand.records.reveal import hidden_characters
from evenhand.records.suite import Item

_MOST_TRIVIAL_CHARS: Final = 120
_MOST_PADDING: Final = 300
_MOST_ENCODED: Final = 8
_MOST_ENCODED_CHARS: Final = 8_192
_BASE64: Final = "[A-Za-z0-9+/]{20,}={0,2}"
_MARKUP: Final = " \t\n\r*_`"
_BRAILLE: Final = frozenset(map(chr, range(0x2801, 0x2900)))
_ORDER: Final = {flag: place for place, flag in enumerate(CandidateFlag)}

_TAG_BLOCK: Final = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
_UNSEEN: Final = dict.fromkeys(
    (
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        0xAD,
        0x34F,
        0x61C,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        *range(0x180B, 0x1810),
        0x2800,
        0x3164,
        0xFEFF,
        0xFFA0,
    )
)
_LOOK_ALIKES: Final = str.maketrans(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0430\u0435\u043e\u0440\u0441\u0443"
    "\u0445\u0456\u0455\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u2039"
    "\u203a",
    "ABEKMHOPCTXIaeopcyxisABEHIKMNOPTYXo<>",
)
"""Cyrillic, Greek and quotation marks that imitate Latin letters and brackets."""
_SEEN_THROUGH: Final = {**_TAG_BLOCK, **_UNSEEN, **_LOOK_ALIKES}
_ESCAPES: Final = (("\\u007b", "{"), ("\\u007d", "}"), ("\\u0022", '"'))


def item_flags(item: Item) -> tuple[Flags, ...]:
    """Return what is noticed about each candidate of an item; empty when nothing is."""
    found = tuple(candidate_flags(flatten(candidate.text or "")) for candidate in item.candidates)
    return found if any(found) else ()


@lru_cache(maxsize=4)
def candidate_flags(text: str) -> Flags:
    """Return what is noticed about a candidate's text, in a fixed order. Takes time linear in the text."""
    return tuple(sorted({*_trivial(text), *_hidden(text), *_signs(text)}, key=_ORDER.__getitem__))


def see_through(text: str) -> str:
    """Return `text` as a lenient reader takes it: hidden, look-alike and escaped characters made plain."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SEEN_THROUGH))
    if "&" in text:
        text = html.unescape(text)
    if "\\u00" in text:
        for escaped, char in _ESCAPES:
            text = text.replace(escaped, char)
    return text


# -- Trivial ---------------------------------------------------------------------------------------


def _trivial(text: str) -> Iterator[CandidateFlag]:
    stripped = text.strip()
    if len(text) - len(stripped) > _MOST_PADDING:
        yield CandidateFlag.PADDING
    if len(stripped) <= _MOST_TRIVIAL_CHARS:
        yield from _short(see_through(stripped).strip())
    elif not _has_words(stripped):
        yield CandidateFlag.NO_WORDS


def _short(text: str) -> Iterator[CandidateFlag]:
    if not text:
        yield CandidateFlag.EMPTY
    elif not _has_words(text):
        yield CandidateFlag.NO_WORDS
    elif OPENER.fullmatch(text.strip(_MARKUP)):
        yield CandidateFlag.OPENER
    elif CONSTANT.fullmatch(text.strip(_MARKUP)):
        yield CandidateFlag.CONSTANT


def _has_words(text: str) -> bool:
    return any(char.isalnum() or char in _BRAILLE for char in text)


# -- Signs of an attack ----------------------------------------------------------------------------


def _hidden(text: str) -> Iterator[CandidateFlag]:
    if not _one_line(text).isprintable() and hidden_characters(text):
        yield CandidateFlag.HIDDEN_TEXT


def _signs(text: str) -> Iterator[CandidateFlag]:
    seen = see_through(text).encode("utf-8", "replace")
    matcher = _matcher()
    yield from matcher.signs_in(seen) if matcher.any.search(seen) is not None else ()
    if any(matcher.signs_in(_decoded(run)) for run in matcher.encoded(seen)):
        yield CandidateFlag.ENCODED_TEXT


class _Matcher:
    """The signs, compiled once."""

    def __init__(self) -> None:
        import re2  # noqa: PLC0415 - loaded when a candidate is looked at, so that the command line starts without it

        options = re2.Options()
        options.case_sensitive = False
        options.never_capture = True
        options.log_errors = False
        self._each: dict[CandidateFlag, Any] = {
            flag: re2.compile("|".join(patterns), options=options) for flag, patterns in SIGNS.items()
        }
        self._encoded: Any = re2.compile(_BASE64)
        everything = [pattern for patterns in SIGNS.values() for pattern in patterns]
        self.any: Any = re2.compile("|".join(everything), options=options)

    def signs_in(self, content: bytes) -> list[CandidateFlag]:
        """Return the flags whose signs a text holds."""
        return [flag for flag, pattern in self._each.items() if pattern.search(content) is not None]

    def encoded(self, content: bytes) -> list[bytes]:
        """Return the first runs that may be base64."""
        found: list[bytes] = []
        for match in self._encoded.finditer(content):
            found.append(match[0])
            if len(found) == _MOST_ENCODED:
                break
        return found


@cache
def _matcher() -> _Matcher:
    return _Matcher()


def _decoded(run: bytes) -> bytes:
    """Return what a run of base64 says; nothing where it says no text."""
    whole = run[:_MOST_ENCODED_CHARS].rstrip(b"=")
    whole = whole[: len(whole) - (len(whole) % 4 == 1)]
    try:
        content = base64.b64decode(whole + b"=" * (-len(whole) % 4), validate=True)
    except binascii.Error:
        return b""
    return content if _is_text(content) else b""


def _is_text(content: bytes) -> bool:
    try:
        return _one_line(content.decode()).isprintable()
    except UnicodeDecodeError:
        return False


def _one_line(text: str) -> str:
    return text.replace("\n", "").replace("\t", "")
