"""How many gold items it takes until a lead is asked about a reviewer who works badly, and how often about a good one.

    python benchmarks/review_quality.py [--quick] [--teams 400]

Simulated teams of four on made-up items: three careful people and one scripted rater. Each labels 120 items of the
draw, 12 of them items that a colleague labels too, meets 6 of them again, and k gold items, half of which fail. All of
the seven in ten texts that pass are alike; what is right is known. Nothing here was answered by a person.

A figure is the share of teams in which a question is put about the rater. Of the careful ones it is a false alarm:
their row counts every one of the three, and the fourth who is as careful as they are.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from evenhand.calibration.categories import Categories, categories
from evenhand.records.rating import Order
from evenhand.records.review import GOLD_REQUIRED, ReviewItem, ReviewLabel, ReviewLabelKind, Spent
from evenhand.records.scale import COMPLY, PAIR
from evenhand.review.quality import QualityKind, ReviewedItem
from evenhand.review.quality_questions import measure_reviewers

SEED = 20261127
ABSOLUTE, PAIRS = categories(COMPLY), categories(PAIR)
GOLD_ITEMS = (5, 10, 20, 30)
OWN, SHARED, AGAIN = 120, 12, 6
LENGTH = 900
"""Characters: 150 words, whose floor is 12 seconds."""
PASSING = 0.7
CAREFUL = ("cara", "carl", "cleo")
SCRIPTED = "sam"
_START = datetime(2026, 11, 27, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One item before a rater."""

    right: str
    wrong: str
    place: int
    """In the sitting, from 1."""
    order: Order


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a rater makes of it."""

    label: str
    seconds: float


Rater = Callable[[Sight, np.random.Generator], Answer]


# -- Raters ----------------------------------------------------------------------------------------


def careful(sight: Sight, rng: np.random.Generator) -> Answer:
    """Be right nineteen times in twenty, in half a minute."""
    return Answer(label=_right(sight, 0.95, rng), seconds=_seconds(32, rng))


def at_random(sight: Sight, rng: np.random.Generator) -> Answer:
    """Throw a coin, in no hurry."""
    return Answer(label=_right(sight, 0.5, rng), seconds=_seconds(32, rng))


def always_pass(sight: Sight, rng: np.random.Generator) -> Answer:
    """Let everything pass, in no hurry."""
    passes = "complies" if {sight.right, sight.wrong} == {"complies", "violates"} else "a"
    return Answer(label=passes, seconds=_seconds(32, rng))


def fast(sight: Sight, rng: np.random.Generator) -> Answer:
    """Be right four times in five, in four seconds."""
    return Answer(label=_right(sight, 0.8, rng), seconds=_seconds(4, rng))


def tired(sight: Sight, rng: np.random.Generator) -> Answer:
    """Begin as the careful do, and skim at a coin's throw from the sixtieth item on."""
    if sight.place <= 60:
        return careful(sight, rng)
    return Answer(label=_right(sight, 0.55, rng), seconds=_seconds(9, rng))


def left_leaning(sight: Sight, rng: np.random.Generator) -> Answer:
    """Take the left side four times in five, whatever it holds."""
    left = "a" if sight.order is Order.GIVEN else "b"
    right = "b" if left == "a" else "a"
    return Answer(label=left if rng.random() < 0.8 else right, seconds=_seconds(32, rng))


RATERS: Mapping[str, Rater] = {
    "careful": careful,
    "random": at_random,
    "always pass": always_pass,
    "fast": fast,
    "tired": tired,
}
PAIR_RATERS: Mapping[str, Rater] = {"careful (pairs)": careful, "left-leaning (pairs)": left_leaning}


def _right(sight: Sight, chance: float, rng: np.random.Generator) -> str:
    return sight.right if rng.random() < chance else sight.wrong


def _seconds(median: float, rng: np.random.Generator) -> float:
    return float(median * np.exp(rng.normal(0, 0.4)))


# -- Teams -----------------------------------------------------------------------------------------


def team(
    rater: Rater, gold: int, rng: np.random.Generator, *, known: Categories = ABSOLUTE
) -> list[ReviewedItem]:
    """Return what a team of three careful people and a rater answers."""
    people: dict[str, Rater] = {**dict.fromkeys(CAREFUL, careful), SCRIPTED: rater}
    names = list(people)
    golden = [_Item(f"gold-{at}", _gold(at, known), known) for at in range(gold)]
    own = {
        name: [_Item(f"{name}-{at}", _truth(rng, known), known) for at in range(OWN - SHARED)]
        for name in names
    }
    shared = [_Item(f"shared-{at}", _truth(rng, known), known) for at in range(SHARED * len(names) // 2)]
    for at, name in enumerate(names):
        mine = [
            item for place, item in enumerate(shared) if at in {place % 4, (place + 1 + place // 4 % 3) % 4}
        ]
        _sit(name, people[name], [*own[name], *mine, *golden], rng)
    every = [*golden, *shared, *(item for items in own.values() for item in items)]
    return [item.reviewed() for item in every]


class _Item:
    """An item on the way."""

    def __init__(self, name: str, right: str, known: Categories) -> None:
        self.name = name
        self.right = right
        self.known = known
        self.labels: list[ReviewLabel] = []

    @property
    def is_gold(self) -> bool:
        return self.name.startswith("gold")

    def reviewed(self) -> ReviewedItem:
        item = ReviewItem(
            id=self.name,
            design="rd",
            draw="rd",
            run="simulated",
            seq=0,
            case_id=self.name,
            candidate_id="1",
            principle_id="p",
            principle_hash="h",
            content=self.name,
            stratum="",
            inclusion=None if self.is_gold else 0.1,
            uncertainty=0.1,
            position=0,
            required=GOLD_REQUIRED if self.is_gold else 1,
            severity="medium",
            gold=self.right if self.is_gold else None,
        )
        return ReviewedItem(
            item=item, labels=tuple(self.labels), adjudication=None, known=self.known, length=LENGTH
        )


def _gold(at: int, known: Categories) -> str:
    return (("a", "b") if known is PAIRS else ("complies", "violates"))[at % 2]


def _truth(rng: np.random.Generator, known: Categories) -> str:
    if known is PAIRS:
        return "a" if rng.random() < 0.5 else "b"
    return "complies" if rng.random() < PASSING else "violates"


_WRONG = {"complies": "violates", "violates": "complies", "a": "b", "b": "a"}


def _sit(name: str, rater: Rater, items: Sequence[_Item], rng: np.random.Generator) -> None:
    """Let a person label items in one sitting, in random order, and some of the draw once more at its end."""
    queue = [items[at] for at in rng.permutation(len(items))]
    again = [item for item in queue if not item.is_gold][:AGAIN]
    at = _START
    for place, item in enumerate([*queue, *again], start=1):
        order = Order.GIVEN if rng.random() < 0.5 else Order.SWAPPED
        sight = Sight(right=item.right, wrong=_WRONG[item.right], place=place, order=order)
        answer = rater(sight, rng)
        at += timedelta(seconds=answer.seconds)
        item.labels.append(_label(name, item, answer, order, at, again=place > len(queue)))


def _label(name: str, item: _Item, answer: Answer, order: Order, at: datetime, *, again: bool) -> ReviewLabel:
    return ReviewLabel(
        id=f"{name} {item.name} {again}",
        item=item.name,
        assignment="",
        person=name,
        kind=ReviewLabelKind.REPEAT if again else ReviewLabelKind.FIRST,
        label=answer.label,
        sure=True,
        defensible=None,
        comment="",
        evidence=(),
        order=order,
        blind=True,
        at=at.isoformat(),
        spent=Spent(active_ms=int(answer.seconds * 1000)),
        revisits=0,
        principle_hash="h",
        via="simulation",
    )


# -- Tables ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """How often a rater is asked about, with so many gold items."""

    rater: str
    gold: int
    people: int
    """Raters it counts: one a team; of the careful, each."""
    asked: int
    """About whom any question is put."""
    kinds: Mapping[QualityKind, int]
    questions: int
    """In all."""

    @property
    def share(self) -> float:
        """Share of raters about whom anything is asked."""
        return self.asked / self.people


def measure(name: str, rater: Rater, gold: int, *, teams: int, known: Categories = ABSOLUTE) -> Row:
    """Return how often questions are put about a rater."""
    rng = np.random.default_rng([SEED, gold, *name.encode()])
    counted = {SCRIPTED, *CAREFUL} if rater is careful else {SCRIPTED}
    row = Row(rater=name, gold=gold, people=0, asked=0, kinds={}, questions=0)
    for _ in range(teams):
        found = measure_reviewers(team(rater, gold, rng, known=known), hashes={"p": "h"})
        for each in found:
            if each.person in counted:
                kinds = Counter(measured.kind for measured in each.questions)
                row = replace(
                    row,
                    people=row.people + 1,
                    asked=row.asked + bool(kinds),
                    kinds=Counter(row.kinds) + kinds,
                    questions=row.questions + kinds.total(),
                )
    return row


def rows(teams: int, gold_items: Sequence[int] = GOLD_ITEMS) -> Iterator[Row]:
    """Yield every row of the table."""
    for name, rater in RATERS.items():
        for gold in gold_items:
            yield measure(name, rater, gold, teams=teams)
    for name, rater in PAIR_RATERS.items():
        yield measure(name, rater, gold_items[-1], teams=teams, known=PAIRS)


_HEAD = ("rater", "gold items", "raters", "asked about", "by gold items", "questions each", "most often by")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few teams")
    parser.add_argument("--teams", type=int, default=400)
    chosen = parser.parse_args(arguments)
    teams = 20 if chosen.quick else chosen.teams
    print("| " + " | ".join(_HEAD) + " |")
    print("|" + "---|" * len(_HEAD))
    for row in rows(teams):
        print("| " + " | ".join(_cells(row)) + " |")


def _cells(row: Row) -> tuple[str, ...]:
    often = Counter(row.kinds).most_common(3)
    return (
        row.rater,
        str(row.gold),
        str(row.people),
        f"{100 * row.share:.1f} %",
        f"{100 * row.kinds.get(QualityKind.GOLD, 0) / row.people:.1f} %",
        f"{row.questions / row.people:.2f}",
        ", ".join(f"{kind.value} {100 * count / row.people:.0f} %" for kind, count in often) or "none",
    )


if __name__ == "__main__":
    main()
