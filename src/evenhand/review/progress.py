"""How far a review has come: items, people and minutes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from evenhand.records.review import (
    Assignment,
    AssignmentState,
    Flagged,
    Person,
    ReviewDraw,
    ReviewItem,
    ReviewLabel,
    ReviewLabelKind,
    Role,
)
from evenhand.review.adjudication import counted
from evenhand.review.budget import Pace, find_pace


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """Items of a design, and what is still wanted of them. Gold items count by themselves alone."""

    population: int
    """Items of the run."""
    drawn: int
    labelled: int
    """With a label of at least one person."""
    closed: int
    """Labelled by as many people as were wanted."""
    wanting_more: int
    """Labelled, and wanting another person."""
    open: int
    """Before somebody just now."""
    skipped: int
    """Skipped by somebody, and not closed."""
    flagged: int
    to_adjudicate: int
    adjudicated: int
    gold: int
    places_left: int
    """Labels that are still wanted: an item that wants two people counts twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpent:
    """What people spent, and what is still to be spent."""

    active_minutes: float
    idle_minutes: float
    seconds_per_label: float | None
    """Median active time of the labels whose time is known; None without one."""
    pace: Pace
    minutes_left: float
    """Of all people together, repeats among them; gold items are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProgress:
    """How far a person has come."""

    name: str
    role: Role | None
    """None for somebody whose labels were imported."""
    active: bool
    labelled: int
    gold: int
    """Gold items among them."""
    repeats: int
    skipped: int
    flagged: int
    changed_minds: int
    active_minutes: float
    seconds_per_label: float | None
    last: str
    """UTC time of the last label; empty without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a review has come."""

    items: ItemCounts
    time: TimeSpent
    people: tuple[PersonProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """What progress is counted from."""

    draw: ReviewDraw
    """The newest of the design."""
    items: Sequence[ReviewItem]
    labels: Sequence[ReviewLabel]
    """Withdrawn ones among them."""
    assignments: Sequence[Assignment]
    flags: Sequence[Flagged]
    people: Sequence[Person]
    waiting: frozenset[str]
    """Items that wait for an adjudicator."""
    adjudicated: frozenset[str]


def count_progress(state: ReviewState) -> Progress:
    """Return how far a review has come."""
    by_item = _by_item(state.labels)
    items = _count_items(state, by_item)
    standing = [label for label in state.labels if not label.withdrawn]
    return Progress(
        items=items,
        time=_count_time(state.draw, standing, items.places_left),
        people=tuple(_people(state, standing)),
    )


def _by_item(labels: Iterable[ReviewLabel]) -> Mapping[str, Sequence[ReviewLabel]]:
    found: dict[str, list[ReviewLabel]] = {}
    for label in labels:
        found.setdefault(label.item, []).append(label)
    return found


def _count_items(state: ReviewState, by_item: Mapping[str, Sequence[ReviewLabel]]) -> ItemCounts:
    drawn = [item for item in state.items if item.gold is None]
    people = {item.id: len(counted(by_item.get(item.id, ()))) for item in drawn}
    closed = {item.id for item in drawn if people[item.id] >= item.required}
    in_state = {
        wanted: {each.item for each in state.assignments if each.state is wanted} & people.keys()
        for wanted in (AssignmentState.OPEN, AssignmentState.SKIPPED)
    }
    return ItemCounts(
        population=state.draw.population,
        drawn=len(drawn),
        labelled=sum(count > 0 for count in people.values()),
        closed=len(closed),
        wanting_more=sum(0 < people[item.id] < item.required for item in drawn),
        open=len(in_state[AssignmentState.OPEN]),
        skipped=len(in_state[AssignmentState.SKIPPED] - closed),
        flagged=len({flag.item for flag in state.flags}),
        to_adjudicate=len(state.waiting),
        adjudicated=len(state.adjudicated),
        gold=len(state.items) - len(drawn),
        places_left=sum(max(0, item.required - people[item.id]) for item in drawn),
    )


def _count_time(draw: ReviewDraw, labels: Sequence[ReviewLabel], places_left: int) -> TimeSpent:
    seconds = seconds_of(labels)
    usual = median(seconds) if seconds else None
    pace = find_pace(None, usual)
    return TimeSpent(
        active_minutes=sum(label.spent.active_ms for label in labels) / 60_000,
        idle_minutes=sum(label.spent.idle_ms for label in labels) / 60_000,
        seconds_per_label=usual,
        pace=pace,
        minutes_left=places_left * (1 + draw.repeats) * pace.seconds / 60,
    )


def seconds_of(labels: Iterable[ReviewLabel]) -> list[float]:
    """Return the active times of labels in seconds, where they are known; a changed mind has none."""
    return [
        label.spent.active_ms / 1000
        for label in labels
        if label.spent.active_ms > 0 and label.kind is not ReviewLabelKind.REVEALED
    ]


def _people(state: ReviewState, labels: Sequence[ReviewLabel]) -> Iterator[PersonProgress]:
    known = {person.name: person for person in state.people}
    golden = {item.id for item in state.items if item.gold is not None}
    flags = Counter(flag.person for flag in state.flags)
    skips = Counter(each.person for each in state.assignments if each.state is AssignmentState.SKIPPED)
    own: dict[str, list[ReviewLabel]] = {name: [] for name in known}
    for label in labels:
        own.setdefault(label.person, []).append(label)
    for name, mine in sorted(own.items()):
        kinds = Counter(label.kind for label in mine)
        seconds = seconds_of(mine)
        person = known.get(name)
        yield PersonProgress(
            name=name,
            role=None if person is None else person.role,
            active=person is not None and person.active,
            labelled=kinds[ReviewLabelKind.FIRST],
            gold=sum(label.item in golden and label.kind is ReviewLabelKind.FIRST for label in mine),
            repeats=kinds[ReviewLabelKind.REPEAT],
            skipped=skips[name],
            flagged=flags[name],
            changed_minds=kinds[ReviewLabelKind.REVEALED],
            active_minutes=sum(label.spent.active_ms for label in mine) / 60_000,
            seconds_per_label=median(seconds) if seconds else None,
            last=max((label.at for label in mine), default=""),
        )
