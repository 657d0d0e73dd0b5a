"""`evenhand review serve`: the pages on which people label."""

import os
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.cli.failures import explain_failure
from evenhand.cli.output import Mark, Style
from evenhand.cli.review_options import DesignName, ReviewerName
from evenhand.cli.session import Session, session_of
from evenhand.errors import UsageError
from evenhand.records.review import Role

if TYPE_CHECKING:
    from evenhand.web.app_settings import WebSettings
    from evenhand.web.security import Site

DEFAULT_PORT = 8765


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeDocument:
    """Where the pages are; written once the server listens."""

    address: str
    link: str
    """The link that lets its one person in; empty where people sign in with passwords."""
    person: str
    """Whom it lets in."""


def review_serve(
    context: typer.Context,
    *,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = DEFAULT_PORT,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="Address to listen on.")] = "127.0.0.1",
    name: ReviewerName = "",
    team: Annotated[
        bool, typer.Option("--team", help="Let several people in, with names and passwords.")
    ] = False,
    unsafe_bind: Annotated[
        bool,
        typer.Option("--unsafe-bind", help="Listen beyond this machine; needs --team and an https --origin."),
    ] = False,
    origin: Annotated[
        str,
        typer.Option(
            "--origin", metavar="URL", help="Where browsers reach the pages, if not where it listens."
        ),
    ] = "",
    design: DesignName = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> int:
    """Serve the review pages until Ctrl-C.

    By default they are for you alone, on this machine: a link is printed that lets its holder in as long as the server
    runs. With --team, people sign in with names and passwords; admit them with `evenhand review people`. To reach the
    pages from elsewhere, put a proxy that speaks TLS before the server and give its address as --origin.
    """
    _require_safe(host, team=team, unsafe_bind=unsafe_bind, origin=origin)
    session = session_of(context)

    from evenhand.web.app import create_app  # noqa: PLC0415 - this command only
    from evenhand.web.lead_desks import open_lead_desks  # noqa: PLC0415 - this command only
    from evenhand.web.server import listen, serve  # noqa: PLC0415 - this command only
    from evenhand.workflows.review.open_review import open_desk  # noqa: PLC0415 - this command only
    from evenhand.workflows.review.people import People, operator_name  # noqa: PLC0415 - this command only

    desk = open_desk(session.workspace, via="web")
    people, desks = People(desk.ledger), open_lead_desks(desk, session.workspace)
    with desk.ledger.read() as reading:
        reading.design(design)  # before anybody is told that there is something to review
    if team:
        _require_lead(people.has_lead())
    listening = listen(host, port)
    site = _site(host, listening.getsockname()[1], origin)
    person = "" if team else people.ensure(name or operator_name(), Role.LEAD).name
    settings = _settings(session, site, person=person, design=design)
    with _announced(session, settings, opens=not no_open):
        serve(create_app(desk, people, settings, desks=desks), listening, behind_proxy=site.is_https)
    session.screen.say("stopped; everything that was saved is on disk")
    return 0


def _require_safe(host: str, *, team: bool, unsafe_bind: bool, origin: str) -> None:
    """Make sure that nobody but its owner reaches a server without sign-in or encryption.

    Raises:
        UsageError: Somebody could.
    """
    from evenhand.web.security import is_loopback  # noqa: PLC0415 - this command only

    is_tls = origin.startswith("https://")
    if is_tls and not team:
        raise UsageError(
            "an https origin is for several people",
            hint="add --team, and admit them with: evenhand review people",
        )
    if is_loopback(host):
        return
    if not unsafe_bind:
        raise UsageError(
            f"{host} is not this machine: others could reach the pages, and read what is sent",
            hint="listen on 127.0.0.1 behind a proxy with TLS (--team --origin https://...) or an ssh tunnel; "
            "a proxy on another machine needs --unsafe-bind",
        )
    if not is_tls:
        raise UsageError(
            "--unsafe-bind needs --team and the https --origin of a proxy",
            hint="passwords are not sent in the clear",
        )


def _require_lead(has_lead: bool) -> None:  # noqa: FBT001 - a fact, no switch
    if not has_lead:
        raise UsageError(
            "no lead can sign in yet, and only a lead admits people",
            hint="make one: evenhand review people add NAME --role lead",
        )


def _site(host: str, port: int, origin: str) -> "Site":
    from evenhand.web.security import loopback_site, site_of  # noqa: PLC0415 - this command only

    return site_of(origin) if origin else loopback_site(host, port)


def _settings(session: Session, site: "Site", *, person: str, design: str | None) -> "WebSettings":
    from evenhand.web.app_settings import StartLink, WebSettings  # noqa: PLC0415 - this command only
    from evenhand.workflows.review.people import new_token  # noqa: PLC0415 - this command only

    told = replace(session, as_json=False)  # stdout has its document already
    return WebSettings(
        site=site,
        start=StartLink(token=new_token(), person=person) if person else None,
        design=design,
        log=session.screen.detail,
        defect=lambda error: void(explain_failure(error, told)),
    )


def void(_: object) -> None:
    """Drop a result."""


# -- The link --------------------------------------------------------------------------------------


@contextmanager
def _announced(session: Session, settings: "WebSettings", *, opens: bool) -> Iterator[None]:
    """Say where the pages are, and open them."""
    screen, start = session.screen, settings.start
    link = f"{settings.site.origin}/enter?token={start.token}" if start else ""
    person = start.person if start else ""
    screen.document("review-serve/v1", ServeDocument(address=settings.site.origin, link=link, person=person))
    screen.result(Mark(link or f"{settings.site.origin}/sign-in", Style.STRONG))
    if start:
        screen.say(f"you review as {start.person}; the link lets whoever has it in as you, until Ctrl-C")
    else:
        screen.say("people sign in with name and password; Ctrl-C stops")
    if not (link and opens and screen.can_ask):
        yield
        return
    with _door(link) as door:
        webbrowser.open(door.as_uri())
        yield


@contextmanager
def _door(link: str) -> Iterator[Path]:
    """Yield a file that leads to the link: what is on a command line, others on this machine can read."""
    handle, name = tempfile.mkstemp(suffix=".html")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            address = escape(link, quote=True)
            file.write(
                f'<!doctype html><meta http-equiv="refresh" content="0; url={address}"><a href="{address}">Go on</a>'
            )
        yield path
    finally:
        path.unlink(missing_ok=True)
