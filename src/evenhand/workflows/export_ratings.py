"""Export what a run came to: every unit's terminal state and every verdict, in canonical JSON, without name or time.

Two runs that judged the same in the same way give the same bytes, whoever paid for the replies.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evenhand.judging.plan import places_of_run
from evenhand.records.canonical import ascii_line
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import SPARED, FailedRating, Order, Spared, TerminalState
from evenhand.records.verdict import Verdict
from evenhand.workflows.read_run import read_run
from evenhand.workflows.write_lines import write_lines

_HEAD_LINES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedRatings:
    """A file of ratings that was written."""

    run: str
    path: str
    ratings: int
    """Units of the run; each has a line, the open ones too."""
    verdicts: int
    """Items of the run that have a verdict; each has a line after its ratings."""


def rating_lines(start: Path, name: str) -> Iterator[str]:
    """Yield the lines of a run: a head, and for each item its ratings and then its verdict.

    Raises:
        UnknownNameError: There is no such run.
        LedgerError: The ledger can not be read.
    """
    stored = read_run(start, name)
    manifest = stored.manifest
    places = places_of_run(manifest)
    yield ascii_line(
        {
            "schema": "ratings/v1",
            "suite": manifest.suite.id,
            **({"part": manifest.narrow.words()} if manifest.narrow else {}),
            "inputs_hash": manifest.inputs_hash(),
            "items": manifest.planned_items,
            "ratings": manifest.planned_units,
        }
    )
    for item in stored.items():
        there = {(unit.judge, unit.order, unit.repeat): unit for unit in item.units}
        for place in places:
            yield ascii_line({**_of(item), **_rating(place, there.get(place))})
        if item.verdict:
            yield ascii_line({**_of(item), "verdict": _verdict(item.verdict)})


def export_ratings(start: Path, name: str, path: Path) -> ExportedRatings:
    """Write the ratings and verdicts of a run as JSONL.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        path: File to write; `.gz` at the end of its name means gzip.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The file can not be written.
        LedgerError: The ledger can not be read.
    """
    stored = read_run(start, name)
    ratings, lines = stored.manifest.planned_units, 0

    def counted() -> Iterator[bytes]:
        nonlocal lines
        for line in rating_lines(start, stored.run.id):
            lines += 1
            yield line.encode()

    write_lines(path, counted())
    return ExportedRatings(
        run=stored.run.id, path=str(path), ratings=ratings, verdicts=lines - _HEAD_LINES - ratings
    )


def _of(item: RatedItem) -> dict[str, Any]:
    return {"case": item.case_id, "candidate": item.candidate_id, "principle": item.principle_id}


def _rating(place: tuple[str, Order, int], unit: RatedUnit | None) -> dict[str, Any]:
    judge, order, repeat = place
    asked = {"judge": judge, "order": order.value, "repeat": repeat}
    return {**asked, **(_outcome(unit.outcome) if unit else {"state": "open"})}


def _outcome(outcome: TerminalState) -> dict[str, Any]:
    if isinstance(outcome, Spared):
        return {"state": SPARED, "step": outcome.step}
    if isinstance(outcome, FailedRating):
        return {"state": outcome.kind.value, "detail": outcome.detail}
    return {
        "state": "rated",
        "label": outcome.label,
        "distribution": outcome.distribution,
        "basis": outcome.basis.value,
        "missing_mass": outcome.missing_mass,
        "stated": outcome.stated,
        "reason": outcome.reason,
        "quotes": outcome.quotes,
        "flags": outcome.flags,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "label": verdict.label,
        "undecided": verdict.undecided.value if verdict.undecided else None,
        "score": verdict.score,
        "disagreement": verdict.disagreement,
        "distribution": verdict.distribution,
        **({"cascade": [asdict(outcome) for outcome in verdict.cascade]} if verdict.cascade else {}),
    }
