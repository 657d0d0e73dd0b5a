"""Read the revisions of a run back from the ledger and the case files it was made of."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from evenhand.catalog.cases import read_cases
from evenhand.catalog.files import digest_file
from evenhand.catalog.settings import Workspace
from evenhand.errors import MeasureError, UsageError
from evenhand.feedback.results import RevisedCase
from evenhand.generation.chain import Written
from evenhand.generation.revising import read_turns
from evenhand.records.canonical import canonical_json
from evenhand.records.feedback import Revise
from evenhand.records.generation import FailedStep, GenerationRun, Step
from evenhand.records.run import RunState
from evenhand.store.generations import read_generation, read_steps
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.workflows.feedback.plan_revisions import Reply, replies_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedReply:
    """A reply that went through all its rounds, beside the case it stands in."""

    reply: Reply
    revised: RevisedCase

    def text_after(self, each: int) -> str:
        """Return what is there after a round; 0 is the first reply."""
        return next(
            (step.revision for step in reversed(self.revised.steps) if step.round <= each),
            self.revised.original,
        )


@dataclass(slots=True, kw_only=True)
class Missed:
    """Chains that did not come to their end, counted while the others are read."""

    failed: Counter[str] = field(default_factory=Counter)
    """By the kind of failure."""


def read_revisions(workspace: Workspace, run: str) -> Iterator[RevisedCase]:
    """Yield the cases that a run of `feedback revise` took to their end, in the order of their suite.

    Chains that ended in a failed step are left out; `read_revised_replies` counts them.

    Args:
        workspace: The workspace.
        run: The generation run, or "latest".

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The run has not ended, or its case files have changed since.
        LedgerError: The ledger can not be read.
    """
    ledger = open_ledger(workspace.ledger_path)
    made = read_generation(ledger, run, "revise")
    for each in read_revised_replies(workspace.root, ledger, made, Missed()):
        yield each.revised


def read_revised_replies(
    root: Path, ledger: LedgerFile, run: GenerationRun, missed: Missed
) -> Iterator[RevisedReply]:
    """Yield what `read_revisions` does, each beside the case it stands in; count in `missed` what is left out.

    Raises:
        UsageError: The run has not ended, or its case files have changed since.
    """
    if run.state is not RunState.FINISHED:
        raise UsageError(
            f"revision run {run.id} has not ended: {run.reason or run.state.value}",
            hint="go on with it: the same `evenhand feedback revise` command again",
        )
    rounds = revise_of(run).rounds
    replies = open_replies(root, run)
    for name, steps in groupby(read_steps(ledger, run.id), lambda step: step.chain):
        reply = next((each for each in replies if each.name == name), None)
        if reply is None:
            raise MeasureError(
                f"the suite has no reply {name!r}, which run {run.id} revised",
                hint="the ledger and the case files do not belong together; revise the replies again",
            )
        written = _written(list(steps), missed)
        if written is not None:
            yield RevisedReply(reply=reply, revised=_revised(reply, written, rounds))


def revise_of(run: GenerationRun) -> Revise:
    """Return how the replies of a run were revised."""
    return Revise.model_validate_json(canonical_json(run.manifest.settings["revise"]))


def open_replies(root: Path, run: GenerationRun) -> Iterator[Reply]:
    """Yield the replies of the suite, from files that are what they were.

    Raises:
        UsageError: One has changed.
    """
    pins = [pin for pin in run.manifest.files if pin.role == "cases"]
    paths = [root / pin.path for pin in pins]
    changed = [
        pin.path
        for pin, path in zip(pins, paths, strict=True)
        if not path.is_file() or digest_file(path) != pin.sha256
    ]
    if changed:
        raise UsageError(
            f"{', '.join(changed)} changed since revision run {run.id}: its revisions are of other texts",
            hint="revise again; what did not change is taken from the ledger for free",
        )
    return (reply for case in read_cases(paths, read_before=True) for reply in replies_of(case))


def _written(steps: list[Step], missed: Missed) -> list[Written] | None:
    """Return the texts of a chain; None, and a count, where it ended in a failed step."""
    done = []
    for step in steps:
        if isinstance(step.outcome, FailedStep):
            missed.failed[step.outcome.kind.value] += 1
            return None
        done.append(Written(kind=step.kind, principle_id=step.principle_id, text=step.outcome, key=step.key))
    return done


def _revised(reply: Reply, written: list[Written], rounds: int) -> RevisedCase:
    groups: Mapping[str, str] = reply.case.slice
    return RevisedCase(
        case_id=reply.case.id,
        candidate_id=reply.candidate.id,
        source=reply.source,
        slice=groups,
        prompt=reply.case.prompt,
        original=reply.text,
        original_producer=reply.candidate.producer,
        steps=read_turns(written, rounds=rounds),
    )


__all__ = ["Missed", "RevisedReply", "open_replies", "read_revised_replies", "read_revisions", "revise_of"]
