"""Looking at an endpoint before it is asked: what it is asked with, and what a few tiny calls find out about it."""

from dataclasses import dataclass
from typing import Protocol

from evenhand.errors import CallError, ProviderStopError
from evenhand.judging.budget import Purse, worst_case_nanousd
from evenhand.judging.calling import AttemptRecorder
from evenhand.judging.ports import Attempts
from evenhand.judging.reader import served_by
from evenhand.providers.capabilities import Wants
from evenhand.providers.interface import ChatRequest, RawReply, UnreadableReplyError
from evenhand.providers.preflight import preflight
from evenhand.providers.read_reply import read_reply
from evenhand.providers.registry import OpenProvider
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.records.instrument import Instrument
from evenhand.records.judge import Price
from evenhand.records.run import Endpoint
from evenhand.records.settings import Account
from evenhand.workflows.versions import with_version

_NO_KEY = bytes(32)


class Asked(Protocol):
    """Whoever asks a model: a judge or a generator."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def model(self) -> str:
        """ACCOUNT/MODEL."""
        ...

    @property
    def attempts(self) -> int:
        """Most calls for one question."""
        ...

    @property
    def timeout_s(self) -> float:
        """Seconds one question may take."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a model is reached."""

    name: str
    """Name of the account."""
    account: Account
    provider: OpenProvider
    throttle: Throttle
    """Limits of the account."""
    price: Price | None
    """Price of the model; None where it is not known."""
    instrument: int
    """What it is asked with, as the ledger numbers it."""


def instrument_of(asked: Asked, name: str, account: Account, provider: OpenProvider) -> Instrument:
    """Return what a model is asked with, the versions of the software in between included."""
    versions = dict(provider.versions())
    carriers = [versions.pop(key) for key in list(versions) if key.endswith("transport")]
    return Instrument(
        account=name,
        protocol=account.protocol,
        transport=", ".join([account.transport, *map(with_version, carriers)]),
        base_url=account.base_url,
        model=asked.model.partition("/")[2],
        sdk=", ".join(f"{key} {text}" for key, text in sorted(versions.items())),
    )


async def look_at_endpoint(
    asked: Asked,
    who: str,
    wants: Wants,
    access: Access,
    ledger: Attempts,
    purse: Purse,
) -> Endpoint:
    """Find out by a few tiny calls what an endpoint can do; they are paid for and recorded like any other.

    Args:
        asked: Whoever will ask it.
        who: The same for people, such as "judge close-reader".
        wants: What is wanted of it.
        access: How it is reached.
        ledger: Where calls are committed.
        purse: What may be spent.

    Raises:
        ProviderStopError: It refuses the key, the model or the money, or can not be reached.
    """
    policy = RetryPolicy(attempts=asked.attempts, deadline_s=asked.timeout_s)

    async def ask(request: ChatRequest) -> RawReply:
        recorder = AttemptRecorder(
            ledger=ledger,
            purse=purse,
            unit_seq=-1,
            judge=asked.id,
            key=_NO_KEY,
            nonce="",
            worst_case=worst_case_nanousd(access.price, request),
            instrument=access.instrument,
        )
        raw = await ask_with_retries(access.provider, request, policy, recorder, throttle=access.throttle)
        await _count(raw, request, recorder, access)
        return raw

    model = asked.model.partition("/")[2]
    try:
        findings = await preflight(access.account.protocol, model, wants, ask)
    except CallError as error:
        raise ProviderStopError(f"{who}: {error}", hint=error.hint) from error
    where = {"base_url": access.account.base_url, "transport": access.account.transport}
    return findings.endpoint(judge=asked.id, account=access.name).model_copy(update=where)


async def _count(raw: RawReply, request: ChatRequest, recorder: AttemptRecorder, access: Access) -> None:
    """Commit what a preflight reply cost; they are paid for like any other."""
    try:
        reply = read_reply(access.account.protocol, raw.body)
    except UnreadableReplyError:
        reply = None
    served = served_by(recorder.attempt, reply, raw.body, request, access.price)
    recorder.paid(served)
    await recorder.ledger.served(served)
