"""Batches and real SIGKILLs: at every step, and inside resume; and an interrupt that leaves the batch running."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import forked
from tests.forked import Program
from tests.workflows.batch_kit import attempts_of, batched_calls, labels, serving, truth, workspace

from evenhand.records.attempt import PastAttempt
from evenhand.records.run import AttemptState, RunState
from evenhand.testing import LoopbackServer
from evenhand.testing.batches import Behaviour, Trouble
from evenhand.workflows.read_run import read_run

CASES = 60
pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")

PATCH = """
import os, signal
from evenhand.judging import batch_desk
batch_desk.Polling.__init__.__kwdefaults__["grace_s"] = {grace}
{patch}
"""
DIE = "os.kill(os.getpid(), signal.SIGKILL)"
STEPS = {
    "after the rows are committed, before the batch leaves": f"""
from evenhand.store.batches import BatchLedger
BatchLedger.sending = lambda *a, **k: {DIE}
""",
    "after it is said that the batch leaves, before it does": f"""
from evenhand.providers import batch_calls
async def die(*a, **k): {DIE}
batch_calls.BatchCalls.create = die
""",
    "after the batch was created, before its id is stored": f"""
from evenhand.store.batches import BatchLedger
BatchLedger.running = lambda *a, **k: {DIE}
""",
    "while polling": f"""
from evenhand.judging.batch_desk import BatchDesk
async def die(*a): {DIE}
BatchDesk.pause = die
""",
    "in the middle of the results": f"""
from evenhand.judging import batch_rows
batch_rows._ROWS_PER_COMMIT = 20
real, seen = batch_rows.Joiner._take, []
async def take(self, joined):
    await real(self, joined)
    seen.append(1)
    if len(seen) == 2: {DIE}
batch_rows.Joiner._take = take
""",
    "after the results, before anything is read from them": f"""
from evenhand.store.batches import BatchLedger
BatchLedger.end = lambda *a, **k: {DIE}
""",
    "before the ratings are committed": f"""
from evenhand.judging.batching import Batcher
real = Batcher._settle
async def settle(self, settled):
    if settled: {DIE}
Batcher._settle = settle
""",
    "in the middle of the ratings": f"""
from evenhand.judging import batching
batching._CHUNK = 20
real, seen = batching.Batcher._settle, []
async def settle(self, settled):
    await real(self, settled)
    if settled: seen.append(1)
    if len(seen) == 2: {DIE}
batching.Batcher._settle = settle
""",
}


def start(folder: Path, *words: str, patch: str = "", grace: float = 0.1) -> Program:
    patch = PATCH.format(patch=patch, grace=grace)
    return forked.start(*words, "--poll-seconds", "0.05", cwd=folder, patch=patch)


def ended(process: Program) -> tuple[int, str]:
    return process.wait(), process.err.decode()


@pytest.fixture
def slow_server() -> Iterator[LoopbackServer]:
    with serving(later=Behaviour(polls=1)) as server:
        yield server


AT_ANTHROPIC = ("after the batch was created, before its id is stored", "in the middle of the results")
KILLS = [*(("openai-chat", step) for step in STEPS), *(("anthropic", step) for step in AT_ANTHROPIC)]


@pytest.mark.parametrize(("protocol", "step"), KILLS)
def test_a_run_killed_at_any_step_ends_like_one_that_was_not(
    protocol: str, step: str, slow_server: LoopbackServer, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, slow_server.base_url, protocol=protocol, cases=CASES)
    patch = STEPS[step]
    assert ended(start(folder, "run", "small", "--yes", "--batch", patch=patch))[0] == -signal.SIGKILL
    code, said = ended(start(folder, "resume"))
    assert (code, labels(folder)) == (0, truth(CASES)), said
    assert batched_calls(slow_server) == CASES
    result = read_run(folder, "latest")
    assert result.account().calls["reader"].possible_duplicates == 0
    received = [each for each in attempts_of(folder) if each.state is AttemptState.PARSED]
    assert len(received) == len({each.unit for each in received}) == CASES


def test_a_resume_that_is_killed_as_often_loses_nothing_either(
    slow_server: LoopbackServer, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, slow_server.base_url, cases=CASES)
    ended(start(folder, "run", "small", "--yes", "--batch", patch=next(iter(STEPS.values()))))
    for step in list(STEPS.values())[1:]:
        assert ended(start(folder, "resume", patch=step))[0] == -signal.SIGKILL
    code, said = ended(start(folder, "resume"))
    assert (code, labels(folder)) == (0, truth(CASES)), said
    assert batched_calls(slow_server) == CASES


def test_ctrl_c_leaves_the_batch_running_and_says_how_to_come_back(tmp_path: Path) -> None:
    with serving(Behaviour(polls=10_000)) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        process = start(folder, "run", "small", "--yes", "--batch")
        wait_for(lambda: batched_calls(server) == CASES and is_running(folder), process)
        process.send_signal(signal.SIGINT)
        code, said = ended(process)
        run = read_run(folder, "latest").run
        assert (code, run.state) == (130, RunState.STOPPED)
        assert f"evenhand resume {run.id}" in said
        assert "goes on at account loop" in said
        assert {each.state for each in attempts_of(folder)} == {AttemptState.SENT}


def test_ctrl_c_while_a_batch_is_looked_for_leaves_that_open(tmp_path: Path) -> None:
    troubles = [Trouble(operation="create", kind="reset_after", times=[1])]
    with serving(Behaviour(unlisted=10**9), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        process = start(folder, "run", "small", "--yes", "--batch", grace=600.0)
        wait_for(lambda: batched_calls(server) == CASES and is_running(folder), process)
        process.send_signal(signal.SIGINT)
        code, said = ended(process)
        assert (code, read_run(folder, "latest").run.state) == (130, RunState.STOPPED)
        assert "it is not known yet whether account loop took batch 1" in said
        assert {each.state for each in attempts_of(folder)} == {AttemptState.SENT}
        assert batched_calls(server) == CASES


def test_a_batch_is_taken_up_days_later_by_another_process(tmp_path: Path) -> None:
    troubles = [Trouble(operation="poll", kind="not_found", times=[1])]
    with serving(Behaviour(polls=3), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        assert ended(start(folder, "run", "small", "--yes", "--batch"))[0] == 3
        code, said = ended(start(folder, "resume"))
        assert (code, labels(folder), batched_calls(server)) == (0, truth(CASES), CASES), said


def wait_for(happened: Callable[[], bool], process: Program) -> None:
    deadline = time.monotonic() + 60
    while not happened() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


def is_running(folder: Path) -> bool:
    states: list[PastAttempt] = attempts_of(folder)
    return len(states) == CASES
