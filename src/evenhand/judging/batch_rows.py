"""Joining the rows of a batch: by custom id to the attempt, and by the unit's key, never by place or order."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from evenhand.errors import CallError
from evenhand.judging.batch_ports import BatchLedger
from evenhand.providers.batch_interface import BatchRow, BrokenLine, ResultLine
from evenhand.providers.error_body import printable
from evenhand.records.attempt import NewAttempt, RawReply
from evenhand.records.batch import BatchedAttempt
from evenhand.records.run import AttemptState

_ROWS_PER_COMMIT = 500
_BYTES_PER_COMMIT = 8_000_000
_LONGEST_NUMBER = 18


def row_prefix(run: str, batch: int) -> str:
    """Return what the custom ids of a batch begin with."""
    return f"{run}_{batch}_"


def custom_id(run: str, batch: int, attempt: int, key: bytes) -> str:
    """Return the name of a row: run, batch, attempt and the beginning of the unit's key, within any vendor's rules."""
    return f"{row_prefix(run, batch)}{attempt}_{_digest(key)}"


def _digest(key: bytes) -> str:
    return key[:4].hex()


def _read_custom_id(text: str, prefix: str) -> tuple[int, str] | None:
    number, _, digest = text.removeprefix(prefix).partition("_")
    is_number = number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER
    return (int(number), digest) if text.startswith(prefix) and is_number else None


@dataclass(slots=True)
class Harvest:
    """What the results of a batch came to."""

    errors: int = 0
    """Rows that ended without an answer."""
    first_error: CallError | None = None
    repeated: int = 0
    """Rows that came once more."""
    strangers: list[str] = field(default_factory=list)
    """The first custom ids that are none of ours."""
    strange: int = 0
    """Rows that are none of ours: never joined."""
    broken: list[str] = field(default_factory=list)
    """The first lines that are no results."""
    unreadable: int = 0
    """Lines that are no results."""
    stop: CallError | None = None
    """An error that speaks for the whole account."""

    def remarks(self, missing: int) -> tuple[str, ...]:
        """Say what was wrong, for people; `missing` rows came in no file."""
        found = []
        if missing:
            found.append(f"{missing:,} rows are in no result file: possibly billed, asked again")
        if self.errors:
            found.append(f"{self.errors:,} rows brought no answer, the first because: {self.first_error}")
        if self.repeated:
            found.append(f"{self.repeated:,} rows came twice: the first readable one counts")
        if self.strange:
            found.append(f"{self.strange:,} rows are none of ours ({', '.join(self.strangers)}): left out")
        if self.unreadable:
            found.append(f"{self.unreadable:,} lines are no results ({'; '.join(self.broken)})")
        return tuple(found)


class Joiner:
    """Joins the result lines of one batch and commits what they bring, some hundred rows at a time."""

    def __init__(self, run: str, batch: int, ledger: BatchLedger) -> None:
        """Join the rows of `batch`."""
        self.harvest = Harvest()
        self._batch = batch
        self._prefix = row_prefix(run, batch)
        self._ledger = ledger
        self._seen: set[int] = set()

    async def join(self, lines: AsyncIterator[ResultLine]) -> Harvest:
        """Read all lines. What an interrupted reading has committed is not committed twice.

        Raises:
            CallError: The results could not be read to their end; what came until then is committed.
        """
        rows: list[BatchRow] = []
        size = 0
        try:
            async for line in lines:
                if isinstance(line, BrokenLine):
                    self._note_broken(line)
                    continue
                rows.append(line)
                size += len(line.result.body) if isinstance(line.result, RawReply) else 0
                if len(rows) >= _ROWS_PER_COMMIT or size >= _BYTES_PER_COMMIT:
                    taken, rows, size = rows, [], 0
                    await self._commit(taken)
        finally:
            await self._commit(rows)
        return self.harvest

    async def _commit(self, rows: Sequence[BatchRow]) -> None:
        ours = [(row, found) for row in rows if (found := self._attempt_of(row))]
        attempts = self._ledger.attempts(number for _, (number, _) in ours)
        joined: list[tuple[BatchRow, BatchedAttempt]] = []
        for row, (number, digest) in ours:
            attempt = attempts.get(number)
            if attempt is None or attempt.batch != self._batch or _digest(attempt.key) != digest:
                self._note_stranger(row.custom_id)
            else:
                joined.append((row, attempt))
        if joined:
            await self._take(joined)

    async def _take(self, joined: Sequence[tuple[BatchRow, BatchedAttempt]]) -> None:
        hashes = self._ledger.reply_hashes(self._batch, {attempt.unit for _, attempt in joined})
        ended: dict[int, RawReply | CallError] = {}
        extra: list[tuple[int, NewAttempt]] = []
        for row, attempt in joined:
            self.harvest.repeated += attempt.id in self._seen
            self._seen.add(attempt.id)
            is_open = attempt.state is AttemptState.SENT and attempt.id not in ended
            if isinstance(row.result, CallError):
                if is_open:
                    ended[attempt.id] = row.result
                    self._note_error(row.result)
                continue
            digest = hashlib.sha256(row.result.body).digest()
            if digest in hashes.setdefault(attempt.unit, set()):
                continue  # the very same reply is stored already
            hashes[attempt.unit].add(digest)
            number = attempt.id if is_open else self._ledger.number_row()
            if not is_open:
                extra.append((number, _once_more(attempt)))
            ended[number] = row.result
        await self._ledger.end_rows(list(ended.items()), extra)

    def _attempt_of(self, row: BatchRow) -> tuple[int, str] | None:
        found = _read_custom_id(row.custom_id, self._prefix)
        if found is None:
            self._note_stranger(row.custom_id)
        return found

    def _note_stranger(self, name: str) -> None:
        self.harvest.strange += 1
        if len(self.harvest.strangers) < 3:
            self.harvest.strangers.append(printable(name)[:80])

    def _note_broken(self, line: BrokenLine) -> None:
        self.harvest.unreadable += 1
        if len(self.harvest.broken) < 3:
            self.harvest.broken.append(line.why)

    def _note_error(self, error: CallError) -> None:
        self.harvest.errors += 1
        self.harvest.first_error = self.harvest.first_error or error
        if error.call_class.stops_account:
            self.harvest.stop = self.harvest.stop or error


def _once_more(attempt: BatchedAttempt) -> NewAttempt:
    return NewAttempt(
        unit_seq=attempt.unit,
        judge=attempt.judge,
        number=attempt.number,
        key=attempt.key,
        nonce=attempt.nonce,
        reserved_nanousd=0,
        instrument=attempt.instrument,
        batch=attempt.batch,
    )
