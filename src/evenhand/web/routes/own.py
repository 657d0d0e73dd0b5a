"""Pages about the person: help, settings, what they decided last, and the files that every page loads."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.responses import Response

from evenhand.errors import UsageError
from evenhand.records.review import Role
from evenhand.review.repeats import LEAST_APART
from evenhand.web.item_page import label_text
from evenhand.web.other_pages import help_context, settings_context
from evenhand.web.page_settings import read_settings
from evenhand.web.routes.endpoint import Call, Endpoint, go_to, in_thread, single
from evenhand.web.sessions import hold_page_settings
from evenhand.web.strings import translator
from evenhand.workflows.review.own_work import content_tags

_TYPES: Mapping[str, str] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}


async def help_page(call: Call) -> Response:
    """Show the keys, and what is stored."""
    return call.show("help.html", help_context(settings=call.page))


async def history_page(call: Call) -> Response:
    """Show what the person decided last: fewer than lie between an item and its repeat, so that none shows its twin."""
    past = await in_thread(call.desk.recent, call.name, LEAST_APART - 1, call.settings.design)
    t = translator(call.page.locale)
    lines = [(each, label_text(each.label, t) if each.label else "") for each in past]
    return call.show("history.html", {"title": t("history.title"), "lines": lines})


async def settings_page(call: Call) -> Response:
    """Show the settings."""
    return await _settings_page(call)


async def _settings_page(call: Call, problem: str = "", status: int = 200) -> Response:
    tags = await in_thread(content_tags, call.desk.ledger, call.settings.design)
    context = settings_context(settings=call.page, tags=tags, opts_out=call.person.opts_out, problem=problem)
    return call.show("settings.html", context, status=status)


async def save_settings(call: Call) -> Response:
    """Store the settings."""
    try:
        page = read_settings(single(call.form))
    except UsageError as error:
        return await _settings_page(call, str(error), 422)
    known = await in_thread(content_tags, call.desk.ledger, call.settings.design)
    wanted = set(call.form.get("opt_out", ())) & set(known)
    kept = set(call.person.opts_out) - set(known)
    await in_thread(call.desk.opt_out, call.name, tuple(sorted(wanted | kept)))
    response = go_to("/settings")
    hold_page_settings(response, call.settings, page)
    return response


# -- Files -----------------------------------------------------------------------------------------


async def static_file(call: Call) -> Response:
    """Send one of the files that every page loads."""
    found = _static_files().get(call.path("name"))
    if found is None:
        raise HTTPException(404, "there is no such file")
    content, media_type, tag = found
    headers = {"etag": tag, "cache-control": "no-cache"}
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


@cache
def _static_files() -> Mapping[str, tuple[bytes, str, str]]:
    """Return the files by name; none is looked for by what an address says."""
    found: dict[str, tuple[bytes, str, str]] = {}
    for each in files("evenhand.web").joinpath("static").iterdir():
        kind = _TYPES.get(each.name.rpartition(".")[2])
        if kind is not None:
            content = each.read_bytes()
            found[each.name] = (content, kind, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
    return found


ENDPOINTS = (
    Endpoint(method="GET", path="/help", handler=help_page, role=Role.REVIEWER),
    Endpoint(method="GET", path="/history", handler=history_page, role=Role.REVIEWER),
    Endpoint(method="GET", path="/settings", handler=settings_page, role=Role.REVIEWER),
    Endpoint(
        method="POST",
        path="/settings",
        handler=save_settings,
        role=Role.REVIEWER,
        fields=("locale", "theme", "keys_on", "break_minutes", "break_items", "opt_out"),
    ),
    Endpoint(method="GET", path="/static/{name}", handler=static_file, role=None),
)
