"""The web application: who may ask for what, in which order that is checked, and how refusals are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from evenhand.errors import EvenhandError, ReviewConflictError, UnknownNameError, UsageError
from evenhand.web.app_settings import WebSettings
from evenhand.web.lead_desks import LeadDesks, open_lead_desks
from evenhand.web.limits import Limiter
from evenhand.web.middleware import Gate, read_body
from evenhand.web.other_pages import notice_context
from evenhand.web.routes import ENDPOINTS
from evenhand.web.routes.endpoint import Call, Endpoint, Form, in_thread, read_form
from evenhand.web.security import is_csrf_token
from evenhand.web.sessions import SESSION, VISITOR, held, page_settings
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.own_work import require_nothing_open
from evenhand.workflows.review.people import People, SignedIn

_FORM = "application/x-www-form-urlencoded"
_BYTES_OF_A_POST = 16 * 1024


def create_app(
    desk: ReviewDesk,
    people: People,
    settings: WebSettings,
    endpoints: Sequence[Endpoint] = ENDPOINTS,
    *,
    desks: LeadDesks | None = None,
) -> Starlette:
    """Return the application.

    Args:
        desk: Where items are labelled.
        people: Who may sign in.
        settings: How it is served.
        endpoints: Every route.
        desks: What pages of adjudicators and leads work through; without them no verdict of a run is read.
    """
    shared = _Shared(
        desk=desk,
        people=people,
        desks=desks or open_lead_desks(desk),
        settings=settings,
        limiter=Limiter(settings.posts),
    )
    by_path: dict[str, dict[str, Endpoint]] = {}
    for each in endpoints:
        by_path.setdefault(each.path, {})[each.method] = each
    app = Starlette(
        routes=[Route(path, _Address(shared, by_method)) for path, by_method in by_path.items()],
        middleware=[
            Middleware(
                Gate, settings=settings, entrances={each.path for each in endpoints if each.is_entrance}
            )
        ],
        exception_handlers={HTTPException: _NotFound(shared)},
    )
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What every request is answered with."""

    desk: ReviewDesk
    people: People
    desks: LeadDesks
    settings: WebSettings
    limiter: Limiter = field(repr=False)


class _Address:
    """One address with its methods."""

    def __init__(self, shared: _Shared, by_method: Mapping[str, Endpoint]) -> None:
        self._shared = shared
        self._by_method = by_method
        names = {*by_method, "OPTIONS"} | ({"HEAD"} if "GET" in by_method else set())
        self._allow = ", ".join(sorted(names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except (EvenhandError, HTTPException) as error:
            response = _told(self._shared, request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"allow": self._allow})
        endpoint = self._by_method.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            raise HTTPException(405, f"{request.method} does nothing here", headers={"allow": self._allow})
        call = await _let_in(self._shared, endpoint, request)
        return await endpoint.handler(call)


async def _let_in(shared: _Shared, endpoint: Endpoint, request: Request) -> Call:
    """Check who asks and what they send.

    Raises:
        HTTPException: They may not ask, or what they send can not be taken.
        ReviewConflictError: They have an item open, and the route shows what others said.
    """
    settings, cookies = shared.settings, request.cookies
    token = held(settings, cookies, SESSION)
    signed_in = await in_thread(shared.people.signed_in, token) if token else None
    _require_role(endpoint, signed_in)
    secret = signed_in.token if signed_in else held(settings, cookies, VISITOR)
    form = await _checked_form(shared, request, secret) if endpoint.method == "POST" else {}
    if signed_in and endpoint.shows_answers:
        await in_thread(require_nothing_open, shared.people.ledger, signed_in.person.name)
    return Call(
        request=request,
        desk=shared.desk,
        people=shared.people,
        desks=shared.desks,
        settings=settings,
        page=page_settings(settings, cookies),
        someone=signed_in.person if signed_in else None,
        secret=secret,
        form=form,
    )


def _require_role(endpoint: Endpoint, signed_in: SignedIn | None) -> None:
    if endpoint.role is None:
        return
    if signed_in is None:
        raise HTTPException(401, "you are not signed in", headers={"www-authenticate": "Session"})
    if not signed_in.person.role.may(endpoint.role):
        raise _RoleError(403, f"this page is for the role {endpoint.role}")


async def _checked_form(shared: _Shared, request: Request, secret: str) -> Form:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"forms are sent as {_FORM}")
    sender = secret or (request.client.host if request.client else "")
    if wait := shared.limiter.wait(sender):
        raise HTTPException(429, "too many forms at once", headers={"retry-after": str(int(wait) + 1)})
    settings = shared.settings
    body = await read_body(request.receive, most=settings.largest_body, seconds=settings.body_seconds)
    shared.limiter.spend(sender, 1 + len(body) / _BYTES_OF_A_POST)
    form = read_form(body)
    if not is_csrf_token("".join(form.get("csrf", ())), secret):
        raise HTTPException(403, "this form was not made for you")
    return form


# -- Refusals --------------------------------------------------------------------------------------


class _RoleError(HTTPException):
    """Somebody asks for a page of another role."""


_HINTS: Mapping[int, str] = {
    401: "sign in, then come back",
    403: "go back, load the page again, and send it from there",
    404: "go on with the next item",
    405: "use the buttons of the pages",
    408: "send it again",
    413: "shorten the comment or mark fewer passages",
    415: "use the buttons of the pages",
    429: "wait a moment, then go on",
}


class _NotFound:
    """Tells of an address that does not exist."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared

    async def __call__(self, request: Request, error: Exception) -> Response:
        """Return the page."""
        del error
        return _told(self._shared, request, HTTPException(404, "there is nothing at this address"))


def _told(shared: _Shared, request: Request, error: EvenhandError | HTTPException) -> Response:
    """Return the page that tells of a refusal."""
    page = page_settings(shared.settings, request.cookies)
    status, problem, hint = _words(error)
    back = "/sign-in" if status == HTTPStatus.UNAUTHORIZED else "/next"
    call = Call(
        request=request,
        desk=shared.desk,
        people=shared.people,
        desks=shared.desks,
        settings=shared.settings,
        page=page,
        someone=None,
        secret="",
        form={},
    )
    response = call.show(
        "notice.html", notice_context(problem, settings=page, hint=hint, back=back), status=status
    )
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _words(error: EvenhandError | HTTPException) -> tuple[int, str, str]:
    match error:
        case _RoleError():
            return error.status_code, error.detail, "a lead can give you another role"
        case HTTPException():
            return error.status_code, error.detail, _HINTS.get(error.status_code, "")
        case ReviewConflictError():
            return HTTPStatus.CONFLICT, str(error), error.hint
        case UnknownNameError():
            return HTTPStatus.NOT_FOUND, "there is nothing here for you under this name", _HINTS[404]
        case UsageError():
            return HTTPStatus.UNPROCESSABLE_ENTITY, str(error), error.hint
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE, str(error), error.hint or "tell who runs the server"
