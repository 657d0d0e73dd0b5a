"""Draw items of a run for people: one design that serves triage and estimates, and can be topped up."""

import secrets
import statistics
import string
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError, NothingSelectedError, UsageError
from evenhand.records.review import (
    GOLD_REQUIRED,
    ReviewDraw,
    ReviewItem,
    ReviewLabelKind,
    ShownCase,
    ShownPrinciple,
)
from evenhand.review.selection import (
    Purpose,
    expected_half_width,
    item_id,
    item_numbers,
    people_wanted,
    queue_places,
    weight_ratio,
)
from evenhand.stats.rates.design import MOST_RATIO, UNIFORM
from evenhand.store.columns import item_columns
from evenhand.store.review.change import Change
from evenhand.store.review.ledger import ReviewLedger
from evenhand.store.review.rows import content_of
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.panel_votes import read_panel_votes
from evenhand.workflows.review.sample_design import (
    Drawn,
    EarlierDesign,
    Population,
    draw_items,
    draws_from,
    earlier_design,
)
from evenhand.workflows.review.sample_gold import read_gold
from evenhand.workflows.review.sample_wishes import SampledRun, SampledStratum, SampleWishes, Settled, settle
from evenhand.workflows.review.shown import shown_cases, shown_principles

_MOST_RUNS = 3
"""Other runs named."""


def sample_run(start: Path, name: str, wishes: SampleWishes) -> SampledRun:
    """Draw items of a run for people and write them into the review ledger, all of them or none.

    The population is every item of the run, failed and undecided ones among them.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        wishes: What is wanted.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The wishes contradict each other, or the text of a drawn item is not there.
        MeasureError: The run has not ended, or its design can not be topped up.
        NothingSelectedError: The draw came out empty.
    """
    stored = _finished_run(start, name)
    ledger = open_review(start) if find_workspace(start).review_path.exists() else None
    earlier = _find_earlier(stored, ledger, wishes)
    with collecting_less():
        items = item_columns(stored.ledger, stored.run)
        population = Population(items, read_panel_votes(stored, items))
    if not population.n:
        raise NothingSelectedError(f"run {stored.run.id} has no items, so there is nothing to draw from")
    gold = {} if wishes.gold is None else read_gold(stored, items, wishes.gold)
    settled = settle(wishes, earlier, gold=len(gold), measured=_measured_seconds(ledger))
    drawn = draw_items(
        population, earlier, seed=settled.seed, by=settled.by, budget=settled.budget, gold=gold
    )
    if not drawn.new:
        raise _nothing_drawn(stored, drawn)
    draw = _new_draw(stored, settled, earlier, drawn)
    shown = shown_cases(stored, [population.name(seq)[:2] for seq in drawn.new])
    principles = shown_principles(stored, items.principle_id)
    new = tuple(_new_items(population, settled, draw, drawn, shown, principles))
    with (ledger or open_review(start, create=True)).change() as change:
        _refuse_another_draw(change, stored, settled, earlier)
        change.add_draw(draw, new, shown.values(), principles.values(), drawn.raised)
        others = {each.run for each in change.draws() if each.suite == draw.suite} - {draw.run}
    return _summary(population, settled, draw, drawn, others)


# -- What is there ---------------------------------------------------------------------------------


def _finished_run(start: Path, name: str) -> StoredRun:
    stored = read_run(start, name)
    if not stored.run.finished:
        raise MeasureError(
            f"run {stored.run.id} has not ended, and what it has so far is no fair part of it",
            hint=f"go on with `evenhand resume {stored.run.id}`, or draw from a finished run",
        )
    return stored


def _find_earlier(
    stored: StoredRun, ledger: ReviewLedger | None, wishes: SampleWishes
) -> EarlierDesign | None:
    """Return the design that is topped up; None where one is begun."""
    run = stored.run.id
    if ledger is not None:
        with ledger.read() as reading:
            if draws := draws_from(reading, run):
                return _earlier_wished(earlier_design(reading, draws[-1].design), run, wishes)
    if wishes.top_up:
        raise UsageError(
            f"nothing was drawn from run {run} yet, so there is nothing to top up",
            hint="leave out --top-up to begin a design",
        )
    return None


def _earlier_wished(found: EarlierDesign, run: str, wishes: SampleWishes) -> EarlierDesign | None:
    if wishes.top_up == wishes.new_design:
        last = found.draws[-1]
        raise UsageError(
            f"{last.drawn:,} items of run {run} were drawn already, in design {last.design}",
            hint="--top-up draws more into it, which keeps every label in use; --new-design begins another one beside "
            "it, and calibrate reads the one with most labels",
        )
    return found if wishes.top_up else None


def _measured_seconds(ledger: ReviewLedger | None) -> float | None:
    """Return the median active time of the labels in a review ledger; None without any."""
    if ledger is None:
        return None
    with ledger.read() as reading:
        spent = [
            label.spent.active_ms / 1000
            for label in reading.labels()
            if label.kind is ReviewLabelKind.FIRST and not label.withdrawn and label.spent.active_ms
        ]
    return statistics.median(spent) if spent else None


def _refuse_another_draw(
    change: Change, stored: StoredRun, settled: Settled, earlier: EarlierDesign | None
) -> None:
    """Make sure that nobody drew from the run since it was looked at."""
    there = [draw.id for draw in draws_from(change, stored.run.id)]
    known = [draw.id for draw in earlier.draws] if earlier else []
    if there[-1:] != known[-1:] and not settled.new_design:
        raise UsageError(f"somebody else drew from run {stored.run.id} just now", hint="draw again")


def _nothing_drawn(stored: StoredRun, drawn: Drawn) -> NothingSelectedError:
    if drawn.inside.all():
        return NothingSelectedError(f"every item of run {stored.run.id} is drawn already")
    return NothingSelectedError(
        f"this draw brought no item; {drawn.expected:.1f} were expected, and how many come is left to chance",
        hint="name a larger number with --items, or minutes with --minutes",
    )


# -- What is written -------------------------------------------------------------------------------


def _new_draw(stored: StoredRun, settled: Settled, earlier: EarlierDesign | None, drawn: Drawn) -> ReviewDraw:
    manifest, now = stored.manifest, datetime.now(UTC)
    name = f"rd-{now:%Y%m%d}-{''.join(secrets.choice(string.ascii_lowercase) for _ in range(5))}"
    constitution = manifest.constitution
    return ReviewDraw(
        id=name,
        design=earlier.draws[0].design if earlier else name,
        run=stored.run.id,
        suite=manifest.suite.id,
        constitution=f"{constitution.id}@{constitution.version}",
        made=now.isoformat(timespec="seconds"),
        seed=settled.seed,
        population=len(drawn.after),
        budget=drawn.budget,
        drawn=int(drawn.inside.sum()),
        uniform=UNIFORM,
        most_ratio=MOST_RATIO,
        strata=settled.by,
        reviewers=settled.load.reviewers,
        double=settled.load.double,
        repeats=settled.load.repeats,
        reveal=settled.reveal,
    )


def _new_items(
    population: Population,
    settled: Settled,
    draw: ReviewDraw,
    drawn: Drawn,
    shown: Mapping[tuple[str, str], ShownCase],
    principles: Mapping[str, ShownPrinciple],
) -> Iterator[ReviewItem]:
    names = [population.name(seq) for seq in drawn.new]
    places = queue_places(item_numbers(names, seed=draw.seed, purpose=Purpose.QUEUE), first=drawn.queued)
    people = people_wanted(
        item_numbers(names, seed=draw.seed, purpose=Purpose.SECOND),
        reviewers=settled.load.reviewers,
        double=settled.load.double,
    )
    hashes = {place: content_of(case)[0] for place, case in shown.items()}
    strata = population.stratum_names(settled.by, drawn.new)
    for at, (seq, (case, candidate, principle)) in enumerate(zip(drawn.new, names, strict=True)):
        gold = None if drawn.inside[seq] else drawn.gold[seq]
        yield ReviewItem(
            id=item_id(draw.design, names[at]),
            design=draw.design,
            draw=draw.id,
            run=draw.run,
            seq=seq,
            case_id=case,
            candidate_id=candidate,
            principle_id=principle,
            principle_hash=principles[principle].hash,
            content=hashes[case, candidate],
            stratum=strata[at],
            inclusion=None if gold else float(drawn.after[seq]),
            uncertainty=float(population.votes.uncertainty[seq]),
            position=int(places[at]),
            required=GOLD_REQUIRED if gold else int(people[at]),
            severity=principles[principle].principle.severity,
            sensitive=shown[case, candidate].sensitive,
            gold=gold,
        )


# -- What is told ----------------------------------------------------------------------------------


def _summary(
    population: Population, settled: Settled, draw: ReviewDraw, drawn: Drawn, others: AbstractSet[str]
) -> SampledRun:
    added = sum(bool(drawn.inside[seq]) for seq in drawn.new)
    return SampledRun(
        draw=draw,
        added=added,
        gold=len(drawn.new) - added,
        strata=tuple(_strata(population, settled.by, drawn)),
        minutes=settled.load.minutes(added, settled.pace),
        pace=settled.pace,
        weight_ratio=weight_ratio(drawn.after),
        half_width=expected_half_width(population.votes.uncertainty, drawn.after),
        notes=tuple(_notes(drawn, others)),
    )


def _strata(population: Population, by: tuple[str, ...], drawn: Drawn) -> Iterator[SampledStratum]:
    codes = population.strata(by) if by else population.votes.road
    known, first = np.unique(codes, return_index=True)
    for code, name in zip(known, population.stratum_names(by, first.tolist()), strict=True):
        members = codes == code
        yield SampledStratum(
            name=name,
            population=int(members.sum()),
            expected=float(drawn.after[members].sum()),
            drawn=int(drawn.inside[members].sum()),
        )


def _notes(drawn: Drawn, others: AbstractSet[str]) -> Iterator[str]:
    if others:
        yield (
            f"{', '.join(sorted(others)[-_MOST_RUNS:])} of the same suite has a review too: calibrate reads the design "
            "with most labels, and --top-up on that run draws more into it"
        )
    if drawn.capped:
        yield f"the run has {len(drawn.after):,} items, and all of them are drawn now"
    if drawn.gold_drawn:
        yield f"{drawn.gold_drawn:,} gold items came up in the draw and count as drawn"
