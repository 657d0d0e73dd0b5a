"""What is checked against the LiteLLM proxy, with mocked models and in front of our own loopback server.

The proxy is the real one. Behind it, a scripted judge of `evenhand.testing` echoes the code of each call and reports
the probabilities it was given, so that a whole run has real verdicts whose truth is known.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.processes import Served, posts_in_log
from benchmarks.acceptance.trial import (
    Trial,
    described,
    expect_conserved,
    expect_pinned,
    expect_truth,
    expect_wire,
    look,
    read_trial,
    run_trial,
    tally,
)
from benchmarks.acceptance.workspace import CASES, KEY_VARIABLE, MARKER, Road

from evenhand.errors import CallClass, CallError, MeasureError
from evenhand.providers.interface import Means
from evenhand.records.rating import Basis, FailureKind, Rating
from evenhand.records.scale import COMPLY
from evenhand.records.settings import Protocol
from evenhand.testing import LoopbackServer, faults, judges

SURE = 0.9
"""Probability the scripted judge gives its label."""
MEANS: dict[tuple[Protocol, str], Means] = {
    ("openai-chat", "scripted"): "json_schema",
    ("openai-responses", "scripted"): "json_schema",
    ("anthropic", "scripted"): "json_schema",
    ("openai-chat", "messages"): "json_schema",
    ("anthropic", "messages"): "json_schema",
    ("openai-chat", "fixed"): "last_line",
}
"""What preflight must find, by protocol and model; "messages" is translated to Anthropic's protocol."""
FAILING_CALLS = (3, 8)
"""Calls that the flaky back end answers with a 500."""


def honest_backend() -> LoopbackServer:
    """Return a back end whose verdicts are right and whose probabilities are known."""
    return LoopbackServer(judges.soft(judges.rule(MARKER), SURE, labels=COMPLY.labels))


def flaky_backend() -> LoopbackServer:
    """Return a back end that fails now and then."""
    return LoopbackServer(
        judges.rule(MARKER), strikes=[faults.on_calls(faults.NAMED["server_error"](), FAILING_CALLS)]
    )


def check_litellm_proxy(
    checks: Checklist, served: Served, folder: Path, backend: LoopbackServer, flaky: LoopbackServer
) -> None:
    """Look, run a panel over three protocols, and run into the proxy's own errors."""
    for (protocol, model), means in MEANS.items():
        findings = look(_road(served, protocol, model))
        checks.expect(
            f"preflight: {protocol} of {model}: {means}",
            holds=findings.means == means,
            seen=described(findings),
        )
    _check_panel(checks, served, folder / "panel", backend)
    _check_translated(checks, served, folder / "translated", backend)
    _check_fixed(checks, served, folder / "fixed")
    _check_limited(checks, served, folder / "limited")
    _check_cooldown(checks, served, folder / "flaky", flaky)
    _check_wrong_key(checks, served)


def _road(
    served: Served, protocol: Protocol, model: str, name: str = "judge", *, timeout_s: float = 60.0
) -> Road:
    base_url = served.url if protocol == "anthropic" else f"{served.url}/v1"
    return Road(
        judge=name, protocol=protocol, base_url=base_url, model=model, attempts=8, timeout_s=timeout_s
    )


def _check_panel(checks: Checklist, served: Served, folder: Path, backend: LoopbackServer) -> None:
    backend.ledger.reset()
    roads = [
        _road(served, "openai-chat", "scripted", "chat"),
        _road(served, "openai-responses", "scripted", "responses"),
        _road(served, "anthropic", "scripted", "messages"),
    ]
    trial = run_trial(folder, roads)
    run = "panel over three protocols"
    expect_conserved(checks, trial, run)
    expect_truth(checks, trial, run)
    expect_wire(checks, trial, run, counted=len(backend.ledger.calls), by="the back end")
    expect_pinned(checks, trial, run, dict.fromkeys(("chat", "responses", "messages"), "json_schema"))
    _expect_probabilities(checks, trial, run)


def _expect_probabilities(checks: Checklist, trial: Trial, run: str) -> None:
    """Log-probabilities pass through the proxy and come out as the distribution that went in."""
    for judge in ("chat", "responses"):
        ratings = [u.outcome for u in trial.units if u.judge == judge and isinstance(u.outcome, Rating)]
        shares = [
            dict(rating.distribution)[rating.label] for rating in ratings if rating.basis is Basis.LOGPROBS
        ]
        checks.expect(
            f"{run}: {judge} brings the back end's probability of {SURE:g} through the proxy",
            holds=len(shares) == CASES and all(abs(share - SURE) < 1e-6 for share in shares),
            seen=f"{len(shares)} of {CASES} ratings, {min(shares, default=0):.6f} to {max(shares, default=0):.6f}",
        )


def _check_translated(checks: Checklist, served: Served, folder: Path, backend: LoopbackServer) -> None:
    """Chat completions of ours become Anthropic messages at the back end, and the answers come back right."""
    backend.ledger.reset()
    trial = run_trial(folder, [_road(served, "openai-chat", "messages")])
    run = "chat translated to messages"
    spoken = {call.protocol for call in backend.ledger.calls}
    expect_conserved(checks, trial, run)
    expect_truth(checks, trial, run)
    checks.expect(
        f"{run}: the back end is spoken to in messages",
        holds=spoken == {"messages"},
        seen=", ".join(sorted(spoken)),
    )


def _check_fixed(checks: Checklist, served: Served, folder: Path) -> None:
    trial = run_trial(folder, [_road(served, "openai-chat", "fixed")])
    malformed = sum(failure.kind is FailureKind.MALFORMED for failure in trial.failures)
    checks.expect(
        "mocked answer: malformed for every case, never a score", holds=malformed == CASES, seen=tally(trial)
    )


def _check_limited(checks: Checklist, served: Served, folder: Path) -> None:
    """A model that only answers 429 ends the run as not measurable, and costs nothing."""
    try:
        run_trial(folder, [_road(served, "openai-chat", "limited", timeout_s=8.0)])
        said = "the run went on"
    except MeasureError as error:
        said = f"exit {error.exit_code}"
    trial = read_trial(folder)
    rated = sum(call.error_class == "rate" and not call.maybe_billed for call in trial.attempts)
    checks.expect(
        "mocked 429: retried, then the run stops as not measurable, nothing billed",
        holds=said == "exit 3" and rated == len(trial.attempts) > 1,
        seen=f"{said}, {rated} of {len(trial.attempts)} attempts are rate limits",
    )


def _check_cooldown(checks: Checklist, served: Served, folder: Path, flaky: LoopbackServer) -> None:
    """After a 500 of the back end the proxy answers 429 to calls that have nothing to do with it."""
    before = posts_in_log(served)
    trial = run_trial(folder, [_road(served, "openai-chat", "flaky")])
    run = "back end fails twice"
    expect_conserved(checks, trial, run)
    expect_truth(checks, trial, run)
    expect_wire(checks, trial, run, counted=posts_in_log(served) - before, by="the proxy's log")
    passing = [call for call in trial.attempts if call.error_class == "transient"]
    resting = [call for call in passing if "No deployments available" in call.error]
    limits = sum(call.error_class == "rate" for call in trial.attempts)
    checks.expect(
        f'{run}: the proxy\'s 429 "No deployments available" is passing, no rate limit, and not billed',
        holds=bool(resting) and not limits and not any(call.maybe_billed for call in resting),
        seen=f"{len(passing) - len(resting)} answered 500, {len(resting)} answered 429, {limits} taken for rate limits",
    )
    reached, asked = len(trial.attempts) - len(resting), len(flaky.ledger.calls)
    checks.expect(
        f"{run}: the back end saw every other attempt once",
        holds=asked == reached,
        seen=f"{asked} calls at the back end, {reached} attempts",
    )


def _check_wrong_key(checks: Checklist, served: Served) -> None:
    """Without a database the proxy answers 400 to a wrong key, not 401."""
    with _key("sk-wrong"):
        try:
            found, said = None, described(look(_road(served, "openai-chat", "scripted")))
        except CallError as error:
            found, said = error.call_class, str(error)
    checks.expect(
        "wrong key: stops the account, and no message holds the key",
        holds=found is CallClass.AUTH and "sk-wrong" not in said,
        seen=said,
    )


@contextmanager
def _key(value: str) -> Iterator[None]:
    usual = os.environ[KEY_VARIABLE]
    os.environ[KEY_VARIABLE] = value
    try:
        yield
    finally:
        os.environ[KEY_VARIABLE] = usual
