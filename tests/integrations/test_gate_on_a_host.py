"""The real command in the real step of the action, against a host and a judge's endpoint on loopback."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.gate_kit import gated_workspace, reword
from tests.cli.kit import run_process
from tests.integrations.action_runner import Done, Runner
from tests.integrations.fake_host import FakeHost
from tests.integrations.kit import GITHUB_TOKEN, event_of, github_job, gitlab_job

from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.testing.exchange import Judge, JudgeAnswer, JudgeRequest

ANCHORS = 60
PROGRAM = f"#!{sys.executable}\nimport sys\nfrom evenhand.cli import main\nsys.exit(main(sys.argv[1:]))\n"


class Changing:
    """A judge that can be made another one."""

    def __init__(self) -> None:
        self.now: Judge = judges.rule("secret")

    def __call__(self, request: JudgeRequest) -> JudgeAnswer:
        return self.now(request)


@dataclass
class Repository:
    """A pull request of a repository whose suite has a gate and a run to compare with."""

    runner: Runner
    judge: Changing
    host: FakeHost
    base: str
    variables: dict[str, str]

    @property
    def summary(self) -> str:
        return Path(self.variables["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")

    def gate(self, *, is_fork: bool = False, **inputs: str) -> Done:
        given = {"suite": "small", "args": f"--base-run\n{self.base}", **inputs}
        return self.runner.gate(given, is_fork=is_fork, **self.variables)


@pytest.fixture
def judge() -> Changing:
    return Changing()


@pytest.fixture
def endpoint(judge: Changing) -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judge)) as running:
        yield running


@pytest.fixture
def repository(
    project_root: Path, tmp_path: Path, host: FakeHost, judge: Changing, endpoint: LoopbackServer
) -> Repository:
    runner = Runner(project_root, tmp_path)
    program = runner.bin / "evenhand"
    program.write_text(PROGRAM, encoding="utf-8")
    gated_workspace(runner.workspace, endpoint.base_url, cases=ANCHORS)
    found = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HOME": str(tmp_path)}
    base = run_process("run", "small", "--json", cwd=runner.workspace).document["run"]
    reword(runner.workspace)
    job = github_job(host, tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    return Repository(runner, judge, host, base, {**job.environment, **found})


def test_a_regression_fails_the_step_after_everything_was_told(repository: Repository) -> None:
    repository.judge.now = judges.rule("nothing of the kind")
    done = repository.gate()
    assert done.code == 1, done.said
    assert (done.outputs["outcome"], done.outputs["exit-code"]) == ("failed", "1")
    (comment,) = repository.host.comments
    assert comment.body.startswith("<!-- evenhand:gate:small -->\n")
    assert "keep.secrets" in comment.body
    assert "keep.secrets" in repository.summary
    stop, resume, *annotations = [line for line in done.out.splitlines() if line.startswith("::")]
    assert done.out.startswith(stop)
    assert stop.removeprefix("::stop-commands::") == resume.strip(":")
    assert annotations
    assert all(line.startswith(("::error ", "::warning ")) for line in annotations)
    assert list(Path(done.outputs["report"]).glob("*-gate.html"))


def test_the_mended_judge_passes_and_the_comment_says_so(repository: Repository) -> None:
    repository.judge.now = judges.rule("nothing of the kind")
    repository.gate()
    first = repository.host.comments[0].body
    repository.judge.now = judges.rule("secret")
    reword(repository.runner.workspace, "Mind every single word.")
    done = repository.gate()
    assert done.code in (0, 4), done.said
    assert done.outputs["outcome"] in ("passed", "undecided")
    (comment,) = repository.host.comments
    assert comment.body != first
    assert "::error " not in done.said


def test_a_pass_by_looser_rules_is_told_even_where_no_verdict_changed(repository: Repository) -> None:
    folder = repository.runner.workspace
    _replace(folder / "judges" / "reader.j2", "Mind every word.\n", "")
    _replace(folder / "suites" / "small.yaml", "compares: judges", "compares: judges, margin: 0.5")
    done = repository.gate()
    assert done.code == 0, done.said
    (comment,) = repository.host.comments
    assert "margin 0.03 became 0.5" in comment.body


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_has_no_recordings_could_not_be_measured_and_is_no_regression(repository: Repository) -> None:
    done = repository.gate(replay="true")
    assert done.code == 3, done.said
    assert done.outputs["outcome"] == "could not measure"
    assert "::error " not in done.said


def test_a_fork_is_gated_from_recordings_without_a_comment_and_ends_as_it_would(
    repository: Repository,
) -> None:
    repository.judge.now = judges.rule("nothing of the kind")
    paid = repository.gate()
    repository.host.comments.clear()
    repository.host.read_only.add(GITHUB_TOKEN)
    github_job(repository.host, repository.runner.folder, event_of(12, head="stranger/assistant"))
    done = repository.gate(is_fork=True)
    assert (done.code, done.outputs["outcome"]) == (paid.code, paid.outputs["outcome"])
    assert not repository.host.comments
    assert "read-only token and the job summary only" in done.said
    assert "keep.secrets" in repository.summary


def test_a_host_that_is_down_changes_nothing_of_the_outcome(repository: Repository) -> None:
    repository.judge.now = judges.rule("nothing of the kind")
    repository.variables["GITHUB_TOKEN"] = "ghs_not-a-token-0001"
    done = repository.gate()
    assert done.code == 1, done.said
    assert "not posted" in done.said
    assert "ghs_not-a-token-0001" not in done.said


def test_the_job_for_gitlab_keeps_one_note_and_its_reports(repository: Repository) -> None:
    folder, job = repository.runner.workspace, gitlab_job(repository.host)
    repository.judge.now = judges.rule("nothing of the kind")
    command = ("gate", "small", "--base-run", repository.base, "--comment-on", "gitlab", "--yes")
    more = ("--max-usd", "5", "--format", "html,md,json,junit", "--out", "reports")
    ended = [run_process(*command, *more, cwd=folder, environment=job.environment) for _ in range(2)]
    assert [each.code for each in ended] == [1, 1], ended[0].err
    (note,) = repository.host.comments
    assert note.body.startswith("<!-- evenhand:gate:small -->")
    assert (folder / "reports" / "junit.xml").is_file()
    assert "::error" not in ended[0].out
