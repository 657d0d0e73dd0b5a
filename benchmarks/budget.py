"""Budgets as walls: runs against scripted price faults, with the loopback server's own account as the bill.

    python benchmarks/budget.py [--units 200] [--concurrency 16] [--seed 1]

Each row is a run of its own over real HTTP. The bill is what the server would charge: the tokens it counted, times
the factor of a scripted overcharge, for every call it billed, answered or not. `over cap` is the bill beyond the cap,
`allowed` what may go over it: nothing, or where the provider charges more than a call can cost, the excess of what was
in flight. `denial retries` are calls that left after the purse had closed, `after money error` requests that arrived
after the first refusal for money beyond those that were in flight. `cost error` is the run's own cost against the bill;
`bound` says whether cost and risk together cover it.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.errors import EvenhandError
from evenhand.judging.budget import NANOUSD, Purse, cost_nanousd
from evenhand.records.judge import Price
from evenhand.records.rated import RunAccount
from evenhand.records.rating import Usage
from evenhand.store.attempts import read_attempts
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.faults import Strike
from evenhand.testing.ledger import Call
from evenhand.workflows import run_suite as running
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

PRICE = Price(input=2.5, output=10.0)
_PRICED = "price: {input: 2.5, output: 10}"
OVERCHARGE = 10


@dataclass(frozen=True, kw_only=True)
class Row:
    """One scripted fault."""

    name: str
    strikes: Sequence[Strike] = ()
    cap: float | None = None
    price: str = _PRICED
    judges: int = 1


@dataclass
class WatchedPurse(Purse):
    """A purse that remembers when it closed."""

    closed_at: float = field(default=float("inf"))

    def _close(self, why: str, *, hint: str) -> None:
        self.closed_at = min(self.closed_at, time.time())
        super()._close(why, hint=hint)


def rows(units: int, seed: int) -> tuple[Row, ...]:
    """Return the faults, scaled to so many units."""
    overcharge = faults.after_call(faults.usage_scaled(OVERCHARGE), units // 4)
    storm = [
        faults.on_share(faults.vendor_error("server_error"), 0.14, seed=seed),
        faults.on_share(faults.reset_after_body(), 0.07, seed=seed),
    ]
    return (
        Row(name="no fault"),
        Row(name="no fault, a cap below the cost", cap=0.02),
        Row(name="no fault, three judges under one cap", cap=0.03, judges=3),
        Row(name="usage 10 times, from a quarter on", strikes=[overcharge], cap=1.0),
        Row(name="usage 10 times, close to the cap", strikes=[overcharge], cap=0.05),
        Row(name="14 % 500 and 7 % billed resets", strikes=storm, cap=1.0),
        Row(name="the same under a small cap", strikes=storm, cap=0.05),
        Row(name="unknown price", price=""),
        Row(name="cap below one call", cap=0.000001),
        Row(name="usage missing", strikes=[faults.always(faults.usage_missing())], cap=1.0),
        Row(name="usage inconsistent", strikes=[faults.always(faults.usage_inconsistent())], cap=1.0),
        Row(name="half without usage", strikes=[faults.on_share(faults.usage_missing(), 0.5, seed=seed)]),
        Row(name="10 % billed and cut short", strikes=[faults.on_share(faults.short_body(), 0.1, seed=seed)]),
        Row(
            name="out of money after a quarter",
            strikes=[faults.after_call(faults.quota_exhausted(), units // 4)],
        ),
    )


def measure(row: Row, folder: Path, units: int, concurrency: int) -> str:
    """Run one row and return its line of the table."""
    purses: list[WatchedPurse] = []

    def watched(cap: int | None) -> WatchedPurse:
        purses.append(WatchedPurse(cap))
        return purses[-1]

    setattr(running, "Purse", watched)  # noqa: B010 - the same purse, with a memory; no module exports it
    server = LoopbackServer(judges.lazy("complies"), strikes=row.strikes, latency=0.005)
    with serve_in_thread(server):
        suite = _workspace(folder, row, server.base_url, units, concurrency)
        error = ""
        try:
            run_suite(folder, suite, RunOptions(max_usd=row.cap), lambda _run, _progress: None)
        except EvenhandError as stopped:
            error = type(stopped).__name__
        return _line(row, folder, server.ledger.calls, purses, units, concurrency, error)


def _workspace(folder: Path, row: Row, address: str, units: int, concurrency: int) -> Path:
    names = [f"reader-{n}" for n in range(row.judges)]
    text = "The reply under judgement is a paragraph of ordinary length. " * 8
    cases = [{"id": f"case-{n}", "response": f"{n}: {text}"} for n in range(units // row.judges)]
    files = {
        "cases.jsonl": "".join(f"{json.dumps(case)}\n" for case in cases),
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{address}"\n'
        f"concurrency = {concurrency}\nslow_start = {concurrency}\n",
        "constitution.yaml": "schema: constitution/v1\nid: budget\nversion: 1.0.0\nprinciples:\n"
        "  - {id: plain.speech, text: The reply must be plain.}\n",
        "reader.j2": 'Rule: {{ principle.text }}\n{{ data("reply", case.response) }}\n',
        "all.panel.yaml": f"schema: panel/v1\nid: all\njudges: [{', '.join(names)}]\n",
        "suite.yaml": "schema: suite/v1\nid: budget\nconstitution: constitution.yaml\npanel: all.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\nlimits: {failed_share: 1}\n",
        **{f"{name}.yaml": _judge(name, row.price) for name in names},
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder / "suite.yaml"


def _judge(name: str, price: str) -> str:
    return (
        f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/scripted-{name}\n"
        "template: reader.j2\nanswer: {probabilities: repeats}\nparams: {max_tokens: 128}\ntimeout_s: 30\n"
        f"{price}\n"
    )


def _line(
    row: Row,
    folder: Path,
    calls: Sequence[Call],
    purses: Sequence[WatchedPurse],
    units: int,
    concurrency: int,
    error: str,
) -> str:
    bill = sum(_billed(call) for call in calls)
    cap = None if row.cap is None else round(row.cap * NANOUSD)
    over = max(0, bill - cap) if cap is not None else 0
    overcharged = [_billed(call) for call in calls if call.fault == "usage_scaled"]
    allowed = sum(sorted(overcharged, reverse=True)[:concurrency])
    account = _account(folder)
    late = _sent_after(folder, min((purse.closed_at for purse in purses), default=float("inf")))
    cost = account.cost_nanousd if account else 0
    wrong = f"{(cost - bill) / bill:+.1%}" if bill else "-"
    most = account.possibly_spent_nanousd if account else 0
    settled = sum(account.terminal.values()) if account else 0
    cells = (
        row.name + (f" ({error})" if error else ""),
        f"{units:,}",
        f"{settled:,}",
        f"{len(calls):,}",
        f"{sum(call.billed for call in calls):,}",
        "-" if row.cap is None else f"{row.cap:g}",
        f"{bill / NANOUSD:.4f}",
        f"{over / NANOUSD:.4f}",
        f"{allowed / NANOUSD:.4f}",
        "yes" if over <= allowed else "NO",
        str(late),
        str(_after_money(calls, concurrency)),
        wrong,
        "yes" if most >= bill else "NO",
    )
    return f"| {' | '.join(cells)} |"


def _billed(call: Call) -> int:
    if not call.billed:
        return 0
    factor = OVERCHARGE if call.fault == "usage_scaled" else 1
    usage = Usage(input_tokens=call.tokens_in * factor, output_tokens=call.tokens_out * factor)
    return cost_nanousd(PRICE, usage)


def _account(folder: Path) -> RunAccount | None:
    return read_run(folder, "latest").account() if (folder / ".evenhand").exists() else None


def _sent_after(folder: Path, moment: float) -> int:
    if not (folder / ".evenhand").exists():
        return 0
    stored = read_run(folder, "latest")
    return sum(attempt.sent_at > moment for attempt in read_attempts(stored.ledger, stored.run))


def _after_money(calls: Sequence[Call], concurrency: int) -> int:
    """Count requests after the first refusal for money, beyond those that were in flight then."""
    refused = [call.number for call in calls if call.fault == "quota_exhausted"]
    return max(0, len(calls) - refused[0] - concurrency) if refused else 0


HEAD = (
    "fault",
    "units",
    "settled",
    "requests",
    "billed",
    "cap USD",
    "bill USD",
    "over cap",
    "allowed",
    "within",
    "denial retries",
    "after money error",
    "cost error",
    "bound",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.concurrency} calls in flight\n")
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for row in rows(options.units, options.seed):
        with tempfile.TemporaryDirectory() as folder:
            print(measure(row, Path(folder), options.units, options.concurrency), flush=True)


if __name__ == "__main__":
    main()
