"""What the server does with browsers that are slow, rude or too many words."""

import socket
from pathlib import Path

import pytest
from tests.made_review import make_review
from tests.web.serving import TEAM, Served, serve_review

from evenhand.web.server import ImpatientProtocol


def speak(served: Served, words: bytes) -> bytes:
    """Send bytes and return everything that comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(words)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.mark.parametrize("words", [b"", b"GET /next HTTP/1.1\r\nHost: 127", b"GET /next HTTP/1.1\r\n"])
def test_the_head_of_a_request_has_to_arrive(
    tmp_path: Path, words: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImpatientProtocol, "head_seconds", 0.05)
    with serve_review(make_review(tmp_path, 3, people=TEAM)) as served:
        assert speak(served, words) == b""
        assert served.browser("ann").get("/next").status == 200


def test_a_form_has_to_arrive_too(tmp_path: Path) -> None:
    with serve_review(make_review(tmp_path, 3, people=TEAM), body_seconds=0.05) as served:
        browser = served.browser("ann")
        (cookie,) = browser.cookies.items()
        head = (
            f"POST /undo HTTP/1.1\r\nHost: {served.settings.site.origin[7:]}\r\n"
            f"Origin: {served.settings.site.origin}\r\nCookie: {'='.join(cookie)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
        )
        answer = speak(served, f"{head}Content-Length: 100\r\n\r\ncsrf=".encode())
        assert answer.startswith(b"HTTP/1.1 408")
        answer = speak(served, f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\ncsrf=\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "words",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET /" + b"x" * 100_000,
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_what_is_no_request_is_refused_in_few_words(tmp_path: Path, words: bytes) -> None:
    with serve_review(make_review(tmp_path, 3, people=TEAM)) as served:
        answer = speak(served, words)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"Traceback" not in answer


def test_a_defect_is_a_page_with_a_next_step_and_no_trace(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3, people=TEAM)
    defects: list[BaseException] = []
    with serve_review(review, defect=defects.append) as served:
        browser = served.browser("ann")
        page = browser.get("/next")
        with review.ledger.change() as change:
            change._connection.exec_driver_sql("UPDATE assignments SET draft = 'broken'")
        answer = browser.get(f"/items/{page.assignment}")
        assert answer.status == 500
        assert "everything that was saved before is on disk" in answer.body
        assert "content-security-policy" in answer.headers
        assert not any(word in answer.body for word in ("Traceback", "pydantic", ".py", "broken"))
        assert served.browser("bo").get("/next").status == 200
    assert defects


def test_a_ledger_that_can_not_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3, people=TEAM)
    with serve_review(review) as served:
        browser = served.browser("ann")
        review.ledger.path.rename(tmp_path / "away")
        review.ledger.path.mkdir()
        answer = browser.get("/next")
        assert answer.status == 503
        assert "Traceback" not in answer.body


def test_every_request_leaves_a_line_without_what_is_secret(tmp_path: Path) -> None:
    lines: list[str] = []
    with serve_review(make_review(tmp_path, 3, people=TEAM), team=False, log=lines.append) as served:
        browser = served.browser()
        browser.get("/enter?token=start-token")
        browser.get("/next")
    assert [line.rpartition(" ")[0].rpartition(" ")[0] for line in lines] == [
        "GET /enter 200",
        "GET /next 200",
    ]
