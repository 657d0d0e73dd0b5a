"""What a browser holds: the token of its session, of a visitor who has none yet, and how its person likes the pages."""

import base64
import binascii
from collections.abc import Mapping

from starlette.responses import Response

from evenhand.web.app_settings import WebSettings
from evenhand.web.page_settings import PageSettings, dump_settings, load_settings
from evenhand.workflows.review.people import SESSION_SECONDS

SESSION = "session"
VISITOR = "visitor"
PAGE = "page"
_YEAR = 365 * 24 * 3600


def held(settings: WebSettings, cookies: Mapping[str, str], name: str) -> str:
    """Return what a browser holds under a name; empty where it holds nothing."""
    return cookies.get(settings.site.cookie_name(name), "")[:4096]


def hold(response: Response, settings: WebSettings, name: str, value: str, *, seconds: int) -> None:
    """Let the browser hold something: never for scripts, and sent by our own pages alone."""
    response.set_cookie(
        settings.site.cookie_name(name),
        value,
        max_age=seconds,
        path="/",
        secure=settings.site.is_https,
        httponly=True,
        samesite="strict",
    )


def hold_session(response: Response, settings: WebSettings, token: str) -> None:
    """Let the browser hold the token of a session, and forget that it was a visitor."""
    hold(response, settings, SESSION, token, seconds=int(SESSION_SECONDS))
    let_go(response, settings, VISITOR)


def let_go(response: Response, settings: WebSettings, name: str) -> None:
    """Let the browser forget something."""
    hold(response, settings, name, "", seconds=0)


def page_settings(settings: WebSettings, cookies: Mapping[str, str]) -> PageSettings:
    """Return how the person likes the pages; as they come where nothing readable is held."""
    try:
        text = base64.urlsafe_b64decode(held(settings, cookies, PAGE).encode()).decode("ascii")
    except (binascii.Error, ValueError):
        return PageSettings()
    return load_settings(text)


def hold_page_settings(response: Response, settings: WebSettings, page: PageSettings) -> None:
    """Let the browser hold how the person likes the pages."""
    value = base64.urlsafe_b64encode(dump_settings(page).encode("ascii")).decode("ascii")
    hold(response, settings, PAGE, value, seconds=_YEAR)
