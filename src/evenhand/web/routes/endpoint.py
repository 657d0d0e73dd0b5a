"""What a route declares, and what its handler is given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from evenhand.errors import UsageError
from evenhand.records.review import Person, Role
from evenhand.web.app_settings import WebSettings
from evenhand.web.lead_desks import LeadDesks
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render
from evenhand.web.security import csrf_token
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.people import People

P = ParamSpec("P")
T = TypeVar("T")

Form = Mapping[str, Sequence[str]]
"""The fields of a form, each with all its values."""

_MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, once it was let in."""

    request: Request
    desk: ReviewDesk
    people: People
    desks: LeadDesks
    settings: WebSettings
    page: PageSettings
    """What the person set for the pages."""
    someone: Person | None
    """Who is signed in."""
    secret: str
    """What the browser holds: the token of a session, or of a visitor."""
    form: Form
    """Empty for a request that sends none."""

    @property
    def person(self) -> Person:
        """Who is signed in; only routes that declare no role are ever asked by nobody."""
        assert self.someone is not None
        return self.someone

    @property
    def name(self) -> str:
        """Name of who is signed in."""
        return self.person.name

    @property
    def csrf(self) -> str:
        """What forms send back."""
        return csrf_token(self.secret)

    @property
    def is_partial(self) -> bool:
        """Whether a draft saves itself: then only the line about what is stored is put into the page that is there."""
        return self.request.headers.get("hx-target") == "p#saved"

    def path(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    def field(self, name: str, otherwise: str = "") -> str:
        """Return a field of the form.

        Raises:
            UsageError: It was sent more than once.
        """
        values = self.form.get(name, ())
        if len(values) > 1:
            raise UsageError(f"the form has {name!r} {len(values)} times", hint="load the page again")
        return values[0] if values else otherwise

    def whole(self, name: str) -> int:
        """Return a field of the form that is a whole number.

        Raises:
            UsageError: It is none.
        """
        text = self.field(name)
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise UsageError(f"{name} is {text[:40]!r}, which is no whole number", hint="load the page again")
        return int(text)

    def show(self, template: str, context: Mapping[str, object], *, status: int = 200) -> Response:
        """Return a page."""
        person = "" if self.someone is None else self.someone.name
        frame: Mapping[str, object] = {
            "settings": self.page,
            "person": person,
            "role": "" if self.someone is None else self.someone.role.value,
            "csrf": self.csrf if self.secret else "",
        }
        return HTMLResponse(render(template, **{**frame, **context}), status_code=status)


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one address."""

    method: str
    """GET or POST; a GET is asked with HEAD too."""
    path: str
    handler: Handler
    role: Role | None
    """Who may ask; None for everybody, signed in or not."""
    shows_answers: bool = False
    """Whether it shows what judges or other people said: then nobody is answered who has an item open."""
    is_entrance: bool = False
    """Whether a link on another site may open it."""
    query: tuple[str, ...] = ()
    """Parameters of the address."""
    fields: tuple[str, ...] = ()
    """Fields of the form, next to `csrf`."""


def go_to(address: str) -> Response:
    """Send a browser on to a page; it asks for it with GET."""
    return RedirectResponse(address, status_code=303)


async def in_thread(do: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Do something that waits for the disk, while others are answered."""
    return await anyio.to_thread.run_sync(lambda: do(*arguments, **named))


def read_form(body: bytes) -> Form:
    """Return the fields of a form.

    Raises:
        UsageError: It has too many.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise UsageError("the form has too many fields", hint="load the page again") from error
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def single(form: Form) -> Mapping[str, str]:
    """Return the last value of each field."""
    return {name: values[-1] for name, values in form.items()}
