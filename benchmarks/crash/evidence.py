"""What a kill left behind, and whether a run that was killed ended like one that was not."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.workflows.report_run import report_run

_ASIDE = frozenset(
    {
        "run",
        "created",
        "finished",
        "calls",
        "failed",
        "possible_duplicates",
        "at_risk_nanousd",
        "duplicates_at_risk_nanousd",
        "waiting_at_risk_nanousd",
        "preflight_nanousd",
        "replies",
    }
)
"""Fields that name or date a run, count its attempts, or say when they were made."""
_LOST_CALLS = "Calls whose reply never reached the ledger"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What the ledger holds right after a kill."""

    ratings: Mapping[int, str]
    """State and label of each settled unit."""
    in_flight: frozenset[int]
    """Units with a call that was sent and not received."""
    received: frozenset[int]
    """Units with a stored reply."""
    attempts: int
    sound: bool
    """Whether the whole file passes SQLite's own check."""


def look(folder: Path) -> Snapshot | None:
    """Read the ledger as a kill left it; None where there is no run in it yet."""
    path = folder / ".evenhand" / "ledger.sqlite"
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection:
        try:
            runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        except sqlite3.OperationalError:
            return None  # the tables were not there yet
        if not runs:
            return None
        read = connection.execute
        return Snapshot(
            ratings={unit: f"{state} {label}" for unit, state, label in read(_RATINGS)},
            in_flight=frozenset(unit for (unit,) in read(_UNITS, ("sent",))),
            received=frozenset(unit for (unit,) in read(_RECEIVED)),
            attempts=read("SELECT count(*) FROM attempts").fetchone()[0],
            sound=read("PRAGMA integrity_check").fetchall() == [("ok",)],
        )


_RATINGS = "SELECT unit, state, label FROM ratings"
_UNITS = "SELECT unit FROM attempts WHERE state = ?"
_RECEIVED = "SELECT unit FROM attempts WHERE reply IS NOT NULL"


def replies_by_unit(folder: Path) -> Counter[int]:
    """Return how many replies were stored for each unit."""
    with closing(sqlite3.connect(folder / ".evenhand" / "ledger.sqlite")) as connection:
        query = "SELECT unit FROM attempts WHERE reply IS NOT NULL AND unit >= 0"
        return Counter(unit for (unit,) in connection.execute(query))


def report(folder: Path) -> dict[str, Any]:
    """Return the JSON report of the newest run."""
    written = report_run(folder, "latest", formats=("json",))
    return dict(json.loads(written.reports[0].read_text(encoding="utf-8")))


def fields(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field of a report by its path, attempts and the run's name and dates aside.

    What preflight cost is an attempt too: a run killed during preflight looks again. And calls that were in flight
    at a kill are warned of. How an execution was paced is its own history, and differs between any two.
    """
    warnings = [text for text in report["warnings"] if not text.startswith(_LOST_CALLS)]
    costs = [row for row in report["cost"] if row["judge"] != "preflight"]
    content = {**report, "cost": costs, "total_nanousd": sum(row["nanousd"] for row in costs)}
    content["warnings"] = warnings
    content["spending"] = [
        {**row, "nanousd": row["nanousd"] - row["preflight_nanousd"]} for row in report["spending"]
    ]
    del content["pacing"]
    return dict(_walk(content, ""))


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _ASIDE or path.startswith(".failures"):
                yield from _walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{index}]")
    else:
        yield path, value


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the paths of the fields that are not the same in both."""
    return sorted(
        path for path in one.keys() | other.keys() if one.get(path, _NONE) != other.get(path, _NONE)
    )


_NONE = object()
