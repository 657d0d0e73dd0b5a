"""Records to rows of the ledger, and back."""

import json
from typing import Any

from sqlalchemy import Row

from evenhand.records.attempt import SettledItem
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.pacing import PaceChange, PacingEvent
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import (
    Basis,
    Distribution,
    FailedRating,
    FailureKind,
    Order,
    Outcome,
    Rating,
)
from evenhand.records.run import Manifest, Run, RunState
from evenhand.store.prepared import Values

RATED = "rated"
"""State of a unit that ended in a readable rating; the others are kinds of failure."""

OUTCOME_COLUMNS = (
    "state",
    "label",
    "distribution",
    "basis",
    "missing_mass",
    "stated",
    "reason",
    "quotes",
    "flags",
)
"""Columns of `ratings` that hold an outcome."""
VERDICT_COLUMNS = ("run", "item", "label", "undecided", "score", "disagreement", "distribution")


def outcome_values(outcome: Outcome) -> Values:
    """Return the values of `OUTCOME_COLUMNS` for an outcome."""
    if isinstance(outcome, FailedRating):
        return (outcome.kind.value, None, None, None, None, None, outcome.detail, None, None)
    return (
        RATED,
        outcome.label,
        _distribution_text(outcome),
        outcome.basis.value,
        outcome.missing_mass or None,
        outcome.stated,
        outcome.reason or None,
        json.dumps(outcome.quotes) if outcome.quotes else None,
        json.dumps(outcome.flags) if outcome.flags else None,
    )


def _distribution_text(rating: Rating) -> str | None:
    """An answer without probabilities is all weight on its label; that needs no column."""
    return None if rating.basis is Basis.ANSWER else json.dumps(rating.distribution)


def distribution_of(text: str | None, label: str) -> Distribution:
    """Return a stored distribution."""
    if text is None:
        return ((label, 1.0),)
    return tuple((name, float(share)) for name, share in json.loads(text))


def verdict_values(run: int, item: SettledItem) -> Values:
    """Return the values of `VERDICT_COLUMNS` for an item."""
    verdict = item.verdict
    undecided = verdict.undecided.value if verdict.undecided else None
    distribution = json.dumps(verdict.distribution)
    return (run, item.seq, verdict.label, undecided, verdict.score, verdict.disagreement, distribution)


PACING_COLUMNS = ("run", "account", "at", "limit", "in_flight", "why")


def pacing_values(run: int, event: PacingEvent) -> Values:
    """Return the values of `PACING_COLUMNS` for an event; how long a rest is stands behind the word."""
    why = f"{event.why.value} {event.rest_s:.3f}" if event.rest_s else event.why.value
    return (run, event.account, event.at, event.limit, event.in_flight, why)


def read_pacing(row: Row[Any]) -> PacingEvent:
    """Return the event a row of `pacing` holds."""
    why, _, rest_s = row.why.partition(" ")
    return PacingEvent(
        account=row.account,
        at=row.at,
        limit=row.limit,
        in_flight=row.in_flight,
        why=PaceChange(why),
        rest_s=float(rest_s or 0),
    )


def searchable(name: str) -> str:
    """Return a typed name as SQLite takes it: half characters, which no stored name has, become question marks."""
    return name.encode("utf-8", "replace").decode("utf-8")


def read_outcome(row: Row[Any]) -> Outcome:
    """Return the outcome a row of `ratings` holds."""
    if row.state != RATED:
        return FailedRating(kind=FailureKind(row.state), detail=row.reason or "")
    return Rating(
        label=row.label,
        distribution=distribution_of(row.distribution, row.label),
        basis=Basis(row.basis),
        missing_mass=row.missing_mass or 0.0,
        stated=row.stated,
        reason=row.reason or "",
        quotes=tuple(json.loads(row.quotes)) if row.quotes else (),
        flags=tuple(json.loads(row.flags)) if row.flags else (),
    )


def read_unit(row: Row[Any]) -> RatedUnit:
    """Return the terminal state a row of `ratings` holds."""
    return RatedUnit(judge=row.judge, order=Order(row.order), repeat=row.repeat, outcome=read_outcome(row))


def read_run(row: Row[Any]) -> Run:
    """Return the run a row of `runs` holds."""
    return Run(
        id=row.name,
        state=RunState(row.state),
        reason=row.reason,
        created=row.created,
        finished=row.finished,
        manifest=Manifest.model_validate_json(row.manifest),
    )


def read_label(row: Row[Any]) -> HumanLabel:
    """Return the human label a row of `labels` holds."""
    return HumanLabel(
        case_id=row.case_id,
        candidate_id=row.candidate_id,
        principle_id=row.principle_id,
        annotator=row.annotator,
        kind=LabelKind(row.kind),
        label=row.label,
        note=row.note,
    )
