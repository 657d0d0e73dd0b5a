"""The few calls of Label Studio's API that a labelling round trip takes, by the session of a signed-in user."""

import json
import re
from collections.abc import Mapping, Sequence
from http.cookiejar import CookieJar
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

EMAIL: Final = "reviewer@example.org"
PASSWORD: Final = "throw-away-password"
"""Of the one user of a server on loopback that lives for a minute."""
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class LabelStudio:
    """A signed-in user."""

    def __init__(self, url: str) -> None:
        """Sign in; the classic token is off in current versions, the session of a browser works."""
        self.url = url
        self.cookies = CookieJar()
        self._direct = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.cookies))
        page = self._open(Request(f"{url}/user/login/")).decode()
        found = _TOKEN.search(page)
        assert found, "the sign-in page has a token"
        form = {"csrfmiddlewaretoken": found[1], "email": EMAIL, "password": PASSWORD}
        sent = Request(f"{url}/user/login/", data=urlencode(form).encode())
        sent.add_header("Referer", f"{url}/user/login/")
        self._open(sent)

    def project(self, title: str, config: str) -> int:
        """Make a project with a labelling configuration and return its number."""
        made = self._call("POST", "/api/projects/", {"title": title, "label_config": config})
        return int(made["id"])

    def add_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Import tasks and return what came of it."""
        result: Mapping[str, Any] = self._call("POST", f"/api/projects/{project}/import", tasks)
        return result

    def annotate(self, task: int, annotation: Mapping[str, Any]) -> None:
        """Submit an annotation."""
        self._call("POST", f"/api/tasks/{task}/annotations/", annotation)

    def export(self, project: int) -> list[dict[str, Any]]:
        """Return the project as JSON, tasks without annotations among it."""
        found: list[dict[str, Any]] = self._call(
            "GET", f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"
        )
        return found

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = Request(f"{self.url}{path}", data=data, method=method)
        token = next((each.value for each in self.cookies if each.name == "csrftoken"), "")
        for name, value in {
            "Content-Type": "application/json",
            "X-CSRFToken": token or "",
            "Referer": self.url,
        }.items():
            asked.add_header(name, value)
        return json.loads(self._open(asked))

    def _open(self, asked: Request) -> bytes:
        with self._direct.open(asked, timeout=60) as answer:
            return bytes(answer.read())
