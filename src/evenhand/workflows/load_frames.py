"""A run as tidy pandas frames, for notebooks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.judging.budget import NANOUSD
from evenhand.records.attempt import PastAttempt
from evenhand.records.label import HumanLabel
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Rating, Spared, state_of
from evenhand.records.run import Run
from evenhand.records.verdict import Verdict
from evenhand.store.attempts import read_attempts
from evenhand.workflows.read_run import read_run

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
Columns = Mapping[str, str]
"""Columns in order, each with its pandas dtype."""

_ITEM: Columns = {"item": "int64", "case": "string", "candidate": "string", "principle": "string"}
_RATINGS: Columns = {
    **_ITEM,
    "judge": "string",
    "order": "string",
    "repeat": "int64",
    "state": "string",
    "label": "string",
    "probability": "float64",
    "distribution": "object",
    "basis": "string",
    "missing_mass": "float64",
    "stated": "float64",
    "reason": "string",
    "quotes": "object",
    "flags": "object",
}
_VERDICTS: Columns = {
    **_ITEM,
    "label": "string",
    "undecided": "string",
    "score": "float64",
    "disagreement": "float64",
    "distribution": "object",
    "opinions": "Int64",
}
_LABELS: Columns = {
    **_ITEM,
    "annotator": "string",
    "kind": "string",
    "label": "string",
    "note": "string",
    "inclusion": "float64",
    "design": "string",
    "stratum": "string",
    "blind": "boolean",
    "at": "string",
    "seconds": "float64",
    "defensible": "object",
}
_ATTEMPTS: Columns = {
    "attempt": "int64",
    "unit": "int64",
    "judge": "string",
    "number": "int64",
    "state": "string",
    "usd": "float64",
    "reserved_usd": "float64",
    "sent_at": "datetime64[ns, UTC]",
    "seconds": "float64",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "cached_tokens": "Int64",
    "usage_estimated": "bool",
    "served_model": "string",
    "fingerprint": "string",
    "request_id": "string",
    "account": "string",
    "protocol": "string",
    "transport": "string",
    "base_url": "string",
    "model": "string",
    "sdk": "string",
    "error_class": "string",
    "error": "string",
    "maybe_billed": "bool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFrames:
    """A run as pandas frames, one row per thing. Text is text: a label such as "NA" or "1.0" stays what it is.

    Text columns have dtype `string`, where nothing is `<NA>`. `item` (int64, from 0) joins the first three frames;
    `case`, `candidate` and `principle` name it. Texts of cases are in the case files, replies in the ledger.
    """

    run: Run
    """The run, with its manifest."""
    ratings: "pd.DataFrame"
    """One row per unit in a terminal state.

    item int64 · case, candidate, principle, judge string · order string ("given", "swapped") · repeat int64 ·
    state string ("rated", "spared", or the kind of failure) · label string, `<NA>` without a rating · probability
    float64, that of the label · distribution object, a dict of label to probability · basis string ·
    missing_mass float64 · stated float64 · reason string (hostile text; for a failed rating its detail) ·
    quotes, flags object, tuples of str.
    """
    verdicts: "pd.DataFrame"
    """One row per item.

    item int64 · case, candidate, principle string · label string, `<NA>` while undecided or open · undecided string,
    the reason; "open" while ratings are missing · score float64 · disagreement float64 · distribution object, a dict ·
    opinions Int64, judges with an opinion · then one string column `slice.NAME` for each slice of the suite.
    """
    labels: "pd.DataFrame"
    """One row per human label.

    item int64 · case, candidate, principle, annotator, kind, label, note string · how it came about, where recorded:
    inclusion float64, the probability of being labelled · design, stratum, at string · blind boolean ·
    seconds float64 · defensible object, a tuple of str, None where the person was not asked.
    """
    attempts: "pd.DataFrame"
    """One row per paid call, preflight included (unit -1).

    attempt, unit, number int64 · judge, state string · usd, reserved_usd float64 · sent_at datetime64[ns, UTC] ·
    seconds float64 · input_tokens, output_tokens, cached_tokens Int64 · usage_estimated, maybe_billed bool ·
    served_model, fingerprint, request_id, error_class, error string · what it was made with: account, protocol,
    transport, base_url, model (asked for), sdk string, `<NA>` in ledgers of earlier versions.
    """


def load(run: str = "latest", workspace: str | Path = ".") -> RunFrames:
    """Read a run from the ledger into tidy frames.

    Args:
        run: The run's name, as `evenhand runs` shows it, or "latest".
        workspace: A folder in the workspace.

    Raises:
        LedgerError: There is no ledger, or it can not be read.
        UnknownNameError: There is no such run.
    """
    stored = read_run(Path(workspace), run)
    ratings: list[Row] = []
    verdicts: list[Row] = []
    labels: list[Row] = []
    slices: dict[str, None] = {}
    for item in stored.items():
        place = _place(item)
        ratings.extend({**place, **_rating(unit)} for unit in item.units)
        verdicts.append({**place, **_verdict(item.verdict), **_slice(item)})
        labels.extend({**place, **_label(label)} for label in item.labels)
        slices.update(dict.fromkeys(_slice(item)))
    return RunFrames(
        run=stored.run,
        ratings=frame_of(ratings, _RATINGS),
        verdicts=frame_of(verdicts, {**_VERDICTS, **dict.fromkeys(slices, "string")}),
        labels=frame_of(labels, _LABELS),
        attempts=frame_of(list(_attempts(read_attempts(stored.ledger, stored.run))), _ATTEMPTS),
    )


def _place(item: RatedItem) -> Row:
    return {
        "item": item.seq,
        "case": item.case_id,
        "candidate": item.candidate_id,
        "principle": item.principle_id,
    }


def _slice(item: RatedItem) -> dict[str, str]:
    return {f"slice.{name}": value for name, value in item.slice.items()}


def _rating(unit: RatedUnit) -> Row:
    asked = {"judge": unit.judge, "order": unit.order.value, "repeat": unit.repeat}
    outcome = unit.outcome
    if not isinstance(outcome, Rating):
        reason = outcome.reason if isinstance(outcome, Spared) else outcome.detail
        return {**asked, "state": state_of(outcome), "reason": reason, "quotes": (), "flags": ()}
    distribution = dict(outcome.distribution)
    return {
        **asked,
        "state": "rated",
        "label": outcome.label,
        "probability": distribution.get(outcome.label, 0.0),
        "distribution": distribution,
        "basis": outcome.basis.value,
        "missing_mass": outcome.missing_mass,
        "stated": outcome.stated,
        "reason": outcome.reason,
        "quotes": outcome.quotes,
        "flags": outcome.flags,
    }


def _verdict(verdict: Verdict | None) -> Row:
    if verdict is None:
        return {"undecided": "open"}
    return {
        "label": verdict.label,
        "undecided": verdict.undecided.value if verdict.undecided else None,
        "score": verdict.score,
        "disagreement": verdict.disagreement,
        "distribution": dict(verdict.distribution),
        "opinions": sum(opinion.label is not None for opinion in verdict.opinions),
    }


def _label(label: HumanLabel) -> Row:
    detail = label.detail
    return {
        "annotator": label.annotator,
        "kind": label.kind.value,
        "label": label.label,
        "note": label.note,
        "inclusion": detail.inclusion,
        "design": detail.design or None,
        "stratum": detail.stratum or None,
        "blind": detail.blind,
        "at": detail.at or None,
        "seconds": detail.seconds,
        "defensible": detail.defensible,
    }


def _attempts(attempts: Iterator[PastAttempt]) -> Iterator[Row]:
    same = [name for name in _ATTEMPTS if name in PastAttempt.__slots__ and name not in {"sent_at", "state"}]
    for attempt in attempts:
        yield {
            **(asdict(attempt.instrument) if attempt.instrument else {}),
            **{name: getattr(attempt, name) for name in same},
            "attempt": attempt.id,
            "state": attempt.state.value,
            "usd": None if attempt.cost_nanousd is None else attempt.cost_nanousd / NANOUSD,
            "reserved_usd": attempt.reserved_nanousd / NANOUSD,
            "sent_at": round(attempt.sent_at * 1e9),
            "seconds": None if attempt.ended_at is None else attempt.ended_at - attempt.sent_at,
        }


def frame_of(rows: Sequence[Row], columns: Columns) -> "pd.DataFrame":
    """Return rows as a frame of some columns, in their order and with their dtypes."""
    import pandas as pd  # noqa: PLC0415 - loaded at the edges only

    return pd.DataFrame(
        {name: _series([row.get(name) for row in rows], dtype) for name, dtype in columns.items()}
    )


def _series(values: list[Any], dtype: str) -> "pd.Series[Any]":
    import pandas as pd  # noqa: PLC0415 - loaded at the edges only

    if dtype.startswith("datetime"):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="int64"), unit="ns", utc=True), dtype=dtype)
    return pd.Series(values, dtype=dtype)


__all__ = ["RunFrames", "load"]
