"""Keeps one comment of a gate up to date, and says what became of it. It can fail, and a gate's outcome stays.

Two jobs that write at the same time: whoever writes a new comment lists once more, keeps the oldest of its own and
deletes the rest, so that one is left when both are done. Neither host lets a comment be written under a condition, so
two things can not be promised: whose text stays when two jobs write at once (the later request wins), and that one is
left where a host's list does not yet show what was written a moment ago (the next gate then tidies up).
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from evenhand.integrations.api import HostError, NoRequestError, Patience
from evenhand.integrations.comments import (
    CommentMode,
    GateComment,
    Posted,
    holds_marker,
    is_worth_a_new_one,
    marker_of,
    own_comments,
    same_text,
    shortened,
)
from evenhand.integrations.github import open_github
from evenhand.integrations.gitlab import open_gitlab

HostName = Literal["github", "gitlab"]

LONGEST_S: Final = 180.0
"""Seconds after which a job goes on without its comment."""
_GONE: Final = 404


class CommentHost(Protocol):
    """Where comments on one pull or merge request are kept."""

    async def author(self) -> str | None:
        """Return the login that the token writes under; None where the host does not tell."""

    async def comments(self) -> Sequence[Posted]:
        """Return every comment there is."""

    async def create(self, text: str) -> Posted:
        """Write a comment."""

    async def update(self, comment: Posted, text: str) -> Posted:
        """Replace the text of a comment."""

    async def delete(self, comment: Posted) -> None:
        """Delete a comment."""

    def prepared(self, text: str) -> str:
        """Return a text as it is written here, which may be longer."""

    def explain(self, error: HostError) -> str:
        """Return what to do about a refusal; empty where there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a comment."""

    what: Literal["created", "updated", "unchanged", "not needed", "not posted"]
    """What was done."""
    url: str = ""
    """Address of the comment for people; empty where there is none."""
    warning: str = ""
    """Why it was not posted, or what was left undone, and what to do about it."""


OPEN: Final[Mapping[HostName, Any]] = {"github": open_github, "gitlab": open_gitlab}


async def publish(
    comment: GateComment,
    *,
    on: HostName,
    mode: CommentMode,
    environment: Mapping[str, str],
    number: int | None = None,
    patience: Patience | None = None,
) -> Published:
    """Create or update the one comment of a gate; whatever the host does, this returns.

    Args:
        comment: What to say.
        on: The host.
        mode: When to say it.
        environment: Environment variables of the job: where it runs, for which request, and with which token.
        number: Number of the pull or merge request; by default the one the job runs for.
        patience: How long the host is waited for.

    Raises:
        UsageError: The text does not begin with the marker.
    """
    marker = marker_of(comment.text)
    if mode is CommentMode.NEVER:
        return Published(what="not needed")
    try:
        opened: AbstractAsyncContextManager[CommentHost] = OPEN[on](
            environment, number, patience or Patience()
        )
    except NoRequestError:
        return Published(what="not needed")
    except HostError as error:
        return _not_posted(str(error))
    async with opened as host:
        try:
            async with asyncio.timeout(LONGEST_S):
                return await _settle(host, comment, marker, mode)
        except TimeoutError:
            return _not_posted(f"{on} took longer than {LONGEST_S:.0f} seconds")
        except HostError as error:
            hint = host.explain(error)
            return _not_posted(f"{error}{f'; {hint}' if hint else ''}")


def _not_posted(reason: str) -> Published:
    return Published(what="not posted", warning=f"the comment was not posted: {reason}")


async def _settle(host: CommentHost, comment: GateComment, marker: str, mode: CommentMode) -> Published:
    text = shortened(host.prepared(comment.text))
    author = await host.author()
    there = await host.comments()
    mine = own_comments(there, marker, author) if author is not None else ()
    if mine:
        return await _keep_one(host, mine, text, marker, mode)
    perhaps_mine = author is None and holds_marker(there, marker)
    if not perhaps_mine and not is_worth_a_new_one(comment, mode):
        return Published(what="not needed")
    return await _write_one(host, text, marker)


async def _write_one(host: CommentHost, text: str, marker: str) -> Published:
    """Write a new comment; where another of one's own is there by now, the oldest takes the text."""
    made = await host.create(text)
    mine = own_comments(await host.comments(), marker, made.author)
    if not mine or mine[0].id == made.id:
        return Published(what="created", url=made.url, warning=await _delete(host, mine[1:]))
    others = [made, *(each for each in mine[1:] if each.id != made.id)]
    try:
        kept = await host.update(mine[0], text)
    except HostError as error:
        if error.status != _GONE:
            raise
        return Published(what="created", url=made.url)  # the other job deleted what it had written
    return Published(what="updated", url=kept.url, warning=await _delete(host, others))


async def _keep_one(
    host: CommentHost, mine: Sequence[Posted], text: str, marker: str, mode: CommentMode
) -> Published:
    """Bring the oldest comment up to date and delete the others."""
    oldest, *others = mine
    if mode is not CommentMode.ALWAYS and same_text(oldest.text, text):
        return Published(what="unchanged", url=oldest.url, warning=await _delete(host, others))
    try:
        kept = await host.update(oldest, text)
    except HostError as error:
        if error.status != _GONE:
            raise
        return await _write_one(host, text, marker)  # deleted since it was listed
    return Published(what="updated", url=kept.url, warning=await _delete(host, others))


async def _delete(host: CommentHost, comments: Sequence[Posted]) -> str:
    """Delete comments, and return a warning about the ones that are still there."""
    left = ""
    for each in comments:
        try:
            await host.delete(each)
        except HostError as error:
            if error.status != _GONE:
                left = f"an older comment of the gate could not be deleted: {error}"
    return left
