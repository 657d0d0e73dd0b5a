"""Replies of a run on their way out of the ledger, and replies of other ledgers on their way in."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from evenhand.records.canonical import canonical_json
from evenhand.records.rating import RATED, Order
from evenhand.records.replay import (
    MAX_BODY_BYTES,
    RecordingsHead,
    ReplyRecording,
    ReplyUsage,
    body_texts,
    digest_of,
)
from evenhand.records.run import Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile, chunks

OPEN = "open"
"""State of a reply whose unit has no terminal state."""
_MALFORMED = "malformed"
"""State of a reply after which the same was asked again."""
_LONGEST_NAME = 1000
_UNITS_PER_READ = 500
_ROWS_PER_COMMIT = 2_000
_HEADS_LOOKED_AT = 20

_attempts, _ratings, _recordings = tables.attempts.c, tables.ratings.c, tables.recordings.c
_body = tables.replies.c.body
_COMMON: Final = ("id", "nonce", "request_id", "served_model", "fingerprint")
_TOKENS: Final = ("input_tokens", "output_tokens", "cached_tokens")

Place = tuple[str, Order, int]
"""Judge, order and repeat of a unit of an item."""


class RunReplies:
    """The replies behind the ratings of a run, in the order of its plan.

    Attributes:
        count: How many there are.
        left_out: How many more are too large for a line of a file.
    """

    def __init__(
        self, ledger: LedgerFile, run: Run, places: Sequence[Place], *, everything: bool = False
    ) -> None:
        """Count them.

        Args:
            ledger: The ledger.
            run: The run.
            places: Judge, order and repeat of each unit of an item, in the order of the plan.
            everything: Whether replies that were no ratings are wanted too: refused, cut off, malformed or unread.
        """
        self._ledger = ledger
        self._run = run
        self._number = ledger.run_number(run.id)
        self._places = places
        self._everything = everything
        self._endpoints = {endpoint.judge: endpoint for endpoint in run.manifest.endpoints}
        self.count = self._total(func.length(_body) <= MAX_BODY_BYTES)
        self.left_out = self._total(func.length(_body) > MAX_BODY_BYTES)

    def _total(self, condition: Any) -> int:
        names = (func.count(), func.count(_ratings.reused.distinct()), func.count(_ratings.reused.distinct()))
        with self._ledger.read() as connection:
            return sum(
                int(connection.execute(query.with_only_columns(number).where(condition)).scalar_one())
                for query, number in zip(self._queries(), names, strict=True)
            )

    def __iter__(self) -> Iterator[ReplyRecording]:
        """Yield them; a reply that answers several units stands at the first."""
        shared, seen = self._shared(), set[int]()
        for first in range(0, self._run.manifest.planned_units, _UNITS_PER_READ):
            for row in self._block(first, first + _UNITS_PER_READ - 1):
                if row.reused not in seen:
                    yield self._recording(row)
                if row.reused in shared:
                    seen.add(row.reused)

    def _shared(self) -> frozenset[int]:
        """Return the replies that answer more than one unit."""
        mine = select(_ratings.reused).where(_ratings.run == self._number, _ratings.reused.is_not(None))
        with self._ledger.read() as connection:
            several = mine.group_by(_ratings.reused).having(func.count() > 1)
            return frozenset(connection.execute(several).scalars())

    def _block(self, first: int, last: int) -> list[Row[Any]]:
        own, again, imported = self._queries()
        fits = func.length(_body) <= MAX_BODY_BYTES
        rows: list[Row[Any]] = []
        with self._ledger.read() as connection:
            rows += connection.execute(own.where(_attempts.unit.between(first, last), fits))
            for query in (again, imported):
                rows += connection.execute(query.where(_ratings.unit.between(first, last), fits))
        return sorted(rows, key=lambda row: (row.unit, row.id))

    def _queries(self) -> tuple[Select[Any], Select[Any], Select[Any]]:
        """Return what finds replies of this run, those of earlier runs it used, and those it used from recordings."""
        return self._own(), self._used(tables.attempts, 1), self._used(tables.recordings, -1)

    def _own(self) -> Select[Any]:
        its_rating = and_(_ratings.run == _attempts.run, _ratings.unit == _attempts.unit)
        other = tables.attempts.alias()
        last = (
            select(func.max(other.c.id))
            .where(other.c.run == _attempts.run, other.c.unit == _attempts.unit, other.c.reply.is_not(None))
            .scalar_subquery()
        )
        query = (
            select(_attempts.unit, _ratings.reused, _ratings.state, _attempts.key)
            .add_columns(
                *_columns(_attempts), _attempts.usage_estimated, (_attempts.id == last).label("last")
            )
            .join_from(tables.attempts, tables.replies, tables.replies.c.hash == _attempts.reply)
            .join(tables.items, _item_of(_attempts.run, _attempts.unit // len(self._places)))
            .join(tables.ratings, its_rating, isouter=True)
            .where(_attempts.run == self._number, _attempts.unit >= 0)
            .where(or_(_ratings.unit.is_(None), _ratings.reused.is_(None)))
        )
        return query if self._everything else query.where(_ratings.state == RATED, _attempts.id == last)

    def _used(self, source: Any, sign: int) -> Select[Any]:
        return (
            select(_ratings.unit, _ratings.reused, _ratings.state, _ratings.key)
            .add_columns(*_columns(source.c), literal(0).label("usage_estimated"), literal(1).label("last"))
            .join_from(tables.ratings, source, source.c.id == _ratings.reused * sign)
            .join(tables.items, _item_of(_ratings.run, _ratings.item))
            .join(tables.replies, tables.replies.c.hash == source.c.reply)
            .where(_ratings.run == self._number, _ratings.reused * sign > 0)
        )

    def _recording(self, row: Row[Any]) -> ReplyRecording:
        judge, order, repeat = self._places[row.unit % len(self._places)]
        endpoint = self._endpoints[judge]
        as_text, as_base64 = body_texts(row.body)
        return ReplyRecording(
            key=row.key.hex(),
            judge=judge,
            case=row.case_id,
            candidate=row.candidate_id,
            principle=row.principle_id,
            order=order,
            repeat=repeat,
            nonce=row.nonce,
            protocol=endpoint.protocol,
            model=endpoint.model,
            served_model=row.served_model[:_LONGEST_NAME],
            fingerprint=row.fingerprint[:_LONGEST_NAME],
            request_id=row.request_id[:_LONGEST_NAME],
            usage=_usage(row),
            state=_state(row),
            sha256=digest_of(row.body),
            reply=as_text,
            reply_base64=as_base64,
        )


def _columns(source: Any) -> list[Any]:
    names = [getattr(tables.items.c, name) for name in ("case_id", "candidate_id", "principle_id")]
    return [*(source[name] for name in (*_COMMON, *_TOKENS)), *names, _body]


def _item_of(run: Any, seq: Any) -> Any:
    return and_(tables.items.c.run == run, tables.items.c.seq == seq)


def _usage(row: Row[Any]) -> ReplyUsage | None:
    if row.input_tokens is None or row.output_tokens is None or row.usage_estimated:
        return None
    return ReplyUsage(input=row.input_tokens, output=row.output_tokens, cached=row.cached_tokens or 0)


def _state(row: Row[Any]) -> str:
    return (row.state or OPEN) if row.last else _MALFORMED


def add_recordings(
    ledger: LedgerFile, source: str, head: RecordingsHead, lines: Iterable[ReplyRecording]
) -> int:
    """Add the replies of a file; those that are there already add nothing. The caller holds the right to write.

    Args:
        ledger: The ledger.
        source: Digest of the file.
        head: Its first line.
        lines: The others.

    Returns:
        How many replies were added.
    """
    added = 0
    statement = insert_or(tables.recordings).on_conflict_do_nothing()
    for chunk in chunks(lines, _ROWS_PER_COMMIT):
        rows = [_row(line, line.body(), source) for line in chunk]
        bodies = [{"hash": row["reply"], "body": row.pop("body")} for row in rows]
        with ledger.write() as connection:
            connection.execute(insert_or(tables.replies).on_conflict_do_nothing(), bodies)
            before = int(connection.execute(_COUNT).scalar_one())
            connection.execute(statement, rows)
            added += int(connection.execute(_COUNT).scalar_one()) - before
    with ledger.write() as connection:
        row = {"source": source, "head": canonical_json(head.canonical()).decode(), "added": _now()}
        connection.execute(insert_or(tables.recording_heads).on_conflict_do_nothing(), row)
    return added


_COUNT: Final = select(func.count()).select_from(tables.recordings)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _row(line: ReplyRecording, body: bytes, source: str) -> dict[str, Any]:
    usage = line.usage
    return {
        "key": bytes.fromhex(line.key),
        "reply": hashlib.sha256(body).digest(),
        "body": body,
        "nonce": line.nonce,
        "judge": line.judge,
        "case_id": line.case,
        "candidate_id": line.candidate,
        "principle_id": line.principle,
        "order": line.order.value,
        "repeat": line.repeat,
        "protocol": line.protocol,
        "model": line.model,
        "served_model": line.served_model,
        "fingerprint": line.fingerprint,
        "request_id": line.request_id,
        "input_tokens": usage and usage.input,
        "output_tokens": usage and usage.output,
        "cached_tokens": usage and usage.cached,
        "source": source,
    }


def recording_heads(ledger: LedgerFile) -> tuple[RecordingsHead, ...]:
    """Return the first lines of the files imported last, the newest first."""
    heads = tables.recording_heads.c
    query = select(heads.head).order_by(heads.id.desc()).limit(_HEADS_LOOKED_AT)
    with ledger.read() as connection:
        return tuple(RecordingsHead.model_validate_json(text) for text in connection.execute(query).scalars())
