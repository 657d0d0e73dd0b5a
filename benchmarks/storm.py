"""A storm of rate limits and overloads over a real run: does every unit finish, and at what price (B02)?

    python benchmarks/storm.py                           # a minute of 429 and 529 with 100 workers
    python benchmarks/storm.py --seconds 5 --units 1500
    python benchmarks/storm.py --json storm.json

The run is a whole one: plan, prompts, calls over HTTP to the loopback server, ledger, verdicts. The server has its own
account of what it was asked; the figures are read from that, and the history of the limit from the ledger.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.engine.workspace import Setting as Workspace  # noqa: E402 - needs the line above
from benchmarks.engine.workspace import write_workspace  # noqa: E402

from evenhand.records.pacing import PacingEvent  # noqa: E402
from evenhand.testing import Call, LoopbackServer, faults, judges, serve_in_thread  # noqa: E402
from evenhand.workflows.run_suite import RunOptions, RunResult, run_suite  # noqa: E402


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is tried."""

    units: int = 6_000
    workers: int = 100
    seconds: float = 60.0
    """How long the storm lasts."""
    before: float = 10.0
    """Seconds of fair weather before it."""
    latency: float = 0.5
    """Seconds a fair answer takes."""
    transport: str = "native"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What came of it."""

    units: int
    finished: int
    """Units rated."""
    requests: int
    requests_per_unit: float
    requests_in_storm: int
    peak_before: int
    """Most requests in one second before the storm."""
    peak_in: int
    peak_after: int
    first_answer_s: float
    """Seconds from the end of the storm to the first call that was answered."""
    wall_s: float
    history: tuple[str, ...]
    """Changes of the limit."""


def strikes(setting: Setting) -> list[faults.Strike]:
    """A storm in which calls meet 429 and 529 in turn."""
    end = setting.before + setting.seconds
    overloaded, limited = faults.vendor_error("overloaded"), faults.rate_limited("2")

    def in_storm(call: faults.Arrival) -> bool:
        return setting.before <= call.elapsed < end

    return [
        faults.Strike(fault=limited, when=lambda call: in_storm(call) and call.number % 2 == 0),
        faults.Strike(fault=overloaded, when=in_storm),
    ]


def play(setting: Setting) -> Figures:
    """Run a suite through a storm."""
    server = LoopbackServer(judges.lazy("complies"), strikes=strikes(setting), latency=setting.latency)
    with tempfile.TemporaryDirectory() as name, serve_in_thread(server):
        workspace = Workspace(
            base_url=server.base_url,
            cases=setting.units,
            concurrency=setting.workers,
            transport=setting.transport,
        )
        suite = write_workspace(Path(name), workspace)
        result = run_suite(Path(name), suite, RunOptions(), lambda _run, _progress: None)
        return figures(setting, result, server.ledger.calls)


def figures(setting: Setting, result: RunResult, calls: Sequence[Call]) -> Figures:
    """Read the figures from the server's account and from the ledger."""
    start, end = setting.before, setting.before + setting.seconds
    answered = [call.arrived for call in calls if call.status == 200 and call.arrived >= end]
    return Figures(
        units=setting.units,
        finished=result.account.terminal.get("rated", 0),
        requests=len(calls),
        requests_per_unit=len(calls) / setting.units,
        requests_in_storm=sum(start <= call.arrived < end for call in calls),
        peak_before=peak(calls, 0, start),
        peak_in=peak(calls, start, end),
        peak_after=peak(calls, end, float("inf")),
        first_answer_s=min(answered, default=float("nan")) - end,
        wall_s=max(call.arrived for call in calls),
        history=tuple(steps(result.account.pacing)),
    )


def peak(calls: Sequence[Call], start: float, end: float) -> int:
    """The most requests within one second."""
    return max(
        Counter(int(call.arrived) for call in calls if start <= call.arrived < end).values(), default=0
    )


def steps(events: Sequence[PacingEvent]) -> list[str]:
    """The history in words."""
    first = events[0].at if events else 0.0
    return [f"{event.at - first:6.1f} s  {event.why.value:<9} limit {event.limit}" for event in events]


def table(found: Figures) -> str:
    """The figures as people read them."""
    rows = {
        "units": f"{found.units:,}",
        "finished": f"{found.finished:,}",
        "requests": f"{found.requests:,}, of them {found.requests_in_storm:,} in the storm",
        "requests per unit": f"{found.requests_per_unit:.3f}",
        "peak requests/s before, in, after": f"{found.peak_before}, {found.peak_in}, {found.peak_after}",
        "first answer after the storm": f"{found.first_answer_s:.1f} s",
        "wall": f"{found.wall_s:.1f} s",
    }
    lines = [f"{name:<34} {value}" for name, value in rows.items()]
    return "\n".join([*lines, "history of the limit:", *(f"  {step}" for step in found.history)])


def main() -> int:
    """Play a storm and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the storm lasts")
    parser.add_argument("--before", type=float, default=10.0, help="seconds of fair weather before it")
    parser.add_argument("--units", type=int, default=6_000)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds a fair answer takes")
    parser.add_argument("--transport", choices=("native", "sdk"), default="native")
    parser.add_argument("--json", type=Path)
    options = vars(parser.parse_args())
    target: Path | None = options.pop("json")
    found = play(Setting(**options))
    print(table(found))
    if target:
        target.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
    return 0 if found.finished == found.units else 1


if __name__ == "__main__":
    sys.exit(main())
