"""A killed run loses nothing: real processes, SIGKILL at seeded moments, the server's own ledger as oracle."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import forked
from tests.forked import Program

from evenhand.records.rating import Rating, state_of
from evenhand.workflows.gate.readings import read_readings
from evenhand.workflows.read_run import StoredRun, read_run

CASES = 60
CONCURRENCY = 8
SEED = 20261120


@pytest.fixture
def address() -> Iterator[str]:
    """A scripted server in a process of its own; a killed client can not take it along."""
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["base_url"])
        process.terminate()


def billed(address: str) -> int:
    """How many calls the server has charged for, by its own ledger."""
    with urllib.request.urlopen(f"{address}/_ledger?calls=0") as answer:
        return int(json.load(answer)["billed"])


def workspace(folder: Path, address: str, *, cases: int = CASES, concurrency: int = CONCURRENCY) -> Path:
    folder.mkdir()
    lines = [
        {
            "id": f"case-{n}",
            "prompt": f"Question {n}?",
            "response": f"Answer {n}" + " and the secret" * (n % 4 == 0),
        }
        for n in range(cases)
    ]
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{address}"\n'
        f"concurrency = {concurrency}\n",
        "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        "principles: [{id: keep.secrets, text: Keep secrets.}]\n",
        "reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\n"
        "template: reader.j2\nprice: {input: 1, output: 1}\n",
        "reader.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
        "one.panel.yaml": "schema: panel/v1\nid: one\njudges: [reader]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: one.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
        "cases.jsonl": "".join(json.dumps(line) + "\n" for line in lines),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def start(folder: Path, *words: str) -> Program:
    return forked.start(*words, cwd=folder)


def wait_for_calls(address: str, more_than: int, process: Program) -> None:
    """Wait until the run has paid for something since the last kill, so that a kill hits work and not start-up."""
    while process.poll() is None and billed(address) <= more_than:
        time.sleep(0.01)


def outcomes(stored: StoredRun) -> list[tuple[str, str, object]]:
    return [
        (
            item.name,
            unit.judge,
            (unit.outcome.label if isinstance(unit.outcome, Rating) else state_of(unit.outcome)),
        )
        for item in stored.items()
        for unit in item.units
    ]


def make_steps(folder: Path) -> Path:
    """Turn the panel into a cascade: patterns that are sure of one in four, a reader who never is, a second reader."""
    reader = (folder / "reader.yaml").read_text(encoding="utf-8")
    files = {
        "reader.yaml": reader + "answer: {probabilities: repeats}\n",
        "second.yaml": reader.replace("id: reader", "id: second").replace("loop/scripted", "loop/second"),
        "patterns.yaml": "schema: judge/v1\nid: patterns\nversion: 1.0.0\nkind: pattern\nprinciples:\n  '*':\n"
        "    prior: {complies: 1, violates: 0}\n"
        "    patterns: [{pattern: secret, label: violates, weight: 4, why: tells}]\n",
        "one.panel.yaml": "schema: panel/v1\nid: one\njudges: [second, reader, patterns]\ncascade:\n"
        "  - {judges: [patterns], settle: {confidence: 0.9}}\n"
        "  - {judges: [reader], settle: {confidence: 0.9}}\n  - {judges: [second]}\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_a_cascade_killed_on_its_way_asks_and_spares_what_an_unkilled_one_does(
    tmp_path: Path, address: str
) -> None:
    dice = random.Random(SEED)
    killed = make_steps(workspace(tmp_path / "killed", address))
    kills = 3
    process = start(killed, "run", "suite.yaml", "--yes")
    for _ in range(kills):
        wait_for_calls(address, billed(address), process)
        time.sleep(dice.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start(killed, "resume", "latest")
    assert process.wait() == 0
    paid = billed(address)
    whole = make_steps(workspace(tmp_path / "whole", address))
    assert start(whole, "run", "suite.yaml", "--yes").wait() == 0

    first, second = read_run(killed, "latest"), read_run(whole, "latest")
    assert list(first.items()) == list(second.items())
    asked = CASES - CASES // 4
    account = first.account()
    assert account.terminal == {"rated": CASES + 2 * asked, "spared": 2 * (CASES // 4)}
    duplicates = sum(counts.possible_duplicates for counts in account.calls.values())
    assert duplicates <= kills * CONCURRENCY
    assert paid - account.preflight.attempts <= 2 * asked + duplicates


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_a_run_killed_five_times_ends_like_one_that_was_not(tmp_path: Path, address: str) -> None:
    dice = random.Random(SEED)
    killed = workspace(tmp_path / "killed", address)
    kills = 0
    process = start(killed, "run", "suite.yaml", "--yes")
    while kills < 5:
        wait_for_calls(address, billed(address), process)
        time.sleep(dice.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        process = start(killed, "resume", "latest")
    assert process.wait() == 0
    paid = billed(address)
    whole = workspace(tmp_path / "whole", address)
    assert start(whole, "run", "suite.yaml", "--yes").wait() == 0

    first, second = read_run(killed, "latest"), read_run(whole, "latest")
    assert outcomes(first) == outcomes(second)
    account = first.account()
    assert (account.open, account.terminal) == (0, {"rated": CASES})
    counts = account.calls["reader"]
    assert counts.possible_duplicates <= kills * CONCURRENCY
    assert paid - account.preflight.attempts <= CASES + counts.possible_duplicates


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_a_run_of_several_readings_killed_on_its_way_has_the_readings_of_one_that_was_not(
    tmp_path: Path, address: str
) -> None:
    dice = random.Random(SEED)
    cases, readings, kills = 20, 3, 3
    killed = workspace(tmp_path / "killed", address, cases=cases)
    process = start(killed, "run", "suite.yaml", "--yes", "--readings", str(readings))
    for _ in range(kills):
        wait_for_calls(address, billed(address), process)
        time.sleep(dice.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start(killed, "resume", "latest")
    assert process.wait() == 0
    paid = billed(address)
    whole = workspace(tmp_path / "whole", address, cases=cases)
    assert start(whole, "run", "suite.yaml", "--yes", "--readings", str(readings)).wait() == 0

    first, second = read_run(killed, "latest"), read_run(whole, "latest")
    assert list(first.items()) == list(second.items())
    assert list(read_readings(first)) == list(read_readings(second))
    assert [len(cell.said) for cell in read_readings(first)] == [readings] * cases
    account = first.account()
    assert (account.open, account.terminal) == (0, {"rated": readings * cases})
    counts = account.calls["reader"]
    assert counts.possible_duplicates <= kills * CONCURRENCY
    assert paid - account.preflight.attempts <= readings * cases + counts.possible_duplicates
