"""Prose of a constitution as people read it."""

import re

_WRAPPED = re.compile(r"(?<=[^\s\\])\n(?![\s\-*+>#|]|\d+[.)])")
"""The end of a line inside a paragraph; what follows begins no list, quote, heading or table."""


def flowing(text: str) -> str:
    """Return prose of a constitution without the line ends of its file, which mean nothing in Markdown."""
    return text if "```" in text or "~~~" in text else _WRAPPED.sub(" ", text)
