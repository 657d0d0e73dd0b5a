"""What a person's labels say by themselves: items met twice, gold items, pace, sides, long sittings, edits, judges."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from evenhand.records.rating import Order
from evenhand.records.review import ReviewLabelKind
from evenhand.records.scale import Reading
from evenhand.review.adjudication import answer_of
from evenhand.review.quality import QualityKind, QualityMeasure, ReviewedItem
from evenhand.review.quality_pace import pace_floor_ms
from evenhand.review.quality_said import (
    Said,
    ends_below,
    is_rarer,
    measure_matches,
    measure_share,
    starts_above,
    told_beside,
)

_EXPECTED_SELF, _EXPECTED_GOLD = 0.8, 0.85
"""What careful people reach at least; a question needs an interval that ends below."""
_MOST_FAST: Final = 0.1
"""Share of labels under the floor that nobody is asked about."""
_EARLY, _LATE = 30, 60
"""Labels of a sitting up to the first count as early, from the second on as late."""
_SITTING_S: Final = 1_800.0
"""A pause so long begins another sitting."""


def self_agreement(name: str, items: Sequence[ReviewedItem]) -> QualityMeasure:
    """Return how often a person gives the same answer when an item comes again."""
    same = n = 0
    for each in items:
        own = [label for label in each.labels if label.person == name and not label.withdrawn]
        first = [label for label in own if label.kind is ReviewLabelKind.FIRST and label.blind]
        again = [label for label in own if label.kind is ReviewLabelKind.REPEAT]
        if first and again:
            known = each.known
            n += 1
            same += answer_of(first[0].label, known) == answer_of(again[0].label, known)
    return measure_share(
        QualityKind.SELF_AGREEMENT,
        same,
        n,
        asks=ends_below(same, n, _EXPECTED_SELF),
        question=lambda found: (
            f"the same answer on {found} items that came again: are these items between two labels, or is the "
            "principle read differently from day to day?"
        ),
    )


def gold(mine: Sequence[Said]) -> QualityMeasure:
    """Return how often a person gives the known answer."""
    return measure_matches(
        QualityKind.GOLD,
        [(each.answer, each.gold) for each in mine],
        expected=_EXPECTED_GOLD,
        question=lambda found: (
            f"the known answer on {found} gold items: is the principle read as it is meant, and are these gold items "
            "clear?"
        ),
    )


def pace(mine: Sequence[Said]) -> QualityMeasure:
    """Return how often a person is faster than the text can be read."""
    read: set[str] = set()
    fast, times = 0, []
    for each in mine:
        spent, content = each.label.spent.active_ms, each.item.item.content
        if spent > 0:
            times.append(spent)
            fast += spent < pace_floor_ms(each.item.length, read_before=content in read)
        read.add(content)
    return measure_share(
        QualityKind.PACE,
        fast,
        len(times),
        asks=starts_above(fast, len(times), _MOST_FAST),
        question=lambda found: (
            f"{found} labels came sooner than their text can be read: was it known from before, or is something "
            "skimmed?"
        ),
        detail=_times(times, len(mine) - len(times)),
    )


def _times(times: Sequence[int], without: int) -> str:
    parts = [f"median {median(times) / 1000:.0f} s"] if times else []
    return "; ".join([*parts, f"{without:,} without a time"] if without else parts)


def late(mine: Sequence[Said]) -> QualityMeasure:
    """Return how often a person gives the expected answer late in a sitting, beside how often early."""
    early, after = _by_place(mine)
    told = told_beside("early", sum(early), len(early))
    return measure_share(
        QualityKind.LATE,
        sum(after),
        len(after),
        asks=is_rarer(sum(after), len(after), sum(early), len(early)),
        question=lambda found: (
            f"after {_LATE} items of a sitting the expected answer on {found}, {told}: would shorter sittings help?"
        ),
        detail=told,
    )


def _by_place(mine: Sequence[Said]) -> tuple[list[bool], list[bool]]:
    """Return whether labels are the expected ones, early and late in a sitting."""
    early: list[bool] = []
    after: list[bool] = []
    for place, each in _places(mine):
        right = each.is_right
        if right is not None and place <= _EARLY:
            early.append(right)
        elif right is not None and place > _LATE:
            after.append(right)
    return early, after


def _places(mine: Sequence[Said]) -> Iterator[tuple[int, Said]]:
    """Yield the place of each label in its sitting, from 1."""
    place, before = 0, float("-inf")
    for each in mine:
        place = 1 if each.at - before > _SITTING_S else place + 1
        before = each.at
        yield place, each


def left_right(mine: Sequence[Said]) -> QualityMeasure:
    """Return how often the left side wins."""
    sides = [
        (each.label.label == "a") == (each.label.order is Order.GIVEN)
        for each in mine
        if each.item.known.scale.type == "pairwise" and each.label.label in {"a", "b"}
    ]
    left, n = sum(sides), len(sides)
    return measure_share(
        QualityKind.LEFT_RIGHT,
        left,
        n,
        asks=ends_below(left, n, 0.5) or starts_above(left, n, 0.5),
        question=lambda found: (
            f"the left side won {found} pairs with a winner: does the side decide where the texts do not?"
        ),
    )


def drift(mine: Sequence[Said], hashes: Mapping[str, str]) -> Iterator[QualityMeasure]:
    """Yield, for each principle that was edited, how often a person let it fail before and since."""
    for name in sorted({each.item.item.principle_id for each in mine}):
        own = [each for each in mine if each.item.item.principle_id == name]
        before = [each for each in own if each.label.principle_hash != hashes.get(name)]
        since = [each for each in own if each.label.principle_hash == hashes.get(name)]
        if before:
            yield _one_drift(name, before, since)


def _one_drift(name: str, before: Sequence[Said], since: Sequence[Said]) -> QualityMeasure:
    then, now = sum(map(_fails, before)), sum(map(_fails, since))
    told = told_beside(f"{name}: before the edit", then, len(before))
    return measure_share(
        QualityKind.DRIFT,
        now,
        len(since),
        asks=is_rarer(now, len(since), then, len(before)) or is_rarer(then, len(before), now, len(since)),
        question=lambda found: f"failing since the edit {found}, {told}: is this what the edit meant?",
        detail=told,
    )


def _fails(said: Said) -> bool:
    scale, label = said.item.known.scale, said.label.label
    return scale.holds(label) and scale.reading(label) is Reading.FAIL


def changed_minds(name: str, items: Sequence[ReviewedItem]) -> Iterator[QualityMeasure]:
    """Yield in which direction a person changed their mind after a look at the judges; nothing where they never did."""
    ways = [way for each in items if (way := _way(name, each))]
    towards, away = ways.count("towards"), ways.count("away")
    if ways:
        yield measure_share(
            QualityKind.CHANGED_MINDS,
            towards,
            len(ways),
            asks=starts_above(towards, len(ways), 0.5),
            question=lambda found: (
                f"minds changed towards the judges on {found}: do the judges persuade, or does the first look go too "
                "quickly?"
            ),
            detail=f"{towards} towards, {away} away, {len(ways) - towards - away} to a third answer",
        )


def _way(name: str, each: ReviewedItem) -> str:
    """Return in which direction a person changed their mind; empty where they did not, or it is not known."""
    own = [label for label in each.labels if label.person == name and not label.withdrawn]
    first = [label.label for label in own if label.kind is ReviewLabelKind.FIRST]
    last = [label.label for label in own if label.kind is ReviewLabelKind.REVEALED]
    if not first or not last or first[0] == last[-1] or each.verdict is None:
        return ""
    if last[-1] == each.verdict:
        return "towards"
    return "away" if first[0] == each.verdict else "aside"
