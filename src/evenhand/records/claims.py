"""What a rule asks for, taken apart: how many testable claims its text holds. Plain words, English only."""

import re
from typing import Final

_MODAL: Final = r"(?:must|should|shall|may(?=\s+not))"
_SENTENCE: Final = re.compile(r"(?<=[.;!?])\s+|\n\s*(?:[-*]|\d+[.)])\s+|\n\s*\n")
_ASKS: Final = re.compile(rf"\b{_MODAL}\b|\bmay not\b|\bneeds? to\b|\b(?:has|have) to\b", re.IGNORECASE)
_ORDER: Final = re.compile(
    r"^(?:please\s+)?(?:do not|don't|never|always|avoid|choose|give|say|use|name|refuse|ask|write|answer|keep|state|"
    r"explain|cite|treat|respect|offer|tell|show|follow|include|mention)\b",
    re.IGNORECASE,
)
_SECOND: Final = re.compile(
    rf"(?:,\s*|\s+)(?:and|or|but)\s+(?:(?:it|they|the\s+\w+)\s+)?(?:also\s+)?(?={_MODAL}\b|(?:do|does)\s+not\b|never\b)",
    re.IGNORECASE,
)
_VERB_AFTER: Final = re.compile(
    rf"\b{_MODAL}\s+(?:not\s+)?(?P<first>[a-z]+)\b[^.;:!?\n]*?,?\s+and\s+(?:also\s+)?"
    r"(?P<second>avoid|refuse|name|cite|state|give|say|offer|ask|explain|tell|show|warn|use|include|mention|keep|answer|"
    r"suggest|point|list|admit|check)\b",
    re.IGNORECASE,
)
_SHOWN: Final = 40


def find_claims(text: str) -> tuple[str, ...]:
    """Return the beginnings of the claims a text makes, each something a reply can keep to or break by itself.

    A claim is a sentence (or an entry of a list) that asks for something: with must, should, shall, has to or needs
    to, or as an order (`never ...`, `do not ...`). A sentence holds a second one where the duty is said again after a
    comma, and, or, but (`must cite its source and must not guess`), or where another plain verb follows (`must name the
    risk and offer help`). Sentences that only explain are none. A text that asks for nothing in these words is one
    claim.

    It is a reading of words, and says so: it misses what is put otherwise and finds what belongs together.
    """
    found = [claim for sentence in claims_by_sentence(text) for claim in sentence]
    return tuple(found) or (_start(text.strip()),)


def claims_by_sentence(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the claims of each sentence or entry of a list that asks for something, as `find_claims`."""
    found = (tuple(_claims_of(sentence.strip())) for sentence in _SENTENCE.split(text.strip()))
    return tuple(claims for claims in found if claims)


def _claims_of(sentence: str) -> list[str]:
    if not (_ASKS.search(sentence) or _ORDER.match(sentence)):
        return []
    parts = [part for part in _SECOND.split(sentence) if part.strip()]
    if len(parts) == 1 and (match := _VERB_AFTER.search(sentence)):
        parts = [sentence[: match.start("second")], sentence[match.start("second") :]]
    return [_start(part) for part in parts]


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN].rstrip()}…"
