"""A server that is killed in the middle of a review: what was acknowledged is there, and the page goes on."""

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from tests.cli.kit import start_process
from tests.made_review import MadeReview, make_review
from tests.web.browser.driving import Reviewer, sit_down
from tests.web.browser.reviews import KINDS

from evenhand.records.review import Person, Role

KILLED_IDLE, KILLED_BUSY = 17, 35
"""After so many actions."""


@dataclass
class Server:
    """`evenhand review serve`, which can be killed and started again on its port."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> str:
        """Start, and return the link once it listens."""
        self.process = start_process(
            *("review", "serve", "--as", "ann", "--port", str(self.port)),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate()
            self.process = None


@dataclass
class Acknowledged:
    """What the pages said was saved."""

    labels: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    flags: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    """Items answered, in order."""


@contextmanager
def _workspace(folder: Path) -> Iterator[tuple[Server, MadeReview]]:
    (folder / "evenhand.toml").write_text("", encoding="utf-8")
    (folder / ".evenhand").mkdir()
    review = make_review(
        folder / ".evenhand", 60, shown=KINDS["plain"], people=[Person(name="ann", role=Role.LEAD)]
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(folder=folder, port=port)
    try:
        yield server, review
    finally:
        server.kill()


@pytest.mark.timeout(300)
def test_a_server_killed_in_the_middle_of_fifty_actions_loses_nothing(
    real_browser: Browser, tmp_path: Path
) -> None:
    told = Acknowledged()
    with _workspace(tmp_path) as (server, review):
        link = server.start()
        context = real_browser.new_context()
        context.set_default_timeout(30_000)
        parts = urlsplit(link)
        ann = sit_down(context, f"{parts.scheme}://{parts.netloc}")
        ann.page.goto(link)
        ann.wait_for("#answer")
        for number in range(50):
            if number == KILLED_IDLE:
                _killed_before_an_answer(ann, server, told)
            elif number == KILLED_BUSY:
                _killed_while_it_answers(ann, server, told)
            else:
                ACTIONS[number % len(ACTIONS)](ann, told, number)
        context.close()
        _check(review, told)


def _answer(ann: Reviewer, told: Acknowledged, number: int) -> None:
    key = "12"[number % 2]
    _saved(told, ann.answer(key), key)


def _saved(told: Acknowledged, assignment: str, key: str, comment: str = "") -> None:
    told.labels[assignment] = {"1": "complies", "2": "violates"}[key]
    told.comments[assignment] = comment
    told.order.append(assignment)


def _comment(ann: Reviewer, told: Acknowledged, number: int) -> None:
    ann.press("1", "c")
    ann.page.keyboard.type(f"comment {number}")
    _saved(told, ann.press_and_go("Control+Enter"), "1", f"comment {number}")


def _undo(ann: Reviewer, told: Acknowledged, number: int) -> None:
    del number
    ann.press_and_go("u")
    taken = told.order.pop()
    assert ann.assignment == taken
    _saved(told, ann.answer("2"), "2", told.comments[taken])


def _skip(ann: Reviewer, told: Acknowledged, number: int) -> None:
    ann.press("s")
    ann.page.keyboard.type(f"reason {number}")
    told.skipped.add(ann.press_and_go("Enter"))


def _flag(ann: Reviewer, told: Acknowledged, number: int) -> None:
    ann.press("f")
    ann.page.keyboard.type(f"flag {number}")
    ann.press("Enter")
    ann.wait_for("#flag:not([open])")
    told.flags.append(f"flag {number}")
    _answer(ann, told, number)


ACTIONS: tuple[Callable[[Reviewer, Acknowledged, int], None], ...] = (
    _answer, _comment, _answer, _undo, _answer, _flag, _skip,
)  # fmt: skip


def _killed_before_an_answer(ann: Reviewer, server: Server, told: Acknowledged) -> None:
    """A draft is saved, the server dies, an answer is refused by nobody: the page says so and keeps everything."""
    here, words = ann.assignment, "half a thought"
    ann.press("2", "c")
    ann.page.keyboard.type(words)
    ann.wait_for("#saved span:not(.note)")
    server.kill()
    ann.press("Control+Enter")
    ann.wait_for("#notice:not(:empty)")
    assert "still here" in (ann.page.locator("#notice").text_content() or "")
    assert ann.assignment == here
    assert ann.page.locator("#comment").input_value() == words
    server.start()
    ann.page.reload()
    assert ann.assignment == here  # the session and the draft outlived the server
    assert ann.page.locator("#comment").input_value() == words
    assert ann.page.locator("#answers input:checked").get_attribute("value") == "violates"
    _saved(told, ann.answer(), "2", words)


def _killed_while_it_answers(ann: Reviewer, server: Server, told: Acknowledged) -> None:
    """The answer may or may not have reached the disk; sent again, it is there once."""
    here = ann.assignment
    ann.press("1", "Enter")
    server.kill()
    ann.wait_for(f'#notice:not(:empty), #page:not(:has(#answer[action="/items/{here}"]))')
    server.start()
    if ann.assignment == here:
        ann.press_and_go("Enter")
    _saved(told, here, "1")


def _check(review: MadeReview, told: Acknowledged) -> None:
    with review.ledger.read() as reading:
        standing = [each for each in reading.labels() if not each.withdrawn]
        flags = [each.text for each in reading.flags("rd-1")]
        skips = {event.subject for event in reading.events() if event.kind == "skip"}
    assert {each.assignment: each.label for each in standing} == told.labels
    assert {each.assignment: each.comment for each in standing} == told.comments
    assert len(standing) == len({each.item for each in standing})
    assert flags == told.flags
    assert skips == told.skipped
