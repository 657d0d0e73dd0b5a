"""The chain runner: every chain is taken to its end, many calls at a time, and what comes back is committed.

A chain whose account gives no answer is put off and walked again in a later round; so an outage does not turn into
failed steps, and a step that fails while others are answered is one in the end.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evenhand.errors import BudgetError, CallError, EvenhandError, ProviderStopError, PutOffError
from evenhand.generation.calling import CallingGenerator, NobodyAskedError, Told, ask_step, find_reply
from evenhand.generation.chain import Ask, Chain, Written
from evenhand.generation.ports import StepLedger
from evenhand.generation.progress import GenerationProgress
from evenhand.generation.prompt import StepPrompt
from evenhand.judging.budget import Purse
from evenhand.judging.unanswered import STRAIGHT_FAILURES
from evenhand.records.generation import FailedStep, Step
from evenhand.records.pacing import PacingEvent
from evenhand.records.rating import FailureKind

_FRUITLESS_ROUNDS = 3
"""After so many rounds in which nothing was written, what is put off stays open."""
_REPLAYERS = 1


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A chain under way."""

    number: int
    chain: Chain
    unanswered: CallError | None = None
    """The failure it was put off for."""
    answers_before: int = 0
    """How many answers the account had given when it was."""


class ChainRunner:
    """Takes chains to the ledger. One use: make it, run it."""

    def __init__(
        self,
        *,
        chains: Iterable[Chain],
        most_steps: int,
        writer: CallingGenerator,
        ledger: StepLedger,
        purse: Purse,
        progress: GenerationProgress,
    ) -> None:
        """Hold the parts.

        Args:
            chains: What to ask, read as it is needed, always in the same order.
            most_steps: Most steps of a chain; numbers of steps rest on it.
            writer: Whom to ask.
            ledger: Where everything is committed.
            purse: What may be spent.
            progress: Counters to move.
        """
        self._chains = chains
        self._most_steps = most_steps
        self._writer = writer
        self._ledger = ledger
        self._purse = purse
        self._progress = progress
        self._reasons: list[str] = []
        self._stopping = False
        self._late: list[_Walk] = []
        self._left_open = 0
        self._answers = 0
        self._straight = 0
        """Chains put off in a row without an answer in between."""
        self._events: list[PacingEvent] = []
        if writer.throttle is not None:
            throttle = writer.throttle
            progress.look = lambda: [throttle.now()]

    def stop(self, reason: str) -> None:
        """Make no new call; calls in flight are finished and stored."""
        self._stopping = True
        self._note(reason)
        self._purse.stop(reason)
        if self._writer.throttle is not None:
            self._writer.throttle.close(reason)

    async def run(self) -> tuple[str, ...]:
        """Run until every chain is at its end or nothing more can be done.

        Returns:
            Why chains are left open; empty when none is.

        Raises:
            LedgerError: The ledger can not be written.
            UsageError: The chains can not be read any more.
        """
        if self._writer.throttle is not None:
            self._writer.throttle.start(self._events.append)
        try:
            await self._rounds()
        except* EvenhandError as errors:
            raise errors.exceptions[0] from None
        await self._ledger.paced(self._events)
        await self._ledger.flush()
        if self._left_open and not self._reasons:
            self._note(f"{self._left_open:,} chains have no reply in the ledger, and nobody was to be asked")
        return tuple(self._reasons)

    async def _rounds(self) -> None:
        """Walk all chains, and again those that were put off as long as that brings something."""
        walks: Iterable[_Walk] = (
            _Walk(number=number, chain=chain) for number, chain in enumerate(self._chains)
        )
        fruitless = 0
        while not self._stopping:
            before = self._progress.steps
            await self._round(iter(walks))
            late, self._late = self._late, []
            if not late or self._stopping:
                break
            fruitless = 0 if self._progress.steps > before else fruitless + 1
            if fruitless >= _FRUITLESS_ROUNDS:
                self._note(f"generator {self._writer.generator.id}: {len(late):,} chains got no answer")
                break
            walks = late

    async def _round(self, walks: Iterator[_Walk]) -> None:
        workers = self._writer.concurrency if self._writer.provider else _REPLAYERS
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work(walks))

    async def _work(self, walks: Iterator[_Walk]) -> None:
        for walk in walks:
            if self._stopping:
                return
            try:
                await self._walk(walk)
            except (BudgetError, ProviderStopError) as error:
                self.stop(str(error))
            except NobodyAskedError:
                self._left_open += 1
            except (PutOffError, CallError) as error:
                self._put_off(walk, error)

    async def _walk(self, walk: _Walk) -> None:
        """Take one chain to its end."""
        first = walk.number * self._most_steps
        known = self._ledger.settled_steps(first, first + self._most_steps - 1)
        done: list[Written] = []
        while ask := walk.chain.next(done):
            if len(done) == self._most_steps:
                raise ValueError(f"chain {walk.chain.name} has more than {self._most_steps} steps")
            step = known.get(first + len(done)) or await self._step(walk, ask, first + len(done), len(done))
            if isinstance(step.outcome, FailedStep):
                self._progress.failed[step.outcome.kind.value] += 1
                break
            done.append(
                Written(kind=step.kind, principle_id=step.principle_id, text=step.outcome, key=step.key)
            )
        self._progress.ended += 1

    async def _step(self, walk: _Walk, ask: Ask, seq: int, place: int) -> Step:
        """Settle one step, by a reply the ledger holds or by a call."""
        prompt = self._writer.prompter.render(ask)
        if isinstance(prompt, FailedStep):
            told, key = Told(outcome=prompt), bytes(32)
        else:
            key = prompt.key
            told = find_reply(seq, prompt, self._writer, self._ledger) or await self._ask(walk, seq, prompt)
        step = Step(
            seq=seq,
            chain=walk.chain.name,
            place=place,
            kind=ask.kind,
            principle_id=ask.principle_id,
            key=key,
            outcome=told.outcome,
            reused=told.reused,
        )
        await self._ledger.settle(step, told.served)
        self._progress.steps += 1
        self._progress.reused += told.reused is not None
        self._progress.cost_nanousd += sum(each.cost_nanousd for each in told.served)
        return step

    async def _ask(self, walk: _Walk, seq: int, prompt: StepPrompt) -> Told:
        self._progress.in_flight += 1
        try:
            told = await ask_step(seq, prompt, self._writer, self._ledger, self._purse)
        except CallError as error:
            if walk.unanswered is None or self._answers <= walk.answers_before:
                raise
            return Told(outcome=FailedStep(kind=FailureKind.UNREACHABLE, detail=str(error)))
        finally:
            self._progress.in_flight -= 1
        self._answers += 1
        self._straight = 0
        return told

    def _put_off(self, walk: _Walk, error: PutOffError | CallError) -> None:
        """Leave a chain for a later round; so many in a row without an answer are an outage, which ends the run."""
        if isinstance(error, CallError):
            self._straight += 1
            walk.unanswered = error
            walk.answers_before = self._answers
        self._late.append(walk)
        if self._straight >= STRAIGHT_FAILURES:
            self.stop(
                f"generator {self._writer.generator.id}: {STRAIGHT_FAILURES} texts in a row got no answer ({error})"
            )

    def _note(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons.append(reason)
