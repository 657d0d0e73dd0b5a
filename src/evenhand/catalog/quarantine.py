"""Quarantine files: found beside a suite, read strictly, and held against a day and against what they are about."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from evenhand.catalog.gate_files import quarantine_path
from evenhand.catalog.record_files import RecordFile, read_record
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Place, refuse
from evenhand.errors import Finding, Severity
from evenhand.records.patterns import fits
from evenhand.records.quarantine import (
    LONGEST_DAYS,
    QUARANTINE_SCHEMA,
    WARN_DAYS,
    Quarantine,
    QuarantineFile,
    in_force,
)
from evenhand.records.suite import Suite

_NAMES_LOOKED_AT: Final = 5_000
"""Names of cases that are looked through for near ones."""
_EXPIRE: Final = "evenhand quarantine expire takes ended entries out"


def load_quarantine(suite: Suite, suite_path: Path, root: Path, today: date) -> Quarantine:
    """Return what is in quarantine in a suite on a day; entries that have ended cover nothing.

    Raises:
        FileError: The file has findings, the ages of its entries aside, or is not there though the gate names it.
    """
    path = quarantine_path(suite, suite_path, root)
    if path is None:
        return Quarantine()
    file = read_quarantine(path)
    refuse(file.findings)
    assert file.record is not None
    return in_force(file.record, suite.id, today)


def read_quarantine(path: Path) -> RecordFile[QuarantineFile]:
    """Read a quarantine file with everything wrong in its shape."""
    return read_record(path, QuarantineFile, QUARANTINE_SCHEMA)


def check_days(file: RecordFile[QuarantineFile], today: date) -> Iterator[Finding]:
    """Yield what is wrong with the days of the entries: ended, soon to end, or too far ahead."""
    for index, entry in enumerate(file.record.entries if file.record else ()):
        place: Place = ("entries", index, "until")
        name, left = quoted(entry.case), (entry.last_day - today).days
        if left < 0:
            hint = f"mend the case, or write a new day with its reason; {_EXPIRE}"
            yield file.finding("Q001", f"the quarantine of {name} ended", place, suggestion=hint)
        elif left > LONGEST_DAYS:
            latest = today + timedelta(days=LONGEST_DAYS)
            message = f"the quarantine of {name} lies {left} days ahead, and {LONGEST_DAYS} are the most"
            yield file.finding("Q002", message, place, suggestion=f"write {latest} or earlier")
        elif left <= WARN_DAYS:
            source = file.document.source
            days = "today" if not left else f"in {left} day{'s' * (left > 1)}"
            yield source.finding(
                "Q005",
                f"the quarantine of {name} ends {days}",
                source.value_span(place),
                suggestion=f"owner: {quoted(entry.owner)}",
                severity=Severity.WARNING,
            )


def check_meaning(
    file: RecordFile[QuarantineFile], suite: str, cases: Iterable[str], principles: Iterable[str]
) -> Iterator[Finding]:
    """Yield a finding for each entry that means nothing in a suite, or that stands twice.

    Args:
        file: The file.
        suite: Name of the suite; entries for others are passed over.
        cases: Names of its cases.
        principles: Ids of its principles.
    """
    names, ids = tuple(cases), tuple(principles)
    known = frozenset(names)
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(file.record.entries if file.record else ()):
        if entry.suite not in {"", suite}:
            continue
        place: Place = ("entries", index)
        if entry.case not in known and not any(fits(name, [entry.case]) for name in names):
            message = f"no case of suite {suite} is meant by {quoted(entry.case)}"
            hint = did_you_mean(entry.case, names[:_NAMES_LOOKED_AT]) if len(names) < _NAMES_LOOKED_AT else ""
            hint = hint if hint.startswith("did") else "correct it, or say suite: NAME if it is for another"
            yield file.finding("Q003", message, (*place, "case"), suggestion=hint)
        if not any(fits(name, [entry.principle]) for name in ids):
            message = f"no principle is meant by {quoted(entry.principle)}"
            hint = did_you_mean(entry.principle, ids)
            yield file.finding("Q004", message, (*place, "principle"), suggestion=hint)
        if (entry.case, entry.principle) in seen:
            message = f"{quoted(entry.case)} stands twice"
            yield file.finding("Q006", message, (*place, "case"), suggestion="keep one of the entries")
        seen.add((entry.case, entry.principle))
