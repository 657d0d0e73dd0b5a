"""What sending and reading batches share: the batches under way, the units in them, and why something is left open."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from evenhand.judging.batch_ports import BatchLedger
from evenhand.judging.batch_rows import row_prefix
from evenhand.judging.budget import Purse
from evenhand.judging.progress import BatchProgress, Progress
from evenhand.providers.batch_interface import BatchLabel, BatchProvider, BatchStatus
from evenhand.records.batch import Batch, BatchStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How often a batch is asked after."""

    first_s: float = 60.0
    """Seconds before it is asked after again."""
    growth: float = 1.5
    """By how much the next wait is longer."""
    longest_s: float = 600.0
    """The longest wait."""
    patience_s: float = 3600.0
    """How long the provider may give no answer before this execution ends; the batch goes on."""
    grace_s: float = 300.0
    """How long a batch whose creation had no answer may still turn up in the provider's list, from when that is
    noticed: waiting costs minutes, and a batch that is made twice is paid twice."""


PATIENT: Final = Polling()
"""For batches that take hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWishes:
    """What a user may say about batches."""

    submits: bool = True
    """Whether new batches are made; else only those under way are read."""
    forgets: bool = False
    """Whether batches under way are given up: their rows are possibly billed, and asked again."""
    most_rows: int = 1_000_000
    """Most rows of a batch, where an account takes fewer than its vendor."""
    polling: Polling = PATIENT


@dataclass(slots=True, kw_only=True)
class BatchDesk:
    """The batches of one run in this execution."""

    run: str
    """Name of the run."""
    providers: Mapping[str, BatchProvider]
    """Batch APIs by account."""
    ledger: BatchLedger
    purse: Purse
    """What may be spent. Rows count as spent, at their worst price, from the moment they join a batch."""
    progress: Progress
    wishes: BatchWishes
    pending: bytearray
    """A 1 for each unit that is in a batch under way."""
    running: dict[int, Batch] = field(default_factory=dict)
    """Batches to be asked after, by number."""
    doubted: dict[int, tuple[Batch, float]] = field(default_factory=dict)
    """Batches that may have arrived without our knowing their id, by number, and when the doubt arose (monotonic)."""
    closed: set[str] = field(default_factory=set)
    """Accounts that are given nothing more."""
    fruitless: Counter[int] = field(default_factory=Counter)
    """How often a unit came back without an answer, in this execution."""
    reasons: list[str] = field(default_factory=list)
    """Why units are left open."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether nothing more is to be sent or read."""
    _unbilled: dict[int, int] = field(default_factory=dict)
    """What was no longer set aside for a batch when this execution found it."""

    def note(self, reason: str) -> None:
        """Say why units are left open, once."""
        if reason and reason not in self.reasons:
            self.reasons.append(reason)

    def close_account(self, account: str, reason: str) -> None:
        """Give an account nothing more in this execution."""
        self.closed.add(account)
        self.note(reason)

    def doubt(self, batch: Batch) -> None:
        """Have a batch looked for that may have arrived without our knowing its id."""
        self.doubted[batch.id] = (batch, time.monotonic())
        self.progress.batches[batch.id].word = "looked for"

    def takes(self, account: str) -> bool:
        """Tell whether an account may be given a batch now; one in doubt could not be told from one more like it."""
        in_doubt = any(batch.account == account for batch, _ in self.doubted.values())
        return account not in self.closed and not in_doubt

    def label(self, batch: Batch) -> BatchLabel:
        """Return what tells a batch from all others at the provider."""
        return BatchLabel(
            run=self.run,
            number=batch.id,
            rows=batch.rows,
            created=batch.created,
            prefix=row_prefix(self.run, batch.id),
            taken=self.ledger.taken_ids(batch.account),
        )

    def take_up(self, batch: Batch) -> None:
        """Hold the units of a batch that an earlier execution left, until it is read to its end."""
        for unit in self.ledger.units_of(batch.id):
            self.pending[unit] = 1
        self._unbilled[batch.id] = self.ledger.unbilled_nanousd(batch.id)
        self.progress.batches[batch.id] = BatchProgress(
            account=batch.account, rows=batch.rows, word="found again", provider_id=batch.provider_id
        )

    def keep(self, batch: Batch, status: BatchStatus) -> None:
        """Store the provider's id of a batch, before anybody asks how it stands."""
        self.ledger.running(batch.id, status.id)
        self.running[batch.id] = batch
        self.show(batch, status)

    def show(self, batch: Batch, status: BatchStatus) -> None:
        """Let people see how a batch stands."""
        shown = self.progress.batches[batch.id]
        shown.provider_id, shown.word, shown.done = status.id, status.word, status.done

    def end(self, batch: Batch, stage: BatchStage, reason: str) -> int:
        """Close a batch: its units may be asked again, and what surely cost nothing is no longer set aside.

        Returns:
            How many rows nothing came of.
        """
        count = self.ledger.end(batch.id, stage, reason)
        self.ledger.replies.look_again()
        self.running.pop(batch.id, None)
        known = self._unbilled.get(batch.id, 0)
        self.purse.settle_ahead(self.ledger.unbilled_nanousd(batch.id) - known, 0)
        for unit in self.ledger.units_of(batch.id):
            self.pending[unit] = 0
        shown = self.progress.batches[batch.id]
        shown.ended, shown.word = True, stage.value
        return count

    async def pause(self, seconds: float) -> None:
        """Wait, unless all is stopped."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopped.wait()
        except TimeoutError:
            return
