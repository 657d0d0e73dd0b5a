"""Takes an account's secrets out of text before anybody sees it."""

import base64
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

SHORTEST_SECRET: Final = 8
"""Shorter values are placeholders; masking them would only garble messages."""
KEY_MARK: Final = "[key]"


class Mask:
    """Takes secrets out of text, in every spelling they could come back in."""

    __slots__ = ("_pattern",)

    def __init__(self, secrets: Iterable[SecretStr]) -> None:
        values = [secret.get_secret_value() for secret in secrets]
        spellings = {text for value in values if len(value) >= SHORTEST_SECRET for text in _spellings(value)}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __repr__(self) -> str:
        return "Mask()"

    def __call__(self, text: str) -> str:
        """Return `text` with every secret replaced by a mark."""
        return self._pattern.sub(KEY_MARK, text) if self._pattern else text


def _spellings(value: str) -> Iterable[str]:
    yield from (value, quote(value, safe=""), quote_plus(value), repr(value)[1:-1], value[:SHORTEST_SECRET])
    for lead in range(3):
        yield from _base64_of(value.encode(), lead)


def _base64_of(value: bytes, lead: int) -> Iterable[str]:
    """Yield how base64 spells `value` when it starts `lead` bytes into a group of three, whole groups only."""
    start = -lead % 3
    whole = value[start : start + (len(value) - start) // 3 * 3]
    yield base64.b64encode(whole).decode()
    yield base64.urlsafe_b64encode(whole).decode()
