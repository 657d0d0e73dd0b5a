from pathlib import Path

import pytest
from tests.integrations.fake_host import FakeHost, Fault
from tests.integrations.kit import MARKER, Job, github_job, gitlab_job

from evenhand.integrations.api import Patience
from evenhand.integrations.comments import CommentMode, GateComment
from evenhand.integrations.tell import GateTexts, Told, tell_host

TEXTS = GateTexts(
    status="could not measure",
    comment=GateComment(text=f"{MARKER}\nIt could not measure.", passed=False, changed=False),
    summary="# Gate\n\nIt could not measure.",
    annotations="::warning::too many failed ratings\n",
)


async def tell(job: Job, mode: CommentMode = CommentMode.ON_CHANGE) -> Told:
    return await tell_host(
        TEXTS, on=job.on, mode=mode, environment=job.environment, patience=Patience(wait=job.wait)
    )


def on_a_runner(host: FakeHost, folder: Path) -> Job:
    files = {name: str(folder / name.lower()) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    return github_job(host, folder, **files)


async def test_github_is_told_in_all_its_places(host: FakeHost, tmp_path: Path) -> None:
    told = await tell(on_a_runner(host, tmp_path))
    assert told.published.what == "created"
    assert host.comments[0].body == TEXTS.comment.text
    assert (tmp_path / "github_step_summary").read_text(encoding="utf-8") == f"{TEXTS.summary}\n"
    assert (tmp_path / "github_output").read_text(encoding="utf-8") == "outcome=could not measure\n"
    assert told.to_print == TEXTS.annotations
    assert told.warnings == ()


async def test_without_a_comment_the_job_is_told_all_the_same(host: FakeHost, tmp_path: Path) -> None:
    told = await tell(on_a_runner(host, tmp_path), CommentMode.NEVER)
    assert not host.ledger
    assert (tmp_path / "github_step_summary").exists()
    assert told.to_print == TEXTS.annotations


async def test_what_can_not_be_told_is_a_warning_each_and_the_rest_is_told(
    host: FakeHost, tmp_path: Path
) -> None:
    host.faults.append(Fault("*", "s", 403, times=99))
    job = on_a_runner(host, tmp_path)
    job.environment["GITHUB_STEP_SUMMARY"] = str(tmp_path)
    told = await tell(job)
    assert len(told.warnings) == 2
    assert (tmp_path / "github_output").exists()
    assert told.to_print == TEXTS.annotations


@pytest.mark.parametrize("mode", [CommentMode.ALWAYS, CommentMode.NEVER])
async def test_gitlab_is_told_by_its_note_alone(host: FakeHost, tmp_path: Path, mode: CommentMode) -> None:
    summary = tmp_path / "summary"
    job = gitlab_job(host, GITHUB_STEP_SUMMARY=str(summary))
    told = await tell(job, mode)
    assert len(host.comments) == (mode is CommentMode.ALWAYS)
    assert told.to_print == ""
    assert not summary.exists()
