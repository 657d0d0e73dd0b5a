"""The page of a lead: progress, questions, flags, guideline gaps, people."""

from urllib.parse import urlencode

from starlette.responses import Response

from evenhand.errors import UsageError
from evenhand.records.review import Role
from evenhand.web.lead_page import lead_context
from evenhand.web.routes.endpoint import Call, Endpoint, go_to, in_thread


async def lead_page(call: Call) -> Response:
    """Show how the review stands."""
    return await _lead_page(call)


async def _lead_page(
    call: Call, *, link: str = "", link_for: str = "", problem: str = "", status: int = 200
) -> Response:
    desks, design = call.desks, call.settings.design
    quality = await in_thread(desks.status.quality, design)
    gaps = await in_thread(desks.adjudication.gaps, design)
    flags = await in_thread(desks.status.flags, design)
    named = [*(doubt.item for doubt in quality.gold), *(each.item for gap in gaps for each in gap.items)]
    await in_thread(desks.adjudication.note_read, call.name, named, design)
    context = lead_context(
        await in_thread(desks.status.status, design),
        quality,
        settings=call.page,
        flags=flags,
        gaps=gaps,
        team=call.settings.is_team,
        link=link,
        link_for=link_for,
        problem=problem,
    )
    return call.show("lead.html", context, status=status)


async def change_people(call: Call) -> Response:
    """Add, invite, dismiss or admit somebody, or give them another role."""
    name = call.field("name")
    try:
        invited = await in_thread(_change, call, call.field("action"), name)
    except UsageError as error:
        problem = f"{error}: {error.hint}" if error.hint else str(error)
        return await _lead_page(call, problem=problem, status=422)
    if not invited:
        return go_to("/lead")
    link = f"{call.settings.site.origin}/invitation?{urlencode({'link': invited})}"
    return await _lead_page(call, link=link, link_for=name)


def _change(call: Call, action: str, name: str) -> str:
    """Do what the form says; return the secret of an invitation, or nothing.

    Raises:
        UsageError: It can not be done.
    """
    people, by = call.people, call.name
    match action:
        case "add":
            added = people.add(name, _role(call), by=by)
            return people.invite(added.name, by=by) if call.settings.is_team else ""
        case "invite":
            return people.invite(name, by=by)
        case "role":
            people.give_role(name, _role(call), by=by)
        case "dismiss":
            people.dismiss(name, by=by)
        case "admit":
            people.admit(name, by=by)
        case _:
            raise UsageError("the form does not say what to do", hint="load the page again")
    return ""


def _role(call: Call) -> Role:
    role = call.field("role")
    if role not in set(Role):
        raise UsageError(f"there is no role {role[:40]!r}", hint=f"roles: {', '.join(Role)}")
    return Role(role)


ENDPOINTS = (
    Endpoint(method="GET", path="/lead", handler=lead_page, role=Role.LEAD, shows_answers=True),
    Endpoint(
        method="POST",
        path="/lead/people",
        handler=change_people,
        role=Role.LEAD,
        shows_answers=True,
        fields=("action", "name", "role"),
    ),
)
