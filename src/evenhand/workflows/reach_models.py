"""Open the accounts of a run's model judges and find out what their endpoints can do."""

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from evenhand.errors import CallError, ProviderStopError
from evenhand.judging.budget import Purse, worst_case_nanousd
from evenhand.judging.calling import AttemptRecorder, CallingJudge
from evenhand.judging.ports import Ledger
from evenhand.judging.reader import served_by
from evenhand.providers.capabilities import Wants
from evenhand.providers.interface import ChatRequest, RawReply, UnreadableReplyError
from evenhand.providers.preflight import preflight
from evenhand.providers.read_reply import read_reply
from evenhand.providers.registry import OpenProvider, open_provider, open_throttle
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.records.instrument import Instrument
from evenhand.records.judge import ModelJudge, Price
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
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.replay_models import reader_of
from evenhand.workflows.versions import with_version

_NO_KEY = bytes(32)


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
            asked_with = writer.register(_instrument(judge, name, account, opened.providers[name]))
            endpoint = asked_endpoint(judge, account, known)
            if endpoint is None:
                endpoint = await _look(
                    judge, name, account, opened, writer, purse, prepared.price(judge), asked_with
                )
                known.append(run.manifest.model_copy(update={"judges": (judge,), "endpoints": (endpoint,)}))
            judges[judge.id] = _caller(prepared, judge, name, account, opened, endpoint, asked_with)
        unless_reached.pop_all()
    return Reach(judges=judges, providers=opened.providers)


def _instrument(judge: ModelJudge, name: str, account: Account, provider: OpenProvider) -> Instrument:
    """Return what a judge is asked with, the versions of the software in between included."""
    versions = dict(provider.versions())
    carriers = [versions.pop(key) for key in list(versions) if key.endswith("transport")]
    return Instrument(
        account=name,
        protocol=account.protocol,
        transport=", ".join([account.transport, *map(with_version, carriers)]),
        base_url=account.base_url,
        model=judge.model.partition("/")[2],
        sdk=", ".join(f"{key} {text}" for key, text in sorted(versions.items())),
    )


async def _look(
    judge: ModelJudge,
    name: str,
    account: Account,
    opened: _Opened,
    ledger: Ledger,
    purse: Purse,
    price: Price | None,
    instrument: int,
) -> Endpoint:
    provider, throttle = opened.providers[name], opened.throttles[name]
    policy = RetryPolicy(attempts=judge.attempts, deadline_s=judge.timeout_s)

    async def ask(request: ChatRequest) -> RawReply:
        recorder = AttemptRecorder(
            ledger=ledger,
            purse=purse,
            unit_seq=-1,
            judge=judge.id,
            key=_NO_KEY,
            nonce="",
            worst_case=worst_case_nanousd(price, request),
            instrument=instrument,
        )
        raw = await ask_with_retries(provider, request, policy, recorder, throttle=throttle)
        await _count(raw, request, recorder, account.protocol, price)
        return raw

    model = judge.model.partition("/")[2]
    try:
        findings = await preflight(account.protocol, model, _wants(judge), ask)
    except CallError as error:
        raise ProviderStopError(f"judge {judge.id}: {error}", hint=error.hint) from error
    where = {"base_url": account.base_url, "transport": account.transport}
    return findings.endpoint(judge=judge.id, account=name).model_copy(update=where)


async def _count(
    raw: RawReply, request: ChatRequest, recorder: AttemptRecorder, protocol: str, price: Price | None
) -> None:
    """Commit what a preflight reply cost; they are paid for like any other."""
    try:
        reply = read_reply(protocol, raw.body)
    except UnreadableReplyError:
        reply = None
    served = served_by(recorder.attempt, reply, raw.body, request, price)
    recorder.paid(served)
    await recorder.ledger.served(served)


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
