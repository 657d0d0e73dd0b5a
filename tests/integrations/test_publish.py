import asyncio
import itertools
import threading
from pathlib import Path

import pytest
from tests.integrations.fake_host import FakeHost
from tests.integrations.kit import (
    CHANGES,
    MARKER,
    WRITERS,
    Job,
    job_on,
)

from evenhand.errors import UsageError
from evenhand.integrations.comments import MOST_BYTES
from evenhand.integrations.publish import HostName

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


# -- Length ----------------------------------------------------------------------------------------


async def test_a_long_comment_is_cut_at_a_line_and_says_so(host: FakeHost, job: Job) -> None:
    await job.post("\n".join(f"| core-{index:05} | ⟦é⟧ |" for index in range(10_000)))
    body = host.comments[0].body
    assert MOST_BYTES - 100 < len(body.encode()) <= MOST_BYTES
    assert body.rstrip().endswith("The whole is in the report of the job.*")
    assert body.rstrip().split("\n")[-3].endswith("|")
