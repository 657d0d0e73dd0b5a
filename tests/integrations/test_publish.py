import asyncio
import itertools
import threading
from pathlib import Path

import pytest
from tests.integrations.fake_host import FakeHost, Fault
from tests.integrations.kit import (
    CHANGES,
    GITHUB_TOKEN,
    GITLAB_TOKEN,
    MARKER,
    WRITERS,
    Job,
    event_of,
    github_job,
    gitlab_job,
    job_on,
)

from evenhand.errors import UsageError
from evenhand.integrations.api import TRIES
from evenhand.integrations.comments import MOST_BYTES
from evenhand.integrations.publish import HostName


@pytest.fixture(params=["github", "gitlab"])
def on(request: pytest.FixtureRequest) -> HostName:
    return "github" if request.param == "github" else "gitlab"


@pytest.fixture
def job(on: HostName, host: FakeHost, tmp_path: Path) -> Job:
    return job_on(on, host, tmp_path)


# -- One comment, owned by the tool ----------------------------------------------------------------


async def test_the_first_gate_writes_a_comment_and_the_next_one_updates_it(host: FakeHost, job: Job) -> None:
    first = await job.post("It failed.", passed=False)
    second = await job.post("It passed.")
    assert (first.what, second.what) == ("created", "updated")
    assert len(host.comments) == 1
    assert host.comments[0].author == WRITERS[job.on]
    assert "It passed." in host.comments[0].body


async def test_a_comment_that_says_it_already_is_not_written_again(host: FakeHost, job: Job) -> None:
    await job.post("One.")
    await job.post("Two.")  # the host now keeps it with other line ends
    assert (await job.post("Two.")).what == "unchanged"
    assert len(host.calls(CHANGES[job.on])) == 1


async def test_the_comment_is_found_on_page_seven(host: FakeHost, job: Job) -> None:
    for index in range(200):
        host.write(f"person-{index % 9}", f"Comment {index}.", system=index % 3 == 0)
    old = host.write(WRITERS[job.on], f"{MARKER}\r\nOld.")
    for index in range(30):
        host.write("ann", f"Later {index}.")
    assert (await job.post("New.")).what == "updated"
    assert "New." in old.body
    assert len(host.comments) == 231
    assert not host.calls("POST")


async def test_the_next_page_is_asked_of_the_same_host_whatever_the_link_says(
    host: FakeHost, job: Job
) -> None:
    for index in range(70):
        host.write("ann", f"Comment {index}.")
    assert (await job.post()).what == "created"  # the link names another host: a lookup would fail this test
    assert {request.query.get("page") for request in host.calls("GET")} >= {"1", "2", "3"}


@pytest.mark.parametrize("text", [MARKER, f"{MARKER}\nI copied this.", f"{MARKER}\r\n"])
async def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(
    host: FakeHost, job: Job, text: str
) -> None:
    theirs = host.write("mallory", text)
    assert (await job.post("Ours.")).what == "created"
    assert (await job.post("Ours again.")).what == "updated"
    assert theirs.body == text
    assert len(host.comments) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"Look at this:\n{MARKER}",
        f"> {MARKER}\n> quoted",
        f"```\n{MARKER}\n```",
        f"{MARKER} and more on the line",
        "<!-- evenhand:gate:other -->\nAnother suite.",
        "",
    ],
)
async def test_an_own_comment_without_the_marker_on_its_first_line_is_left_alone(
    host: FakeHost, job: Job, text: str
) -> None:
    other = host.write(WRITERS[job.on], text)
    assert (await job.post("Ours.")).what == "created"
    assert other.body == text


async def test_two_suites_have_a_comment_each(host: FakeHost, job: Job) -> None:
    await job.post("A.", marker="<!-- evenhand:gate:a -->")
    await job.post("B.", marker="<!-- evenhand:gate:b -->")
    await job.post("A again.", marker="<!-- evenhand:gate:a -->")
    assert [body.replace("\r", "").split("\n")[1] for body in host.bodies_of(WRITERS[job.on])] == [
        "A again.",
        "B.",
    ]


async def test_comments_too_many_become_one_and_the_oldest_stays(host: FakeHost, job: Job) -> None:
    oldest = host.write(WRITERS[job.on], f"{MARKER}\nOne.")
    host.write("ann", "Between.")
    host.write(WRITERS[job.on], f"{MARKER}\nTwo.")
    host.write(WRITERS[job.on], f"{MARKER}\nThree.")
    assert (await job.post("New.")).what == "updated"
    assert [each.id for each in host.comments if each.author != "ann"] == [oldest.id]


async def test_a_comment_deleted_between_list_and_update_is_written_anew(host: FakeHost, job: Job) -> None:
    old = host.write(WRITERS[job.on], f"{MARKER}\nOld.")

    def delete(method: str, path: str) -> None:
        if path.endswith(("/comments", "/notes")) and old in host.comments:
            host.comments.remove(old)

    host.before_answer = delete
    assert (await job.post("New.")).what == "created"
    assert host.bodies_of(WRITERS[job.on]) == [f"{MARKER}\nNew.\n"]


async def test_a_text_without_the_marker_is_refused(host: FakeHost, job: Job) -> None:
    with pytest.raises(UsageError, match="should begin with the line"):
        await job.post(marker="# Gate")
    assert not host.ledger


# -- Two jobs at once ------------------------------------------------------------------------------


async def test_two_jobs_at_once_end_with_one_comment(host: FakeHost, on: HostName, tmp_path: Path) -> None:
    barrier = _Meeting(host, 2)
    one, two = job_on(on, host, tmp_path), job_on(on, host, tmp_path)
    results = await asyncio.gather(one.post("From one."), two.post("From two."))
    assert barrier.met
    assert len(host.comments) == 1
    assert {result.what for result in results} <= {"created", "updated"}
    assert len(host.calls("POST")) == 2


async def test_six_jobs_at_once_end_with_one_comment(host: FakeHost, on: HostName, tmp_path: Path) -> None:
    _Meeting(host, 6)
    jobs = [job_on(on, host, tmp_path) for _ in range(6)]
    results = await asyncio.gather(*(job.post(f"From {index}.") for index, job in enumerate(jobs)))
    assert len(host.comments) == 1
    assert not [result.warning for result in results if result.warning]


class _Meeting:
    """Holds the first lists until as many jobs have theirs: each then believes that there is no comment."""

    def __init__(self, host: FakeHost, jobs: int) -> None:
        self._barrier = threading.Barrier(jobs, timeout=30)
        self._lists = itertools.count()
        self._jobs = jobs
        self.met = False
        host.before_answer = self

    def __call__(self, method: str, path: str) -> None:
        if method == "GET" and path.endswith(("/comments", "/notes")) and next(self._lists) < self._jobs:
            self._barrier.wait()
            self.met = True


# -- Modes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "gate", "expected"),
    [
        ("on-change", "passed, unchanged", "not needed"),
        ("on-change", "passed, changed", "created"),
        ("on-change", "failed, unchanged", "created"),
        ("on-failure", "passed, changed", "not needed"),
        ("on-failure", "failed, unchanged", "created"),
        ("always", "passed, unchanged", "created"),
        ("never", "failed, changed", "not needed"),
    ],
)
async def test_a_new_comment_is_written_as_the_mode_says(
    host: FakeHost, job: Job, mode: str, gate: str, expected: str
) -> None:
    result = await job.post("Text.", mode=mode, passed="passed" in gate, changed=", changed" in gate)
    assert result.what == expected
    assert bool(host.comments) == (expected == "created")
    assert not result.warning


@pytest.mark.parametrize("mode", ["on-change", "on-failure", "always"])
async def test_a_comment_that_is_there_never_goes_on_saying_what_is_no_longer_true(
    host: FakeHost, job: Job, mode: str
) -> None:
    await job.post("It failed.", mode=mode, passed=False)
    assert (await job.post("It passed.", mode=mode, changed=False)).what == "updated"
    assert "It passed." in host.comments[0].body


async def test_always_writes_what_is_there_already(host: FakeHost, job: Job) -> None:
    await job.post("Same.", mode="always")
    assert (await job.post("Same.", mode="always")).what == "updated"


async def test_never_asks_nothing_of_anybody(host: FakeHost, job: Job) -> None:
    host.write(WRITERS[job.on], f"{MARKER}\nOld.")
    assert (await job.post("New.", mode="never", passed=False)).what == "not needed"
    assert not host.ledger


# -- Faults ----------------------------------------------------------------------------------------


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


# -- Length ----------------------------------------------------------------------------------------


async def test_a_long_comment_is_cut_at_a_line_and_says_so(host: FakeHost, job: Job) -> None:
    await job.post("\n".join(f"| core-{index:05} | ⟦é⟧ |" for index in range(10_000)))
    body = host.comments[0].body
    assert MOST_BYTES - 100 < len(body.encode()) <= MOST_BYTES
    assert body.rstrip().endswith("The whole is in the report of the job.*")
    assert body.rstrip().split("\n")[-3].endswith("|")


# -- The token -------------------------------------------------------------------------------------


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


# -- GitHub ----------------------------------------------------------------------------------------


async def test_a_read_only_token_of_a_fork_says_what_forks_get(host: FakeHost, tmp_path: Path) -> None:
    host.read_only.add(GITHUB_TOKEN)
    result = await github_job(host, tmp_path, event_of(12, head="mallory/assistant")).post()
    assert result.what == "not posted"
    assert result.warning.endswith(
        "a pull request from a fork gets a read-only token and the job summary only"
    )


async def test_a_read_only_token_elsewhere_says_which_permission_is_missing(
    host: FakeHost, tmp_path: Path
) -> None:
    host.read_only.add(GITHUB_TOKEN)
    assert "permissions: pull-requests: write" in (await github_job(host, tmp_path).post()).warning


async def test_a_token_of_a_person_writes_under_the_persons_name(host: FakeHost, tmp_path: Path) -> None:
    host.logins["ghp_person-0001"] = "Kim"
    host.answers_graphql = False
    bots = host.write("github-actions[bot]", f"{MARKER}\nThe bot's.")
    job = github_job(host, tmp_path, GITHUB_TOKEN="ghp_person-0001")
    assert (await job.post("Kim's.")).what == "created"
    assert (await job.post("Kim's again.")).what == "updated"
    assert bots.body == f"{MARKER}\nThe bot's."


async def test_where_the_host_tells_no_name_the_new_comment_does(host: FakeHost, tmp_path: Path) -> None:
    host.answers_graphql = False
    old = host.write("github-actions[bot]", f"{MARKER}\nOld.")
    theirs = host.write("mallory", f"{MARKER}\nTheirs.")
    assert (await github_job(host, tmp_path).post("New.", changed=False)).what == "updated"
    assert "New." in old.body
    assert theirs.body == f"{MARKER}\nTheirs."
    assert len(host.comments) == 2


async def test_the_other_interface_is_asked_beside_the_api(host: FakeHost, tmp_path: Path) -> None:
    await github_job(host, tmp_path, GITHUB_API_URL=f"{host.origin}/api/v3").post()
    assert host.ledger[0].path == "/api/graphql"


@pytest.mark.parametrize("number", [None, True, 0, -3, 1.5, "12", "12/../../x", [12], {"a": 1}, 10**30])
async def test_a_hostile_event_names_no_pull_request(host: FakeHost, tmp_path: Path, number: object) -> None:
    result = await github_job(host, tmp_path, event_of(number)).post()
    assert "runs for no pull request" in result.warning
    assert not host.ledger


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"null", b"\xff", b'{"pull_request": []}', b"{"])
async def test_an_event_that_can_not_be_read_is_a_warning(
    host: FakeHost, tmp_path: Path, content: bytes
) -> None:
    job = github_job(host, tmp_path)
    (tmp_path / "event.json").write_bytes(content)
    result = await job.post()
    assert result.what == "not posted"
    assert not host.ledger
    assert (await job.post(number=12)).what == "created"


@pytest.mark.parametrize("repository", ["", "acme", "acme/..", "../x", "a/b/c", "acme/x?y", "acme/a b"])
async def test_a_repository_that_is_no_name_is_refused(
    host: FakeHost, tmp_path: Path, repository: str
) -> None:
    result = await github_job(host, tmp_path, GITHUB_REPOSITORY=repository).post()
    assert "OWNER/NAME" in result.warning
    assert not host.ledger


async def test_a_token_that_is_not_valid_is_said_to_be_so(host: FakeHost, tmp_path: Path) -> None:
    assert "not valid" in (await github_job(host, tmp_path, GITHUB_TOKEN="ghs_stale-token").post()).warning


# -- GitLab ----------------------------------------------------------------------------------------


async def test_a_pipeline_in_a_fork_writes_to_the_merge_request_of_the_project(host: FakeHost) -> None:
    await gitlab_job(host, CI_PROJECT_ID="99", CI_MERGE_REQUEST_PROJECT_ID="7").post()
    assert host.calls("POST")[0].path == "/api/v4/projects/7/merge_requests/12/notes"


@pytest.mark.parametrize("hostile", ["/merge", "  /close", "\t/approve me", "> /label ~bug", "/assign @kim"])
async def test_a_line_from_a_model_is_no_order_to_gitlab(host: FakeHost, hostile: str) -> None:
    job = gitlab_job(host)
    await job.post(f"Text.\n{hostile}\nMore at suites/a.yaml, 1/2.")
    assert not [line for line in host.comments[0].body.splitlines() if line.lstrip(" \t>").startswith("/")]
    assert "suites/a.yaml, 1/2." in host.comments[0].body
    assert (await job.post(f"Text.\n{hostile}\nMore at suites/a.yaml, 1/2.")).what == "unchanged"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CI_PROJECT_ID", "7/../8"),
        ("CI_PROJECT_ID", ""),
        ("CI_MERGE_REQUEST_IID", "x"),
        ("CI_MERGE_REQUEST_IID", "٣"),
    ],
)
async def test_a_number_that_is_none_is_refused(host: FakeHost, name: str, value: str) -> None:
    assert (await gitlab_job(host, **{name: value}).post()).what == "not posted"
    assert not host.ledger


async def test_a_system_note_is_nobodys_comment(host: FakeHost) -> None:
    note = host.write("project_7_bot", f"{MARKER}\nOf the system.", system=True)
    assert (await gitlab_job(host).post("Ours.")).what == "created"
    assert note.body == f"{MARKER}\nOf the system."


async def test_a_token_without_rights_says_which_it_needs(host: FakeHost) -> None:
    host.read_only.add(GITLAB_TOKEN)
    assert "scope `api`" in (await gitlab_job(host).post()).warning
