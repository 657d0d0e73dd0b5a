"""The one comment of a gate: its text, whose it is, and when it is worth writing. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError

MOST_BYTES: Final = 60_000
"""A comment is never longer; GitHub takes 65,536."""
CUT: Final = "\n\n*This comment was too long and ends here. The whole is in the report of the job.*\n"

_MARKER = re.compile(r"<!-- evenhand:gate:[^\s<>](?:[^\r\n<>]{0,998}[^\s<>])? -->")


class CommentMode(StrEnum):
    """When a comment is written. Once there is one, every mode but `never` keeps it up to date."""

    ON_CHANGE = "on-change"
    """A new one where the gate did not pass or a result changed."""
    ON_FAILURE = "on-failure"
    """A new one where the gate did not pass."""
    ALWAYS = "always"
    """A new one after every gate."""
    NEVER = "never"
    """Nothing is written or changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateComment:
    """What a gate has to say on a pull or merge request."""

    text: str
    """Markdown. Its first line is the hidden marker `<!-- evenhand:gate:SUITE -->`."""
    passed: bool
    """Whether the outcome is passed."""
    changed: bool
    """Whether any result differs from the baseline's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A comment that is on the host."""

    id: int
    """Number the host gave it; later ones are larger."""
    author: str
    """Login of who wrote it."""
    text: str
    """Markdown."""
    url: str = ""
    """Address of the comment for people; empty where the host tells none."""


def marker_of(text: str) -> str:
    """Return the marker that a text begins with.

    Raises:
        UsageError: It begins with none.
    """
    first = _first_line(text)
    if not _MARKER.fullmatch(first):
        raise UsageError("the text of a comment should begin with the line <!-- evenhand:gate:SUITE -->")
    return first


def shortened(text: str) -> str:
    """Return a text that fits into a comment; a longer one ends at a line, with a line that says so."""
    whole = text.encode("utf-8", "replace")
    if len(whole) <= MOST_BYTES:
        return whole.decode("utf-8")
    kept = whole[: MOST_BYTES - len(CUT.encode())].decode("utf-8", "ignore")
    return kept[: kept.rindex("\n")] + CUT if "\n" in kept else kept + CUT


def own_comments(comments: Sequence[Posted], marker: str, author: str) -> tuple[Posted, ...]:
    """Return the comments that begin with `marker` and that `author` wrote, the oldest first.

    Somebody else's comment that begins with the marker, or one's own that quotes it further down, is left alone.
    """
    mine = [
        each
        for each in comments
        if _first_line(each.text) == marker and each.author.casefold() == author.casefold()
    ]
    return tuple(sorted(mine, key=lambda each: each.id))


def holds_marker(comments: Sequence[Posted], marker: str) -> bool:
    """Tell whether any comment, whoever wrote it, begins with `marker`."""
    return any(_first_line(each.text) == marker for each in comments)


def is_worth_a_new_one(comment: GateComment, mode: CommentMode) -> bool:
    """Tell whether a comment is to be written where there is none yet."""
    match mode:
        case CommentMode.ALWAYS:
            return True
        case CommentMode.ON_CHANGE:
            return comment.changed or not comment.passed
        case CommentMode.ON_FAILURE:
            return not comment.passed
        case CommentMode.NEVER:
            return False


def same_text(posted: str, text: str) -> bool:
    """Tell whether a comment says this already; hosts change line ends and trim."""
    return _plain(posted) == _plain(text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _first_line(text: str) -> str:
    return text.lstrip("\ufeff").partition("\n")[0].strip()
