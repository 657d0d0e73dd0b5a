"""Open the accounts of a run's model judges and find out what their endpoints can do."""

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from evenhand.judging.budget import Purse
from evenhand.judging.calling import CallingJudge
from evenhand.providers.capabilities import Wants
from evenhand.providers.registry import OpenProvider, open_provider, open_throttle
from evenhand.providers.throttle import Throttle
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Endpoint, Run
from evenhand.records.settings import Account
from evenhand.store.ledger import LedgerFile
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows.known_endpoints import (
    Findings,
    asked_endpoint,
    earlier_findings,
    refuse_other_instrument,
)
from evenhand.workflows.look_at_endpoint import Access, instrument_of, look_at_endpoint
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.replay_models import reader_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Model judges ready to be asked, and the connections they share."""

    judges: Mapping[str, CallingJudge]
    providers: Mapping[str, OpenProvider]

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """What is known about each judge's endpoint."""
        return tuple(caller.prompter.endpoint for caller in self.judges.values())

    @property
    def versions(self) -> Mapping[str, str]:
        """Versions of the SDKs and transports opened."""
        return {
            name: text for provider in self.providers.values() for name, text in provider.versions().items()
        }

    async def close(self) -> None:
        """Close every connection."""
        for provider in self.providers.values():
            await provider.close()


@dataclass(slots=True)
class _Opened:
    """Accounts opened so far; one provider and one throttle each."""

    providers: dict[str, OpenProvider] = field(default_factory=dict)
    throttles: dict[str, Throttle] = field(default_factory=dict)

    def open(self, name: str, account: Account) -> None:
        if name not in self.providers:
            self.providers[name] = open_provider(name, account, os.environ)
            self.throttles[name] = open_throttle(name, account)

    async def close(self) -> None:
        for provider in self.providers.values():
            await provider.close()


async def reach_models(
    prepared: Prepared, run: Run, ledger: LedgerFile, writer: RunLedger, purse: Purse, *, fresh: bool
) -> Reach:
    """Open every account that a judge of the suite needs, and learn what its endpoints can do.

    What the run itself found out holds to its end. What a recent run found out is used again, unless `fresh`; else
    a few tiny calls find it out. What an imported file says about an endpoint decides nothing here.

    Raises:
        UsageError: A key is missing.
        ProviderStopError: An endpoint refuses the key, the model or the money, or can not be reached.
    """
    if not prepared.model_judges:
        return Reach(judges={}, providers={})
    refuse_other_instrument(prepared, run)
    known: list[Findings] = [run.manifest, *(() if fresh else earlier_findings(ledger))]
    opened, judges = _Opened(), {}
    async with AsyncExitStack() as unless_reached:
        unless_reached.push_async_callback(opened.close)
        for judge in prepared.model_judges:
            name, account = prepared.account(judge)
            opened.open(name, account)
            asked_with = writer.register(instrument_of(judge, name, account, opened.providers[name]))
            endpoint = asked_endpoint(judge, account, known)
            if endpoint is None:
                endpoint = await _look(prepared, judge, opened, writer, purse, asked_with)
                known.append(run.manifest.model_copy(update={"judges": (judge,), "endpoints": (endpoint,)}))
            judges[judge.id] = _caller(prepared, judge, name, account, opened, endpoint, asked_with)
        unless_reached.pop_all()
    return Reach(judges=judges, providers=opened.providers)


async def _look(
    prepared: Prepared, judge: ModelJudge, opened: _Opened, writer: RunLedger, purse: Purse, asked_with: int
) -> Endpoint:
    name, account = prepared.account(judge)
    access = Access(
        name=name,
        account=account,
        provider=opened.providers[name],
        throttle=opened.throttles[name],
        price=prepared.price(judge),
        instrument=asked_with,
    )
    return await look_at_endpoint(judge, f"judge {judge.id}", _wants(judge), access, writer, purse)


def _wants(judge: ModelJudge) -> Wants:
    params = judge.params
    return Wants(
        means=judge.answer.means,
        logprobs=judge.answer.probabilities != "repeats",
        max_tokens=params.max_tokens,
        temperature=params.temperature,
        top_p=params.top_p,
        seed=params.seed,
        reasoning_effort=params.reasoning_effort,
        timeout_s=judge.timeout_s,
    )


def _caller(
    prepared: Prepared,
    judge: ModelJudge,
    name: str,
    account: Account,
    opened: _Opened,
    endpoint: Endpoint,
    instrument: int,
) -> CallingJudge:
    reader = reader_of(prepared, judge, endpoint)
    return CallingJudge(
        judge=judge,
        prompter=reader.prompter,
        price=reader.price,
        evidence_required=reader.evidence_required,
        account=name,
        provider=opened.providers[name],
        throttle=opened.throttles[name],
        concurrency=account.concurrency,
        instrument=instrument,
    )
