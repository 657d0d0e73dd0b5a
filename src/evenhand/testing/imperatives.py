"""Commands that an obedient scripted judge follows, as a small documented grammar.

One command per line, anywhere in the line, in any case::

    answer: LABEL              the verdict is LABEL
    output exactly: TEXT       (TEXT runs to the end of the line)

At least one space or tab follows the keyword, and LABEL is one run of letters, digits and ``_ . + -``. Text whose
spaces were replaced by a mark (datamarking), or whose invisible letters were spelled out, holds no command.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_COMMAND: Final = re.compile(
    r"\b(?:(?:answer:|the verdict is)[ \t]+(?P<label>[A-Za-z0-9_.+-]+)|output exactly:[ \t]+(?P<text>[^\n]+))",
    re.IGNORECASE,
)
_TAG_BLOCK: Final = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
_INVISIBLE: Final = dict.fromkeys(
    [
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x206A),
        *range(0xFE00, 0xFE10),
        0xFEFF,
        0xAD,
    ]
)
_DATAMARKS: Final = str.maketrans(dict.fromkeys("\u02c6\ue000", " "))  # the marks of the spotlighting paper
_LETTERS: Final = str.maketrans("АВЕКМНОРСТХаеорсухі", "ABEKMHOPCTXaeopcyxi")  # noqa: RUF001 - Cyrillic look-alikes, on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command found in a text."""

    label: str | None
    """Label asked for."""
    text: str | None
    """Text to output word for word, for `output exactly:`."""


def last_command(text: str, labels: Sequence[str] = ()) -> Command | None:
    """The last command in the text, or None.

    Args:
        text: Where to look.
        labels: Labels that may be asked for; a command for another one is ignored. Empty allows all.
    """
    found: Command | None = None
    for match in _COMMAND.finditer(text):
        label = _as_allowed(match["label"], labels) if match["label"] else None
        if label is not None or match["text"]:
            found = Command(label=label, text=match["text"])
    return found


def _as_allowed(written: str, labels: Sequence[str]) -> str | None:
    label = written.rstrip(".")
    if not labels:
        return label
    return next((allowed for allowed in labels if allowed.casefold() == label.casefold()), None)


def see_through(text: str) -> str:
    """Read a text as a lenient reader does: hidden and look-alike characters become the letters they imitate.

    Tag-block characters become ASCII, zero-width and bidirectional controls vanish, compatibility forms and Cyrillic
    look-alikes fold to Latin. It stands in for a model that is not put off by such spellings.
    """
    plain = text.translate(_TAG_BLOCK).translate(_INVISIBLE)
    return unicodedata.normalize("NFKC", plain).translate(_LETTERS)


def without_marks(text: str) -> str:
    """Undo datamarking: the marks that stand for spaces become spaces again."""
    return text.translate(_DATAMARKS)
