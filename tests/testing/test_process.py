import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
Launch = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Starts the server as a process and yields it with its address."""
    with ExitStack() as stack:

        def start(*options: str) -> tuple[subprocess.Popen[str], str]:
            command = [sys.executable, "-m", "evenhand.testing", *options]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            assert line["pid"] == process.pid
            return process, line["base_url"]

        yield start


def ask(url: str, path: str = "/v1/chat/completions", document: object = CHAT) -> Any:
    with urlopen(Request(url + path, json.dumps(document).encode())) as reply:
        return json.load(reply)


def test_a_process_serves_its_judge_and_ends_in_order(launch: Launch) -> None:
    process, url = launch("--judge", "lazy", "--label", "violates", "--latency-ms", "1")
    assert ask(url)["choices"][0]["message"]["content"].endswith("\nviolates")
    with urlopen(f"{url}/_ledger") as reply:
        found = json.load(reply)
    assert (found["billed"], found["ledger"][0]["protocol"]) == (1, "chat")
    assert found["cpu_seconds"] > 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_a_process_meets_its_faults(launch: Launch) -> None:
    _, url = launch("--judge", "echo", "--fault", "unknown_finish:1.0")
    assert ask(url)["choices"][0]["finish_reason"] == "banana"


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "evenhand.testing", "--port", str(taken.getsockname()[1])]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "try --port 0" in result.stderr


def test_a_process_drifts_after_its_number_of_calls(launch: Launch) -> None:
    _, url = launch("--label", "complies", "--drift-after", "1", "--drift-label", "violates")
    answers = [ask(url)["choices"][0]["message"]["content"] for _ in range(2)]
    assert [answer.rpartition("\n")[2] for answer in answers] == ["complies", "violates"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--judge", "wise"], "'obey-all'"),
        (["--fault", "bad_luck"], "there is no fault 'bad_luck'; known: bad_request"),
        (["--fault", "hang:often"], "'often' is not a share from 0 to 1"),
        (["--flip", "nan"], "'nan' is not a share from 0 to 1"),
    ],
)
def test_a_wrong_option_is_refused_with_what_would_be_right(options: list[str], words: str) -> None:
    command = [sys.executable, "-m", "evenhand.testing", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert words in result.stderr


PROGRAM = """
import sys
effects = []
sys.addaudithook(lambda event, _: effects.append(event) if event.startswith("socket.") else None)
import evenhand.testing as testing
assert not effects, effects
assert list(testing.__all__) == sorted(testing.__all__)
assert all(hasattr(module, name) for module in (testing, testing.faults) for name in module.__all__)
print(*{name.partition(".")[0] for name in sys.modules} - {"__main__"} - set(sys.stdlib_module_names))
"""


def test_importing_it_opens_nothing_and_needs_the_standard_library_only(project_root: Path) -> None:
    command = [sys.executable, "-S", "-c", PROGRAM]
    environment = {**os.environ, "PYTHONPATH": str(project_root / "src")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stderr
    assert set(result.stdout.split()) == {"evenhand"}
