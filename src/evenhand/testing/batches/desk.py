"""Batches and files in memory: what was sent, what became of each row, and how far each batch is."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from evenhand.testing.batches.script import BatchScript, Behaviour
from evenhand.testing.exchange import Judge
from evenhand.testing.faults import vendor_error
from evenhand.testing.faults.kinds import Fault

Ending: TypeAlias = Literal["answered", "expired", "cancelled"]
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """One request of a batch, validated."""

    custom_id: str
    """The client's name for it."""
    body: bytes
    """The request, as a live call would carry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """What the path of live calls made of a row."""

    number: int
    """Number of the call in the ledger."""
    status: int
    """HTTP status; 0 where a live call would have had no answer."""
    body: bytes
    """Body of the response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One line of a result file, before a vendor writes it."""

    custom_id: str
    """The row it claims to answer."""
    ending: Ending
    """How the row ended."""
    answer: RowAnswer | None = None
    """Its answer; None where it was not executed."""

    @property
    def succeeded(self) -> bool:
        """Whether it is a success of its vendor."""
        return self.answer is not None and self.answer.status == _OK


AskRow: TypeAlias = Callable[[bytes, str, Fault | None, Judge | None], RowAnswer]
"""Answers a row: its body, the id of its batch, a fault instead of the scripted ones, a judge instead of the scripted
one."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch."""

    id: str
    number: int
    """Order of creation, from 1."""
    endpoint: str
    """Path every row asks."""
    behaviour: Behaviour
    created: float
    """Unix time."""
    total: int
    """Rows sent."""
    metadata: Mapping[str, object] = field(default_factory=dict)
    input_file: str = ""
    """File the rows came in (OpenAI)."""
    problems: Sequence[Mapping[str, object]] = ()
    """What a failed validation found (OpenAI)."""
    results: list[ResultRow] = field(default_factory=list)
    """Lines to serve, as the behaviour leaves them."""
    polls: int = 0
    lists: int = 0
    """Lists made since it was created."""
    cancelled_at_poll: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it has ended, as far as anybody has seen."""
        if self.cancelled_at_poll is not None:
            return self.polls > self.cancelled_at_poll
        waited = time.time() - self.created >= self.behaviour.seconds
        return self.polls > self.behaviour.polls and waited

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to cancel it."""
        return self.cancelled_at_poll is not None

    def count(self, *, succeeded: bool) -> int:
        """How many executed rows succeeded, or did not."""
        return sum(row.answer is not None and row.succeeded is succeeded for row in self.results)


class BatchDesk:
    """Keeps files and batches, and has the rows of new batches answered."""

    def __init__(self, script: BatchScript, unbill: Callable[[int], None]) -> None:
        """Start with nothing; `unbill` takes back the charge of a call by its number."""
        self.script = script
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Batch] = {}
        self._unbill = unbill
        self._times: dict[str, int] = {}

    def trouble(self, operation: str) -> str | None:
        """Count a control call and return what happens to it."""
        self._times[operation] = self._times.get(operation, 0) + 1
        return self.script.trouble(operation, self._times[operation])

    def add_file(self, content: bytes) -> str:
        """Keep a file and return its id."""
        name = f"file-{len(self.files) + 1:024x}"
        self.files[name] = content
        return name

    def open(
        self,
        prefix: str,
        endpoint: str,
        rows: Sequence[NewRow],
        ask: AskRow,
        *,
        metadata: Mapping[str, object] | None = None,
        input_file: str = "",
        problems: Sequence[Mapping[str, object]] = (),
    ) -> Batch:
        """Take a batch on. What will be executed of it is executed and billed now, and shown when it ends."""
        number = len(self.batches) + 1
        batch = Batch(
            id=f"{prefix}{number:024x}",
            number=number,
            endpoint=endpoint,
            behaviour=self.script.behaviour(number),
            created=time.time(),
            total=len(rows),
            metadata=metadata or {},
            input_file=input_file,
            problems=problems,
        )
        self.batches[batch.id] = batch
        if not problems:
            batch.results = _results(batch, rows, ask)
        return batch

    def cancel(self, batch: Batch) -> None:
        """Cancel a batch; rows after the executed share are unbilled."""
        if batch.ended or batch.cancelled:
            return
        batch.cancelled_at_poll = batch.polls
        executed = int(len(batch.results) * batch.behaviour.executed)
        for row in batch.results[executed:]:
            if row.answer is not None:
                self._unbill(row.answer.number)
        batch.results[executed:] = [
            ResultRow(custom_id=row.custom_id, ending="cancelled") for row in batch.results[executed:]
        ]

    def newest_first(self, prefix: str) -> list[Batch]:
        """The batches of one vendor that a list shows, the newest first."""
        found = [batch for batch in reversed(self.batches.values()) if batch.id.startswith(prefix)]
        for batch in found:
            batch.lists += 1
        return [batch for batch in found if batch.lists > batch.behaviour.unlisted]


def _results(batch: Batch, rows: Sequence[NewRow], ask: AskRow) -> list[ResultRow]:
    behaviour = batch.behaviour
    executed = int(len(rows) * behaviour.executed) if behaviour.ends == "expired" else len(rows)
    lines: list[ResultRow] = []
    names = _names(rows, behaviour)
    for place, row in enumerate(rows):
        if place >= executed:
            lines.append(ResultRow(custom_id=row.custom_id, ending="expired"))
            continue
        fault = vendor_error(behaviour.error) if behaviour.errored(place) else None
        answer = ask(row.body, batch.id, fault, None)
        if behaviour.dropped(place):
            continue
        line = ResultRow(custom_id=names[place], ending="answered", answer=answer)
        lines.append(line)
        if behaviour.duplicated(place):
            again = answer if behaviour.second is None else ask(row.body, batch.id, None, behaviour.second)
            lines.append(ResultRow(custom_id=names[place], ending="answered", answer=again))
    strangers = [_stranger(lines, number) for number in range(behaviour.strangers)] if lines else []
    lines = [*strangers, *lines]
    return lines[::-1] if behaviour.order == "reversed" else lines


def _names(rows: Sequence[NewRow], behaviour: Behaviour) -> list[str]:
    names = [row.custom_id for row in rows]
    for place in range(len(names) - 1):
        if behaviour.swapped(place):
            names[place], names[place + 1] = names[place + 1], names[place]
    return names


def _stranger(lines: Sequence[ResultRow], number: int) -> ResultRow:
    return ResultRow(custom_id=f"stranger-{number}", ending="answered", answer=lines[0].answer)
