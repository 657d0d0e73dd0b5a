"""How a review stands: progress, the estimate so far, what is still worth labelling, whether the record is whole."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.calibration.categories import Categories, categories
from evenhand.errors import EvenhandError
from evenhand.records.message import Text
from evenhand.records.review import Checkpoint, Flagged, ReviewDraw, ReviewLabelKind, ShownCase
from evenhand.review.progress import Progress, ReviewState, count_progress, seconds_of
from evenhand.review.progress_estimate import EstimateSoFar, estimate_so_far
from evenhand.review.quality import PersonQuality, ReviewedItem
from evenhand.review.quality_questions import measure_reviewers
from evenhand.review.quality_team import GoldDoubt, TeamAgreement, doubted_gold, team_agreement
from evenhand.store.review.ledger import ReviewLedger
from evenhand.store.review.reading import LabelledItem, Reading
from evenhand.workflows.review.adjudicated import waiting_items
from evenhand.workflows.review.desk import Judged
from evenhand.workflows.review.judged import judged_items
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.status_estimate import JudgedRun, ReadLabels, read_judged_run, read_labels
from evenhand.workflows.review.verify import Verified, verify_review


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEstimate:
    """The estimate so far, or why there is none."""

    found: EstimateSoFar | None
    refused: str
    """Why there is none; empty where there is."""
    sealed: int = 0
    """Labelled items that are sealed, and left unread."""
    notes: tuple[str, ...] = ()
    """What readers have to know of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStatus:
    """How a review stands."""

    draw: ReviewDraw
    """The newest draw of the design."""
    draws: int
    """Draws of the design."""
    progress: Progress
    estimate: LabelEstimate
    record: Verified
    """Whether the record of what people did is whole, and how far it has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQuality:
    """What a lead may ask about how people label."""

    people: tuple[PersonQuality, ...]
    team: tuple[TeamAgreement, ...]
    gold: tuple[GoldDoubt, ...]
    """Gold items that most people answer otherwise."""


class StatusReader:
    """Reads how reviews stand. The verdicts of a run are kept: a run that has ended does not change."""

    def __init__(self, ledger: ReviewLedger, judged: Judged, run: Callable[[str], JudgedRun]) -> None:
        """Read from a review ledger.

        Args:
            ledger: The review ledger.
            judged: Reads the judges' answers on an item.
            run: Reads the verdicts of a run by its name.
        """
        self.ledger = ledger
        self._judged = judged
        self._run = run
        self._runs: dict[str, JudgedRun] = {}
        self._verified: Verified | None = None

    def status(self, design: str | None = None, since: Checkpoint | None = None) -> ReviewStatus:
        """Return how a review stands.

        Args:
            design: A draw or its run; None for the newest.
            since: How far the record had come before, as it was kept elsewhere; without it a cut tail is not missed.

        Raises:
            UnknownNameError: There is no such draw.
            UsageError: Nothing was drawn yet.
            LedgerError: The review ledger can not be read.
        """
        with self.ledger.read() as reading:
            draw = reading.design(design)
            labelled = tuple(reading.labelled_items(draw.design))
            state = _state(reading, draw, labelled)
            draws = sum(each.design == draw.design for each in reading.draws())
        return ReviewStatus(
            draw=draw,
            draws=draws,
            progress=count_progress(state),
            estimate=self._estimate(state, labelled),
            record=self._verify(since),
        )

    def quality(self, design: str | None = None) -> ReviewQuality:
        """Return what a lead may ask about how people label, in a design and earlier ones of its suite.

        Raises:
            UnknownNameError: There is no such draw.
            UsageError: Nothing was drawn yet.
        """
        with self.ledger.read() as reading:
            draw = reading.design(design)
            items = tuple(self._reviewed(reading, draw))
            hashes = {name: each.hash for name, each in reading.principles(draw.design).items()}
        own = tuple(each for each in items if each.item.design == draw.design)
        return ReviewQuality(
            people=measure_reviewers(items, hashes=hashes),
            team=team_agreement(own),
            gold=tuple(doubted_gold(items)),
        )

    def flags(self, design: str | None = None) -> tuple[tuple[Flagged, str], ...]:
        """Return what reviewers told the lead, each with its case, the newest first.

        While an item waits for an adjudicator nobody is named: a lead may be the one who settles it.
        """
        with self.ledger.read() as reading:
            draw = reading.design(design)
            waiting = {each.id for each in waiting_items(reading, draw) if not each.settled}
            flags = [
                replace(flag, person="") if flag.item in waiting else flag
                for flag in reversed(reading.flags(draw.design))
            ]
            items = reading.find_items([flag.item for flag in flags])
        return tuple((flag, items[flag.item].case_id) for flag in flags)

    # -- Steps -------------------------------------------------------------------------------------

    def _verify(self, since: Checkpoint | None) -> Verified:
        """Verify the record; where nothing happened since it was verified last, that holds."""
        with self.ledger.read() as reading:
            head = reading.head()
        known = self._verified
        if since is None and known is not None and head == known.checkpoint:
            return known
        self._verified = verify_review(self.ledger, since)
        return self._verified

    def _estimate(self, state: ReviewState, labelled: tuple[LabelledItem, ...]) -> LabelEstimate:
        try:
            run = self._judged_run(state.draw.run)
        except EvenhandError as error:
            return LabelEstimate(found=None, refused=f"the verdicts can not be read: {error}")
        read = read_labels(run, state.items, labelled)
        found = estimate_so_far(
            read.population,
            drawn=read.drawn,
            seconds=seconds_of(label for label in state.labels if not label.withdrawn),
            repeats=state.draw.repeats,
        )
        return LabelEstimate(found=found, refused="", sealed=read.sealed, notes=tuple(_notes(read)))

    def _judged_run(self, name: str) -> JudgedRun:
        if name not in self._runs:
            self._runs[name] = self._run(name)
        return self._runs[name]

    def _reviewed(self, reading: Reading, draw: ReviewDraw) -> Iterator[ReviewedItem]:
        designs = dict.fromkeys(each.design for each in reading.draws() if each.suite == draw.suite)
        lengths: dict[str, int] = {}
        for design in designs:
            principles = reading.principles(design)
            known = {name: categories(each.scale) for name, each in principles.items()}
            for each in reading.labelled_items(design):
                content = each.item.content
                if content not in lengths:
                    lengths[content] = _length(reading.content(content))
                yield self._reviewed_item(each, known, lengths[content])

    def _reviewed_item(
        self, each: LabelledItem, known: Mapping[str, Categories], length: int
    ) -> ReviewedItem:
        return ReviewedItem(
            item=each.item,
            labels=each.labels,
            adjudication=each.adjudication,
            known=known[each.item.principle_id],
            length=length,
            verdict=self._verdict(each),
        )

    def _verdict(self, each: LabelledItem) -> str | None:
        """Return the panel's label where somebody changed their mind after a look at it, and it may be read."""
        if all(label.kind is not ReviewLabelKind.REVEALED for label in each.labels):
            return None
        try:
            is_sealed = bool(self._judged_run(each.item.run).sealed[each.item.seq])
            return None if is_sealed else self._judged(each.item).verdict
        except EvenhandError:
            return None


def open_status(start: Path) -> StatusReader:
    """Open the status of the workspace around `start`.

    Raises:
        LedgerError: Nothing was drawn yet, or the review ledger can not be used.
    """
    return StatusReader(open_review(start), judged_items(start), lambda name: read_judged_run(start, name))


def _state(reading: Reading, draw: ReviewDraw, labelled: Sequence[LabelledItem]) -> ReviewState:
    waiting = tuple(waiting_items(reading, draw, labelled=labelled))
    return ReviewState(
        draw=draw,
        items=tuple(reading.items(draw.design)),
        labels=tuple(label for each in labelled for label in each.labels),
        assignments=tuple(reading.assignments(draw.design)),
        flags=reading.flags(draw.design),
        people=reading.people(),
        waiting=frozenset(each.id for each in waiting if not each.settled),
        adjudicated=frozenset(each.id for each in waiting if each.settled),
    )


def _notes(read: ReadLabels) -> Iterator[str]:
    yield "To plan by, not to certify with: it is looked at while people label. `evenhand calibrate` gives the number."
    if read.sealed:
        yield f"{read.sealed:,} labelled items are sealed, and their labels were not read for it."
    if read.unsettled:
        yield (
            f"{read.unsettled:,} items on which people differ are not in it until they are adjudicated. They are the "
            "hard ones, so agreement looks better than it is."
        )
    if read.uneven:
        yield "One draw is labelled further than another; until the queue is done the estimate leans towards it."


def _length(case: ShownCase) -> int:
    return _text_length(case.prompt) + sum(_text_length(output.text) for output in case.outputs)


def _text_length(text: Text | None) -> int:
    if text is None:
        return 0
    return len(text) if isinstance(text, str) else sum(len(turn.content) for turn in text)
