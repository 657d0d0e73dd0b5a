import threading
from pathlib import Path

import pytest
from tests.integrations.fake_host import FakeHost, Fault
from tests.integrations.kit import (
    GITHUB_TOKEN,
    GITLAB_TOKEN,
    MARKER,
    WRITERS,
    Job,
    job_on,
)

from evenhand.integrations.api import TRIES
from evenhand.integrations.publish import HostName

# -- The host ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_passing_fault_is_tried_again(host: FakeHost, job: Job, status: int) -> None:
    host.faults.append(Fault("GET", "s", status, times=2))
    assert (await job.post()).what == "created"
    assert job.waited == [1.0, 2.0]


async def test_a_host_is_waited_for_as_long_as_it_asks(host: FakeHost, job: Job) -> None:
    host.faults.append(Fault("POST", "s", 429, headers={"retry-after": "7"}))
    assert (await job.post()).what == "created"
    assert job.waited == [7.0]


async def test_a_host_that_asks_for_too_long_is_not_waited_for(host: FakeHost, job: Job) -> None:
    host.faults.append(Fault("GET", "s", 429, headers={"retry-after": "3600"}, times=9))
    result = await job.post()
    assert result.what == "not posted"
    assert "asks to wait 3600 seconds" in result.warning
    assert job.waited == []


async def test_a_fault_that_stays_is_given_up_after_a_few_tries(host: FakeHost, job: Job) -> None:
    host.faults.append(Fault("GET", "s", 503, times=99))
    result = await job.post()
    assert result.what == "not posted"
    assert "503" in result.warning
    assert "4 tries" in result.warning
    assert len(host.calls("GET")) <= TRIES + 1
    assert sum(job.waited) == 7.0


async def test_a_host_that_does_not_answer_is_asked_again(host: FakeHost, job: Job) -> None:
    released = threading.Event()
    host.faults.append(Fault("GET", "s", 200, held_until=released))
    job.timeout_s = 0.5
    try:
        result = await job.post()
    finally:
        released.set()
    assert result.what == "created"
    assert job.waited == [1.0]


async def test_a_host_that_is_not_there_is_a_warning(job: Job) -> None:
    job.environment |= {"GITHUB_API_URL": "http://127.0.0.1:9", "CI_API_V4_URL": "http://127.0.0.1:9/api/v4"}
    result = await job.post()
    assert result.what == "not posted"
    assert "could not be reached" in result.warning


async def test_an_answer_lost_after_the_comment_was_written_leaves_one_comment(
    host: FakeHost, job: Job
) -> None:
    host.faults.append(Fault("POST", "s", 502, lost_answer=True))
    result = await job.post("Text.")
    assert result.what == "updated"
    assert len(host.comments) == 1
    assert "Text." in host.comments[0].body


async def test_a_page_of_html_instead_of_an_answer_is_named_and_not_shown(host: FakeHost, job: Job) -> None:
    page = b"<html><title>Proxy says <script>alert(1)</script></title></html>"
    host.faults += [Fault("GET", "s", 200, body=page)]
    result = await job.post()
    assert "something that is no JSON" in result.warning
    host.faults += [Fault("GET", "s", 404, body=page)]
    refused = await job.post()
    assert "404" in refused.warning
    assert "script" not in result.warning + refused.warning


@pytest.mark.parametrize("body", [b"{}", b"3", b"[[1]]", b'{"id": "x"}', b"[" * 100_000, b"\xff\xfe"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_answers_of_any_shape_end_in_a_warning_or_a_comment(
    host: FakeHost, job: Job, method: str, body: bytes
) -> None:
    host.faults.append(Fault(method, "s", 200, body=body))
    result = await job.post()
    assert result.what in {"created", "not posted"}
    assert (result.what == "not posted") == bool(result.warning)


async def test_what_a_host_says_reaches_nobody_as_terminal_control(host: FakeHost, job: Job) -> None:
    said = b'{"message": "locked \\u001b[31m\\n::error::forged"}'
    host.faults.append(Fault("POST", "s", 422, body=said))
    warning = (await job.post()).warning
    assert "locked" in warning
    assert "\x1b" not in warning
    assert "\n" not in warning


async def test_a_redirect_is_not_followed(host: FakeHost, job: Job) -> None:
    host.faults.append(Fault("POST", "s", 307, headers={"location": "http://elsewhere.example.org/steal"}))
    result = await job.post()
    assert result.what == "not posted"
    assert "sends on to another address" in result.warning


async def test_an_older_comment_that_can_not_be_deleted_is_a_warning_beside_the_update(
    host: FakeHost, job: Job
) -> None:
    for text in ("One.", "Two."):
        host.write(WRITERS[job.on], f"{MARKER}\n{text}")
    host.faults.append(Fault("DELETE", "", 403, times=9))
    result = await job.post("New.")
    assert result.what == "updated"
    assert "could not be deleted" in result.warning


# -- The token ------------------------------------------------------------------------------------------


async def test_the_token_goes_to_the_api_alone_and_into_no_message(host: FakeHost, job: Job) -> None:
    token = {"github": GITHUB_TOKEN, "gitlab": GITLAB_TOKEN}[job.on]
    echo = f'{{"message": "bad token {token}"}}'.encode()
    host.faults.append(Fault("POST", "s", 422, body=echo))
    result = await job.post()
    assert "bad token" in result.warning
    assert token not in repr(result)
    assert all(token in "".join(request.headers.values()) for request in host.ledger)
    assert not [request for request in host.ledger if token in request.path + repr(request.body)]


@pytest.mark.parametrize(
    "base",
    [
        "http://api.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org/api",
        "http://10.0.0.7/api/v3",
        "ftp://example.org",
        "https://user:secret@example.org",
        "https://169.254.169.254/api",
        "//example.org",
        "https://example.org/?next=",
    ],
)
async def test_no_token_is_sent_in_the_clear_or_to_no_address(
    host: FakeHost, on: HostName, tmp_path: Path, base: str
) -> None:
    job = job_on(on, host, tmp_path)
    job.environment |= {"GITHUB_API_URL": base, "CI_API_V4_URL": base}
    result = await job.post()
    assert result.what == "not posted"
    assert "_URL" in result.warning
    assert not host.ledger


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nfeed", "smörgås"])
async def test_a_token_that_is_none_is_refused_before_anything_is_sent(
    host: FakeHost, on: HostName, tmp_path: Path, token: str
) -> None:
    job = job_on(on, host, tmp_path)
    job.environment |= {"GITHUB_TOKEN": token, "GITLAB_TOKEN": token}
    result = await job.post()
    assert result.what == "not posted"
    assert "TOKEN" in result.warning
    assert not host.ledger
