"""The labels that people gave in a review, as far as they may certify a run.

Only first labels that were given blind and hold enter, with the adjudications as settled labels. Repeats, minds changed
after a look at the judges, and gold items never do. Of several designs one is read: a label is weighed by the
probability of its own design, and two designs together have others.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from evenhand.calibration.categories import Categories
from evenhand.calibration.table import LabelSource
from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError
from evenhand.records.label import LEAST_INCLUSION, LabelDetail
from evenhand.records.review import Adjudication, ReviewDraw, ReviewItem, ReviewLabel
from evenhand.review.adjudication import counted, settle
from evenhand.store.columns import ItemColumns
from evenhand.store.review.ledger import open_review_ledger
from evenhand.store.review.reading import LabelledItem, Reading
from evenhand.store.rows import detail_text
from evenhand.workflows.calibration.label_row import LabelRow
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.review.shown import content_hashes, principle_hashes

ItemName = tuple[str, str, str]
"""Case, candidate, principle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedLabels:
    """What a review says about the items of a run."""

    source: LabelSource
    rows: tuple[LabelRow, ...]
    unresolved: frozenset[ItemName]
    """Items on which reviewers differ, or that an adjudicator could not tell: they have no reference label."""
    notes: tuple[str, ...]


def read_reviewed(
    stored: StoredRun, items: ItemColumns, categories: Mapping[str, Categories]
) -> ReviewedLabels | None:
    """Return the labels of the review of a run, or of another run of its suite; None where there are none.

    Of several designs the one with most labels on items of the run is read, the newest of equals. Where not all of
    its items carry a reference label yet, their probability is that of being drawn times the share that do: the queue
    has a random order, so those done are a random part.

    Raises:
        LedgerError: The review ledger can not be read.
    """
    path = find_workspace(stored.root).review_path
    if not path.exists():
        return None
    names = set(zip(items.case_id, items.candidate_id, items.principle_id, strict=True))
    hashes = principle_hashes(stored, items.principle_id)
    with open_review_ledger(path).read() as reading:
        designs = [
            _Design(reading, draw, stored, names, hashes, categories)
            for draw in _designs(reading.draws(), stored.manifest.suite.id)
        ]
    with_labels = [each for each in designs if each.labels]
    if not with_labels:
        return _nothing_usable(designs)
    # max() keeps the first of equals, and the newest stands first.
    best = max(reversed(with_labels), key=lambda each: each.labels)
    others = sum(each.labels for each in with_labels) - best.labels
    return best.done(others, len(with_labels) - 1)


def _designs(draws: Sequence[ReviewDraw], suite: str) -> Iterator[ReviewDraw]:
    """Yield the newest draw of each design of a suite, the oldest design first."""
    newest = {draw.design: draw for draw in draws if draw.suite == suite}
    yield from newest.values()


def _nothing_usable(designs: Sequence["_Design"]) -> ReviewedLabels | None:
    notes = tuple(note for each in designs for note in each.left_out())
    if not notes:
        return None
    source = LabelSource(name=f"review {designs[-1].name}", sha256=_digest(()), labels=0)
    return ReviewedLabels(source=source, rows=(), unresolved=frozenset(), notes=notes)


class _Design:
    """The labels of one design that are about items of a run as it is."""

    def __init__(
        self,
        reading: Reading,
        draw: ReviewDraw,
        stored: StoredRun,
        names: AbstractSet[ItemName],
        hashes: Mapping[str, str],
        categories: Mapping[str, Categories],
    ) -> None:
        self.name = draw.design
        self._draw = draw
        self._run = stored.run.id
        self._categories = categories
        renamed = stored.manifest.constitution.renamed
        labelled = {
            each.item.id: replace(each, item=_as_called_now(each.item, renamed))
            for each in reading.labelled_items(draw.design)
        }
        drawn = [
            _as_called_now(each, renamed) for each in reading.items(draw.design) if each.inclusion is not None
        ]
        there = [each for each in drawn if _name(each) in names]
        same = _with_same_text(stored, draw, there)
        self._current = [
            each for each in there if each.id in same and hashes.get(each.principle_id) == each.principle_hash
        ]
        self._labelled = [
            labelled[each.id]
            for each in self._current
            if each.id in labelled and (_firsts(labelled[each.id]) or labelled[each.id].adjudication)
        ]
        current = {each.id for each in self._current}
        lost = [each for each in there if each.id not in current]
        self._stale = _count(labelled, [each for each in lost if each.id in same])
        self._changed = _count(labelled, [each for each in lost if each.id not in same])

    @property
    def labels(self) -> int:
        """Labels of persons that are read."""
        return sum(len(_firsts(each)) for each in self._labelled)

    def done(self, others: int, other_designs: int) -> ReviewedLabels:
        """Return the labels; `others` are those of other designs, which are left out."""
        without = [each for each in self._labelled if not self._has_reference(each)]
        unresolved = frozenset(_name(each.item) for each in without if self._has_opinion(each))
        settled = len(self._labelled) - len(without)
        share = settled / len(self._current)
        rows = tuple(row for each in self._labelled for row in self._rows(each, share or 1.0))
        source = LabelSource(name=f"review {self.name}", sha256=_digest(rows), labels=0)
        notes = (
            *self._other_run(),
            *self._progress(settled, len(unresolved), len(without) - len(unresolved)),
            *self.left_out(),
            *self._other_designs(others, other_designs),
        )
        return ReviewedLabels(source=source, rows=rows, unresolved=unresolved, notes=notes)

    # -- Items -------------------------------------------------------------------------------------

    def _has_reference(self, each: LabelledItem) -> bool:
        """Tell whether an item has a reference label: adjudicated, or what all its reviewers say, and on the scale."""
        known = self._categories[each.item.principle_id]
        label = settle(_firsts(each), each.adjudication, known.scale).reference
        return label is not None and known.find(label) is not None

    def _has_opinion(self, each: LabelledItem) -> bool:
        """Tell whether one of an item's reviewers gave an answer of the scale."""
        known = self._categories[each.item.principle_id]
        return any(known.find(label.label) is not None for label in _firsts(each))

    def _rows(self, each: LabelledItem, share: float) -> Iterator[LabelRow]:
        for label in _firsts(each):
            detail = self._detail(each.item, label, share)
            yield _row(each.item, label.person, label.label, detail, settled=False)
        if each.adjudication is not None:
            detail = self._detail(each.item, each.adjudication, share)
            # A name of its own: the adjudicator may have labelled the item too.
            who = f"adjudicated by {each.adjudication.person}"
            yield _row(each.item, who, each.adjudication.label, detail, settled=True)

    def _detail(self, item: ReviewItem, said: ReviewLabel | Adjudication, share: float) -> LabelDetail:
        return LabelDetail(
            inclusion=max(LEAST_INCLUSION, (item.inclusion or 0) * share),
            design=item.design,
            stratum=item.stratum,
            blind=True,
            at=said.at,
            seconds=said.spent.active_ms / 1000 or None,
            defensible=said.defensible if isinstance(said, ReviewLabel) else None,
        )

    # -- Words -------------------------------------------------------------------------------------

    def _other_run(self) -> Iterator[str]:
        if self._draw.run != self._run:
            yield (
                f"The review labels were drawn from run {self._draw.run} of the same suite; they count because the "
                "texts and principles are the same."
            )

    def _progress(self, settled: int, unresolved: int, undecided: int) -> Iterator[str]:
        drawn = len(self._current)
        if settled < drawn:
            yield (
                f"{settled:,} of {drawn:,} items drawn for review carry a reference label so far. The order of the "
                f"queue is random, so each counts as drawn with its probability times {settled / drawn:.0%}."
            )
        if unresolved:
            yield (
                f"{unresolved:,} of them have none because reviewers differ and nobody settled it: the majority is no "
                "reference label. Until they are adjudicated, rates are those of the items people agree on."
            )
        if undecided:
            yield f"{undecided:,} of them have none because nobody could tell."

    def left_out(self) -> Iterator[str]:
        """Say which labels are about something that has changed."""
        if self._stale:
            yield (
                f"{self._stale:,} review labels are left out: the principle they were given on has been changed since."
            )
        if self._changed:
            yield f"{self._changed:,} review labels are left out: this run judged other texts than people saw."

    def _other_designs(self, others: int, designs: int) -> Iterator[str]:
        if others:
            yield (
                f"{others:,} review labels of {designs:,} other {'design' if designs == 1 else 'designs'} are left "
                f"out: labels are weighed by one design, and {self.name} has most of them. `evenhand review sample "
                "--top-up` draws more into one."
            )


# -- Help ------------------------------------------------------------------------------------------


def _name(item: ReviewItem) -> ItemName:
    return item.case_id, item.candidate_id, item.principle_id


def _as_called_now(item: ReviewItem, renamed: Mapping[str, str]) -> ReviewItem:
    """Return an item under the id that its principle has now, if it was drawn under an earlier name of it."""
    now = renamed.get(item.principle_id)
    return item if now is None else replace(item, principle_id=now)


def _firsts(each: LabelledItem) -> list[ReviewLabel]:
    """Return the labels that may certify: those that count, given on the principle as the item has it."""
    return [label for label in counted(each.labels) if label.principle_hash == each.item.principle_hash]


def _count(labelled: Mapping[str, LabelledItem], items: Collection[ReviewItem]) -> int:
    return sum(len(counted(labelled[each.id].labels)) for each in items if each.id in labelled)


def _row(item: ReviewItem, who: str, label: str, detail: LabelDetail, *, settled: bool) -> LabelRow:
    return LabelRow(
        place=(item.case_id, item.principle_id),
        candidate_id=item.candidate_id,
        annotator=who,
        settled=settled,
        label=label,
        detail=detail_text(detail),
    )


def _digest(rows: Sequence[LabelRow]) -> str:
    """Return a digest of the labels that are read, whatever else the review ledger holds."""
    return "sha256:" + hashlib.sha256(b"".join(sorted(row.digest() for row in rows))).hexdigest()


def _with_same_text(stored: StoredRun, draw: ReviewDraw, items: Sequence[ReviewItem]) -> AbstractSet[str]:
    """Return the ids of the items whose text is what the run judged."""
    if draw.run == stored.run.id or _case_files(stored, draw.run) == _case_files(stored, stored.run.id):
        return {each.id for each in items}
    now = content_hashes(stored, [(each.case_id, each.candidate_id) for each in items])
    return {each.id for each in items if now.get((each.case_id, each.candidate_id)) == each.content}


def _case_files(stored: StoredRun, run: str) -> Sequence[str] | None:
    """Return the digests of the case files of a run; None where the ledger does not know it any more."""
    try:
        manifest = stored.ledger.run(run).manifest
    except UnknownNameError:
        return None
    return sorted(file.sha256 for file in manifest.files if file.role == "cases")
