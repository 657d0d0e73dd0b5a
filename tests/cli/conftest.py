"""What tests of the command line start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import Cli, Ended

from evenhand.cli import main
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.run_demo import run_demo


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line in this process."""

    def run(*arguments: str | Path) -> Ended:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ended(code=code, out=out, err=err)

    return run


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of the example files in which the suite `demo` was run; tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("judged")
    run_demo(folder, lambda _run, _progress: None, command="evenhand demo")
    return folder


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A scripted server that finds the word secret."""
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as running:
        yield running


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test in a folder of its own, so that no command writes into the checkout."""
    monkeypatch.chdir(tmp_path)
