"""Getting in and out: the link of the start, passwords, invitations."""

import hmac
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from evenhand.records.review import Role
from evenhand.web.routes.endpoint import Call, Endpoint, go_to, in_thread
from evenhand.web.sessions import SESSION, VISITOR, held, hold, hold_session, let_go
from evenhand.web.strings import translator
from evenhand.workflows.review.people import new_token

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


def _form_page(call: Call, template: str, context: dict[str, object], *, status: int = 200) -> Response:
    """Show a form to somebody who may not be signed in."""
    known = call if call.secret else replace(call, secret=new_token())
    frame = {"team": call.settings.is_team, "name": "", "problem": ""}
    response = known.show(template, {**frame, **context}, status=status)
    if not call.secret:
        hold(response, call.settings, VISITOR, known.secret, seconds=_VISIT_SECONDS)
    return response


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
    Endpoint(method="POST", path="/sign-out", handler=sign_out, role=Role.REVIEWER),
)
