"""Look for what is stale through a change: in the runs of the ledger, in files of labels, and in the review.

Nothing is written, and nobody is asked.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from evenhand.catalog.labels import read_labels
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.catalog.suites import LoadedSuite, read_suite
from evenhand.constitution.staleness import AnswersHeld, Known, LabelsHeld, Staleness, Standing, Standings
from evenhand.errors import FileError
from evenhand.records.label import HumanLabel
from evenhand.records.run import Run
from evenhand.review.adjudication import counted
from evenhand.store.columns import LabelRow, label_rows
from evenhand.store.held import ratings_held, verdicts_held
from evenhand.store.review.ledger import open_review_ledger
from evenhand.store.review.reading import LabelledItem
from evenhand.workflows.constitution_diff.compare import Compared
from evenhand.workflows.prepare import existing_ledger, relative_path

MOST_RUNS: Final = 1_000
"""Runs that are looked at, the newest first."""

_Label = tuple[str, str, str, str, str, str]
"""Case, candidate, principle, annotator, kind and label."""


def find_stale(start: Path, compared: Compared) -> Staleness:
    """Return what there is on the principles that changed, and how it stands to the later constitution.

    Raises:
        LedgerError: The ledger or that of the review can not be read.
    """
    return _Search(find_workspace(start), compared).done()


class _Search:
    """One look at a workspace."""

    def __init__(self, workspace: Workspace, compared: Compared) -> None:
        self._workspace = workspace
        self._ids = {compared.before.constitution.id, compared.after.constitution.id}
        self._standings = Standings(compared.before.constitution, compared.after.constitution, compared.diff)
        self._ledger = existing_ledger(workspace) if self._standings.names else None
        self._runs = tuple(self._find_runs())
        self._notes: list[str] = []

    def done(self) -> Staleness:
        """Return what was found."""
        if not self._standings.names:
            return Staleness(answers=(), labels=(), runs=0)
        answers = tuple(each for run in self._runs for each in self._answers(run))
        labels = (*self._file_labels(), *self._review_labels())
        return Staleness(answers=answers, labels=labels, runs=len(self._runs), notes=tuple(self._notes))

    # -- Runs --------------------------------------------------------------------------------------

    def _find_runs(self) -> Iterator[Run]:
        for run in self._ledger.recent_runs(MOST_RUNS) if self._ledger else ():
            constitution = run.manifest.constitution
            if constitution.id in self._ids and self._standings.names & constitution.by_id.keys():
                yield run

    def _answers(self, run: Run) -> Iterator[AnswersHeld]:
        assert self._ledger is not None
        manifest = run.manifest
        judges = {judge.id: judge for judge in manifest.judges}
        held = {
            **{(name, ""): count for name, count in verdicts_held(self._ledger, run).items()},
            **ratings_held(self._ledger, run),
        }
        for (name, judge), count in sorted(held.items(), key=lambda each: (each[0][1] != "", each[0])):
            standing = self._standings.of_run(
                manifest.constitution,
                name,
                pairwise=manifest.mode == "pairwise",
                judge=judges.get(judge),
            )
            if standing is not None:
                yield AnswersHeld(
                    run=run.id,
                    suite=manifest.suite.id,
                    principle=name,
                    judge=judge,
                    standing=standing,
                    count=count,
                )

    # -- Files of labels ---------------------------------------------------------------------------

    def _file_labels(self) -> Iterator[LabelsHeld]:
        suites = list(self._suites())
        first = self._first_readers() if any(suite.label_paths for suite in suites) else {}
        for suite in suites:
            for (source, name, standing, known), count in self._counted(suite, first).items():
                yield LabelsHeld(
                    source=source,
                    suite=suite.suite.id,
                    principle=name,
                    standing=standing,
                    known=known,
                    count=count,
                )

    def _counted(
        self, suite: LoadedSuite, first: Mapping[_Label, Run]
    ) -> Counter[tuple[str, str, Standing, Known]]:
        counts: Counter[tuple[str, str, Standing, Known]] = Counter()
        for spec, path in suite.labels():
            source = relative_path(self._workspace, path)
            try:
                for label in read_labels(path, spec):
                    if found := self._standing_of_label(label.principle_id, first.get(_key(label))):
                        counts[source, label.principle_id, *found] += 1
            except FileError as error:
                self._notes.append(f"{source} can not be read to its end: {error}")
        return counts

    def _suites(self) -> Iterator[LoadedSuite]:
        """Yield the suites of the workspace that are judged by one of the two."""
        for path in sorted((self._workspace.root / "suites").glob("*.y*ml")):
            file = read_suite(path, self._workspace.root)
            if file.loaded and file.loaded.constitution.id in self._ids:
                yield file.loaded
            elif file.loaded is None:
                name = relative_path(self._workspace, path)
                self._notes.append(
                    f"{name} has mistakes (see evenhand lint), so its labels are not looked at"
                )

    def _first_readers(self) -> Mapping[_Label, Run]:
        """Return the first run that read each label: it was given under that run's text at the latest."""
        found: dict[_Label, Run] = {}
        read: set[str] = set()
        for run in reversed(self._runs):
            pins = [file for file in run.manifest.files if file.role == "labels"]
            sources = {run.manifest.label_source(file) for file in pins} - read
            read |= sources
            for _, case, candidate, principle, annotator, kind, label, _ in self._label_rows(sources):
                if principle in self._standings.names:
                    found.setdefault((case, candidate, principle, annotator, kind, label), run)
        return found

    def _label_rows(self, sources: Collection[str]) -> Iterator[LabelRow]:
        return label_rows(self._ledger, sources) if self._ledger else iter(())

    def _standing_of_label(self, name: str, reader: Run | None) -> tuple[Standing, Known] | None:
        if reader is not None:
            constitution, mode = reader.manifest.constitution, reader.manifest.mode
            standing = self._standings.of_run(constitution, name, pairwise=mode == "pairwise")
            return (standing, "pinned") if standing else None
        assumed = self._standings.of_earlier(name)
        return (assumed, "assumed") if assumed else None

    # -- Review ------------------------------------------------------------------------------------

    def _review_labels(self) -> Iterator[LabelsHeld]:
        path = self._workspace.review_path
        if not path.exists():
            return
        with open_review_ledger(path).read() as reading:
            designs = {
                draw.design: draw
                for draw in reading.draws()
                if draw.constitution.partition("@")[0] in self._ids
            }
            for design, draw in designs.items():
                counts: Counter[tuple[str, Standing]] = Counter()
                for each in reading.labelled_items(design):
                    counts.update(self._standings_of_item(each))
                for (name, standing), count in counts.items():
                    yield LabelsHeld(
                        source=f"review {design}",
                        suite=draw.suite,
                        principle=name,
                        standing=standing,
                        known="written",
                        count=count,
                    )

    def _standings_of_item(self, each: LabelledItem) -> Iterator[tuple[str, Standing]]:
        name = each.item.principle_id
        hashes = [label.principle_hash for label in counted(each.labels)]
        hashes += [each.item.principle_hash] if each.adjudication else []
        for binding in hashes:
            standing = self._standings.of_hash(name, binding)
            if standing is not None:
                yield name, standing


def _key(label: HumanLabel) -> _Label:
    return (
        label.case_id,
        label.candidate_id,
        label.principle_id,
        label.annotator,
        label.kind.value,
        label.label,
    )
