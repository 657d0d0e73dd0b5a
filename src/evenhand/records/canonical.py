"""Canonical JSON and content hashes: the same content gives the same bytes, wherever it was written."""

import hashlib
import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$", max_length=120)]
"""Lower-case name with dots, dashes or underscores between its parts, such as `self-harm.no-method`."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True)]
"""Text in plain language. White space around it is not part of it, so both spellings of a file hash alike."""


class FileRecord(BaseModel):
    """Base of every record that people or files write: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    def canonical(self) -> dict[str, Any]:
        """Return the content as plain JSON values, defaults left out, keys as they are written in files."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def __copy__(self) -> Self:
        """Leave cached properties behind: a copy may be changed by `model_copy(update=...)`, and its hash with it."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


def canonical_json(value: Any) -> bytes:
    """Return `value` as JSON bytes with sorted keys and no free choice left (UTF-8, no spaces).

    Raises:
        ValueError: A number is not finite, or a text holds half of a surrogate pair.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def ascii_line(value: Any) -> str:
    """Return `value` as canonical JSON on one line, in ASCII: no character in it acts on a terminal.

    Raises:
        ValueError: A number is not finite.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("\x7f", "\\u007f") + "\n"


def content_hash(value: Any) -> str:
    """Return `sha256:` and the hex digest of the canonical JSON of `value`."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


DIGEST_BYTES = 16


def short_digest(value: Any) -> bytes:
    """Return a digest of the canonical JSON of `value`, of 16 bytes: enough to tell any two texts apart."""
    return hashlib.blake2b(canonical_json(value), digest_size=DIGEST_BYTES).digest()
