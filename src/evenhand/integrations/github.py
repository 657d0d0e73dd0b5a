"""Comments on a pull request on GitHub, by what a job of GitHub Actions tells in its environment."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evenhand.integrations.api import (
    Account,
    Api,
    HostError,
    NoRequestError,
    Patience,
    api_base,
    proxy_for,
    token_from,
)
from evenhand.integrations.comments import Posted
from evenhand.integrations.reading import number_in, object_in, pages, text_in

API: Final = "https://api.github.com"
PER_PAGE: Final = 30
"""Comments a page: 30 of the longest that GitHub takes are still a body that is read."""
MOST_EVENT_BYTES: Final = 32_000_000
"""GitHub caps what it tells about an event at 25 MB."""

_REPOSITORY = re.compile(r"(?!\.+/)[\w.-]{1,100}/(?!\.+\Z)[\w.-]{1,100}", re.ASCII)
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_WHO_WRITES: Final = "query { viewer { login } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """The pull request that a job runs for."""

    number: int
    """Its number."""
    from_fork: bool
    """Whether it comes from another repository, as far as the event tells."""


def open_github(
    environment: Mapping[str, str], number: int | None, patience: Patience
) -> AbstractAsyncContextManager["GitHub"]:
    """Return the comments of a pull request, to be entered.

    Args:
        environment: `GITHUB_TOKEN`, `GITHUB_REPOSITORY`, `GITHUB_EVENT_PATH`, `GITHUB_API_URL`.
        number: Number of the pull request; None takes the one of the event.
        patience: How long the host is waited for.

    Raises:
        HostError: The environment does not say which pull request, or gives no token for it.
    """
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        raise HostError("GITHUB_REPOSITORY should name the repository as OWNER/NAME")
    request = pull_request(environment, number)
    base = api_base("GITHUB_API_URL", environment.get("GITHUB_API_URL") or API)
    token = token_from(
        environment, "GITHUB_TOKEN", "give the step `GITHUB_TOKEN: ${{ github.token }}` under env"
    )
    account = Account(
        name="GitHub",
        base=base,
        token=token,
        headers={
            "authorization": f"Bearer {token.get_secret_value()}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
        },
        proxy=proxy_for(environment, base),
    )
    return _entered(account, repository, request, patience)


@asynccontextmanager
async def _entered(
    account: Account, repository: str, request: PullRequest, patience: Patience
) -> AsyncIterator["GitHub"]:
    async with Api(account, patience) as api:
        yield GitHub(api, repository, request)


def pull_request(environment: Mapping[str, str], number: int | None = None) -> PullRequest:
    """Return the pull request that a job runs for.

    Args:
        environment: `GITHUB_EVENT_PATH` names the file in which the runner wrote down the event.
        number: Number of the pull request; None takes the one of the event.

    Raises:
        NoRequestError: The event is of no pull request.
        HostError: The event can not be read.
    """
    event = _event(environment.get("GITHUB_EVENT_PATH", ""), needed=number is None)
    if number is None and isinstance(event, dict) and "pull_request" not in event:
        raise NoRequestError("the job runs for no pull request")
    request = object_in(event, "pull_request")
    found = number if number is not None else number_in(request, "number")
    if found is None or found < 1:
        raise HostError(
            "the event in GITHUB_EVENT_PATH does not tell the number of its pull request; say which one it is"
        )
    head, base = _repository_of(request, "head"), _repository_of(request, "base")
    return PullRequest(number=found, from_fork=bool(base) and head != base)


def _event(path: str, *, needed: bool) -> Any:
    if not path:
        if needed:
            raise HostError("GITHUB_EVENT_PATH is not set, so the job's pull request is not known")
        return None
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_EVENT_BYTES + 1)
        return json.loads(content) if len(content) <= MOST_EVENT_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        if needed:
            raise HostError(
                f"the event in GITHUB_EVENT_PATH can not be read ({type(error).__name__})"
            ) from None
        return None


def _repository_of(request: Any, side: str) -> str:
    return text_in(object_in(object_in(request, side), "repo"), "full_name").casefold()


class GitHub:
    """Comments of one pull request; a pull request's own comments are those of the issue of its number."""

    def __init__(self, api: Api, repository: str, request: PullRequest) -> None:
        """Keep where the comments are."""
        self._api = api
        self._request = request
        self._all = f"/repos/{repository}/issues/{request.number}/comments"
        self._one = f"/repos/{repository}/issues/comments"

    async def author(self) -> str | None:
        """Return the login that the token writes under; None where neither way to ask for it is open.

        The token of a job is one of an app, which may not ask for `/user`; the other interface tells any token.
        """
        try:
            answer = await self._api.ask("POST", self._graphql(), {"query": _WHO_WRITES})
            login = text_in(object_in(object_in(answer.document, "data"), "viewer"), "login")
        except HostError as error:
            if not error.status:
                raise
            login = ""
        return login or await self._user()

    async def _user(self) -> str | None:
        try:
            return text_in((await self._api.ask("GET", "/user")).document, "login") or None
        except HostError as error:
            if error.status in {_FORBIDDEN, _NOT_FOUND}:
                return None
            raise

    def _graphql(self) -> str:
        base = self._api.account.base
        return f"{base.removesuffix('/v3')}/graphql" if base.endswith("/api/v3") else f"{base}/graphql"

    async def comments(self) -> Sequence[Posted]:
        """Return every comment there is."""
        return await pages(self._api, f"{self._all}?per_page={PER_PAGE}", _posted)

    async def create(self, text: str) -> Posted:
        """Write a comment."""
        return _made((await self._api.ask("POST", self._all, {"body": text})).document)

    async def update(self, comment: Posted, text: str) -> Posted:
        """Replace the text of a comment."""
        return _made((await self._api.ask("PATCH", f"{self._one}/{comment.id}", {"body": text})).document)

    async def delete(self, comment: Posted) -> None:
        """Delete a comment."""
        await self._api.ask("DELETE", f"{self._one}/{comment.id}")

    def prepared(self, text: str) -> str:
        """Return a text as it is written here."""
        return text

    def explain(self, error: HostError) -> str:
        """Return what to do about a refusal."""
        fork = "a pull request from a fork gets a read-only token and the job summary only"
        if error.status == _FORBIDDEN and self._request.from_fork:
            return fork
        if error.status == _FORBIDDEN:
            return f"give the job `permissions: pull-requests: write` ({fork})"
        if error.status == _NOT_FOUND:
            return "the token does not see this pull request; check its repository and its number"
        return "GITHUB_TOKEN is not valid" if error.status == 401 else ""


def _made(document: Any) -> Posted:
    posted = _posted(document)
    if posted is None:
        raise HostError("GitHub answered with something that is no comment")
    return posted


def _posted(document: Any) -> Posted | None:
    number = number_in(document, "id")
    if number is None:
        return None
    return Posted(
        id=number,
        author=text_in(object_in(document, "user"), "login"),
        text=text_in(document, "body"),
        url=text_in(document, "html_url"),
    )
