"""Hold a case back from a gate for a while, see what is held back, and let go what has ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from evenhand.catalog.cases import read_cases
from evenhand.catalog.files import read_bytes, read_utf8, shown_path
from evenhand.catalog.gate_files import quarantine_place
from evenhand.catalog.quarantine import check_days, check_meaning, read_quarantine
from evenhand.catalog.quarantine_edit import EMPTY, add_entry, drop_entries
from evenhand.catalog.record_files import read_record
from evenhand.catalog.source import refuse
from evenhand.catalog.suites import load_suite
from evenhand.catalog.whole_file import replace_file
from evenhand.errors import Finding, UsageError
from evenhand.records.quarantine import LONGEST_DAYS, QuarantineEntry, QuarantineFile
from evenhand.records.suite import Suite
from evenhand.workflows.baseline.find import SuitePlace, find_place

USUAL_DAYS = 14
"""How long a case is held back unless something else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """An entry, and how it stands on a day."""

    entry: QuarantineEntry
    days_left: int
    """Days after today on which it holds; below 0 it has ended."""
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuarantine:
    """What is in quarantine."""

    path: str
    suite: str
    entries: tuple[HeldBack, ...]
    findings: tuple[Finding, ...]
    """What lint says of it."""


def list_quarantine(start: Path, suite: str, today: date) -> ListedQuarantine:
    """Return the entries of a suite with what is wrong in them.

    Raises:
        UsageError: The suite can not be told.
        FileError: The suite or the quarantine is wrong.
    """
    place = find_place(start, suite)
    path = _path(place)
    if not path.is_file():
        return ListedQuarantine(path=shown_path(path), suite=place.suite.id, entries=(), findings=())
    entries = tuple(
        _held(entry, today) for entry in _read(path).entries if entry.suite in {"", place.suite.id}
    )
    findings = tuple(_findings(place, path, today))
    return ListedQuarantine(path=shown_path(path), suite=place.suite.id, entries=entries, findings=findings)


def _held(entry: QuarantineEntry, today: date) -> HeldBack:
    return HeldBack(entry=entry, days_left=(entry.last_day - today).days, holds=entry.holds(today))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedQuarantine:
    """A quarantine file that was changed."""

    path: str
    suite: str
    entries: tuple[QuarantineEntry, ...]
    """What was added, or taken out."""
    left: int
    """Entries in the file now."""


def add_to_quarantine(
    start: Path,
    suite: str,
    *,
    case: str,
    principle: str,
    reason: str,
    owner: str,
    until: date | None,
    today: date,
) -> ChangedQuarantine:
    """Hold a case back; the comments of the file stay.

    Args:
        start: Folder from which the workspace is looked for.
        suite: The suite; empty takes the only one with a gate.
        case: The case, by id or pattern.
        principle: The principle, by id or pattern.
        reason: Why.
        owner: Who mends it.
        until: Last day; None is two weeks ahead.
        today: The day.

    Raises:
        UsageError: Reason or owner is missing, the day is impossible, or no such case or principle is there.
        FileError: The suite or the quarantine is wrong.
    """
    place = find_place(start, suite)
    last = until or today + timedelta(days=USUAL_DAYS)
    _refuse_day(last, today)
    for name, words, value in (("reason", "a reason", reason), ("owner", "an owner", owner)):
        if not value.strip():
            raise UsageError(f"a quarantine needs {words}", hint=f"say it with --{name} TEXT")
    path = _path(place)
    entry = QuarantineEntry(
        case=case,
        principle=principle or "*",
        suite=place.suite.id if _is_shared(place, path) else "",
        reason=" ".join(reason.split()),
        owner=" ".join(owner.split()),
        until=last.isoformat(),
    )
    _refuse_twice(path, entry)
    _refuse_meaningless(place, entry)
    _write(path, add_entry(_text(path), entry))
    return ChangedQuarantine(
        path=shown_path(path), suite=place.suite.id, entries=(entry,), left=len(_read(path).entries)
    )


def expire_quarantine(start: Path, suite: str, today: date) -> ChangedQuarantine:
    """Take the entries out that have ended, with the comments right above them.

    Raises:
        UsageError: The suite can not be told, or the file can not be changed by itself.
        FileError: The suite or the quarantine is wrong.
    """
    place = find_place(start, suite)
    path = _path(place)
    entries = _read(path).entries if path.is_file() else ()
    ended = [at for at, entry in enumerate(entries) if entry.last_day < today]
    if ended:
        _write(path, drop_entries(_text(path), ended))
    return ChangedQuarantine(
        path=shown_path(path),
        suite=place.suite.id,
        entries=tuple(entries[at] for at in ended),
        left=len(entries) - len(ended),
    )


# -- What it is held against -------------------------------------------------------------------------


def _path(place: SuitePlace) -> Path:
    return quarantine_place(place.suite, place.path, place.root)


def _read(path: Path) -> QuarantineFile:
    file = read_quarantine(path)
    refuse(file.findings)
    assert file.record is not None
    return file.record


def _text(path: Path) -> str:
    return read_utf8(path) if path.is_file() else EMPTY


def _write(path: Path, text: str) -> None:
    """Replace the file, with the line ends it had."""
    ends = "\r\n" if path.is_file() and b"\r\n" in read_bytes(path) else "\n"
    replace_file(path, [text.replace("\n", ends).encode()], hint="name another file under gate.quarantine")


def _refuse_day(last: date, today: date) -> None:
    latest = today + timedelta(days=LONGEST_DAYS)
    if last < today:
        raise UsageError(f"{last} is over", hint=f"name a day from {today} to {latest}")
    if last > latest:
        raise UsageError(
            f"{last} is more than {LONGEST_DAYS} days ahead", hint=f"name {latest} or a day before"
        )


def _refuse_twice(path: Path, entry: QuarantineEntry) -> None:
    for other in _read(path).entries if path.is_file() else ():
        if (other.case, other.principle, other.suite) == (entry.case, entry.principle, entry.suite):
            raise UsageError(
                f"{entry.case} is in quarantine already, until {other.until}",
                hint=f"change its last day in {shown_path(path)}",
            )


def _findings(place: SuitePlace, path: Path, today: date) -> Iterator[Finding]:
    loaded = load_suite(place.path, place.root)
    names = [case.id for case in read_cases(loaded.case_files)]
    file = read_quarantine(path)
    yield from check_meaning(file, place.suite.id, names, loaded.constitution.by_id)
    yield from check_days(file, today)


def _refuse_meaningless(place: SuitePlace, entry: QuarantineEntry) -> None:
    loaded = load_suite(place.path, place.root)
    names = [case.id for case in read_cases(loaded.case_files)]
    if not any(entry.covers(name, principle) for name in names for principle in loaded.constitution.by_id):
        raise UsageError(
            f"no cell of suite {place.suite.id} is meant by case {entry.case!r} and principle {entry.principle!r}",
            hint="name a case as its file does, and a principle as the constitution does; patterns such as c-04* work",
        )


def _is_shared(place: SuitePlace, path: Path) -> bool:
    """Tell whether another suite with a gate reads the same file."""
    for other in sorted(place.path.parent.glob("*.y*ml")):
        record: Suite | None = None if other == place.path else read_record(other, Suite, "suite/v1").record
        if record and record.gate and quarantine_place(record, other, place.root) == path:
            return True
    return False
