"""Steps and generation runs as rows of their tables, and back."""

from typing import Any

from sqlalchemy import Row

from evenhand.records.generation import WRITTEN, FailedStep, GenerationManifest, GenerationRun, Step
from evenhand.records.rating import FailureKind
from evenhand.records.run import RunState
from evenhand.store.prepared import Values


def step_values(step: Step) -> Values:
    """Return the columns of a step behind its run, in the order of the statement."""
    failed = step.outcome if isinstance(step.outcome, FailedStep) else None
    return (
        step.seq,
        step.chain,
        step.place,
        step.kind,
        step.principle_id,
        step.key,
        failed.kind.value if failed else WRITTEN,
        None if failed else step.outcome,
        failed.detail if failed else None,
        step.reused,
    )


def read_step(row: Row[Any]) -> Step:
    """Return the step a row of `steps` holds."""
    written = row.state == WRITTEN
    return Step(
        seq=row.seq,
        chain=row.chain,
        place=row.place,
        kind=row.kind,
        principle_id=row.principle_id,
        key=row.key,
        outcome=row.text if written else FailedStep(kind=FailureKind(row.state), detail=row.detail or ""),
        reused=row.reused,
    )


def read_generation_run(row: Row[Any]) -> GenerationRun:
    """Return the generation run a row of `runs` holds."""
    return GenerationRun(
        id=row.name,
        state=RunState(row.state),
        reason=row.reason,
        created=row.created,
        manifest=GenerationManifest.model_validate_json(row.manifest),
    )
