import pytest
from tests.integrations.fake_host import FakeHost
from tests.integrations.kit import (
    GITLAB_TOKEN,
    MARKER,
    gitlab_job,
)


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


async def test_outside_a_merge_request_there_is_nothing_to_comment_on_and_no_warning(host: FakeHost) -> None:
    job = gitlab_job(host)
    del job.environment["CI_MERGE_REQUEST_IID"]
    result = await job.post(mode="always")
    assert (result.what, result.warning) == ("not needed", "")
    assert not host.ledger
