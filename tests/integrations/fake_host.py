"""GitHub and GitLab as far as comments go: a real HTTP server on loopback with scripted faults and a ledger."""

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ISSUE_COMMENTS = re.compile(r"/repos/[\w.-]+/[\w.-]+/issues/(?P<request>\d+)/comments")
ISSUE_COMMENT = re.compile(r"/repos/[\w.-]+/[\w.-]+/issues/comments/(?P<id>\d+)")
NOTES = re.compile(r"/api/v4/projects/\d+/merge_requests/(?P<request>\d+)/notes")
NOTE = re.compile(r"/api/v4/projects/\d+/merge_requests/(?P<request>\d+)/notes/(?P<id>\d+)")


@dataclass
class Written:
    """One comment."""

    id: int
    author: str
    body: str
    system: bool = False


@dataclass
class Request:
    """One line of the ledger."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Fault:
    """What goes wrong: the next `times` requests with this method and a path that ends like this."""

    method: str
    path: str
    status: int = 500
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    lost_answer: bool = False
    """The request is carried out, and then answered like this."""
    held_until: threading.Event | None = None
    """The answer waits for this."""

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in (method, "*") and path.endswith(self.path)


class FakeHost:
    """Everything both hosts keep. Tokens write under a login; some are those of an app, some only read."""

    def __init__(self) -> None:
        self.comments: list[Written] = []
        self.logins = {"ghs_job-token-0001": "github-actions[bot]", "glpat-project-0001": "project_7_bot"}
        self.apps = {"ghs_job-token-0001"}
        self.read_only: set[str] = set()
        self.faults: list[Fault] = []
        self.ledger: list[Request] = []
        self.answers_graphql = True
        self.before_answer: Callable[[str, str], None] = lambda method, path: None
        self.origin = ""
        self._numbers = itertools.count(1001)
        self._lock = threading.Lock()

    def write(self, author: str, body: str, *, system: bool = False) -> Written:
        with self._lock:
            made = Written(next(self._numbers), author, body, system)
            self.comments.append(made)
        return made

    def calls(self, method: str) -> list[Request]:
        return [
            request for request in self.ledger if request.method == method and "graphql" not in request.path
        ]

    def bodies_of(self, author: str) -> list[str]:
        return [each.body for each in self.comments if each.author == author]


Reply = tuple[int, Any, str]
"""Status, document, value of the header `link`."""


class Server(ThreadingHTTPServer):
    """Serves one host."""

    daemon_threads = True

    def __init__(self, host: FakeHost) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = host


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass

    def answer(self) -> None:
        host, parts = self.server.host, urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.loads(content) if content else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        host.ledger.append(Request(self.command, parts.path, query, headers, body))
        fault = next((each for each in host.faults if each.fits(self.command, parts.path)), None)
        if fault is not None:
            fault.times -= 1
            if fault.held_until is not None:
                fault.held_until.wait(30)
            if fault.lost_answer:
                self.serve(parts.path, query, body)
            self.send(fault.status, fault.body, fault.headers)
            return
        status, document, link = self.serve(parts.path, query, body)
        host.before_answer(self.command, parts.path)
        sent = b"" if document is None else json.dumps(document).encode()
        self.send(status, sent, {"content-type": "application/json", **({"link": link} if link else {})})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - names of the base class

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self, path: str, query: Mapping[str, str], body: Any) -> Reply:
        host = self.server.host
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        token = self.headers.get("private-token", "") or bearer
        if token not in host.logins:
            return 401, {"message": "Bad credentials"}, ""
        if path.endswith(("/graphql", "/user")):
            return self.whoami(path, token)
        if self.command != "GET" and token in host.read_only:
            return FORBIDDEN
        if ISSUE_COMMENTS.fullmatch(path) or NOTES.fullmatch(path):
            return self.many(path, query, body, host.logins[token])
        found = ISSUE_COMMENT.fullmatch(path) or NOTE.fullmatch(path)
        return self.one(int(found["id"]), body) if found else MISSING

    def whoami(self, path: str, token: str) -> Reply:
        host, login = self.server.host, self.server.host.logins[token]
        if path.endswith("/graphql"):
            return (200, {"data": {"viewer": {"login": login}}}, "") if host.answers_graphql else FORBIDDEN
        return FORBIDDEN if token in host.apps else (200, {"login": login, "username": login}, "")

    def many(self, path: str, query: Mapping[str, str], body: Any, login: str) -> Reply:
        host = self.server.host
        if self.command == "POST":
            return 201, self.shown(host.write(login, body["body"])), ""
        size, page = int(query["per_page"]), int(query["page"])
        listed = list(host.comments)
        more = len(listed) > page * size
        # As a host behind a proxy might: the address of the next page is not one to trust a token to.
        link = f'<http://elsewhere.example.org{path}?page={page + 1}>; rel="next"' if more else ""
        return 200, [self.shown(each) for each in listed[(page - 1) * size : page * size]], link

    def one(self, number: int, body: Any) -> Reply:
        comments = self.server.host.comments
        found = next((each for each in comments if each.id == number), None)
        if found is None:
            return MISSING
        if self.command == "DELETE":
            comments.remove(found)
            return 204, None, ""
        found.body = body["body"].replace("\n", "\r\n").rstrip()  # hosts change line ends and trim
        return 200, self.shown(found), ""

    def shown(self, each: Written) -> dict[str, Any]:
        return {
            "id": each.id,
            "body": each.body,
            "user": {"login": each.author, "type": "User"},
            "author": {"username": each.author},
            "system": each.system,
            "html_url": f"{self.server.host.origin}/pull/12#issuecomment-{each.id}",
        }


FORBIDDEN: Reply = (403, {"message": "Resource not accessible by integration"}, "")
MISSING: Reply = (404, {"message": "Not Found"}, "")


@contextmanager
def serving(host: FakeHost) -> Iterator[FakeHost]:
    """Serves a host on a free port of this machine."""
    server = Server(host)
    host.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
