"""The fence around hostile text: a random code per call, so there is nothing to guess or to close."""

import secrets
from collections.abc import Iterator

from evenhand.records.reveal import reveal

NONCE_BYTES = 16
_NONCES_AT_ONCE = 256
_MASK = "0" * (2 * NONCE_BYTES)


def new_nonce() -> str:
    """Return 128 random bits as 32 hex digits."""
    return secrets.token_hex(NONCE_BYTES)


def nonces() -> Iterator[str]:
    """Yield nonces without end; the system is asked for the bits of many at once, for each asking costs a call."""
    while True:
        drawn = secrets.token_hex(NONCE_BYTES * _NONCES_AT_ONCE)
        for start in range(0, len(drawn), 2 * NONCE_BYTES):
            yield drawn[start : start + 2 * NONCE_BYTES]


def fence(name: str, text: str, nonce: str) -> str:
    """Return `text`, hidden characters revealed, between two lines that carry `nonce`."""
    return f"<<<DATA {name} {nonce}>>>\n{reveal(text)}\n<<<END DATA {name} {nonce}>>>"


def mask(text: str, nonce: str) -> str:
    """Return `text` with `nonce` blotted out: what two renderings of one prompt have in common."""
    return text.replace(nonce, _MASK)
