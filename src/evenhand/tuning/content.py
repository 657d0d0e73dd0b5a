"""When two judged texts are one: by digest, with case and white space left out."""

import hashlib

from evenhand.records.message import Text, flatten

_BYTES = 16


def content_key(prompt: Text | None, response: Text | None) -> bytes:
    """Return a digest of a prompt and a reply, the same for texts that differ in case and white space alone."""
    whole = hashlib.sha256()
    for text in (prompt, response):
        plain = " ".join(flatten(text or "").split()).casefold().encode("utf-8", "surrogatepass")
        whole.update(f"{len(plain)}\0".encode() + plain)
    return whole.digest()[:_BYTES]
