"""Scripted reviewers against the real command: many at once, and a server that is killed in the middle."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from tests.made_review import MadeReview, make_review
from tests.web.serving import CHEAP, Answer, Browser

from evenhand.records.review import Person, Role
from evenhand.web.security import loopback_site
from evenhand.workflows.review.people import People

NOTHING_LEFT = "Nothing left"


def crowd(count: int) -> tuple[Person, ...]:
    """Return reviewers, and a lead without whom no team is served."""
    reviewers = (Person(name=f"reviewer-{number}", role=Role.REVIEWER) for number in range(count))
    return (*reviewers, Person(name="lea", role=Role.LEAD))


@dataclass
class Workspace:
    """A workspace with a drawn review, and `evenhand review serve` in it."""

    folder: Path
    review: MadeReview
    people: People
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server; at the port it had before."""
        command = [sys.executable, "-m", "evenhand", "review", "serve", "--team", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.process.stdout is not None
        self.port = urlsplit(self.process.stdout.readline().decode().strip()).port or 0
        assert self.port, "the server did not start"

    def kill(self) -> None:
        """Kill the server without a warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.communicate()

    def browser(self, person: str) -> Browser:
        """Return a browser in which a person is signed in."""
        site = loopback_site("127.0.0.1", self.port)
        token = self.people.sign_in(person).token
        return Browser(port=self.port, origin=site.origin, cookies={site.cookie_name("session"): token})

    def labels(self) -> list[tuple[str, str, str]]:
        """Return item, person and comment of every label that holds."""
        with self.review.ledger.read() as reading:
            return [(each.item, each.person, each.comment) for each in reading.labels() if not each.withdrawn]


def make_workspace(
    folder: Path, items: int, *, reviewers: int, required: int = 1, repeats: float = 0.0
) -> Workspace:
    """Return a workspace in which items were drawn for so many people."""
    (folder / "evenhand.toml").write_text("", encoding="utf-8")
    (folder / ".evenhand").mkdir()
    review = make_review(
        folder / ".evenhand", items, people=crowd(reviewers), required=lambda _: required, repeats=repeats
    )
    people = People(review.ledger, cost=CHEAP)
    people.accept(people.invite("lea", by="lea"), "horse battery staple 9")
    return Workspace(folder=folder, review=review, people=people)


def labelled(browser: Browser, comment: str, *, times: int = 1) -> tuple[Answer, ...] | None:
    """Label the next item, the form sent so many times; None where nothing is left."""
    page = browser.get("/next")
    if NOTHING_LEFT in page.body:
        return None
    form = {
        "csrf": page.csrf,
        "turn": page.field("turn"),
        "label": "complies",
        "comment": comment,
        "commit": "1",
    }
    return tuple(browser.post(f"/items/{page.assignment}", form) for _ in range(times))


def race(workspace: Workspace, names: Sequence[str]) -> list[int]:
    """Let people label at once until nothing is left; every form is sent twice.

    Returns:
        The status of every answer to a form.
    """
    statuses: list[int] = []
    browsers = [workspace.browser(name) for name in names]

    def work(browser: Browser) -> None:
        while (answers := labelled(browser, "raced", times=2)) is not None:
            statuses.extend(answer.status for answer in answers)

    threads = [threading.Thread(target=work, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@dataclass
class Survived:
    """What came of labelling under a server that is killed again and again."""

    acknowledged: list[str] = field(default_factory=list)
    """Comments of the labels that were said to be saved."""
    kills: int = 0


def label_through_kills(
    workspace: Workspace, person: str, actions: int, *, kill_after: Callable[[int], float | None]
) -> Survived:
    """Label so many items, and send a form again where the server was killed before it answered.

    Args:
        workspace: Where the server runs.
        person: Who labels.
        actions: How many items.
        kill_after: Says for each action after how many seconds the server is killed; None for not at all.
    """
    survived = Survived()
    browser = workspace.browser(person)
    for number in range(actions):
        page = browser.get("/next")
        form = {
            "csrf": page.csrf,
            "turn": page.field("turn"),
            "label": "complies",
            "comment": f"action {number}",
            "commit": "1",
        }
        seconds = kill_after(number)
        killer = None if seconds is None else threading.Timer(seconds, workspace.kill)
        if killer is not None:
            killer.start()
        answer = _sent(browser, page.assignment, form)
        if killer is not None:
            killer.join()
            survived.kills += 1
            workspace.start()
        answer = answer or _sent(browser, page.assignment, form)
        assert answer is not None
        assert answer.status == 303, answer.status
        survived.acknowledged.append(form["comment"])
    return survived


def _sent(browser: Browser, assignment: str, form: dict[str, str]) -> Answer | None:
    """Send a form; None where the server went away before it answered."""
    try:
        return browser.post(f"/items/{assignment}", form)
    except (OSError, HTTPException):
        return None
