"""`evenhand review people`: who may review."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

import typer

from evenhand.cli.output import Column, Mark, Style
from evenhand.cli.review_serve import DEFAULT_PORT
from evenhand.cli.session import session_of
from evenhand.errors import UsageError
from evenhand.records.review import Person, Role
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.people import People, operator_name

_COLUMNS = (
    Column(title="name", gives_way=True),
    Column(title="role"),
    Column(title="signs in by"),
    Column(title="opts out of", gives_way=True),
)


class PeopleAction(StrEnum):
    """What is done."""

    LIST = "list"
    ADD = "add"
    INVITE = "invite"
    ROLE = "role"
    DISMISS = "dismiss"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleDocument:
    """Who may review, after what was done."""

    people: tuple[Person, ...]
    link: str = ""
    """The link of an invitation; its secret is shown here and nowhere else."""


def review_people(
    context: typer.Context,
    action: Annotated[
        PeopleAction,
        typer.Argument(
            metavar="ACTION",
            help="list; add, invite or role for one person; dismiss, and admit again.",
        ),
    ] = PeopleAction.LIST,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom it is about.")] = "",
    *,
    role: Annotated[
        Role | None, typer.Option("--role", help="What they may do; reviewers label.", metavar="ROLE")
    ] = None,
    origin: Annotated[
        str, typer.Option("--origin", metavar="URL", help="Where browsers reach the pages.")
    ] = f"http://127.0.0.1:{DEFAULT_PORT}",
) -> int:
    """Say who may review, and what each of them may do.

    Roles are reviewer, adjudicator and lead; each may do what those before it may. Adding or inviting somebody prints a
    link with which they set their password, once, within three days; a second invitation makes the first useless, and
    is how a forgotten password is replaced. Who is dismissed is signed out, and their labels stay.
    """
    session = session_of(context)
    people = People(open_review(session.workspace, create=action is PeopleAction.ADD))
    link = _done(people, action, name, role, origin)
    everybody = people.all()
    session.screen.document("review-people/v1", PeopleDocument(people=everybody, link=link))
    if link:
        session.screen.result(Mark(link, Style.STRONG))
        session.screen.say("give it to them alone: it sets a password once, within three days")
        session.screen.say("it opens while the server runs: evenhand review serve --team")
    elif action is not PeopleAction.LIST:
        session.screen.say(_told(next(each for each in everybody if each.name == name)))
    elif not everybody:
        session.screen.say("nobody yet; admit people with: evenhand review people add NAME")
    else:
        ways_in = people.ways_in()
        session.screen.table(_COLUMNS, [_row(each, ways_in[each.name]) for each in everybody])
    return 0


def _done(people: People, action: PeopleAction, name: str, role: Role | None, origin: str) -> str:
    """Do what was asked for.

    Returns:
        The link of an invitation; empty where none was made.

    Raises:
        UsageError: Something is missing, or can not be done.
    """
    if action is PeopleAction.LIST:
        return ""
    if not name:
        raise UsageError(f"{action} needs a name", hint=f"evenhand review people {action} NAME")
    by = operator_name()
    match action:
        case PeopleAction.ADD:
            name = people.add(name, role or Role.REVIEWER, by=by).name
            return _invited(people, name, by, origin)
        case PeopleAction.INVITE:
            return _invited(people, name, by, origin)
        case PeopleAction.ROLE:
            people.give_role(name, _needed(role), by=by)
        case PeopleAction.DISMISS:
            people.dismiss(name, by=by)
        case PeopleAction.ADMIT:
            people.admit(name, by=by)
    return ""


def _told(person: Person) -> str:
    if not person.active:
        return f"{person.name} may review no more; what they labelled stays"
    return f"{person.name} may review, as {person.role}"


def _needed(role: Role | None) -> Role:
    if role is None:
        raise UsageError("which role?", hint=f"add --role with one of: {', '.join(Role)}")
    return role


def _invited(people: People, name: str, by: str, origin: str) -> str:
    return f"{origin.rstrip('/')}/invitation?{urlencode({'link': people.invite(name, by=by)})}"


def _row(person: Person, way_in: str) -> tuple[str | Mark, ...]:
    shown = person.name if person.active else Mark(f"{person.name} (dismissed)", Style.FAINT)
    return shown, person.role.value, way_in or "-", ", ".join(person.opts_out)
