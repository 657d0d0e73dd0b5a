"""Regular expressions that people write, matched in linear time and bounded memory (RE2).

The engine is loaded when the first pattern is compiled. Patterns are the judge author's; the text is hostile, so
there is no backtracking to exploit, no look-around and no back-reference.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from evenhand.errors import UsageError

MAX_MEMORY = 8 << 20
"""Bytes one compiled pattern may use; RE2 slows down instead of growing."""


class Match(Protocol):
    """Where a pattern was found."""

    def span(self) -> tuple[int, int]:
        """Return start and end, in characters."""
        ...

    def group(self, number: int = 0) -> str | None:
        """Return the text found, or that of one group."""
        ...


class Expression:
    """A compiled pattern."""

    __slots__ = ("_compiled", "groups")

    def __init__(self, pattern: str, *, owner: str) -> None:
        """Compile `pattern`.

        Args:
            pattern: RE2 syntax.
            owner: What it belongs to, for the message, such as "judge refusals, pattern 3".

        Raises:
            UsageError: It is not RE2 syntax, or needs too much memory.
        """
        self._compiled = _compile(pattern, owner)
        self.groups: int = self._compiled.groups

    def first(self, text: str, *, anchored: bool = False) -> Match | None:
        """Return the first match, or, anchored, the match at the start of `text`."""
        find = self._compiled.match if anchored else self._compiled.search
        found: Match | None = find(text)
        return found

    def whole(self, text: str) -> Match | None:
        """Return the match of all of `text`."""
        found: Match | None = self._compiled.fullmatch(text)
        return found

    def all(self, text: str) -> Iterator[Match]:
        """Yield the matches that do not overlap."""
        found: Iterator[Match] = self._compiled.finditer(text)
        return found


def matchable(text: str) -> str:
    """Return `text` with lone surrogates replaced one for one: the engine reads UTF-8, which has none."""
    return text.encode("utf-8", "replace").decode()


def why_not(pattern: str) -> str:
    """Return why RE2 can not run `pattern`, in its own words; an empty string where it can."""
    try:
        Expression(pattern, owner="")
    except UsageError as error:
        return _words(error.__cause__ or error)
    return ""


def _compile(pattern: str, owner: str) -> Any:
    import re2  # noqa: PLC0415 - loaded when a pattern is needed, so that the command line starts without it

    options = re2.Options()
    options.log_errors = False  # it would write to stderr
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(matchable(pattern), options=options)
    except re2.error as error:
        raise UsageError(
            f"{owner}: {pattern!r} is not a pattern RE2 can run ({_words(error)})",
            hint="RE2 has no look-around and no back-references; see its syntax page",
        ) from error


def _words(error: BaseException) -> str:
    told = error.args[0] if error.args else error
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
