"""Records to rows of the ledger, and back."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from evenhand.records.attempt import SettledItem
from evenhand.records.candidate_flag import CandidateFlag, Flags
from evenhand.records.canonical import canonical_json
from evenhand.records.label import NO_DETAIL, HumanLabel, LabelDetail, LabelKind
from evenhand.records.pacing import PaceChange, PacingEvent
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import (
    RATED,
    SPARED,
    Basis,
    Distribution,
    FailedRating,
    FailureKind,
    Order,
    Rating,
    Spared,
    TerminalState,
)
from evenhand.records.run import Manifest, Run, RunState
from evenhand.records.suite import Item, digest_outputs
from evenhand.records.verdict import StepOutcome
from evenhand.store.prepared import Values

FindFlags = Callable[[Item], tuple[Flags, ...]]
"""What is noticed about each candidate of an item; empty when nothing is."""

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
    "step",
)
"""Columns of `ratings` that hold an outcome."""
ITEM_COLUMNS = (
    "run",
    "seq",
    "case_id",
    "candidate_id",
    "principle_id",
    "slice",
    "flags",
    "source",
    "content",
    "tags",
)
VERDICT_COLUMNS = ("run", "item", "label", "undecided", "score", "disagreement", "distribution", "road")


def outcome_values(outcome: TerminalState) -> Values:
    """Return the values of `OUTCOME_COLUMNS` for an outcome."""
    if isinstance(outcome, FailedRating):
        return (outcome.kind.value, None, None, None, None, None, outcome.detail, None, None, None)
    if isinstance(outcome, Spared):
        return (SPARED, None, None, None, None, None, None, None, None, outcome.step)
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
        None,
    )


def _distribution_text(rating: Rating) -> str | None:
    """An answer without probabilities is all weight on its label; that needs no column."""
    return None if rating.basis is Basis.ANSWER else json.dumps(rating.distribution)


def distribution_of(text: str | None, label: str) -> Distribution:
    """Return a stored distribution."""
    if text is None:
        return ((label, 1.0),)
    return tuple((name, float(share)) for name, share in json.loads(text))


def item_values(run: int, item: Item, flags: FindFlags | None) -> Values:
    """Return the values of `ITEM_COLUMNS` for an item, with what `flags` notices about it."""
    noticed = None if flags is None else json.dumps(flags(item))
    groups = canonical_json(dict(item.case.slice)).decode() if item.case.slice else "{}"
    return (
        run,
        item.seq,
        item.case.id,
        item.candidate_id,
        item.principle_id,
        groups,
        noticed,
        item.case.source,
        item.case.prompt_digest + digest_outputs(item.candidates),
        json.dumps(item.case.tags) if item.case.tags else "[]",
    )


def verdict_values(run: int, item: SettledItem) -> Values:
    """Return the values of `VERDICT_COLUMNS` for an item."""
    verdict = item.verdict
    undecided = verdict.undecided.value if verdict.undecided else None
    distribution = json.dumps(verdict.distribution)
    road = json.dumps([_step_values(each) for each in verdict.cascade]) if verdict.cascade else None
    return (run, item.seq, verdict.label, undecided, verdict.score, verdict.disagreement, distribution, road)


def _step_values(outcome: StepOutcome) -> dict[str, Any]:
    """Return what a step of a cascade came to, without the words that follow from it."""
    return {
        "step": outcome.step,
        "decision": outcome.decision.value,
        "label": outcome.label,
        "undecided": outcome.undecided.value if outcome.undecided else None,
        "disagreement": outcome.disagreement,
        "confidence": outcome.confidence,
        "raw": outcome.raw,
    }


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


def read_outcome(row: Row[Any]) -> TerminalState:
    """Return the outcome a row of `ratings` holds."""
    if row.state == SPARED:
        return Spared(step=row.step)
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


def read_flags(text: str | None) -> tuple[Flags, ...] | None:
    """Return what was noticed about the candidates of an item; None where nobody looked."""
    if text is None:
        return None
    return tuple(tuple(CandidateFlag(name) for name in names) for names in json.loads(text))


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
        detail=read_detail(row.detail),
    )


def detail_text(detail: LabelDetail) -> str | None:
    """Return how a label came about as a row holds it; None where nothing is known."""
    content = detail.canonical()
    return canonical_json(content).decode() if content else None


def read_detail(text: str | None) -> LabelDetail:
    """Return how a label came about, as a row holds it."""
    return NO_DETAIL if text is None else LabelDetail.model_validate_json(text)
