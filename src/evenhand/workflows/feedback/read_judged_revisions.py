"""The revisions of a run with what the panel said before and after: two readings of the same order, joined."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from evenhand.calibration.splits import split_clusters
from evenhand.calibration.table import Split
from evenhand.catalog.cases import read_cases
from evenhand.catalog.labels import read_labels
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.catalog.suites import load_suite
from evenhand.errors import LedgerError, UsageError
from evenhand.feedback.judged import JudgedRevision, JudgedText, Unwritten
from evenhand.records.generation import GenerationRun
from evenhand.records.run import Run, RunState
from evenhand.store.ledger import LedgerFile
from evenhand.workflows.feedback.derive_suite import case_name, derived_folder
from evenhand.workflows.feedback.people import PersonSaid
from evenhand.workflows.feedback.read_judged import read_judged
from evenhand.workflows.feedback.read_revisions import Missed, read_revised_replies
from evenhand.workflows.prepare import relative_path
from evenhand.workflows.read_run import StoredRun, decider_of
from evenhand.workflows.tuning.review_labels import find_review_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRevisions:
    """A run of revisions, and the run that judged its texts before and after."""

    made: GenerationRun
    stored: StoredRun
    """The run that judged."""

    def records(self, said: Mapping[int, PersonSaid]) -> Iterator[JudgedRevision | Unwritten]:
        """Yield every reply that was to be revised, those that came to no end last."""
        missed = Missed()
        judged = groupby(_texts(self.stored, said), key=lambda text: text.case_id)
        for reply in read_revised_replies(self.stored.root, self.stored.ledger, self.made, missed):
            texts = {str(text.text): text for text in _of(judged, case_name(reply.reply.name))}
            first = reply.reply.candidate.text
            # A conversation was judged as one text, which is no reply to be preferred to.
            original = first if isinstance(first, str) else ""
            yield JudgedRevision(
                revised=replace(reply.revised, original=original),
                before=_text(texts, reply.revised.original, self.made),
                after=_text(texts, reply.revised.final, self.made),
            )
        yield from (Unwritten() for _ in range(missed.failed.total()))


def find_judged_revisions(workspace: Workspace, ledger: LedgerFile, made: GenerationRun) -> JudgedRevisions:
    """Return the newest finished run that judged the texts of a run of revisions.

    Raises:
        UsageError: There is none.
    """
    path = relative_path(workspace, derived_folder(workspace, made.id) / "suite.yaml")
    found = [run for run in ledger.runs() if _judged(run, path)]
    if not found:
        raise UsageError(
            f"the texts of revision run {made.id} were not judged to the end",
            hint="go on with it: the same `evenhand feedback revise` command again",
        )
    run = found[-1]
    stored = StoredRun(root=workspace.root, ledger=ledger, run=run, decider=decider_of(run.manifest))
    return JudgedRevisions(made=made, stored=stored)


def held_of_suite(root: Path, suite_path: str, *, include_gate: bool) -> frozenset[str]:
    """Return the sources of a suite whose labels, in its files and its review as they are, are kept to certify with.

    Raises:
        FileError: The suite, or a file it names, is wrong or not there.
        LedgerError: A ledger can not be read.
    """
    loaded = load_suite(root / suite_path, root)
    suite = loaded.suite
    labelled = {label.case_id for spec, path in loaded.labels() for label in read_labels(path, spec)}
    if reviewed := find_review_labels(find_workspace(root), suite.id):
        labelled.update(label.case_id for label in reviewed.labels)
    names = dict.fromkeys(
        case.source or case.id
        for case in read_cases(loaded.case_files, read_before=True)
        if case.id in labelled
    )
    splits = split_clusters(suite.id, suite.seed, suite.splits.shares, names)
    kept = {Split.SEALED} if include_gate else {Split.GATE, Split.SEALED}
    return frozenset(name for name, split in zip(names, splits.tolist(), strict=True) if Split(split) in kept)


def _judged(run: Run, path: str) -> bool:
    return run.manifest.suite_path == path and run.state is RunState.FINISHED


def _texts(stored: StoredRun, said: Mapping[int, PersonSaid]) -> Iterator[JudgedText]:
    return (record for record in read_judged(stored, said) if isinstance(record, JudgedText))


def _of(judged: "Iterator[tuple[str, Iterator[JudgedText]]]", name: str) -> Iterator[JudgedText]:
    """Return what was said of the texts of the next reply."""
    for case, texts in judged:
        if case == name:
            return texts
    raise LedgerError(f"the run that judged the revisions holds nothing of reply {name!r}")


def _text(texts: Mapping[str, JudgedText], text: str, made: GenerationRun) -> JudgedText:
    if text not in texts:
        raise LedgerError(f"the run that judged the revisions of run {made.id} judged other texts")
    return texts[text]


__all__ = ["JudgedRevisions", "find_judged_revisions", "held_of_suite"]
