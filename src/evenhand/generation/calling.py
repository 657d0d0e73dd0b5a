"""Asking a generator for one text: from the ledger where it is there, else by a call."""

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.errors import CallError, ProviderStopError
from evenhand.generation.ports import StepLedger
from evenhand.generation.prompt import StepPrompt, StepPrompter
from evenhand.judging.budget import Purse, worst_case_nanousd
from evenhand.judging.calling import AttemptRecorder, failed_call
from evenhand.judging.reader import served_by
from evenhand.providers.interface import Provider
from evenhand.providers.retry import RetryPolicy, TimeLeft, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.records.attempt import Served, StoredReply
from evenhand.records.generation import FailedStep
from evenhand.records.generator import Generator
from evenhand.records.judge import Price
from evenhand.records.rating import FailureKind

_REASKS = 1
"""So often a text that can not be used is asked for again, with the same prompt, before the step has failed."""
_ASKED_AGAIN = frozenset({FailureKind.MALFORMED, FailureKind.EMPTY})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingGenerator:
    """A generator, ready to be asked; without a provider it is answered from the ledger alone."""

    generator: Generator
    prompter: StepPrompter
    price: Price
    concurrency: int = 1
    """Most calls in flight."""
    provider: Provider | None = None
    throttle: Throttle | None = None
    """Limits of its account."""
    instrument: int | None = None
    """What it is asked with, as the ledger numbers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a question."""

    outcome: str | FailedStep
    served: tuple[Served, ...] = ()
    """The replies read for it, the last one decides."""
    reused: int | None = None
    """The attempt of an earlier run whose reply was used again."""


class NobodyAskedError(Exception):
    """The ledger has no reply to the question, and there is nobody to ask."""


def find_reply(seq: int, prompt: StepPrompt, writer: CallingGenerator, ledger: StepLedger) -> Told | None:
    """Answer a question by a reply the ledger holds: one of this run's own, then a text of an earlier run."""
    for stored in ledger.own_replies(seq, prompt.key):
        told = _read_stored(stored, prompt, writer)
        if isinstance(told.outcome, str) or told.outcome.kind not in _ASKED_AGAIN:
            return told
    for stored in ledger.earlier_replies(seq, prompt.key):
        outcome, _ = writer.prompter.read(stored.body, stored.nonce)
        if isinstance(outcome, str):
            return Told(outcome=outcome, reused=stored.attempt)
    return None


def _read_stored(stored: StoredReply, prompt: StepPrompt, writer: CallingGenerator) -> Told:
    outcome, reply = writer.prompter.read(stored.body, stored.nonce)
    served = served_by(stored.attempt, reply, stored.body, prompt.request, writer.price)
    return Told(outcome=outcome, served=(served,))


async def ask_step(
    seq: int, prompt: StepPrompt, writer: CallingGenerator, ledger: StepLedger, purse: Purse
) -> Told:
    """Answer a question by a call.

    Raises:
        NobodyAskedError: There is no provider.
        CallError: The account gave no answer, for reasons that may pass.
        ProviderStopError: The account refuses to serve, or is given up.
        PutOffError: The account fails too often now; the question is better asked later.
        BudgetError: The call does not fit under the cap.
        LedgerError: The ledger can not be written.
    """
    left = TimeLeft(writer.generator.timeout_s)
    served: list[Served] = []
    outcome: str | FailedStep = FailedStep(kind=FailureKind.EMPTY)
    for _ in range(_REASKS + 1):
        outcome, more = await _ask_once(seq, prompt, writer, ledger, purse, left)
        served += more
        if isinstance(outcome, str) or outcome.kind not in _ASKED_AGAIN or left.seconds <= 0:
            break
        prompt = prompt.with_new_nonce()
    return Told(outcome=outcome, served=tuple(served))


async def _ask_once(
    seq: int,
    prompt: StepPrompt,
    writer: CallingGenerator,
    ledger: StepLedger,
    purse: Purse,
    left: TimeLeft,
) -> tuple[str | FailedStep, Sequence[Served]]:
    if writer.provider is None or writer.throttle is None:
        raise NobodyAskedError
    recorder = AttemptRecorder(
        ledger=ledger,
        purse=purse,
        unit_seq=seq,
        judge=writer.generator.id,
        key=prompt.key,
        nonce=prompt.nonce,
        worst_case=worst_case_nanousd(writer.price, prompt.request),
        instrument=writer.instrument,
    )
    policy = RetryPolicy(attempts=writer.generator.attempts, deadline_s=writer.generator.timeout_s)
    try:
        raw = await ask_with_retries(
            writer.provider, prompt.request, policy, recorder, throttle=writer.throttle, left=left
        )
    except CallError as error:
        if error.call_class.stops_account:
            raise ProviderStopError(str(error), hint=error.hint) from error
        if error.call_class.retry_may_help:
            raise
        failed = failed_call(error)
        return FailedStep(kind=failed.kind, detail=failed.detail), ()
    outcome, reply = writer.prompter.read(raw.body, prompt.nonce)
    served = served_by(recorder.attempt, reply, raw.body, prompt.request, writer.price)
    recorder.paid(served)
    return outcome, (served,)
