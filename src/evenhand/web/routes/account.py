"""Getting in and out: the link of the start, passwords, invitations."""

import hmac
from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from evenhand.errors import UsageError
from evenhand.records.review import Role
from evenhand.web.routes.endpoint import Call, Endpoint, go_to, in_thread
from evenhand.web.sessions import SESSION, VISITOR, held, hold, hold_session, let_go
from evenhand.web.strings import translator
from evenhand.workflows.review.people import LONGEST_NAME, new_token

_VISIT_SECONDS = 3600


async def front_page(call: Call) -> Response:
    """Send people to their next item."""
    del call
    return go_to("/next")


async def enter(call: Call) -> Response:
    """Take the link of the start, and leave its address at once.

    The answer is a page that goes on by itself. A redirect would belong to the site that the link stood on, and there
    browsers do not send the cookie they were just given.
    """
    start = call.settings.start
    sent = call.request.query_params.get("token", "").encode("utf-8", "replace")
    if start is None or not hmac.compare_digest(sent, start.token.encode()):
        raise HTTPException(
            403, "this link is not of this start: every start of the server prints another one"
        )
    t = translator(call.page.locale)
    response = call.show("entered.html", {"title": t("enter.title")})
    response.headers["refresh"] = "0; url=/next"
    if call.request.method == "GET" and (call.someone is None or call.name != start.person):
        before = held(call.settings, call.request.cookies, SESSION)
        signed_in = await in_thread(call.people.sign_in, start.person, instead_of=before)
        hold_session(response, call.settings, signed_in.token)
    return response


async def sign_in_page(call: Call) -> Response:
    """Show the form, or how else to get in."""
    return _form_page(call, "sign_in.html", {"title": translator(call.page.locale)("sign_in.title")})


def _form_page(call: Call, template: str, context: Mapping[str, object], *, status: int = 200) -> Response:
    """Show a form to somebody who may not be signed in."""
    known = call if call.secret else replace(call, secret=new_token())
    frame = {"team": call.settings.is_team, "name": "", "problem": ""}
    response = known.show(template, {**frame, **context}, status=status)
    if not call.secret:
        hold(response, call.settings, VISITOR, known.secret, seconds=_VISIT_SECONDS)
    return response


async def sign_in(call: Call) -> Response:
    """Let somebody in who knows their password."""
    if not call.settings.is_team:
        raise HTTPException(403, "nobody signs in with a password here")
    name, t = call.field("name").strip()[:LONGEST_NAME], translator(call.page.locale)
    again = {"title": t("sign_in.title"), "name": name}
    guard, address = call.settings.guard, _address(call)
    if wait := guard.wait(name, address):
        seconds = int(wait) + 1
        again["problem"] = t("sign_in.wait", seconds=seconds)
        response = _form_page(call, "sign_in.html", again, status=429)
        response.headers["retry-after"] = str(seconds)
        return response
    guard.note_attempt(name, address)
    person = await guard.check(call.people, name, call.field("password"))
    if person is None:
        return _form_page(call, "sign_in.html", {**again, "problem": t("sign_in.wrong")}, status=401)
    guard.note_success(name, address)
    return await _let_in(call, person.name)


def _address(call: Call) -> str:
    return call.request.client.host if call.request.client else ""


async def _let_in(call: Call, name: str) -> Response:
    """Sign somebody in under a new token, whatever their browser held before."""
    before = held(call.settings, call.request.cookies, SESSION)
    signed_in = await in_thread(call.people.sign_in, name, instead_of=before)
    response = go_to("/next")
    hold_session(response, call.settings, signed_in.token)
    return response


async def invitation_page(call: Call) -> Response:
    """Show whom a link is for, and ask for a password; the link stays good, because previews of chats open links."""
    link = call.request.query_params.get("link", "")
    return await _invitation_page(call, link)


async def _invitation_page(call: Call, link: str, problem: str = "") -> Response:
    person = await in_thread(call.people.invited, link)
    t = translator(call.page.locale)
    if person is None:
        raise HTTPException(403, t("invitation.used"))
    context = {
        "title": t("invitation.title"),
        "link": link,
        "name": person.name,
        "problem": problem,
    }
    return _form_page(call, "invitation.html", context, status=422 if problem else 200)


async def accept_invitation(call: Call) -> Response:
    """Set the password of somebody who was invited, and let them in."""
    link = call.field("link")
    if await in_thread(call.people.invited, link) is None:
        raise HTTPException(403, translator(call.page.locale)("invitation.used"))
    try:
        person = await call.settings.guard.accept(call.people, link, call.field("password"))
    except UsageError as error:
        return await _invitation_page(call, link, f"{error}: {error.hint}")
    return await _let_in(call, person.name)


async def sign_out(call: Call) -> Response:
    """Sign the session out."""
    await in_thread(call.people.sign_out, call.secret)
    response = go_to("/sign-in")
    let_go(response, call.settings, SESSION)
    return response


ENDPOINTS = (
    Endpoint(method="GET", path="/", handler=front_page, role=None, is_entrance=True),
    Endpoint(method="GET", path="/enter", handler=enter, role=None, is_entrance=True, query=("token",)),
    Endpoint(method="GET", path="/sign-in", handler=sign_in_page, role=None, is_entrance=True),
    Endpoint(method="POST", path="/sign-in", handler=sign_in, role=None, fields=("name", "password")),
    Endpoint(
        method="GET",
        path="/invitation",
        handler=invitation_page,
        role=None,
        is_entrance=True,
        query=("link",),
    ),
    Endpoint(
        method="POST", path="/invitation", handler=accept_invitation, role=None, fields=("link", "password")
    ),
    Endpoint(method="POST", path="/sign-out", handler=sign_out, role=Role.REVIEWER),
)
