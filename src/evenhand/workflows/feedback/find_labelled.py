"""Find what a run has to export: pairs, texts, or revisions with the run that judged them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.errors import UnknownNameError
from evenhand.feedback.provenance import NOBODY, Writer
from evenhand.feedback.rows import Record
from evenhand.feedback.shapes import Source
from evenhand.records.generation import GenerationRun
from evenhand.store.generations import read_generation
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.workflows.feedback.people import PersonSaid
from evenhand.workflows.feedback.read_judged import read_judged, refuse_unreadable
from evenhand.workflows.feedback.read_judged_revisions import find_judged_revisions, held_of_suite
from evenhand.workflows.read_run import StoredRun, read_run

Read = Callable[[Mapping[int, PersonSaid]], Iterator[Record]]
"""Reads the records of a run, with what people settled in the place of the panel's verdicts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What a run has to export."""

    source: Source
    stored: StoredRun
    """The run that judged."""
    read: Read
    writer: Writer = NOBODY
    """The generator that wrote the texts."""
    revised_suite: str = ""
    """The suite whose replies were revised; empty where nothing was."""

    def held_elsewhere(self, *, include_gate: bool) -> frozenset[str]:
        """Return the sources of the suite whose replies were revised that never become training data."""
        if not self.revised_suite:
            return frozenset()
        return held_of_suite(self.stored.root, self.revised_suite, include_gate=include_gate)


def find_labelled(start: Path, name: str) -> Labelled:
    """Return what a run has to export; a run of `feedback revise` is known by its own name.

    Args:
        start: Folder from which the workspace is looked for.
        name: A run of either kind, or "latest" for the newest that judged.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: Its case files have changed, or its revisions were not judged to the end.
        MeasureError: It has not ended.
    """
    workspace = find_workspace(start)
    made = _revisions(open_ledger(workspace.ledger_path), name)
    if made is not None:
        return _labelled_revisions(workspace, made)
    stored = read_run(start, name)
    refuse_unreadable(stored)
    source = Source.PAIRS if stored.manifest.mode == "pairwise" else Source.TEXTS
    return Labelled(source=source, stored=stored, read=lambda said: read_judged(stored, said))


def _revisions(ledger: LedgerFile, name: str) -> GenerationRun | None:
    """Return the run of revisions of a name; None where there is none."""
    if name == "latest":
        return None
    try:
        return read_generation(ledger, name, "revise")
    except UnknownNameError:
        return None


def _labelled_revisions(workspace: Workspace, made: GenerationRun) -> Labelled:
    found = find_judged_revisions(workspace, open_ledger(workspace.ledger_path), made)
    refuse_unreadable(found.stored)
    generator = made.manifest.generator
    return Labelled(
        source=Source.REVISIONS,
        stored=found.stored,
        read=found.records,
        writer=Writer(run=made.id, id=generator.id, version=generator.version, model=generator.model),
        revised_suite=str(made.manifest.settings["suite"]),
    )


__all__ = ["Labelled", "find_labelled"]
