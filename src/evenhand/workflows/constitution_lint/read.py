"""Read what runs and people said under a constitution, for its lint and for proposals. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.calibration.table import CalibrationTable
from evenhand.constitution.lint.evidence import RunEvidence
from evenhand.errors import MeasureError, UsageError
from evenhand.records.constitution import Constitution
from evenhand.stats.arrays import Integers
from evenhand.workflows.calibration.table import read_run_answers, read_table
from evenhand.workflows.constitution_lint.gather import find_replies, gather_evidence
from evenhand.workflows.constitution_lint.whole_replies import WholeReplies, read_whole_replies
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.read_run import StoredRun, read_own_run


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvidence:
    """What a run says about a constitution, and what it was read from."""

    stored: StoredRun
    constitution: Constitution
    """As it is now, with the principles of the run that it no longer has."""
    table: CalibrationTable
    evidence: RunEvidence
    reply_of_item: Integers
    """Row of the reply that each item of the run is about, shape (N,)."""
    whole: WholeReplies | None
    """What people say of whole replies, where a file of that was named."""


def read_evidence(
    start: Path,
    runs: Sequence[str],
    *,
    now: Constitution | None = None,
    humans: Sequence[Path] = (),
    overall: Path | None = None,
    review: bool = True,
) -> ReadEvidence:
    """Read a run with its labels, and further runs for the opinions of their judges.

    Args:
        start: Folder from which the workspace is looked for.
        runs: The run; then runs of the same cases with paraphrased prompts.
        now: The constitution as it is now; by default as the run judged by it.
        humans: Files of human labels beside those of the suite.
        overall: A file of what people say of whole replies.
        review: Whether the labels that people gave in the workspace's review are read.

    Raises:
        UnknownNameError: There is no such run.
        FileError: A file of labels has findings.
        UsageError: The run judged by another constitution, or a file of labels meets no item of it.
        MeasureError: The run has not ended, or the ledger can not be read.
    """
    if not runs:
        raise UsageError("no run is named", hint="name one with --run; `evenhand runs` lists them")
    stored, *others = (_finished(read_own_run(start, name)) for name in runs)
    current = now or stored.manifest.constitution
    heirs = _heirs(current, stored)
    constitution = _as_judged(current, stored, heirs)
    whole = read_whole_replies(overall) if overall else None
    with collecting_less():
        said = read_run_answers(stored)
        table = read_table(
            stored, humans=humans, review=review, said=said, history=False, needs_labels=False
        ).table
        evidence = gather_evidence(stored, said, table, constitution, others=others, whole=whole)
    if whole is not None and not any(whole.of(each.case_id, each.candidate_id) for each in evidence.names):
        raise UsageError(
            f"no label of {whole.source} meets a reply of run {stored.run.id}",
            hint="its `case` and `candidate` are those of the suite's cases",
        )
    return ReadEvidence(
        stored=stored,
        constitution=constitution,
        table=table,
        reply_of_item=find_replies(said.items).of_item,
        evidence=_noted(evidence.called(heirs), current, stored, heirs),
        whole=whole,
    )


def _finished(stored: StoredRun) -> StoredRun:
    if not stored.run.finished:
        raise MeasureError(
            f"run {stored.run.id} has not ended, and what it has so far is no fair part of it",
            hint=f"go on with `evenhand resume {stored.run.id}`, or name a finished run",
        )
    return stored


def _heirs(now: Constitution, stored: StoredRun) -> Mapping[str, str]:
    """Return what principles of the run are called now, by their name in it; those that kept their name are not there.

    Where the principle that holds an earlier name was judged too, the two became one, and the earlier one is gone.
    """
    then = stored.manifest.constitution.by_id
    return {
        name: heir
        for name in then
        if name not in now.by_id
        for heir in (now.current_id(name),)
        if heir in now.by_id and not {heir, *now.by_id[heir].aliases} & then.keys() - {name}
    }


def _as_judged(now: Constitution, stored: StoredRun, heirs: Mapping[str, str]) -> Constitution:
    """Return the constitution as it is now, with the principles of the run that it no longer has.

    One that has another name now stands there under the one it has in the run, too.

    Raises:
        UsageError: It has none of the run's principles.
    """
    then = stored.manifest.constitution
    if not (heirs or set(now.by_id) & set(then.by_id)):
        raise UsageError(
            f"run {stored.run.id} judged by constitution {then.id}, which shares no principle with {now.id}",
            hint="name the constitution of the run, or another run",
        )
    renamed = tuple(now.by_id[heir].model_copy(update={"id": name}) for name, heir in heirs.items())
    gone = tuple(each for each in then.principles if each.id not in now.by_id and each.id not in heirs)
    return now.model_copy(update={"principles": (*now.principles, *renamed, *gone)})


def _noted(
    evidence: RunEvidence, now: Constitution, stored: StoredRun, heirs: Mapping[str, str]
) -> RunEvidence:
    """Say which findings are about a text that has changed since, or is gone."""
    then = stored.manifest.constitution
    was = {heir: name for name, heir in heirs.items()}
    judged = [each.id for each in evidence.principles]
    gone = [name for name in judged if name not in now.by_id]
    changed = [
        name
        for name in judged
        if name in now.by_id
        and now.binding_hash(now.by_id[name]) != then.binding_hash(then.by_id[was.get(name, name)])
    ]
    unjudged = [each.id for each in now.principles if each.id not in set(judged)]
    renamed = [f"{name} (now {heir})" for name, heir in heirs.items() if heir in set(judged)]
    words = (
        (renamed, "have another name now, which is said here"),
        (changed, "changed since the run; what is said of them is about the earlier text"),
        (gone, "are no longer in the constitution"),
        (unjudged, "were not judged in the run, and nothing is said of them"),
    )
    notes = tuple(f"Principles that {text}: {', '.join(names)}." for names, text in words if names)
    return replace(evidence, notes=(*evidence.notes, *notes))
