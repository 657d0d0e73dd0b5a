"""Ctrl-C once or twice, and SIGTERM, with fifty calls in flight: an end long before the calls', and nothing is lost."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests import forked
from tests.workflows.test_kill_and_resume import workspace

from evenhand.records.run import AttemptState, RunState
from evenhand.store.attempts import read_attempts
from evenhand.testing import LoopbackServer, faults, judges
from evenhand.workflows.read_run import read_run

IN_FLIGHT = 50
QUICK = 150
"""So many calls are answered at once, the others hang."""
MOST_SECONDS = 60.0
"""The calls in flight would take 300, which the time limit of a test does not allow either."""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
async def test_an_interrupt_ends_a_run_without_waiting_for_its_calls_and_loses_nothing(
    tmp_path: Path,
) -> None:
    ways = {
        "ctrl-c": [signal.SIGINT],
        "ctrl-c twice": [signal.SIGINT, signal.SIGINT],
        "terminated": [signal.SIGTERM],
    }
    await asyncio.gather(*(interrupted(tmp_path / name, signals) for name, signals in ways.items()))


async def interrupted(folder: Path, signals: Sequence[signal.Signals]) -> None:
    hang = faults.after_call(faults.delayed(300), QUICK)
    async with LoopbackServer(judges.rule("secret"), strikes=[hang]) as server:
        workspace(folder, server.base_url, cases=2 * QUICK, concurrency=IN_FLIGHT)
        process = forked.start("run", "suite.yaml", "--yes", cwd=folder)
        try:
            async with asyncio.timeout(60):
                while server.ledger.in_flight < IN_FLIGHT:  # noqa: ASYNC110 - the ledger tells nobody
                    await asyncio.sleep(0.02)
            before = settled(folder)
            for each in signals:
                process.send_signal(each)
                await asyncio.sleep(0.1)
            async with asyncio.timeout(MOST_SECONDS):
                while (code := process.poll()) is None:  # noqa: ASYNC110 - a process tells nobody either
                    await asyncio.sleep(0.02)
        finally:
            process.send_signal(signal.SIGKILL)
        billed = len(server.ledger.billed)
    assert code == 130
    assert before <= settled(folder)
    stored = read_run(folder, "latest")
    assert stored.run.state is RunState.STOPPED
    states = [attempt.state for attempt in read_attempts(stored.ledger, stored.run)]
    assert AttemptState.SENT not in states
    assert states.count(AttemptState.UNKNOWN) <= IN_FLIGHT
    assert billed <= len(states)
    assert stored.account().open > 0


def settled(folder: Path) -> set[tuple[str, str]]:
    """What is settled, by item."""
    return {
        (item.name, str(unit.outcome)) for item in read_run(folder, "latest").items() for unit in item.units
    }
