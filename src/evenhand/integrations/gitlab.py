"""Notes on a merge request on GitLab, by what a job of GitLab CI tells in its environment."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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

TOKEN: Final = "GITLAB_TOKEN"  # noqa: S105 - the name of a variable
"""Variable with the token: the job's own, CI_JOB_TOKEN, may not write notes."""
PER_PAGE: Final = 20
"""Notes a page; GitLab takes notes of a million characters."""

_WHOLE = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_QUICK_ACTION = re.compile(r"^([ \t>]*)/(?=[A-Za-z])", re.MULTILINE)


def open_gitlab(
    environment: Mapping[str, str], number: int | None, patience: Patience
) -> AbstractAsyncContextManager["GitLab"]:
    """Return the notes of a merge request, to be entered.

    Args:
        environment: `GITLAB_TOKEN`, `CI_API_V4_URL`, `CI_PROJECT_ID`, `CI_MERGE_REQUEST_IID`, and
            `CI_MERGE_REQUEST_PROJECT_ID` where the pipeline runs in a fork.
        number: Number of the merge request in its project; None takes the one of the pipeline.
        patience: How long the host is waited for.

    Raises:
        NoRequestError: The pipeline runs for no merge request.
        HostError: The environment does not say which merge request, or gives no token for it.
    """
    project = environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", "")
    if not _WHOLE.fullmatch(project):
        raise HostError("CI_PROJECT_ID should be the number of the project")
    request = str(number) if number is not None else environment.get("CI_MERGE_REQUEST_IID", "")
    if not request:
        raise NoRequestError("the job runs for no merge request")
    if not _WHOLE.fullmatch(request):
        raise HostError("CI_MERGE_REQUEST_IID should be the number of the merge request")
    if not environment.get("CI_API_V4_URL"):
        raise HostError("CI_API_V4_URL is not set")
    base = api_base("CI_API_V4_URL", environment["CI_API_V4_URL"])
    token = token_from(
        environment,
        TOKEN,
        "make an access token of the project with the scope `api` and store it as a masked variable",
    )
    headers = {"private-token": token.get_secret_value(), "accept": "application/json"}
    account = Account(
        name="GitLab", base=base, token=token, headers=headers, proxy=proxy_for(environment, base)
    )
    return _entered(account, f"/projects/{project}/merge_requests/{request}/notes", patience)


@asynccontextmanager
async def _entered(account: Account, notes: str, patience: Patience) -> AsyncIterator["GitLab"]:
    async with Api(account, patience) as api:
        yield GitLab(api, notes)


class GitLab:
    """Notes of one merge request."""

    def __init__(self, api: Api, notes: str) -> None:
        """Keep where the notes are."""
        self._api = api
        self._notes = notes

    async def author(self) -> str | None:
        """Return the login that the token writes under; None where the host does not tell."""
        try:
            return text_in((await self._api.ask("GET", "/user")).document, "username") or None
        except HostError as error:
            if error.status in {403, 404}:
                return None
            raise

    async def comments(self) -> Sequence[Posted]:
        """Return every note that a person or a token wrote; those of GitLab itself are left out."""
        address = f"{self._notes}?per_page={PER_PAGE}&sort=asc&order_by=created_at"
        return await pages(self._api, address, _posted)

    async def create(self, text: str) -> Posted:
        """Write a note."""
        return _made((await self._api.ask("POST", self._notes, {"body": text})).document)

    async def update(self, comment: Posted, text: str) -> Posted:
        """Replace the text of a note."""
        return _made((await self._api.ask("PUT", f"{self._notes}/{comment.id}", {"body": text})).document)

    async def delete(self, comment: Posted) -> None:
        """Delete a note."""
        await self._api.ask("DELETE", f"{self._notes}/{comment.id}")

    def prepared(self, text: str) -> str:
        """Return a text in which nothing is an order to GitLab."""
        return without_quick_actions(text)

    def explain(self, error: HostError) -> str:
        """Return what to do about a refusal."""
        needed = f"{TOKEN} needs the scope `api` and the role Reporter or higher in the project"
        fork = "a merge request from a fork has no protected variables and no note"
        if error.status in {401, 403}:
            return f"{needed} ({fork})"
        return f"the token does not see this merge request: {needed}" if error.status == 404 else ""


def without_quick_actions(text: str) -> str:
    """Return a text in which no line is an order to GitLab, such as `/merge` from the output of a model."""
    return _QUICK_ACTION.sub(r"\1\\/", text)


def _made(document: Any) -> Posted:
    posted = _posted(document)
    if posted is None:
        raise HostError("GitLab answered with something that is no note")
    return posted


def _posted(document: Any) -> Posted | None:
    number = number_in(document, "id")
    if number is None or document.get("system") is True:
        return None
    return Posted(
        id=number, author=text_in(object_in(document, "author"), "username"), text=text_in(document, "body")
    )
