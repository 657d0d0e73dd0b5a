"""What is checked against `transformers serve`: its decisions over both transports, and the silence of its chat.

Its chat endpoint takes a schema, tools and log-probabilities, and answers as if nobody had asked.
"""

from math import fsum
from pathlib import Path

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.environments import TINY
from benchmarks.acceptance.processes import Served, posts_in_log
from benchmarks.acceptance.trial import (
    Trial,
    described,
    expect_conserved,
    expect_pinned,
    expect_wire,
    look,
    run_trial,
    tally,
)
from benchmarks.acceptance.workspace import CASES, Road

from evenhand.providers.capabilities import Wants
from evenhand.records.rating import Basis
from evenhand.records.scale import COMPLY
from evenhand.records.settings import Protocol, Transport

_FEW_TOKENS = 32
"""A random model never ends of itself."""
TRANSPORTS: tuple[Transport, ...] = ("sdk", "native")


def check_transformers(checks: Checklist, served: Served, folder: Path) -> None:
    """Look, and run over either transport."""
    _expect_silence_noticed(checks, served)
    for transport in TRANSPORTS:
        road = _road(served, "systemone", transport)
        findings = look(road)
        checks.expect(
            f"preflight over {transport}: systemone decides",
            holds=findings.means == "decision" and findings.calls == 1,
            seen=described(findings),
        )
        before, name = posts_in_log(served), f"decisions over {transport}"
        trial = run_trial(folder / transport, [road])
        expect_conserved(checks, trial, name)
        expect_wire(checks, trial, name, counted=posts_in_log(served) - before, by="the server's log")
        expect_pinned(checks, trial, name, {"decider": "decision"})
        _expect_probabilities(checks, trial, name)


def _road(served: Served, protocol: Protocol, transport: Transport) -> Road:
    return Road(
        judge="decider",
        protocol=protocol,
        base_url=f"{served.url}/v1",
        model=f"./{TINY}",
        transport=transport,
    )


def _expect_silence_noticed(checks: Checklist, served: Served) -> None:
    for transport in TRANSPORTS:
        findings = look(_road(served, "openai-chat", transport), Wants(max_tokens=_FEW_TOKENS))
        checks.expect(
            f"preflight over {transport}: that chat silently ignores schema and log-probabilities is noticed",
            holds={"json_schema", "logprobs"} <= set(findings.ignored) and findings.logprobs == 0,
            seen=described(findings),
        )


def _expect_probabilities(checks: Checklist, trial: Trial, name: str) -> None:
    whole = [
        rating
        for rating in trial.ratings
        if rating.basis is Basis.DECISION
        and {label for label, _ in rating.distribution} == set(COMPLY.labels)
    ]
    sums = [fsum(share for _, share in rating.distribution) for rating in whole]
    checks.expect(
        f"{name}: every rating is the model's own probability of each of the four labels",
        holds=len(whole) == CASES and all(abs(total - 1) < 1e-9 for total in sums),
        seen=f"{len(whole)} of {CASES}, sums {min(sums, default=0):.9f} to {max(sums, default=0):.9f}; "
        f"failed: {tally(trial)}",
    )
    likeliest = [max(share for _, share in rating.distribution) for rating in whole]
    different = len({rating.distribution for rating in whole})
    checks.expect(
        f"{name}: the probabilities are its own for each case",
        holds=different == CASES,
        seen=f"{different} different ones, the likeliest label at {min(likeliest, default=0):.3f} to "
        f"{max(likeliest, default=0):.3f}",
    )
