"""`evenhand run --watch`: exactly the cells of what was edited are asked again, and mistakes are waited out."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.kit import Cli, model_workspace, start_process

from evenhand.testing import JudgeAnswer, JudgeRequest, LoopbackServer, serve_in_thread

CASES = 5
PRINCIPLES = (
    "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples:\n"
    "  - {id: keep.secrets, text: Keep secrets., rationale: Because.}\n  - {id: stay.kind, text: Stay kind.}\n"
)


def workspace(folder: Path, server: LoopbackServer) -> Path:
    cases = [{"id": f"case-{n}", "prompt": "Q?", "response": f"Answer {n}"} for n in range(CASES)]
    model_workspace(folder, server.base_url, cases=cases)
    (folder / "constitutions" / "c.yaml").write_text(PRINCIPLES, encoding="utf-8")
    return folder


class Watching:
    """A watching process, by what it says on stderr."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def rounds(self) -> int:
        return self.said().count("waiting for changes")

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def until(self, test: Callable[[], bool]) -> None:
        for _ in range(600):
            if test():
                return
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)
        raise AssertionError(self.said())


@contextmanager
def watching(folder: Path) -> Iterator[Watching]:
    log = folder / "stderr.txt"
    with (
        log.open("wb") as err,
        start_process(
            "run", "small", "--watch", cwd=folder, stdout=subprocess.DEVNULL, stderr=err
        ) as process,
    ):
        watched = Watching(process, log)
        try:
            watched.until(lambda: watched.rounds() == 1)
            yield watched
        finally:
            process.kill()


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


class Notes:
    """A judge that notes the rule in each question; the prompt begins with it."""

    def __init__(self) -> None:
        self.rules: list[str] = []

    def __call__(self, request: JudgeRequest) -> JudgeAnswer:
        self.rules.append(request.user.partition("\n")[0])
        return JudgeAnswer(label="complies")

    def take(self) -> list[str]:
        """The rules noted since the last time."""
        taken, self.rules = self.rules, []
        return sorted(taken)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def server(notes: Notes) -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(notes)) as running:
        yield running


def test_an_edit_asks_exactly_the_cells_it_changes(
    server: LoopbackServer, notes: Notes, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, server)
    constitution = folder / "constitutions" / "c.yaml"
    with watching(folder) as watched:
        assert {"Keep secrets.", "Stay kind."} <= set(notes.take())
        edit(constitution, "Stay kind.", "Stay very kind.")
        watched.until(lambda: watched.rounds() == 2)
        assert notes.take() == ["Stay very kind."] * CASES

        edit(constitution, "Because.", "For good reasons.")
        watched.until(lambda: watched.rounds() == 3)
        assert notes.take() == [], "no judge is shown the rationale"

        edit(constitution, "text: Stay", "txet: Stay")
        watched.until(lambda: watched.rounds() == 4)
        assert 'did you mean "text"?' in watched.said()
        edit(constitution, "txet: Stay", "text: Stay")
        watched.until(lambda: watched.rounds() == 5)

        edit(folder / "suites" / "small.jsonl", "Answer 3", "Another answer")
        watched.until(lambda: watched.rounds() == 6)
        assert notes.take() == ["Keep secrets.", "Stay very kind."]

        watched.process.send_signal(signal.SIGINT)
        assert watched.process.wait(timeout=60) == 0


def test_watching_does_not_go_with_what_it_would_contradict(
    server: LoopbackServer, tmp_path: Path, cli: Cli
) -> None:
    workspace(tmp_path, server)
    for other in ("--again", "--json"):
        ended = cli("run", "small", "--watch", other)
        assert ended.code == 2
        message = json.loads(ended.out)["error"]["message"] if other == "--json" else ended.err
        assert "--watch runs many times" in message
