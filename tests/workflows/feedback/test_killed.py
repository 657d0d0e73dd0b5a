"""Revising that is killed or interrupted loses nothing: real processes, the server's own ledger as oracle."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import forked
from tests.workflows.feedback import kit
from tests.workflows.test_kill_and_resume import billed, wait_for_calls

from evenhand.catalog.settings import find_workspace
from evenhand.feedback.results import RevisedCase
from evenhand.store.generations import generation_account, generations
from evenhand.store.ledger import open_ledger
from evenhand.workflows.feedback.read_revisions import read_revisions
from evenhand.workflows.read_run import read_run

CASES, CONCURRENCY, KILLS = 24, 4, 5
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture
def address() -> Iterator[str]:
    """Generator and judge in a process of their own; a killed client can not take it along."""
    command = [
        sys.executable,
        "-m",
        "evenhand.testing",
        "--judge",
        "rule",
        "--marker",
        "secret",
        "--latency-ms",
        "60",
    ]
    command += ["--writer", "writer", "--remove", kit.SECRET, "--append", kit.APPENDED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["base_url"])
        process.terminate()


def workspace(folder: Path, address: str) -> Path:
    return kit.workspace(folder, address, lines=kit.cases(CASES), concurrency=CONCURRENCY)


def start(folder: Path) -> forked.Program:
    return forked.start("feedback", "revise", "mend", "--yes", cwd=folder)


def revisions(folder: Path) -> list[RevisedCase]:
    return list(read_revisions(find_workspace(folder), "latest"))


def test_revising_killed_five_times_ends_like_one_that_was_not(tmp_path: Path, address: str) -> None:
    dice = random.Random(20261128)
    killed = workspace(tmp_path / "killed", address)
    process = start(killed)
    for _ in range(KILLS):
        wait_for_calls(address, billed(address), process)
        time.sleep(dice.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start(killed)
    assert process.wait() == 0, process.err
    paid = billed(address)
    whole = workspace(tmp_path / "whole", address)
    assert start(whole).wait() == 0
    assert revisions(killed) == revisions(whole)
    ledger = open_ledger(find_workspace(killed).ledger_path)
    (run,) = generations(ledger)
    writing, judging = generation_account(ledger, run), read_run(killed, "latest").account()
    doubles = writing.possible_duplicates + sum(each.possible_duplicates for each in judging.calls.values())
    assert doubles <= KILLS * CONCURRENCY
    most = 2 * CASES + 2 * (CASES + CASES // 2)
    preflight = paid - most - doubles
    assert preflight <= KILLS + 2  # a look at each endpoint, again where it was cut short
    assert start(killed).wait() == 0
    assert billed(address) == paid + billed_whole(whole)


def billed_whole(folder: Path) -> int:
    """How many calls an unkilled execution made, by its own ledger."""
    ledger = open_ledger(find_workspace(folder).ledger_path)
    (run,) = generations(ledger)
    judging = read_run(folder, "latest").account()
    calls = sum(each.attempts for each in (judging.preflight, *judging.calls.values()))
    return generation_account(ledger, run).calls + calls


def test_an_interrupt_ends_with_130_and_the_same_command_goes_on(tmp_path: Path, address: str) -> None:
    folder = workspace(tmp_path / "w", address)
    process = start(folder)
    wait_for_calls(address, billed(address) + 6, process)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert b"next:  evenhand feedback revise mend" in process.err
    again = start(folder)
    assert again.wait() == 0, again.err
    assert len(revisions(folder)) == CASES
    ledger = open_ledger(find_workspace(folder).ledger_path)
    assert len(generations(ledger)) == 1
    assert generation_account(ledger, generations(ledger)[0]).possible_duplicates == 0
