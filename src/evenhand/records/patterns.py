"""What a name or pattern in a file or on the command line means: the same everywhere."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a name is one of `patterns`, letter by letter, or fits one with `*`, `?` or `[...]`.

    A name always means itself: `draft[1]` is the case of that name, and as a pattern also `draft1`.
    """
    return any(name == pattern or (_is_glob(pattern) and fnmatchcase(name, pattern)) for pattern in patterns)


def _is_glob(pattern: str) -> bool:
    """Tell plain names apart: to match them as patterns would compile each, and long lists of them take minutes."""
    return "*" in pattern or "?" in pattern or "[" in pattern
