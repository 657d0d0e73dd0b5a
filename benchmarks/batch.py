"""Every scripted disorder of batches, and kills at each step, held against the server's ledger: row A12.

    python benchmarks/batch.py [--rows 200] [--large 10000]

The server runs in this process, each run of evenhand in one of its own (kills are real SIGKILLs). For every disorder:
how many rows were joined to a wrong unit (the right label of each is known), how many were lost (ended in no terminal
state), the attempts that were reserved and the rows that were billed beyond one for each, and what the server's ledger
and evenhand say it cost. `--large` runs one batch of many rows in both directions and prints the peak memory of the
process; 0 leaves it out.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.records.attempt import PastAttempt
from evenhand.records.rating import Rating
from evenhand.records.run import AttemptState
from evenhand.store.attempts import read_attempts
from evenhand.store.ledger import open_ledger
from evenhand.testing import BatchScript, LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.batches import Behaviour, Trouble, every
from evenhand.testing.faults import Strike
from evenhand.workflows.read_run import read_run

PRICE = 1.0
KILLER = """
import os, signal, sys
from evenhand.judging import batch_desk
batch_desk.Polling.__init__.__kwdefaults__["grace_s"] = 0.2  # this server lists a batch at once
die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
async def die_later(*a, **k): die()
{patch}
from evenhand.cli import main
sys.exit(main())
"""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One disorder."""

    name: str
    behaviours: Sequence[Behaviour] = ()
    later: Behaviour = field(default_factory=Behaviour)
    troubles: Sequence[Trouble] = ()
    strikes: Sequence[Strike] = ()
    patch: str = ""
    """What makes the first process kill itself."""


LEDGER = "from evenhand.store.batches import BatchLedger as L"
TRIALS = (
    Trial(name="in order"),
    Trial(name="reversed", behaviours=[Behaviour(order="reversed")]),
    Trial(name="every row twice, the same", behaviours=[Behaviour(duplicated=every(1))]),
    Trial(
        name="every row twice, contradicting",
        behaviours=[Behaviour(duplicated=every(1), second=judges.lazy("not_applicable"))],
    ),
    Trial(name="custom ids swapped, 1 in 10", behaviours=[Behaviour(swapped=every(10))]),
    Trial(name="strange custom ids", behaviours=[Behaviour(strangers=50)]),
    Trial(name="expired after 60 %", behaviours=[Behaviour(ends="expired", executed=0.6)]),
    Trial(name="expired, nothing done", behaviours=[Behaviour(ends="expired", executed=0.0)]),
    Trial(name="1 in 7 in no file", behaviours=[Behaviour(dropped=every(7))]),
    Trial(name="1 in 5 errored", behaviours=[Behaviour(errored=every(5))]),
    Trial(name="last line cut", behaviours=[Behaviour(cut=True)]),
    Trial(name="1 in 10 malformed", strikes=[faults.on_share(faults.wrong_nonce(), 0.1, seed=7)]),
    Trial(
        name="all of these",
        behaviours=[
            Behaviour(
                order="reversed",
                duplicated=every(9),
                swapped=every(11),
                dropped=every(13),
                errored=every(17),
                strangers=5,
                cut=True,
                ends="expired",
                executed=0.8,
            )
        ],
    ),
    Trial(
        name="download: 500, then cut twice",
        troubles=[
            Trouble(operation="download", kind="server_error", times=[1]),
            Trouble(operation="download", kind="cut", times=[2, 3]),
        ],
    ),
    Trial(
        name="reply to creation lost", troubles=[Trouble(operation="create", kind="reset_after", times=[1])]
    ),
    Trial(name="killed before it leaves", patch=f"{LEDGER}; L.sending = die"),
    Trial(
        name="killed as it leaves",
        patch="from evenhand.providers.batch_calls import BatchCalls as C; C.create = die_later",
    ),
    Trial(name="killed before its id is stored", patch=f"{LEDGER}; L.running = die"),
    Trial(
        name="killed while polling",
        later=Behaviour(polls=2),
        patch="from evenhand.judging.batch_desk import BatchDesk as D; D.pause = die_later",
    ),
    Trial(
        name="killed amid the results",
        patch="from evenhand.judging import batch_rows as r; r._ROWS_PER_COMMIT = 20\n"
        "real = r.Joiner._take\nseen = []\n"
        "async def take(*a):\n    await real(*a)\n    seen.append(1)\n    len(seen) == 2 and die()\n"
        "r.Joiner._take = take",
    ),
    Trial(name="killed after the results", patch=f"{LEDGER}; L.end = die"),
)


def workspace(folder: Path, address: str, protocol: str, rows: int) -> None:
    """Write a suite of so many cases; every fourth one violates."""
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "{protocol}"\nbase_url = "{address}"\n',
        "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        "principles: [{id: keep.secrets, text: Keep secrets.}]\n",
        "reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\n"
        f"template: reader.j2\nprice: {{input: {PRICE}, output: {PRICE}}}\n",
        "reader.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
        "one.panel.yaml": "schema: panel/v1\nid: one\njudges: [reader]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: one.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
        "cases.jsonl": "".join(
            json.dumps(
                {"id": f"c{n}", "prompt": f"{n}?", "response": f"Answer {n}" + " secret" * (n % 4 == 0)}
            )
            + "\n"
            for n in range(rows)
        ),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def evenhand(folder: Path, *words: str, patch: str = "") -> tuple[int, float]:
    """Run a command in a process of its own; return its exit code and its peak memory in MiB."""
    command = [sys.executable, "-c", KILLER.format(patch=patch), *words, "--poll-seconds", "0.05"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return done.returncode, max(before, after) / 1024


@contextmanager
def server(trial: Trial) -> Iterator[LoopbackServer]:
    """The server of a trial."""
    script = BatchScript(behaviours=trial.behaviours, later=trial.later, troubles=trial.troubles)
    with serve_in_thread(
        LoopbackServer(judges.rule("secret"), batches=script, strikes=trial.strikes)
    ) as serving:
        yield serving


def attempts(folder: Path) -> list[PastAttempt]:
    """The calls of the run, without preflight."""
    ledger = open_ledger(folder / ".evenhand" / "ledger.sqlite")
    return [each for each in read_attempts(ledger, ledger.run("latest")) if each.unit >= 0]


def run_trial(trial: Trial, protocol: str, rows: int) -> list[str]:
    """Run one disorder to its end and hold it against the truth and the server's ledger."""
    with tempfile.TemporaryDirectory() as place, server(trial) as serving:
        folder = Path(place)
        workspace(folder, serving.base_url, protocol, rows)
        code, _ = evenhand(folder, "run", "suite.yaml", "--yes", "--batch", patch=trial.patch)
        resumes = 0
        while code != 0 and resumes < 5:
            code, _ = evenhand(folder, "resume")
            resumes += 1
        stored = read_run(folder, "latest")
        labels = {
            item.case_id: unit.outcome.label
            for item in stored.items()
            for unit in item.units
            if isinstance(unit.outcome, Rating)
        }
        truth = {f"c{n}": "violates" if n % 4 == 0 else "complies" for n in range(rows)}
        wrong = sum(truth[case] != label for case, label in labels.items())
        made = attempts(folder)
        billed = [call for call in serving.ledger.billed if call.batch]
        paid = sum(call.tokens_in + call.tokens_out for call in billed) * PRICE / 1e6 / 2
        account = stored.account()
        unknown = sum(each.state is AttemptState.UNKNOWN for each in made)
        return [
            trial.name,
            f"{wrong}/{len(labels)}",
            str(account.open),
            str(account.failed),
            str(len(made) - rows),
            str(len(billed) - rows),
            str(unknown),
            f"{paid:.4f}",
            f"{account.calls['reader'].cost_nanousd / 1e9:.4f}",
            str(resumes),
        ]


def large(protocol: str, rows: int) -> str:
    """Run one batch of many rows; the peak is that of the evenhand process alone."""
    trial = Trial(name="large", later=Behaviour(order="reversed"))
    with tempfile.TemporaryDirectory() as place, server(trial) as serving:
        folder = Path(place)
        workspace(folder, serving.base_url, protocol, rows)
        code, peak = evenhand(folder, "run", "suite.yaml", "--yes", "--batch", "--json")
        done = len({each.unit for each in attempts(folder) if each.state is AttemptState.PARSED})
        return f"{protocol}: {rows:,} rows, {done:,} read, exit {code}, peak memory {peak:.0f} MiB"


def main() -> None:
    """Print the table of each vendor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument(
        "--protocol", action="append", choices=["openai-chat", "openai-responses", "anthropic"]
    )
    arguments = parser.parse_args()
    protocols = arguments.protocol or ["openai-chat", "anthropic"]
    if arguments.large:  # first, while no earlier child has a higher peak
        for protocol in protocols:
            for rows in (arguments.large // 10, arguments.large):
                print(large(protocol, rows), flush=True)
    for protocol in protocols:
        print(f"\n{protocol}, {arguments.rows} rows a run\n")
        print(
            "| disorder | mis-joined | lost | failed ratings | "
            "attempts beyond one a row | billed beyond one a row | unknown outcome | "
            "billed USD | stated USD | resumes |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        for trial in TRIALS:
            print("| " + " | ".join(run_trial(trial, protocol, arguments.rows)) + " |", flush=True)


if __name__ == "__main__":
    main()
