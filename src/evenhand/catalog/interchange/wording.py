"""What the words of a principle show about how it is to be answered."""

import re

_BEGINS = re.compile(
    r"\s*(?:please\s+)?(?:choose|select|prefer|pick|compare|which\s+of\s+the(?:se)?)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"\b(?:choose|select|pick)\s+the\s+(?:one|response|reply|answer|assistant|better|best|less|least)\b",
    re.IGNORECASE,
)

COMPARED = ("scale pair (which of two is better)", "the words compare replies")
"""How it is told that the words of a principle compare."""


def compares(text: str) -> bool:
    """Tell whether a principle asks which of several replies is better."""
    return bool(_BEGINS.match(text) or _ASKS.search(text))
