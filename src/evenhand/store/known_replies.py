"""Replies the ledger holds already, found by the key of their unit: of this run, of earlier ones, and imported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, bindparam, select

from evenhand.records.attempt import StoredReply
from evenhand.records.rating import RATED
from evenhand.records.run import Unit
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile

_KEYS_PER_READ = 500

_attempts, _ratings, _replies, _recordings = (
    tables.attempts.c,
    tables.ratings.c,
    tables.replies.c,
    tables.recordings.c,
)
_its_rating = and_(_ratings.run == _attempts.run, _ratings.unit == _attempts.unit)
_is_open = and_(_attempts.unit >= 0, _attempts.reply.is_not(None), _ratings.unit.is_(None))

_EARLIER: Final[Select[Any]] = (
    select(_attempts.key, _attempts.id, _attempts.nonce, _attempts.judge, _attempts.unit, _attempts.run)
    .add_columns(_replies.body)
    .join_from(tables.attempts, tables.ratings, _its_rating)
    .join(tables.replies, _replies.hash == _attempts.reply)
    .where(_attempts.key.in_(bindparam("keys", expanding=True)), _ratings.state == RATED)
    .where(_attempts.run != bindparam("run"))
)
_RECORDED: Final[Select[Any]] = (
    select(_recordings.key, _recordings.id, _recordings.nonce, _recordings.judge, _recordings.case_id)
    .add_columns(_recordings.candidate_id, _recordings.principle_id, _recordings.repeat, _replies.body)
    .join_from(tables.recordings, tables.replies, _replies.hash == _recordings.reply)
    .where(_recordings.key.in_(bindparam("keys", expanding=True)))
)


class KnownReplies:
    """What one run may use again."""

    def __init__(self, ledger: LedgerFile, run: int, *, earlier: bool) -> None:
        """Look what there is.

        Args:
            ledger: The ledger.
            run: The run that may use it.
            earlier: Whether replies of other runs and of recordings may be used.
        """
        self._ledger = ledger
        self._run = run
        with ledger.read() as connection:
            self._has_attempts = earlier and _any(
                connection, select(_attempts.id).where(_attempts.run != run)
            )
            self._has_recordings = earlier and _any(connection, select(_recordings.id))
        self.look_again()

    def look_again(self) -> None:
        """Notice the units of this run that have a reply by now and no terminal state."""
        unread = (
            select(_attempts.unit)
            .join_from(tables.attempts, tables.ratings, _its_rating, isouter=True)
            .where(_attempts.run == self._run, _is_open)
        )
        with self._ledger.read() as connection:
            self._own = frozenset(connection.execute(unread).scalars())

    @property
    def has_earlier(self) -> bool:
        """Whether there is any reply of another run or of a recording."""
        return self._has_attempts or self._has_recordings

    def earlier(self, sought: Sequence[tuple[Unit, bytes]]) -> Mapping[int, Sequence[StoredReply]]:
        """Return the replies to these keys by the place of their unit: to the same unit first, then the newest."""
        wanted = [(unit, key) for unit, key in sought if unit.seq not in self._own]
        found: dict[int, Sequence[StoredReply]] = {}
        for first in range(0, len(wanted) if self.has_earlier else 0, _KEYS_PER_READ):
            found.update(self._look_up(wanted[first : first + _KEYS_PER_READ]))
        return found

    def _look_up(self, wanted: Sequence[tuple[Unit, bytes]]) -> dict[int, Sequence[StoredReply]]:
        keys = list({key for _, key in wanted})
        with self._ledger.read() as connection:
            attempts = _by_key(connection, _EARLIER, keys, self._run) if self._has_attempts else {}
            recorded = _by_key(connection, _RECORDED, keys, self._run) if self._has_recordings else {}
        return {
            unit.seq: [
                *_stored(_ranked(attempts.get(key, ()), unit, _likeness)),
                *_stored(_ranked(recorded.get(key, ()), unit, _nearness), -1),
            ]
            for unit, key in wanted
            if key in attempts or key in recorded
        }

    def own(self, unit: Unit) -> Sequence[StoredReply]:
        """Return the replies that this run has of `unit` and that were never read into a terminal state."""
        if unit.seq not in self._own:
            return ()
        query = (
            select(_attempts.key, _attempts.id, _attempts.nonce, _attempts.batch, _replies.body)
            .add_columns(_attempts.reserved_nanousd)
            .join_from(tables.attempts, tables.replies, _replies.hash == _attempts.reply)
            .where(_attempts.run == self._run, _attempts.unit == unit.seq)
            .order_by(_attempts.id)
        )
        with self._ledger.read() as connection:
            return [
                StoredReply(
                    attempt=row.id,
                    body=row.body,
                    nonce=row.nonce,
                    key=row.key,
                    batched=row.batch is not None,
                    reserved_nanousd=row.reserved_nanousd,
                )
                for row in connection.execute(query)
            ]


def _any(connection: Connection, query: Select[Any]) -> bool:
    return connection.execute(query.limit(1)).first() is not None


def _by_key(
    connection: Connection, query: Select[Any], keys: Sequence[bytes], run: int
) -> dict[bytes, list[Row[Any]]]:
    found: dict[bytes, list[Row[Any]]] = {}
    parameters = {"keys": keys, "run": run} if query is _EARLIER else {"keys": keys}
    for row in connection.execute(query, parameters):
        found.setdefault(row.key, []).append(row)
    return found


def _ranked(
    rows: Sequence[Row[Any]], unit: Unit, rank: Callable[[Row[Any], Unit], tuple[Any, ...]]
) -> Sequence[Row[Any]]:
    """Return rows with the best first; mostly there is one."""
    return rows if len(rows) < 2 else sorted(rows, key=lambda row: rank(row, unit), reverse=True)


def _likeness(row: Row[Any], unit: Unit) -> tuple[bool, bool, int, int]:
    """Rank replies of several units that asked the same: the same judge and place first, then the newest run.

    Of several replies to one unit the first readable one counted, so they stay in order.
    """
    return row.judge == unit.judge.id, row.unit == unit.seq, row.run, -row.id


def _nearness(row: Row[Any], unit: Unit) -> tuple[bool, bool, int]:
    item = unit.item
    place = (row.case_id, row.candidate_id, row.principle_id, row.repeat)
    is_same = place == (item.case.id, item.candidate_id, item.principle_id, unit.repeat)
    return row.judge == unit.judge.id, is_same, row.id


def _stored(rows: Sequence[Row[Any]], sign: int = 1) -> list[StoredReply]:
    return [StoredReply(attempt=sign * row.id, body=row.body, nonce=row.nonce, key=row.key) for row in rows]
