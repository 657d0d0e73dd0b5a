"""A small real run whose items were drawn for people, and labels on them; every answer here is made up."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.workflows.calibration_kit import Line, RecordedSuite, cases

from evenhand.records.rating import Order
from evenhand.records.review import Person, ReviewLabel, ReviewLabelKind, Role, Spent
from evenhand.store.review.rows import plain
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.open_review import open_desk
from evenhand.workflows.review.sample import sample_run
from evenhand.workflows.review.sample_wishes import SampleWishes

COUNT = 60
Answer = Callable[[int], str]


def judged(folder: Path, splits: Mapping[str, float] | None = None) -> StoredRun:
    """Return a run of three judges, of whom one differs on every fourth case; every fifth item fails for the panel."""

    def lines(judge: int) -> list[Line]:
        return [
            {"case": f"c{n}", "label": panel_says(n) if n % 4 or judge else other_than_panel(n)}
            for n in range(COUNT)
        ]

    shown = [{**case, "prompt": f"Question {number}?"} for number, case in enumerate(cases(COUNT))]
    ratings = {f"judge{judge}": lines(judge) for judge in range(3)}
    more = f"splits: {json.dumps(splits)}\n" if splits else ""
    return RecordedSuite(folder, shown, ratings, suite=more).run()


def panel_says(number: int) -> str:
    """Return the panel's verdict on a case."""
    return "violates" if number % 5 == 0 else "complies"


def other_than_panel(number: int) -> str:
    """Return the other label."""
    return "complies" if number % 5 == 0 else "violates"


def drawn(folder: Path, *, splits: Mapping[str, float] | None = None, **wishes: object) -> ReviewDesk:
    """Return the desk of a drawn run, with two reviewers, an adjudicator and a lead."""
    stored = judged(folder, splits)
    sample_run(folder, stored.run.id, SampleWishes(**{"seed": 1, "repeats": 0, **wishes}))  # type: ignore[arg-type]
    desk = open_desk(folder, via="web")
    with desk.ledger.change() as change:
        for name, role in (
            ("ann", Role.REVIEWER),
            ("bo", Role.REVIEWER),
            ("ada", Role.ADJUDICATOR),
            ("lee", Role.LEAD),
        ):
            change.put_person(Person(name=name, role=role), by="")
    return desk


def label(desk: ReviewDesk, person: str, most: int, answer: Answer = panel_says) -> None:
    """Add labels of a person to the first items of the queue, all in one transaction."""
    with desk.ledger.change() as change:
        items = list(change.items(change.design().design))[:most]
        made = [
            ReviewLabel(
                id=f"rl-{person}-{item.id}",
                item=item.id,
                assignment="",
                person=person,
                kind=ReviewLabelKind.FIRST,
                label=answer(item.seq),
                sure=True,
                defensible=None,
                comment="",
                evidence=(),
                order=Order.GIVEN,
                blind=True,
                at="2026-11-27T10:00:00+00:00",
                spent=Spent(active_ms=4_000),
                revisits=0,
                principle_hash=item.principle_hash,
                via="web",
            )
            for item in items
        ]
        event = change.append(person, "import", "made up", {"labels": [plain(each) for each in made]})
        for each in made:
            change.add_label(each, event.number)
