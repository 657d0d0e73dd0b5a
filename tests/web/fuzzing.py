"""Schemathesis against the running application: cases from the description of the routes, with and without sign-in."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from tests.web.serving import Served

from evenhand.web.routes import ENDPOINTS
from evenhand.web.routes.description import describe
from evenhand.web.security import csrf_token

NASTY = (
    "' OR '1'='1",
    "'; DROP TABLE labels; --",
    '" UNION SELECT secret FROM people --',
    "1); ATTACH DATABASE '/tmp/x' AS x; --",
    "complies' --",
    "\x00",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s%n",
    "../../etc/passwd",
    "\u202e\u2066",
    "=cmd()",
)
"""What is put into fields now and then, next to what is made up (E09)."""
SPAN = json.dumps({"block": "candidate", "start": 0, "end": 5, "quote": "Reply"})
FITTING = {
    "turn": ["0", "1", "2"],
    "label": ["complies", "violates", "cannot_tell"],
    "time": ["[]", '[[0,"shown"],[9,"now"]]', "[[1e400]]", "[" * 5000],
    "evidence": [SPAN, "{}", "[1]", SPAN.replace("5", "99999999999999999999")],
    "pick": [SPAN],
    "quote": ["Reply", "e"],
    "commit": ["1"],
    "draft": ["1"],
    "theme": ["dark"],
}
"""Values with which a form gets further than its first check."""


@dataclass
class Found:
    """What came of the cases."""

    statuses: Counter[int] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    """Answers of 500 and above, or with a trace of the program in them, or without our headers."""


def fuzz(served: Served, person: str | None, *, cases: int, seed_: int = 1) -> Found:
    """Send at least so many cases, over all routes, as a person or as nobody."""
    found = Found()
    schema = schemathesis.openapi.from_dict(dict(describe(ENDPOINTS)))
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) == len(ENDPOINTS)
    various = [each for each in operations if each.method.upper() == "POST" or "{" in each.path or each.query]
    for operation in operations:
        _fuzz_one(served, person, operation, max(1, -(-cases // len(various))), found, seed_)
    return found


def _fuzz_one(
    served: Served, person: str | None, operation: Any, cases: int, found: Found, seed_: int
) -> None:
    sender = Sender(served, person)

    @seed(seed_)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), dice=st.randoms(use_true_random=False))
    def run(case: Any, dice: Any) -> None:
        sender.fill(case, dice)
        answer = sender.send(case)
        found.statuses[answer.status_code] += 1
        wrong = answer.status_code >= 500 or "Traceback" in answer.text or "File &#34;" in answer.text
        if wrong or "content-security-policy" not in answer.headers:
            found.bad.append(f"{case.method} {case.path} {answer.status_code} {case.body!r:.500}")

    run()


class Sender:
    """Sends cases as a browser of ours would, so that they get past the gate."""

    def __init__(self, served: Served, person: str | None) -> None:
        self._served = served
        self._person = person
        self._session = requests.Session()
        self._token = ""
        self._sign_in()

    def _sign_in(self) -> None:
        if self._person is not None:
            self._token = self._served.people.sign_in(self._person).token

    def fill(self, case: Any, dice: Any) -> None:
        """Put in what makes a case reach further: the token of forms, an item that is open, fitting values."""
        if "assignment" in (case.path_parameters or {}) and self._person and dice.random() < 0.8:
            opened = self._served.review.desk.next_item(self._person)
            if opened is not None:
                case.path_parameters["assignment"] = opened.assignment
        if not isinstance(case.body, dict):
            return
        if dice.random() < 0.9:
            case.body["csrf"] = csrf_token(self._token or "visitor")
        for name in list(case.body):
            if name in FITTING and dice.random() < 0.6:
                case.body[name] = dice.choice(FITTING[name])
            elif name != "csrf" and dice.random() < 0.3:
                case.body[name] = dice.choice(NASTY)

    def send(self, case: Any) -> requests.Response:
        """Send a case."""
        site = self._served.settings.site
        cookies = {site.cookie_name("visitor"): "visitor"}
        if self._token:
            cookies[site.cookie_name("session")] = self._token
        headers = {"Origin": site.origin, "Sec-Fetch-Site": "same-origin"}
        answer: requests.Response = case.call(
            base_url=site.origin,
            session=self._session,
            headers=headers,
            cookies=cookies,
            allow_redirects=False,
            timeout=60,
        )
        if case.path == "/sign-out":
            self._sign_in()
        return answer
