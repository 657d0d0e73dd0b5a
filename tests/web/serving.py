"""The application on a real server of this machine, and browsers without scripts that speak to it."""

import asyncio
import http.client
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.made_review import MadeReview, make_review

from evenhand.records.review import Person, Role
from evenhand.web.app import create_app
from evenhand.web.app_settings import StartLink, WebSettings
from evenhand.web.limits import Allowance
from evenhand.web.security import loopback_site
from evenhand.web.server import EndableServer, config_of, listen
from evenhand.workflows.review.passwords import ScryptCost
from evenhand.workflows.review.people import People

TEAM = (
    Person(name="ann", role=Role.REVIEWER),
    Person(name="bo", role=Role.REVIEWER),
    Person(name="ada", role=Role.ADJUDICATOR),
    Person(name="lea", role=Role.LEAD),
)
CHEAP = ScryptCost(n=2, r=1, p=1)
PLENTY = Allowance(burst=1e9, per_second=1e9)

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: str

    @property
    def csrf(self) -> str:
        """What forms of the page send back."""
        return self.field("csrf")

    def field(self, name: str) -> str:
        """Return the value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert found, f"the page has no field {name}"
        return unescape(found[1])

    @property
    def assignment(self) -> str:
        """Which item the page is about."""
        found = re.search(r'action="/items/(ra-[0-9a-f]+)"', self.body)
        assert found, "the page shows no item"
        return found[1]


@dataclass
class Browser:
    """A browser without scripts: keeps cookies, says where it comes from, follows no redirect by itself."""

    port: int
    origin: str
    cookies: dict[str, str] = field(default_factory=dict)

    def request(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request as it is; a header that is empty is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Host": self.origin.partition("://")[2], "Sec-Fetch-Site": "same-origin"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            sent |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        sent |= headers or {}
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value:
                    connection.putheader(name, value.encode("latin-1", "replace"))
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read().decode("utf-8")
            cookies = tuple(response.headers.get_all("set-cookie", []))
            plain = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        self._keep(cookies)
        return Answer(status=response.status, headers=plain, cookies=cookies, body=content)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, fields: Fields, **headers: str) -> Answer:
        """Send a form."""
        return self.request("POST", path, body=urlencode(fields, doseq=True).encode(), headers=headers)

    def _keep(self, cookies: Sequence[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value.strip('"')


@dataclass
class Served:
    """A review that is served."""

    review: MadeReview
    people: People
    settings: WebSettings
    port: int

    def browser(self, person: str | None = None) -> Browser:
        """Return a browser in which somebody is signed in, or nobody."""
        browser = Browser(port=self.port, origin=self.settings.site.origin)
        if person is not None:
            token = self.people.sign_in(person).token
            browser.cookies[self.settings.site.cookie_name("session")] = token
        return browser

    def label(
        self, browser: Browser, label: str = "complies", page: Answer | None = None, **fields: str
    ) -> Answer:
        """Label the item of a page, or the next one of a person, as the page does."""
        page = page or browser.get("/next")
        filled = {"csrf": page.csrf, "turn": page.field("turn"), "label": label, "commit": "1", **fields}
        return browser.post(f"/items/{page.assignment}", filled)


@contextmanager
def serve_review(review: MadeReview, *, team: bool = True, **settings: Any) -> Iterator[Served]:
    """Serve a review on a free port, in a thread of its own; a defect of the application is raised at the end."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    start = None if team else StartLink(token="start-token", person="lea")
    defects: list[BaseException] = []
    options = {
        "site": loopback_site("127.0.0.1", port),
        "start": start,
        "posts": PLENTY,
        "defect": defects.append,
        **settings,
    }
    made = WebSettings(**options)
    people = People(review.ledger, cost=CHEAP)
    server = EndableServer(config_of(create_app(review.desk, people, made)))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    try:
        yield Served(review=review, people=people, settings=made, port=port)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
        for defect in defects:
            raise defect


@contextmanager
def serve_items(folder: Path, items: int = 30, *, team: bool = True, **made: Any) -> Iterator[Served]:
    """Serve a made-up review, with a person of every role."""
    with serve_review(make_review(folder, items, people=TEAM, **made), team=team) as served:
        yield served
