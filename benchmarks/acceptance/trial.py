"""One whole run of the workspace through the real workflow, and what every such run is checked for."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.workspace import KEY_VARIABLE, Road, tells, write_workspace
from sqlalchemy import select

from evenhand.providers.capabilities import Findings, Wants
from evenhand.providers.preflight import preflight
from evenhand.providers.registry import open_provider
from evenhand.records.attempt import PastAttempt
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import FailedRating, Rating
from evenhand.records.run import AttemptState, Endpoint
from evenhand.records.settings import Account
from evenhand.store import tables
from evenhand.store.attempts import read_attempts
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

ECHO_FAILED: Final = "the echo code is not the one of this call"
"""What the strict reader says of an answer that is right but for the echo code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A run, read back from its ledger."""

    stored: StoredRun
    items: tuple[RatedItem, ...]
    attempts: tuple[PastAttempt, ...]
    """Every paid call, preflight included."""

    @property
    def units(self) -> tuple[RatedUnit, ...]:
        """The terminal states of all units."""
        return tuple(unit for item in self.items for unit in item.units)

    @property
    def ratings(self) -> tuple[Rating, ...]:
        """The readable answers."""
        return tuple(unit.outcome for unit in self.units if isinstance(unit.outcome, Rating))

    @property
    def failures(self) -> tuple[FailedRating, ...]:
        """The failed ratings."""
        return tuple(unit.outcome for unit in self.units if isinstance(unit.outcome, FailedRating))

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """What the manifest says about each judge's endpoint."""
        return {endpoint.judge: endpoint for endpoint in self.stored.manifest.endpoints}


def run_trial(folder: Path, roads: Sequence[Road]) -> Trial:
    """Run the workspace over `roads` and read the run back.

    Raises:
        MeasureError: Nothing could be measured.
    """
    result = run_suite(folder, write_workspace(folder, roads), RunOptions(), lambda _run, _progress: None)
    return read_trial(folder, result.run.id)


def read_trial(folder: Path, run: str = "latest") -> Trial:
    """Read a run of the workspace back."""
    stored = read_run(folder, run)
    return Trial(
        stored=stored, items=tuple(stored.items()), attempts=tuple(read_attempts(stored.ledger, stored.run))
    )


def replies(trial: Trial) -> Iterator[bytes]:
    """Yield the bodies of the replies to a run's units, as they came."""
    attempts = tables.attempts.c
    number = trial.stored.ledger.run_number(trial.stored.run.id)
    joined = select(tables.replies.c.body).join_from(
        tables.attempts, tables.replies, attempts.reply == tables.replies.c.hash
    )
    with trial.stored.ledger.read() as connection:
        yield from connection.execute(joined.where(attempts.run == number, attempts.unit >= 0)).scalars()


def look(road: Road, wants: Wants | None = None) -> Findings:
    """Find out what the endpoint of a road can do, outside any run.

    Raises:
        EvenhandError: It refuses, or cannot be reached.
    """

    async def ask() -> Findings:
        account = Account(
            protocol=road.protocol,
            base_url=road.base_url,
            api_key_env=KEY_VARIABLE,
            transport=road.transport,
        )
        provider = open_provider(road.judge, account, os.environ)
        try:
            return await preflight(
                road.protocol, road.model, wants or Wants(max_tokens=road.max_tokens), provider.ask
            )
        finally:
            await provider.close()

    return asyncio.run(ask())


def described(findings: Findings) -> str:
    """Return findings as a person reads them."""
    limit, notes = findings.token_limit_field, "; ".join(findings.notes) or "no notes"
    return (
        f"{findings.means}, log-probabilities {findings.logprobs}, {limit}, calls: {findings.calls}, {notes}"
    )


def expect_conserved(checks: Checklist, trial: Trial, run: str) -> None:
    """Check the conservation law: every planned unit has one terminal state."""
    account = trial.stored.account()
    states = " + ".join(f"{count} {state}" for state, count in sorted(account.terminal.items()))
    checks.expect(
        f"{run}: planned = sum over terminal states",
        holds=account.open == 0 and account.planned == sum(account.terminal.values()) == len(trial.units),
        seen=f"{account.planned} planned = {states}",
    )


def expect_wire(checks: Checklist, trial: Trial, run: str, *, counted: int, by: str) -> None:
    """Check that the peer counted as many requests as the ledger has attempts."""
    unsettled = sum(call.state in {AttemptState.RESERVED, AttemptState.SENT} for call in trial.attempts)
    checks.expect(
        f"{run}: requests counted by {by} = attempts in the ledger",
        holds=counted == len(trial.attempts) and not unsettled,
        seen=f"{counted} counted, {len(trial.attempts)} attempts",
    )


def expect_truth(checks: Checklist, trial: Trial, run: str) -> None:
    """Check the panel's verdicts against what the cases were written to be."""
    truth = {
        f"case-{number}": "violates" if tells(number) else "complies" for number in range(len(trial.items))
    }
    right = sum(
        item.verdict is not None and item.verdict.label == truth[item.case_id] for item in trial.items
    )
    checks.expect(
        f"{run}: every verdict is the right one",
        holds=right == len(trial.items),
        seen=f"{right} of {len(trial.items)}",
    )


def expect_pinned(checks: Checklist, trial: Trial, run: str, means: Mapping[str, str]) -> None:
    """Check that the manifest keeps what preflight found, by judge."""
    found = {judge: endpoint.means for judge, endpoint in trial.endpoints.items()}
    checks.expect(
        f"{run}: the manifest keeps what preflight found",
        holds=found == dict(means),
        seen=found or "nothing kept",
    )


def tally(trial: Trial) -> str:
    """Return the failed ratings of a run by kind and reason."""
    counts = Counter(f"{failure.kind}: {failure.detail[:80]}" for failure in trial.failures)
    return "; ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "none"
