"""Who may review: accounts, passwords, one-time links and sessions.

Nothing is kept that would let anybody in: of passwords, links and sessions the ledger holds hashes alone.
"""

import getpass
import hashlib
import hmac
import json
import secrets
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from evenhand.errors import UsageError
from evenhand.records.reveal import reveal
from evenhand.records.review import Person, Role
from evenhand.store.review.change import Change
from evenhand.store.review.ledger import ReviewLedger
from evenhand.store.review.reading import Reading
from evenhand.workflows.review.assigned import active_person
from evenhand.workflows.review.passwords import PasswordHash, ScryptCost, hash_password

LONGEST_NAME: Final = 64
IDLE_SECONDS: Final = 12 * 3600.0
"""A session ends when nothing was done for so long."""
SESSION_SECONDS: Final = 7 * 24 * 3600.0
"""A session ends after so long, whatever is done."""
LINK_SECONDS: Final = 3 * 24 * 3600.0
"""How long a one-time link can be used."""
_RENEW_SECONDS: Final = 600.0
"""A session is renewed no more often than that, so that looking at a page writes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who is signed in."""

    person: Person
    token: str
    """What their browser holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Secret:
    """How a person is let in, as the ledger keeps it."""

    password: PasswordHash | None = None
    link: str = ""
    """Hash of the one-time link that is out; empty for none."""
    link_until: float = 0.0

    def text(self) -> str:
        password = None if self.password is None else self.password.text()
        return json.dumps({"password": password, "link": self.link, "link_until": self.link_until})

    def way_in(self, now: float) -> str:
        if self.password is not None:
            return "password"
        return "link" if self.link and self.link_until > now else ""

    @classmethod
    def read(cls, text: str) -> "_Secret":
        stored: Mapping[str, object] = json.loads(text) if text else {}
        password = stored.get("password")
        return cls(
            password=PasswordHash.read(str(password)) if password else None,
            link=str(stored.get("link", "")),
            link_until=float(str(stored.get("link_until", 0.0))),
        )


class People:
    """The people of a review. Safe to be used from several threads."""

    def __init__(
        self,
        ledger: ReviewLedger,
        *,
        clock: Callable[[], float] = time.time,
        cost: ScryptCost | None = None,
    ) -> None:
        """Look after the people of a ledger.

        Args:
            ledger: The review ledger.
            clock: Tells the time in seconds since 1970.
            cost: What checking a password takes.
        """
        self.ledger = ledger
        self._clock = clock
        self._cost = cost or ScryptCost()
        self._nobody = hash_password(secrets.token_hex(16), self._cost)
        """What is checked where there is no such person, so that an answer takes as long as for one."""

    # -- Accounts ----------------------------------------------------------------------------------

    def all(self) -> tuple[Person, ...]:
        """Return everybody, by name."""
        with self.ledger.read() as reading:
            return reading.people()

    def add(self, name: str, role: Role, *, by: str) -> Person:
        """Add somebody who may review.

        Raises:
            UsageError: The name can not be used, or is taken.
        """
        person = Person(name=clean_name(name), role=role)
        with self.ledger.change() as change:
            taken = _same_name(change, person.name)
            if taken is not None:
                raise UsageError(
                    f"there is a reviewer {taken!r} already",
                    hint="invite them again for another link, or choose a name that nobody can mix up with it",
                )
            change.put_person(person, by=by, secret=_Secret().text())
        return person

    def give_role(self, name: str, role: Role, *, by: str) -> Person:
        """Change what somebody may do; it holds from their next click on.

        Raises:
            UnknownNameError: Nobody has that name.
            UsageError: They are the last lead.
        """
        return self._change(name, by, role=role)

    def dismiss(self, name: str, *, by: str) -> Person:
        """Let somebody review no more, and sign them out; what they labelled stays.

        Raises:
            UnknownNameError: Nobody has that name.
            UsageError: They are the last lead.
        """
        return self._change(name, by, active=False)

    def admit(self, name: str, *, by: str) -> Person:
        """Let somebody review again.

        Raises:
            UnknownNameError: Nobody has that name.
        """
        return self._change(name, by, active=True)

    def ensure(self, name: str, role: Role) -> Person:
        """Return a person who may review and has a role, added or changed where that is not so."""
        name = clean_name(name)
        with self.ledger.change() as change:
            found = change.find_person(name)
            wanted = replace(found or Person(name=name, role=role), role=role, active=True)
            if found != wanted:
                secret = _Secret().text() if found is None else None
                change.put_person(wanted, by=name, secret=secret)
        return wanted

    def ways_in(self) -> Mapping[str, str]:
        """Return how each person can sign in: "password", "link", or empty for not at all."""
        now = self._clock()
        with self.ledger.read() as reading:
            secrets_of = {each.name: _Secret.read(reading.secret(each.name)) for each in reading.people()}
        return {name: secret.way_in(now) for name, secret in secrets_of.items()}

    def has_lead(self) -> bool:
        """Tell whether there is a lead who can sign in with a password or a link."""
        ways_in = self.ways_in()
        return any(each.active and each.role is Role.LEAD and ways_in[each.name] for each in self.all())

    def _change(self, name: str, by: str, *, role: Role | None = None, active: bool | None = None) -> Person:
        with self.ledger.change() as change:
            before = change.person(name)
            after = replace(
                before,
                role=before.role if role is None else role,
                active=before.active if active is None else active,
            )
            _require_another_lead(change, before, after)
            change.put_person(after, by=by)
            if not after.active:
                change.end_sessions_of(name)
        return after

    # -- Ways in -----------------------------------------------------------------------------------

    def check_password(self, name: str, password: str) -> Person | None:
        """Return who has this name and password; None for anything else, after as much work."""
        with self.ledger.read() as reading:
            person = reading.find_person(name)
            stored = _Secret.read(reading.secret(name)).password if person and person.active else None
        is_right = (stored or self._nobody).fits(password)
        return person if is_right and stored is not None else None

    def invite(self, name: str, *, by: str) -> str:
        """Return the secret of a link with which a person sets a password, once. An earlier link is useless then.

        Raises:
            UnknownNameError: Nobody has that name.
            UsageError: They may not review any more.
        """
        token = new_token()
        with self.ledger.change() as change:
            person = change.person(name)
            if not person.active:
                raise UsageError(f"{name} may not review any more", hint="admit them again first")
            before = _Secret.read(change.secret(name))
            made = replace(before, link=hash_token(token), link_until=self._clock() + LINK_SECONDS)
            change.put_person(person, by=by, secret=made.text())
        return f"{token}.{name}"

    def invited(self, link: str) -> Person | None:
        """Return whom a link is for; None where it was used, ran out, or never was."""
        with self.ledger.read() as reading:
            return self._invited(reading, link)

    def accept(self, link: str, password: str) -> Person:
        """Set the password of the person a link is for, and sign them out everywhere; the link is used up.

        Raises:
            UsageError: The link was used, ran out, or never was; or the password can not be used.
        """
        name = link.partition(".")[2]
        require_good_password(name, password)
        hashed = hash_password(password, self._cost)
        with self.ledger.change() as change:
            person = self._invited(change, link)
            if person is None:
                raise UsageError("this link was used, or its time ran out", hint="ask a lead for another one")
            change.put_person(person, by=person.name, secret=_Secret(password=hashed).text())
            change.end_sessions_of(person.name)
        return person

    def _invited(self, reading: Reading, link: str) -> Person | None:
        token, _, name = link.partition(".")
        person = reading.find_person(name)
        if person is None or not person.active:
            return None
        secret = _Secret.read(reading.secret(name))
        fits = hmac.compare_digest(secret.link.encode(), hash_token(token).encode())
        return person if fits and secret.link_until > self._clock() else None

    # -- Sessions ----------------------------------------------------------------------------------

    def sign_in(self, person: str, *, instead_of: str = "") -> SignedIn:
        """Sign a person in under a new token; one that the browser held before is signed out.

        Raises:
            UnknownNameError: Nobody has that name.
            UsageError: They may not review any more, maybe since their password was checked.
        """
        token, now = new_token(), self._clock()
        with self.ledger.change() as change:
            who = active_person(change, person)
            if instead_of:
                change.end_session(hash_token(instead_of))
            change.add_session(hash_token(token), person, now=now, expires=now + IDLE_SECONDS)
        return SignedIn(person=who, token=token)

    def signed_in(self, token: str) -> SignedIn | None:
        """Return who holds a token, and keep them signed in; None where nobody does."""
        now, name = self._clock(), hash_token(token)
        with self.ledger.read() as reading:
            session = reading.session(name, now)
        if session is None:
            return None
        renewed = min(now + IDLE_SECONDS, session.made + SESSION_SECONDS)
        if renewed - session.expires > _RENEW_SECONDS:
            with self.ledger.change() as change:
                change.renew_session(name, renewed)
        return SignedIn(person=session.person, token=token)

    def sign_out(self, token: str) -> None:
        """Sign a session out."""
        with self.ledger.change() as change:
            change.end_session(hash_token(token))


# -- Names, passwords, tokens ----------------------------------------------------------------------


def operator_name() -> str:
    """Return the name of whoever runs a command, as the operating system has it."""
    try:
        return clean_name(getpass.getuser())
    except (OSError, KeyError, ImportError, UsageError):
        return "reviewer"


def clean_name(name: str) -> str:
    """Return a name as it is kept.

    Raises:
        UsageError: It is empty, too long, or has characters that nobody can see.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise UsageError(f"a reviewer's name has 1 to {LONGEST_NAME} characters, and {name[:80]!r} has not")
    if not cleaned.isprintable() or reveal(cleaned) != cleaned:
        raise UsageError(f"the name {cleaned!r} has characters that nobody can see")
    return cleaned


def require_good_password(name: str, password: str) -> None:
    """Make sure that a password is worth its name.

    Raises:
        UsageError: It is not.
    """
    if not 12 <= len(password) <= 1000:
        raise UsageError(
            "a password has 12 to 1,000 characters",
            hint="four words that do not belong together make a good one",
        )
    if name.casefold() in password.casefold() and len(password) < 2 * len(name) + 12:
        raise UsageError("the password is made of the name", hint="choose one that has nothing to do with it")


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return what is kept of a token. It is random throughout, so one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _same_name(reading: Reading, name: str) -> str | None:
    folded = unicodedata.normalize("NFKC", name).casefold()
    known = (each.name for each in reading.people())
    return next((each for each in known if unicodedata.normalize("NFKC", each).casefold() == folded), None)


def _require_another_lead(change: Change, before: Person, after: Person) -> None:
    was_lead = before.active and before.role is Role.LEAD
    if not was_lead or (after.active and after.role is Role.LEAD):
        return
    if not any(
        each.active and each.role is Role.LEAD for each in change.people() if each.name != before.name
    ):
        raise UsageError(
            f"{before.name} is the last lead, and somebody has to admit people",
            hint="name another lead first",
        )
