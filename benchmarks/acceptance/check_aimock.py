"""What is checked against aimock: three protocols, its journal against our ledger, and its chaos."""

from itertools import pairwise
from pathlib import Path

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.peers import take_journal
from benchmarks.acceptance.processes import Served
from benchmarks.acceptance.trial import (
    ECHO_FAILED,
    Trial,
    described,
    expect_conserved,
    expect_pinned,
    expect_truth,
    expect_wire,
    look,
    run_trial,
    tally,
)
from benchmarks.acceptance.workspace import CASES, Road

from evenhand.providers.interface import Means
from evenhand.records.rating import FailureKind
from evenhand.records.settings import Protocol

MEANS: dict[tuple[Protocol, str], Means] = {
    ("openai-chat", "shaped"): "json_schema",
    ("openai-chat", "tool"): "tool",
    ("openai-chat", "plain"): "last_line",
    ("openai-responses", "tool"): "tool",
    ("anthropic", "tool"): "tool",
    ("anthropic", "plain"): "last_line",
}
"""What preflight must find, by protocol and model. aimock passes schemas on in chat completions only."""
BY = "aimock's journal"
RETRY_AFTER_S = 1.0
"""What aimock asks for with a 429."""


def check_aimock(checks: Checklist, served: Served, folder: Path) -> None:
    """Look, run over three protocols, and run under each kind of chaos."""
    for (protocol, model), means in MEANS.items():
        findings = look(_road(served, protocol, model))
        checks.expect(
            f"preflight: {protocol} of {model}: {means}",
            holds=findings.means == means,
            seen=described(findings),
        )
    take_journal(served)
    _check_panel(checks, served, folder / "panel")
    _check_canned(checks, served, folder / "canned")
    _check_rate_limit(checks, served, folder / "limited")
    _check_drops(checks, served, folder / "dropped")
    _check_disconnects(checks, served, folder / "lost")
    _check_malformed(checks, served, folder / "malformed")


def _road(served: Served, protocol: Protocol, model: str, name: str = "judge") -> Road:
    base_url = served.url if protocol == "anthropic" else f"{served.url}/v1"
    return Road(judge=name, protocol=protocol, base_url=base_url, model=model, attempts=16, timeout_s=240)


def _check_panel(checks: Checklist, served: Served, folder: Path) -> None:
    roads = [
        _road(served, "openai-chat", "shaped", "chat"),
        _road(served, "openai-responses", "tool", "responses"),
        _road(served, "anthropic", "tool", "messages"),
    ]
    trial = run_trial(folder, roads)
    run = "panel over three protocols"
    expect_conserved(checks, trial, run)
    expect_truth(checks, trial, run)
    expect_wire(checks, trial, run, counted=len(take_journal(served)), by=BY)
    expect_pinned(checks, trial, run, {"chat": "json_schema", "responses": "tool", "messages": "tool"})


def _check_canned(checks: Checklist, served: Served, folder: Path) -> None:
    """A canned answer can not hold the echo code of the call: the same label for every case must not count."""
    trial = run_trial(folder, [_road(served, "openai-chat", "canned")])
    malformed = sum(failure.kind is FailureKind.MALFORMED for failure in trial.failures)
    checks.expect(
        "canned answer: malformed for every case by its echo code, never a score",
        holds=malformed == CASES and all(ECHO_FAILED in failure.detail for failure in trial.failures),
        seen=tally(trial),
    )
    expect_wire(checks, trial, "canned answer", counted=len(take_journal(served)), by=BY)


def _check_rate_limit(checks: Checklist, served: Served, folder: Path) -> None:
    trial, statuses = _chaotic(served, "limited", folder)
    run, limited = "429 for some of the calls", statuses.count(429)
    _expect_survived(checks, trial, run, statuses)
    noted = sum(call.error_class == "rate" and not call.maybe_billed for call in trial.attempts)
    checks.expect(
        f"{run}: each is a rate limit, and not billed", holds=noted == limited, seen=f"{limited} times"
    )
    waits = _waits(trial)
    checks.expect(
        f"{run}: Retry-After is kept before the unit is asked again",
        holds=bool(waits) and min(waits) >= RETRY_AFTER_S,
        seen=f"asked for {RETRY_AFTER_S:g} s, waited {min(waits, default=0):.2f} to {max(waits, default=0):.2f} s",
    )


def _check_drops(checks: Checklist, served: Served, folder: Path) -> None:
    trial, statuses = _chaotic(served, "dropped", folder)
    run, dropped = "500 for some of the calls", statuses.count(500)
    _expect_survived(checks, trial, run, statuses)
    _expect_passing(checks, trial, run, times=dropped)


def _check_disconnects(checks: Checklist, served: Served, folder: Path) -> None:
    trial, statuses = _chaotic(served, "lost", folder)
    run, lost = "connection lost for some of the calls", statuses.count(0)
    _expect_survived(checks, trial, run, statuses)
    _expect_passing(checks, trial, run, times=lost)


def _check_malformed(checks: Checklist, served: Served, folder: Path) -> None:
    """Replies that are no JSON are kept, asked again once, and then failed ratings."""
    trial, statuses = _chaotic(served, "malformed", folder)
    run = "malformed JSON for all calls"
    malformed = sum(failure.kind is FailureKind.MALFORMED for failure in trial.failures)
    checks.expect(
        f"{run}: malformed for every case, never a score", holds=malformed == CASES, seen=tally(trial)
    )
    expect_wire(checks, trial, run, counted=len(statuses), by=BY)


def _chaotic(served: Served, model: str, folder: Path) -> tuple[Trial, list[int]]:
    """Run over a model under chaos; return the run and the statuses aimock answered with."""
    trial = run_trial(folder, [_road(served, "openai-chat", model)])
    return trial, take_journal(served)


def _expect_survived(checks: Checklist, trial: Trial, run: str, statuses: list[int]) -> None:
    expect_conserved(checks, trial, run)
    expect_truth(checks, trial, run)
    expect_wire(checks, trial, run, counted=len(statuses), by=BY)


def _expect_passing(checks: Checklist, trial: Trial, run: str, *, times: int) -> None:
    noted = sum(call.error_class == "transient" and call.maybe_billed for call in trial.attempts)
    checks.expect(f"{run}: each is passing, and maybe billed", holds=noted == times, seen=f"{times} times")


def _waits(trial: Trial) -> list[float]:
    """Return the seconds between each refused call and the next call of the same unit."""
    following = pairwise(sorted(trial.attempts, key=lambda call: (call.unit, call.id)))
    return [
        later.sent_at - earlier.ended_at
        for earlier, later in following
        if earlier.unit == later.unit and earlier.error_class == "rate" and earlier.ended_at is not None
    ]
