"""The human labels of a run: those of the suite as it ran, and those of files given for one calibration."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evenhand.calibration.categories import Categories
from evenhand.calibration.table import LabelSource
from evenhand.catalog.files import digest_file, shown_path
from evenhand.catalog.labels import numbered_labels
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.errors import UsageError
from evenhand.records.constitution import Constitution
from evenhand.records.label import HumanLabel, LabelDetail, LabelKind
from evenhand.records.run import Manifest
from evenhand.records.suite import LabelFile
from evenhand.store.columns import ItemColumns, label_rows
from evenhand.store.rows import detail_text, read_detail
from evenhand.workflows.calibration.label_row import LabelRow, Place
from evenhand.workflows.calibration.reviewed import read_reviewed
from evenhand.workflows.read_run import StoredRun

_MOST_STRANGERS = 3
"""Lines named of each kind of label that meets nothing."""


@dataclass(frozen=True, slots=True)
class GivenLabel:
    """One label on one item of the run."""

    item: int
    """Position of the item."""
    annotator: str
    settled: bool
    label: str
    detail: LabelDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanLabels:
    """Every label on an item of the run, each annotator once on an item."""

    labels: tuple[GivenLabel, ...]
    digests: Mapping[str, frozenset[bytes]]
    """Digests of the labels on each case of the run, on items of it or not."""
    sources: tuple[LabelSource, ...]
    notes: tuple[str, ...]
    earlier: Mapping[bytes, bytes] = field(default_factory=dict)
    """Digests of today by what they were under earlier names of the principles."""
    unresolved: frozenset[int] = frozenset()
    """Items on which reviewers differ and that nobody settled: persons' labels on them make no reference label."""


def gather_labels(
    stored: StoredRun,
    items: ItemColumns,
    categories: Mapping[str, Categories],
    humans: Sequence[Path],
    *,
    review: bool = True,
) -> HumanLabels:
    """Return the labels of the suite as it was when it ran, those of its review, and those of the files in `humans`.

    Where an annotator labels an item in several places, the last of them holds.

    Args:
        stored: The run.
        items: Its items.
        categories: What answers under each principle are counted as.
        humans: Files of labels.
        review: Whether the labels that people gave in the workspace's review are read.

    Raises:
        FileError: Lines of a file are wrong, or it can not be read.
        LedgerError: The review ledger can not be read.
        UsageError: No label of a file meets an item of the run, or it is a pipe or a device.
    """
    gathering = _Gathering(items, stored.manifest.constitution)
    for source, rows in _suite_rows(stored):
        gathering.add(source, rows)
    reviewed = read_reviewed(stored, items, categories) if review else None
    if reviewed is not None:
        gathering.add(reviewed.source, reviewed.rows)
        gathering.leave_open(reviewed.unresolved)
        gathering.notes += reviewed.notes
    for path in humans:
        words, renamed = label_words(stored.manifest, path), stored.manifest.constitution.renamed
        _add_file(gathering, path, words, categories, renamed)
    return gathering.done()


class _Gathering:
    """Labels by item and annotator, while sources are read one after the other."""

    def __init__(self, items: ItemColumns, constitution: Constitution) -> None:
        self.notes: list[str] = []
        self._items = items
        self._of_case: dict[str, list[int]] = {}
        for seq, case in enumerate(items.case_id):
            self._of_case.setdefault(case, []).append(seq)
        self._found: dict[tuple[int, str], GivenLabel] = {}
        self._digests: dict[str, set[bytes]] = {}
        self._earlier_names = {each.id: each.aliases for each in constitution.principles if each.aliases}
        self._earlier: dict[bytes, bytes] = {}
        self._sources: list[LabelSource] = []
        self._replaced = 0
        self._unresolved: set[int] = set()
        self._details: dict[str | None, LabelDetail] = {}

    def add(self, source: LabelSource, rows: Iterable[LabelRow]) -> int:
        """Add the labels of one source; return how many meet an item of the run."""
        met, designs = 0, dict[str, None]()
        for row in rows:
            if row.place[0] in self.cases:
                digest = row.digest()
                self._digests.setdefault(row.place[0], set()).add(digest)
                for name in self._earlier_names.get(row.place[1], ()):
                    self._earlier[row.digest(name)] = digest
            items = self.meets(row.place, row.candidate_id)
            met += bool(items)
            detail = self._detail(row.detail)
            if items and detail.design:
                designs[detail.design] = None
            for item in items:
                self._put(GivenLabel(item, row.annotator, row.settled, row.label, detail))
        self._sources.append(replace(source, labels=met, design=", ".join(designs)))
        return met

    def leave_open(self, names: Iterable[tuple[str, str, str]]) -> None:
        """Note items, by case, candidate and principle, on which persons' labels make no reference label."""
        for case, candidate, principle in names:
            self._unresolved.update(self.meets((case, principle), candidate))

    def meets(self, place: Place, candidate_id: str) -> Sequence[int]:
        """Return the items a label is about: several where it is about all candidates of a case."""
        case, principle = place
        items = self._items
        there = [seq for seq in self._of_case.get(case, ()) if items.principle_id[seq] == principle]
        return [seq for seq in there if items.candidate_id[seq] == candidate_id] if candidate_id else there

    @property
    def cases(self) -> Collection[str]:
        """The cases of the run."""
        return self._of_case.keys()

    def done(self) -> HumanLabels:
        """Return everything that was added."""
        if self._replaced:
            self.notes.append(
                f"{self._replaced:,} labels are given again in a later file and differ; the later file holds."
            )
        return HumanLabels(
            labels=tuple(self._found.values()),
            digests={case: frozenset(digests) for case, digests in self._digests.items()},
            sources=tuple(self._sources),
            notes=tuple(self.notes),
            earlier=self._earlier,
            unresolved=frozenset(self._unresolved),
        )

    def _put(self, given: GivenLabel) -> None:
        key = (given.item, given.annotator)
        before = self._found.get(key)
        self._replaced += before is not None and before.label != given.label
        self._found[key] = given

    def _detail(self, text: str | None) -> LabelDetail:
        if text not in self._details:
            self._details[text] = read_detail(text)
        return self._details[text]


def _suite_rows(stored: StoredRun) -> Iterator[tuple[LabelSource, list[LabelRow]]]:
    manifest = stored.manifest
    files = {manifest.label_source(file): file for file in manifest.files if file.role == "labels"}
    rows: dict[str, list[LabelRow]] = {source: [] for source in files}
    for source, case, candidate, principle, annotator, kind, label, detail in label_rows(
        stored.ledger, tuple(files)
    ):
        rows[source].append(
            LabelRow(
                place=(case, principle),
                candidate_id=candidate,
                annotator=annotator,
                settled=kind == LabelKind.RESOLVED.value,
                label=label,
                detail=detail,
            )
        )
    for source, file in files.items():
        yield LabelSource(name=file.path, sha256=file.sha256, labels=0), rows[source]


# -- Files given for one calibration ---------------------------------------------------------------


def label_words(manifest: Manifest, path: Path) -> LabelFile:
    """Return the words of a file: those that the suite's own label files are read in."""
    return words_of_labels(manifest.suite.labels, path)


def words_of_labels(own: Sequence[LabelFile], path: Path) -> LabelFile:
    """Return the words of a file beside `own`, the label files of a suite: those that they are read in."""
    words = [(dict(each.principles), dict(each.labels)) for each in reversed(own)]
    principles = {name: word for names, _ in words for name, word in names.items()}
    labels = {word: label for _, table in words for word, label in table.items()}
    resolved = tuple(dict.fromkeys(name for each in own for name in each.resolved))
    spec = LabelFile(path=str(path), principles=principles, labels=labels)
    return spec.model_copy(update={"resolved": resolved}) if resolved else spec


def _add_file(
    gathering: _Gathering,
    path: Path,
    spec: LabelFile,
    categories: Mapping[str, Categories],
    renamed: Mapping[str, str],
) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UsageError(
            f"{shown_path(path)} is no regular file; labels are read twice, so they can not come through a pipe",
            hint="write them to a file and name it",
        )
    strangers = _Strangers(shown_path(path), gathering, categories)
    read = numbered_labels(path, spec, renamed)
    source = LabelSource(name=shown_path(path), sha256=digest_file(path), labels=0)
    rows = [
        LabelRow(
            place=(label.case_id, label.principle_id),
            candidate_id=label.candidate_id,
            annotator=label.annotator,
            settled=label.kind is LabelKind.RESOLVED,
            label=label.label,
            detail=detail_text(label.detail),
        )
        for number, label in read
        if strangers.passes(number, label)
    ]
    if not gathering.add(source, rows):
        raise UsageError(
            f"no label of {shown_path(path)} meets an item of the run",
            hint=next(iter(strangers.words()), "the file has no lines"),
        )
    gathering.notes += strangers.words()


class _Strangers:
    """Lines whose case, principle or label the run does not know."""

    def __init__(self, shown: str, gathering: _Gathering, categories: Mapping[str, Categories]) -> None:
        self._shown = shown
        self._gathering = gathering
        self._categories = categories
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def passes(self, number: int, label: HumanLabel) -> bool:
        """Tell whether a line is about an item of the run; note what is wrong with it."""
        principle, case = label.principle_id, label.case_id
        if principle not in self._categories:
            hint = did_you_mean(principle, self._categories)
            self._note("principle", number, f"{quoted(principle)} ({hint})")
        elif case not in self._gathering.cases:
            self._note("case", number, quoted(case))
        elif not self._gathering.meets((case, principle), label.candidate_id):
            words = f"candidate {quoted(label.candidate_id)} of {quoted(case)} under {quoted(principle)}"
            self._note("item", number, words)
        else:
            if self._categories[principle].find(label.label) is None:
                self._note("label", number, f"{quoted(label.label)} under {quoted(principle)}")
            return True
        return False

    def words(self) -> list[str]:
        """Say what was left out, with the first lines of each kind."""
        return [
            f"{count:,} {'line names' if count == 1 else 'lines name'} a {kind} that the run does not have: "
            f"{', '.join(self._examples[kind])}{', and more' if count > _MOST_STRANGERS else ''}."
            for kind, count in self._counts.items()
        ]

    def _note(self, kind: str, number: int, words: str) -> None:
        self._counts[kind] += 1
        examples = self._examples.setdefault(kind, [])
        if len(examples) < _MOST_STRANGERS:
            examples.append(f"{self._shown}:{number} {words}")
