"""Texts that stand twice: told by digests alone, so that a million pairs take megabytes and no text is held."""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.records.message import Text

_KEY_BYTES: Final = 16
_BETWEEN, _ROLE = "\x1e", "\x1f"
"""What no normalised text holds: they are white space to Python, and white space becomes blanks."""


class Twice(IntEnum):
    """What becomes of a row beside the others."""

    KEPT = 0
    DUPLICATE = 1
    """The same prompt and texts, with the same label, stand in a row that is kept."""
    CONTRADICTORY = 2
    """The same prompt and texts stand there with the opposite label, from somebody who is believed as much or more."""


def normalised(text: str) -> str:
    """Return a text as it is compared: in Unicode's composed form, every run of white space one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def row_key(prompt: Text, texts: Sequence[str]) -> tuple[bytes, bool]:
    """Return the digest of a prompt with one or two normalised texts, and whether the two stand in turned order.

    A pair has the same digest either way round, so that opposite labels meet.
    """
    turned = len(texts) > 1 and texts[0] > texts[1]
    parts = [_prompt(prompt), *(reversed(texts) if turned else texts)]
    whole = _BETWEEN.join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=_KEY_BYTES).digest(), turned


def _prompt(prompt: Text) -> str:
    if isinstance(prompt, str):
        return normalised(prompt)
    if len(prompt) == 1 and prompt[0].role == "user":
        return normalised(prompt[0].content)
    return _ROLE.join(f"{turn.role}{_ROLE}{normalised(turn.content)}" for turn in prompt)


class Seen:
    """Digests of rows, 17 bytes each, until all are there."""

    def __init__(self) -> None:
        self._keys = bytearray()
        self._facts = bytearray()

    def add(self, key: bytes, *, label: bool, doubt: int) -> None:
        """Note the next row: its digest, which of the two opposite labels it has, and how little it is believed.

        Args:
            key: The digest.
            label: Which of the two labels.
            doubt: From 0, for what is believed before all others, to 127.
        """
        self._keys += key
        self._facts.append(2 * doubt + label)

    def among(self, keys: AbstractSet[bytes]) -> Iterator[bool]:
        """Yield of each row, in the order in which they came, whether its digest is one of `keys`."""
        for start in range(0, len(self._keys), _KEY_BYTES):
            yield bytes(self._keys[start : start + _KEY_BYTES]) in keys

    def settle(self) -> NDArray[np.uint8]:
        """Return the `Twice` of each row, in the order in which they came, shape (n,).

        Of rows that say the same the first of those with the least doubt is kept. Where these contradict each other
        nothing is kept; rows with more doubt that contradict them are dropped, and change nothing.
        """
        keys = np.frombuffer(bytes(self._keys), dtype=[("high", "<u8"), ("low", "<u8")])
        facts = np.frombuffer(bytes(self._facts), dtype=np.uint8)
        found = np.zeros(len(facts), dtype=np.uint8)
        if not len(facts):
            return found
        order = np.lexsort((facts >> 1, keys["low"], keys["high"]))
        ordered = keys[order]
        first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        starts = np.flatnonzero(first)
        sizes = np.diff(starts, append=len(order))
        labels, doubts = (facts & 1)[order], (facts >> 1)[order]
        leading = np.repeat(labels[starts], sizes)
        leads = doubts == np.repeat(doubts[starts], sizes)
        against = np.add.reduceat((leads & (labels != leading)).astype(np.int64), starts) > 0
        dropped = np.repeat(against, sizes) | (labels != leading)
        found[order] = np.where(dropped, Twice.CONTRADICTORY, np.where(first, Twice.KEPT, Twice.DUPLICATE))
        return found


__all__ = ["Seen", "Twice", "normalised", "row_key"]
