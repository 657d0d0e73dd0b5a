"""How fast is too fast: the least time in which a text can be looked at."""

from typing import Final

LEAST_MS: Final = 2_000
"""To find an answer and choose it."""
CHARACTERS_PER_SECOND: Final = 90
"""Three times as fast as people read: nine hundred words a minute."""
MOST_MS: Final = 20_000
"""A breach at the beginning of a long text needs no more of it to be read."""


def pace_floor_ms(length: int, *, read_before: bool = False) -> int:
    """Return the active time under which a label raises the question whether the text was read.

    Args:
        length: Characters that are read to label the item.
        read_before: Whether the person labelled the same text by another principle before; then nothing is to be read.
    """
    if read_before:
        return LEAST_MS
    return min(MOST_MS, LEAST_MS + 1000 * length // CHARACTERS_PER_SECOND)
