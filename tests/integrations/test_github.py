from pathlib import Path

import pytest
from tests.integrations.fake_host import FakeHost
from tests.integrations.kit import (
    GITHUB_TOKEN,
    MARKER,
    event_of,
    github_job,
)


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
    assert "does not tell the number of its pull request" in result.warning
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


@pytest.mark.parametrize("event", [{"ref": "refs/heads/main", "commits": []}, {"schedule": "0 5 * * *"}])
async def test_after_a_push_there_is_nothing_to_comment_on_and_no_warning(
    host: FakeHost, tmp_path: Path, event: dict[str, object]
) -> None:
    result = await github_job(host, tmp_path, event).post(mode="always")
    assert (result.what, result.warning) == ("not needed", "")
    assert not host.ledger
