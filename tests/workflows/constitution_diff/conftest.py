"""A repository with two versions of a constitution."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.constitution.made import made, of

from evenhand.catalog.constitution_text import write_markdown

Git = Callable[..., None]
FILE = "constitutions/acme.md"


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Run git in a folder of its own, which no setting of this machine reaches."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    run("init", "--quiet")
    return run


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    """A workspace whose constitution was committed and then changed."""
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(write_markdown(made()), encoding="utf-8")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Begin")
    path.write_text(write_markdown(made(of(0, text="Never share an address."))), encoding="utf-8")
    return tmp_path
