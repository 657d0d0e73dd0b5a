"""How long a resumed run takes until it asks again, phase by phase, when half of many units are done.

    python -m benchmarks.resume --units 1000000

The ledger is filled with what calls leave behind (attempt, reply, rating, and the verdict of each item); the first call
of the resumed run is refused by a cap of 0 USD, so nothing is asked and no server is needed. Phases that lie inside one
another are indented. A second table is the same after an unclean end, when the whole file is checked first.
"""

import argparse
import hashlib
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from evenhand.judging.calling import AttemptRecorder
from evenhand.records.run import Endpoint, RunState
from evenhand.store import ledger as opened
from evenhand.store import tables
from evenhand.store.lease import WriteRight
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows import prepare as preparing
from evenhand.workflows import run_batches, run_suite

JUDGES = ("first", "second")
BODY = b'{"id":"x","model":"m","choices":[{"message":{"content":"' + b"y" * 500 + b'"}}]}'
_CHUNK = 20_000
PHASES: tuple[tuple[str, Any, str], ...] = (
    ("resume in all", run_suite, "resume_run"),
    ("  load and compare the files", run_suite, "prepare_for_run"),
    ("    pin the manifest", preparing.Prepared, "manifest"),
    ("  check the whole file", opened, "check_integrity"),
    ("  take the lease", WriteRight, "take"),
    ("  make sure the items are there", LedgerFile, "add_items"),
    ("  account of the calls (twice)", run_suite, "run_account"),
    ("  counts for the screen", run_suite, "settled_counts"),
    ("  start the writer", RunLedger, "__init__"),
    ("  read the settled units", run_batches, "settled_units"),
    ("  items left to decide", run_suite, "_settle_leftover_items"),
    ("  files unchanged since", run_suite, "_refuse_drift"),
    ("  come to rest: log, seal", LedgerFile, "_rest"),
)


def write_workspace(folder: Path, units: int) -> None:
    """Write a suite with so many units."""
    with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
        for n in range(units // len(JUDGES)):
            file.write(
                json.dumps({"id": f"case-{n}", "prompt": f"Question {n}?", "response": f"Answer {n}."}) + "\n"
            )
    judge = (
        "schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/m\ntemplate: reader.j2\n"
        "price: {{input: 1, output: 1}}\n"
    )
    files = {
        "evenhand.toml": '[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:9/v1"\n',
        "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples: [{id: p, text: Be plain.}]\n",
        "all.panel.yaml": f"schema: panel/v1\nid: all\njudges: [{', '.join(JUDGES)}]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: all.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
        "reader.j2": '{{ data("reply", case.response) }}\n',
        **{f"{name}.yaml": judge.format(name=name) for name in JUDGES},
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def fill(folder: Path, done: int) -> None:
    """Start a run and give it so many settled units, as calls would."""
    prepared = preparing.prepare(folder, folder / "suite.yaml")
    endpoints = tuple(
        Endpoint(
            judge=name,
            account="loop",
            protocol="openai-chat",
            base_url="http://127.0.0.1:9/v1",
            model="m",
            means="json_schema",
        )
        for name in JUDGES
    )
    manifest = prepared.manifest(command="").model_copy(update={"endpoints": endpoints})
    ledger = open_ledger(prepared.workspace.ledger_path, create=True)
    with ledger.writing():
        run = ledger.start_run(manifest)
        number = ledger.run_number(run.id)
        ledger.add_items(number, prepared.plan.items())
        rows = (_rows(number, unit) for unit in range(done))
        while chunk := list(islice(rows, _CHUNK)):
            with ledger.write() as connection:
                for index, table in enumerate((tables.attempts, tables.replies, tables.ratings)):
                    connection.execute(insert(table), [row[index] for row in chunk])
        with ledger.write() as connection:
            connection.execute(
                insert(tables.verdicts),
                [
                    {"run": number, "item": n, "label": "complies", "disagreement": 0.0, "distribution": "[]"}
                    for n in range(done // len(JUDGES))
                ],
            )
        ledger.set_state(run.id, RunState.STOPPED, "interrupted")


def _rows(run: int, unit: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    key = hashlib.sha256(unit.to_bytes(8)).digest()
    body = BODY + key.hex().encode()
    digest = hashlib.sha256(body).digest()
    judge, common = JUDGES[unit % len(JUDGES)], {"run": run, "unit": unit, "key": key}
    attempt = {
        **common,
        "id": unit + 1,
        "judge": judge,
        "number": 1,
        "nonce": "0" * 32,
        "state": "parsed",
        "reserved_nanousd": 9,
        "cost_nanousd": 5,
        "sent_at": 1.0,
        "ended_at": 2.0,
        "request_id": "r",
        "reply": digest,
        "input_tokens": 400,
        "output_tokens": 60,
        "usage_estimated": 0,
        "served_model": "m",
        "fingerprint": "fp",
    }
    rating = {
        **common,
        "item": unit // len(JUDGES),
        "judge": judge,
        "order": "given",
        "repeat": 0,
        "state": "rated",
        "label": "complies",
        "basis": "answer",
        "reason": "A reason of some words.",
    }
    return attempt, {"hash": digest, "body": body}, rating


@contextmanager
def timed(seconds: dict[str, float]) -> Iterator[None]:
    """Measure each phase while the body runs."""
    kept = [
        (owner, function, getattr(owner, function))
        for _, owner, function in PHASES
        if hasattr(owner, function)
    ]
    for phase, owner, function in PHASES:
        if hasattr(owner, function):
            setattr(owner, function, _clocked(getattr(owner, function), phase, seconds))
    try:
        yield
    finally:
        for owner, function, original in kept:
            setattr(owner, function, original)


def _clocked(function: Callable[..., Any], phase: str, seconds: dict[str, float]) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[phase] = seconds.get(phase, 0.0) + time.perf_counter() - started

    return run


def measure(folder: Path) -> dict[str, float]:
    """Resume once, up to the first call, which does not fit under the cap."""
    seconds: dict[str, float] = {}
    first: list[float] = []

    async def begin(self: AttemptRecorder, number: int) -> int:
        first.append(time.perf_counter())
        return await original(self, number)

    original, AttemptRecorder.begin = AttemptRecorder.begin, begin  # type: ignore[method-assign] # only the clock
    try:
        started = time.perf_counter()
        with timed(seconds):
            options = run_suite.RunOptions(max_usd=0, command="benchmark")
            run_suite.resume_run(folder, "latest", options, lambda _run, _progress: None)
    finally:
        AttemptRecorder.begin = original  # type: ignore[method-assign] # put back
    seconds["until the first call"] = first[0] - started
    return seconds


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspace(folder, arguments.units)
        fill(folder, arguments.units // 2)
        size = sum(path.stat().st_size for path in (folder / ".evenhand").iterdir())
        print(f"{arguments.units:,} units planned, half of them done; ledger of {size / 1e6:.0f} MB")
        orderly = measure(folder)
        (folder / ".evenhand" / "ledger.sqlite.seal").unlink()
        unclean = measure(folder)
    print(f"{'seconds':<38} {'orderly end':>12} {'unclean end':>12}")
    for phase in ("until the first call", *(phase for phase, _, _ in PHASES)):
        print(f"{phase:<38} {orderly.get(phase, 0):>12.2f} {unclean.get(phase, 0):>12.2f}")
    print(f"peak memory of all of it: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
