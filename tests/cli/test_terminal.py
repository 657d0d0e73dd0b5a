"""What a terminal gets: a live table, a question before money is spent, and never a byte of a candidate's own."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases, run_process, start_process

from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread

COLOR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
SGR = re.compile(r"\x1b\[[0-9;]*m")
MOVES = re.compile(r"\x1b\[\d*[AKGJ]|\r(?!\n)|\x1b\[\?25[lh]")


@pytest.fixture
def slow_server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judges.rule("secret"), latency=0.15)) as running:
        yield running


class Terminal:
    """A terminal of 100 columns with a program on it."""

    def __init__(self, *arguments: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> None:
        self.screen, far_end = pty.openpty()
        fcntl.ioctl(far_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        settings = {"TERM": "xterm-256color", **(environment or {})}
        ends = {"stdin": far_end, "stdout": far_end, "stderr": far_end}
        self.process = start_process(*arguments, cwd=cwd, environment=settings, **ends)
        os.close(far_end)
        self.text = ""

    def read_until(self, done: Callable[[str], bool]) -> str:
        """Read until `done` says so, or until the program has ended."""
        while not done(self.text):
            try:
                self.text += os.read(self.screen, 65536).decode()
            except OSError:  # the program closed its end
                break
        return self.text

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self.screen, text.encode())

    def end(self) -> int:
        """Read the rest and return the exit code."""
        self.read_until(lambda _: False)
        os.close(self.screen)
        return self.process.wait(timeout=60)


def test_a_run_is_a_live_table_that_stays_when_it_ends(tmp_path: Path, slow_server: LoopbackServer) -> None:
    folder = model_workspace(tmp_path, slow_server.base_url, cases=plain_cases(24))
    terminal = Terminal("run", "small", cwd=folder)
    assert terminal.end() == 0
    assert MOVES.search(terminal.text)
    shown = SGR.sub("", terminal.text)
    assert re.search(r"reader +\d+/24 ", shown)
    assert re.search(r"reader +24/24 +━{20} ", shown)
    assert re.search(r"0 of 24 items undecided, mean disagreement 0\.00, spent 0\.0000 USD, done", shown)
    assert "24 planned = 24 rated + 0 failed + 0 open" in shown


def test_no_color_leaves_no_colour(judged: Path) -> None:
    plain = Terminal("explain", "inj-04@latest", cwd=judged, environment={"NO_COLOR": "1"})
    assert plain.end() == 0
    assert "\x1b" not in plain.text
    colored = Terminal("runs", cwd=judged)
    assert colored.end() == 0
    assert COLOR.search(colored.text)


def test_elsewhere_nothing_is_drawn_over(tmp_path: Path, slow_server: LoopbackServer) -> None:
    folder = model_workspace(tmp_path, slow_server.base_url, cases=plain_cases(8))
    ended = run_process("run", "small", cwd=folder)
    assert ended.code == 0
    assert not re.search(r"[\r\x1b]", ended.out + ended.err)
    assert "starts: 8 ratings to make" in ended.err
    assert (ended.out + ended.err).count("of suite small") == 1


@pytest.mark.parametrize(("answer", "code"), [("n", 2), ("y", 0)])
def test_a_person_is_asked_before_money_is_spent(
    answer: str, code: int, tmp_path: Path, server: LoopbackServer
) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(4), price=5000.0)
    terminal = Terminal("run", "small", cwd=folder)
    assert "4 ratings, at most" in terminal.read_until(lambda text: "[y/N]" in text)
    assert not server.ledger.calls
    terminal.type(f"{answer}\n")
    assert terminal.end() == code
    assert bool(server.ledger.calls) is (answer == "y")


def test_an_explained_candidate_does_nothing_to_the_terminal(judged: Path) -> None:
    terminal = Terminal("explain", "inj-04@latest", cwd=judged)
    assert terminal.end() == 0
    without_ours = SGR.sub("", terminal.text).replace("\r\n", "\n")
    assert "⟦U+001B⟧[2J⟦U+202E⟧" in without_ours
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", without_ours)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on_and_goes_on(
    number: signal.Signals, tmp_path: Path, slow_server: LoopbackServer
) -> None:
    folder = model_workspace(tmp_path, slow_server.base_url, cases=plain_cases(16), concurrency=2)
    process = start_process(
        "run", "small", "--json", cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while len(slow_server.ledger.calls) < 4:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"next:  evenhand resume " in err
    assert b'"interrupted": true' in out
    assert re.search(
        rf"small +interrupted .*interrupted by {number.name}", run_process("runs", cwd=folder).out
    )
    ended = run_process("resume", "latest", "--json", cwd=folder)
    assert re.search(r"goes on: \d+ of 16 done", ended.err)
    resumed = ended.document
    assert (resumed["open"], resumed["rated"], resumed["possible_duplicates"]) == (0, 16, 0)
    repeated = {call.request_hash for call in slow_server.ledger.calls if call.attempt > 1}
    assert len(repeated) <= 1, "only preflight may be asked again"


def test_a_second_interrupt_waits_for_nobody_and_what_was_in_flight_is_counted(tmp_path: Path) -> None:
    stuck = faults.on_calls(faults.delayed(600), range(4, 6))
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[stuck])) as server:
        folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(12), price=1.0, concurrency=2)
        process = start_process("run", "small", cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while len(server.ledger.calls) < 5:
            time.sleep(0.02)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert b"next:  evenhand resume " in err
        assert b"Traceback" not in err
        resumed = run_process("resume", "latest", "--json", cwd=folder).document
    assert (resumed["open"], resumed["rated"], resumed["possible_duplicates"]) == (0, 12, 2)
    assert resumed["usd_at_risk"] > 0


def test_an_interrupt_before_a_run_starts_exits_130_in_words(tmp_path: Path, server: LoopbackServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(4), price=5000.0)
    terminal = Terminal("run", "small", cwd=folder)
    terminal.read_until(lambda text: "[y/N]" in text)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert SGR.sub("", terminal.text).endswith("[y/N] \r\nerror: interrupted\r\n")
