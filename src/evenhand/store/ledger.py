"""The ledger of one workspace: opened and checked; runs, items and labels are added here."""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from evenhand.errors import LedgerError, UnknownNameError, UsageError
from evenhand.records.attempt import SettledItem
from evenhand.records.canonical import canonical_json
from evenhand.records.label import HumanLabel
from evenhand.records.run import Manifest, Run, RunState
from evenhand.records.suite import Item
from evenhand.store import tables
from evenhand.store.holder import Holder
from evenhand.store.lease import LEASE_SECONDS, WriteRight, read_lease
from evenhand.store.log_check import lost_commits
from evenhand.store.migrations import create_all, migrate
from evenhand.store.rows import FindFlags, detail_text, item_values, read_run, searchable, verdict_values
from evenhand.store.seal import break_seal, is_sealed, make_seal
from evenhand.store.sqlite import driver_connection, hand_over, open_engine, what_to_do
from evenhand.store.statements import add_item, add_verdict

JUDGE_RUN = "judge"
"""Kind of a run that judges a suite; every other kind is a generation run (`generations`)."""
_JUDGES = tables.runs.c.kind == JUDGE_RUN
_ROWS_PER_COMMIT = 5_000


class LedgerFile:
    """A ledger on disk. Reading is open to any process; writing takes the lease."""

    def __init__(self, path: Path, engine: Engine, *, lease_s: float = LEASE_SECONDS) -> None:
        """Hold an opened ledger; use `open_ledger`."""
        self.path = path
        self.engine = engine
        self._numbers: dict[str, int] = {}
        """What the tables know runs by, once it was looked up; it never changes."""
        self.right = WriteRight(engine, path, seconds=lease_s)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; a file that was not left in order is looked at first.

        Raises:
            LedgerError: Another process writes now, or the file is damaged.
        """
        self._take()
        in_order = False
        try:
            with self.right.renewed():
                yield
            in_order = True
        except LedgerError:
            raise  # the file may be damaged: the next writer looks at it before it writes
        except BaseException:
            in_order = True
            raise
        finally:
            with suppress(LedgerError), hand_over(self.path):
                if self.right.release(in_order=in_order):
                    self._rest()

    def writer(self) -> Holder | None:
        """Return who writes now; None when nobody does."""
        with self.read() as connection:
            lease = read_lease(driver_connection(connection))
        return lease.holder if lease.is_live else None

    def _take(self) -> None:
        with hand_over(self.path), explained(self.path):
            with self.right.connection() as connection:
                self.right.refuse_second(connection)
                left_open = read_lease(connection).holder is not None
            if left_open or not is_sealed(self.path, in_full=True):
                check_integrity(self)
            break_seal(self.path)
            self.right.take()

    def _rest(self) -> None:
        """Bring every commit into the file itself and seal it; not while somebody reads an older state."""
        with suppress(OSError, DBAPIError, sqlite3.Error):
            with self.right.connection() as connection:
                connection.execute("PRAGMA busy_timeout = 0")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            make_seal(self.path)

    def runs(self) -> tuple[Run, ...]:
        """Return every run, the newest last."""
        with self.read() as connection:
            return tuple(
                read_run(row)
                for row in connection.execute(select(tables.runs).where(_JUDGES).order_by(tables.runs.c.id))
            )

    def recent_runs(self, most: int) -> tuple[Run, ...]:
        """Return the newest runs, the newest first."""
        query = select(tables.runs).where(_JUDGES).order_by(tables.runs.c.id.desc()).limit(most)
        with self.read() as connection:
            return tuple(read_run(row) for row in connection.execute(query))

    def same_run(self, manifest: Manifest) -> Run | None:
        """Return the newest run with the same plan; None where there is none."""
        query = select(tables.runs).where(_JUDGES, tables.runs.c.inputs_hash == manifest.inputs_hash())
        with self.read() as connection:
            row = connection.execute(query.order_by(tables.runs.c.id.desc()).limit(1)).first()
        return None if row is None else read_run(row)

    def run(self, name: str) -> Run:
        """Return one run by its name, or the newest for "latest".

        Raises:
            UnknownNameError: There is no such run.
            UsageError: It is a generation run.
        """
        with self.read() as connection:
            return read_run(self._run_row(connection, name))

    def run_number(self, name: str) -> int:
        """Return the number the tables know a run by.

        Raises:
            UnknownNameError: There is no such run.
        """
        if name not in self._numbers:
            with self.read() as connection:
                row = self._run_row(connection, name)
            if name != row.name:  # "latest" is another run tomorrow
                return int(row.id)
            self._numbers[name] = int(row.id)
        return self._numbers[name]

    def _run_row(self, connection: Connection, name: str) -> Any:
        query = select(tables.runs).where(_JUDGES).order_by(tables.runs.c.id.desc()).limit(1)
        found = connection.execute(
            query if name == "latest" else query.where(tables.runs.c.name == searchable(name))
        ).first()
        if found is None:
            _refuse_generation(connection, name)
            known = connection.execute(
                select(tables.runs.c.name).where(_JUDGES).order_by(tables.runs.c.id.desc()).limit(200)
            )
            raise UnknownNameError("run", name, known.scalars())
        return found

    def start_run(self, manifest: Manifest) -> Run:
        """Add a run; its name is its UTC time and five random letters."""
        return self.run(
            self.add_run(manifest.canonical(), inputs_hash=manifest.inputs_hash(), kind=JUDGE_RUN)
        )

    def add_run(self, manifest: Mapping[str, Any], *, inputs_hash: str, kind: str) -> str:
        """Add a row for an execution and return its name.

        Args:
            manifest: What it rests on, as plain JSON values.
            inputs_hash: Hash over what decides its results.
            kind: `JUDGE_RUN`, or what a generation run writes for.
        """
        now = datetime.now(UTC)
        name = f"{now:%Y%m%d-%H%M%S}-{_random_letters(5)}"
        row = {
            "name": name,
            "state": RunState.RUNNING.value,
            "created": now.isoformat(timespec="seconds"),
            "inputs_hash": inputs_hash,
            "manifest": canonical_json(manifest).decode(),
            "kind": kind,
        }
        with self.write() as connection:
            connection.execute(insert(tables.runs), row)
        return name

    def set_state(self, name: str, state: RunState, reason: str = "") -> None:
        """Move a run to another state."""
        finished = datetime.now(UTC).isoformat(timespec="seconds") if state is RunState.FINISHED else ""
        change = update(tables.runs).where(tables.runs.c.name == name)
        with self.write() as connection:
            connection.execute(change.values(state=state.value, reason=reason, finished=finished))

    def add_items(
        self, run: int, items: Iterable[Item], *, planned: int | None = None, flags: FindFlags | None = None
    ) -> None:
        """Add the items of a run, in order, with what `flags` notices; those that are there stay as they are.

        With the number of `planned` items, nothing is looked at where so many are there: commits add them in order,
        so the first ones are never missing.
        """
        there = self._items_of(run) if planned is not None else 0
        if there == planned:
            return
        rows = (item_values(run, item, flags) for item in islice(items, there, None))
        for chunk in chunks(rows, _ROWS_PER_COMMIT):
            with self.write() as connection:
                connection.exec_driver_sql(add_item().sql, chunk)

    def _items_of(self, run: int) -> int:
        query = select(func.count()).select_from(tables.items).where(tables.items.c.run == run)
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def add_labels(self, source: str, labels: Iterable[HumanLabel]) -> int:
        """Add the human labels of one file, known by `Manifest.label_source`, in one commit; known ones add nothing.

        Returns:
            How many labels were added.
        """
        added = datetime.now(UTC).isoformat(timespec="seconds")
        count = 0
        with self.write() as connection:
            known = select(tables.labels.c.id).where(tables.labels.c.source == source).limit(1)
            if connection.execute(known).first():
                return 0
            rows = ({**_label_row(label), "source": source, "added": added} for label in labels)
            for chunk in chunks(rows, _ROWS_PER_COMMIT):
                connection.execute(insert(tables.labels), chunk)
                count += len(chunk)
        return count

    def add_verdicts(self, run: int, items: Iterable[SettledItem]) -> None:
        """Add verdicts; an item that has one keeps it."""
        for chunk in chunks((verdict_values(run, item) for item in items), _ROWS_PER_COMMIT):
            with self.write() as connection:
                connection.exec_driver_sql(add_verdict().sql, chunk)

    def set_manifest(self, name: str, manifest: Manifest) -> None:
        """Replace a run's manifest by one that also holds what preflight found."""
        change = update(tables.runs).where(tables.runs.c.name == name)
        with self.write() as connection:
            connection.execute(change.values(manifest=canonical_json(manifest.canonical()).decode()))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read one consistent state of the ledger."""
        with explained(self.path), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write in one commit.

        Raises:
            LedgerError: Another process holds the right to write, or it can not be written.
        """
        with explained(self.path), self.engine.connect() as connection:
            if not self.right.is_held:
                break_seal(self.path)
            connection.info["writes"] = True
            with self.right.turn, connection.begin():
                self.right.check(driver_connection(connection))
                yield connection


def _refuse_generation(connection: Connection, name: str) -> None:
    """Say of a name that is no run of judges that it is a generation run, where it is one.

    Raises:
        UsageError: It is one.
    """
    query = select(tables.runs.c.kind).where(tables.runs.c.name == searchable(name))
    kind = connection.execute(query).scalar()
    if kind is not None:
        raise UsageError(
            f"{name} is a generation run ({kind}): it wrote texts and judged nothing",
            hint="the command that began it goes on with it; what judged its texts is a run of its own (evenhand runs)",
        )


def open_ledger(path: Path, *, create: bool = False, lease_s: float = LEASE_SECONDS) -> LedgerFile:
    """Open the ledger at `path`; who writes to it holds a lease of so many seconds, renewed while the process runs.

    Raises:
        LedgerError: There is none and `create` is False; it is damaged; or a newer evenhand wrote it.
    """
    if not path.exists():
        if not create:
            raise LedgerError(f"there is no ledger at {path}", hint="start one with: evenhand run SUITE")
        _make_folder(path)
    else:
        is_sealed(path)  # says what is wrong where it was sealed and is another file now
        _refuse_damaged_log(path)
    ledger = LedgerFile(path, open_engine(path), lease_s=lease_s)
    with explained(path), ledger.engine.connect() as connection:
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > tables.SCHEMA_VERSION:
        raise LedgerError(
            f"{path} was written by a newer evenhand "
            f"(ledger version {version}, this one knows {tables.SCHEMA_VERSION})",
            hint="upgrade evenhand",
        )
    if version < tables.SCHEMA_VERSION:
        _bring_up_to_date(ledger)
    return ledger


def check_integrity(ledger: LedgerFile) -> None:
    """Check the file for damage: its structure, and every reply against its digest.

    Raises:
        LedgerError: It is damaged.
    """
    with ledger.read() as connection:
        problems = [str(row[0]) for row in connection.execute(text("PRAGMA quick_check(5)"))]
        if problems == ["ok"]:
            problems = list(islice(_altered_replies(driver_connection(connection)), 5)) or problems
    if problems != ["ok"]:
        raise LedgerError(
            f"{ledger.path} is damaged: {'; '.join(problems)}",
            hint="restore a copy, or save the replies with: evenhand doctor --salvage OUT; a run that goes on would "
            "spend money into a damaged ledger",
        )


def _altered_replies(connection: sqlite3.Connection) -> Iterator[str]:
    for digest, body in connection.execute("SELECT hash, body FROM replies"):
        if hashlib.sha256(body).digest() != digest:
            yield f"reply {bytes(digest).hex()[:12]} is not what its digest says"


def chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield `rows` in lists of at most `size`."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _refuse_damaged_log(path: Path) -> None:
    """Look at a log that was left behind before SQLite does, which would drop what follows the damage.

    Raises:
        LedgerError: Commits are lost that were on disk.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size or _is_being_written(path):
        return
    if lost := lost_commits(log):
        raise LedgerError(
            f"{log} is damaged: {lost:,} commits that were on disk can not be read any more",
            hint="restore a copy, or save the replies with: evenhand doctor --salvage OUT",
        )


def _is_being_written(path: Path) -> bool:
    """Ask through a connection that can not write: as the last one to leave, another one would tidy the log away."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as reader,
    ):
        return read_lease(reader).is_live
    return False


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"the folder of the ledger can not be made: {error}") from error


def _bring_up_to_date(ledger: LedgerFile) -> None:
    """Make the tables of a new file, or add what an older one lacks; another process may have done it meanwhile."""
    is_sealed(ledger.path, in_full=True)  # a migration writes too
    break_seal(ledger.path)
    with hand_over(ledger.path), explained(ledger.path), ledger.engine.connect() as connection:
        connection.info["writes"] = True
        with connection.begin():
            version = connection.execute(text("PRAGMA user_version")).scalar_one()
            if version == 0:
                create_all(connection)
            else:
                migrate(connection, version)


@contextmanager
def explained(path: Path, steps: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn errors of the database into errors of the ledger that say what to do, by `what_to_do`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise LedgerError(
            f"the ledger {path} can not be used: {cause}", hint=what_to_do(str(cause), steps)
        ) from error


def _label_row(label: HumanLabel) -> dict[str, str | None]:
    return {
        "case_id": label.case_id,
        "candidate_id": label.candidate_id,
        "principle_id": label.principle_id,
        "annotator": label.annotator,
        "kind": label.kind.value,
        "label": label.label,
        "note": label.note,
        "detail": detail_text(label.detail),
    }


def _random_letters(count: int) -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz") for _ in range(count))


__all__: Sequence[str] = ("LedgerFile", "check_integrity", "chunks", "open_ledger")
