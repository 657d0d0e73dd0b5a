"""Item pages on a server of this machine, without what lies behind them: forms are noted, and drafts answered."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from urllib.parse import parse_qs, parse_qsl, urlsplit

from evenhand.records.review import OpenItem, Spent
from evenhand.web.item_page import PageView, item_context
from evenhand.web.other_pages import empty_context
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render
from evenhand.web.security import ANSWER_HEADERS

_TYPES = {"css": "text/css", "js": "text/javascript"}


@dataclass
class Pages:
    """What is shown, and what came in."""

    items: Mapping[str, OpenItem]
    settings: PageSettings
    origin: str = ""
    forms: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    """Address and fields of every form, in order."""
    came: threading.Condition = field(default_factory=threading.Condition)

    def page(self, name: str, query: str) -> str:
        """Return the page of an item."""
        view = PageView.from_query(dict(parse_qsl(query)))
        context = item_context(self.items[name], settings=self.settings, visit="v1", view=view)
        return render("item.html", person="kim", csrf="t0k", **context)

    def wait_for_comment(self, comment: str) -> bool:
        """Wait until a form with a comment comes in; browsers tell nobody of what is sent while a page is left."""
        with self.came:
            return self.came.wait_for(
                lambda: [comment] in [form.get("comment") for _, form in self.forms], 60
            )

    def drafts(self) -> list[dict[str, list[str]]]:
        """Return the drafts that came in."""
        return [form for _, form in self.forms if "draft" in form]


@contextmanager
def serve_pages(items: Mapping[str, OpenItem], settings: PageSettings | None = None) -> Iterator[Pages]:
    """Serve items at /items/NAME; every form that is no draft leads to an empty page."""
    named = {name: replace(item, assignment=name) for name, item in items.items()}
    pages = Pages(named, settings or PageSettings())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            kind, _, name = address.path.strip("/").partition("/")
            if kind == "static":
                content = (files("evenhand.web") / "static" / name).read_text(encoding="utf-8")
                self._send(content, _TYPES[name.rpartition(".")[2]])
            elif kind == "items" and name in items:
                self._send(pages.page(name, address.query))
            else:
                self._send(render("empty.html", **empty_context(settings=pages.settings)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = parse_qs(body, keep_blank_values=True)
            with pages.came:
                pages.forms.append((self.path, form))
                pages.came.notify_all()
            if "draft" in form:
                context = {"spent_now": Spent(active_ms=65_000), "just_saved": True}
                self._send(render("saved.html", **context))
            else:
                self.send_response(303)
                self.send_header("location", "/next")
                self.send_header("content-length", "0")
                self.end_headers()

        def _send(self, content: str, kind: str = "text/html") -> None:
            data = content.encode()
            self.send_response(200)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("content-length", str(len(data)))
            for name, value in ANSWER_HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pages.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield pages
    server.shutdown()
    server.server_close()
