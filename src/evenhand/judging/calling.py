"""Asking a model for one unit: attempts reserved, committed, read, and asked again where a reply is unreadable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evenhand.errors import CallClass, CallError, ProviderStopError, PutOffError
from evenhand.judging.budget import Purse, worst_case_nanousd
from evenhand.judging.ports import Attempts, Ledger
from evenhand.judging.prompt import Prompt
from evenhand.judging.reader import Reader, served_by
from evenhand.judging.reuse import own_reply, wants_another
from evenhand.judging.unanswered import Unanswered
from evenhand.providers.interface import Provider
from evenhand.providers.retry import RetryPolicy, TimeLeft, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled
from evenhand.records.rating import FailedRating, FailureKind, Outcome, TerminalState
from evenhand.records.run import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingJudge(Reader):
    """A model judge, ready to be asked."""

    account: str
    provider: Provider
    throttle: Throttle
    """Limits of the account, shared by its judges."""
    concurrency: int
    """Most calls of the account in flight."""
    instrument: int | None = None
    """What it is asked with, as the ledger numbers it."""


@dataclass(slots=True)
class AttemptRecorder:
    """Commits what happens to the attempts of one unit, and keeps the purse."""

    ledger: Attempts
    purse: Purse
    unit_seq: int
    judge: str
    key: bytes
    nonce: str
    worst_case: int
    instrument: int | None = None
    """What it is asked with, as the ledger numbers it."""
    unanswered: Unanswered | None = None
    """Told whether the account answers; None where nobody needs to know."""
    attempt: int = field(default=0)
    """The attempt begun last, as the ledger numbers it."""

    async def begin(self, number: int) -> int:
        """Set the worst-case price aside, and commit `reserved` and `sent`."""
        await self.purse.set_aside(self.worst_case)
        self.attempt = await self.ledger.begin(
            NewAttempt(
                unit_seq=self.unit_seq,
                judge=self.judge,
                number=number,
                key=self.key,
                nonce=self.nonce,
                reserved_nanousd=self.worst_case,
                instrument=self.instrument,
            )
        )
        return self.attempt

    async def failed(self, attempt: int, error: CallError) -> None:
        """Commit that no reply came; what may have been billed stays counted as spent."""
        self.purse.settle(self.worst_case, self.worst_case if error.maybe_billed else 0)
        if self.unanswered is not None:
            self._tell(error.call_class, self.unanswered)
        await self.ledger.failed(attempt, error)

    async def received(self, attempt: int, raw: RawReply) -> None:
        """Commit the bytes before anything is read from them."""
        if self.unanswered is not None:
            self.unanswered.answered()
        await self.ledger.received(attempt, raw)

    def _tell(self, met: CallClass, unanswered: Unanswered) -> None:
        """Tell what a failure says of the account: a refusal of one question is an answer too."""
        if met is CallClass.TRANSIENT:
            unanswered.failed(self.unit_seq)
        elif met.fails_the_unit:
            unanswered.answered()

    def paid(self, served: Served) -> None:
        """Give back what the call did not cost; nothing where that is only estimated, or the wall would be a guess."""
        estimated = served.usage.estimated
        self.purse.settle(self.worst_case, self.worst_case if estimated else served.cost_nanousd)


async def ask_unit(
    unit: Unit, prompt: Prompt, caller: CallingJudge, ledger: Ledger, purse: Purse, unanswered: Unanswered
) -> Settled:
    """Answer `unit` by a reply that this run has of it already, or by a call, of which `unanswered` is told.

    Raises:
        ProviderStopError: The account refuses to serve, or is given up.
        PutOffError: The account fails too often now; the unit is better asked later.
        BudgetError: The call does not fit under the cap.
        LedgerError: The ledger can not be written.
    """
    stored = own_reply(unit, prompt, caller, ledger)
    asked = len(stored.served) if stored else 0
    if stored and (not wants_another(stored.outcome) or asked > caller.judge.answer.reasks):
        return stored
    served = list(stored.served) if stored else []
    outcome: TerminalState = stored.outcome if stored else FailedRating(kind=FailureKind.EMPTY)
    left = TimeLeft(caller.judge.timeout_s)
    for _ in range(asked, caller.judge.answer.reasks + 1):
        try:
            latest, answered = await _ask_once(unit, prompt, caller, ledger, purse, unanswered, left)
        except PutOffError:
            if not served:
                raise
            break
        if served and _is_unanswered(latest):
            break  # the unreadable reply is what the judge had to say
        outcome = latest
        served += answered
        if not wants_another(outcome) or left.seconds <= 0:
            break
        prompt = prompt.with_new_nonce()
    return Settled(unit=unit, key=prompt.key, outcome=outcome, served=tuple(served))


def _is_unanswered(outcome: Outcome) -> bool:
    return isinstance(outcome, FailedRating) and outcome.kind is FailureKind.UNREACHABLE


async def _ask_once(
    unit: Unit,
    prompt: Prompt,
    caller: CallingJudge,
    ledger: Ledger,
    purse: Purse,
    unanswered: Unanswered,
    left: TimeLeft,
) -> tuple[Outcome, Sequence[Served]]:
    recorder = AttemptRecorder(
        ledger=ledger,
        purse=purse,
        unit_seq=unit.seq,
        judge=caller.judge.id,
        key=prompt.key,
        nonce=prompt.nonce,
        worst_case=worst_case_nanousd(caller.price, prompt.request, schema_bytes=prompt.form.schema_bytes),
        instrument=caller.instrument,
        unanswered=unanswered,
    )
    policy = RetryPolicy(attempts=caller.judge.attempts, deadline_s=caller.judge.timeout_s)
    try:
        raw = await ask_with_retries(
            caller.provider, prompt.request, policy, recorder, throttle=caller.throttle, left=left
        )
    except CallError as error:
        if error.call_class.stops_account:
            raise ProviderStopError(str(error), hint=error.hint) from error
        return failed_call(error), ()
    read = caller.read(raw.body, prompt.nonce, unit, prompt)
    served = served_by(recorder.attempt, read.reply, raw.body, prompt.request, caller.price)
    recorder.paid(served)
    return read.outcome, (served,)


def failed_call(error: CallError) -> FailedRating:
    """Return what a call that brought no reply means for its unit."""
    if error.call_class.fails_the_unit:
        return FailedRating(kind=FailureKind(error.call_class.value), detail=str(error))
    refused = error.call_class is CallClass.UNSUPPORTED
    kind = FailureKind.REJECTED if refused else FailureKind.UNREACHABLE
    return FailedRating(kind=kind, detail=str(error))
