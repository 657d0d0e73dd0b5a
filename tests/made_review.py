"""A review of made-up items, as a draw would leave it: for tests of what people then do with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Principle
from evenhand.records.review import (
    GOLD_REQUIRED,
    Draft,
    OpenItem,
    Person,
    RevealedRating,
    ReviewDraw,
    ReviewItem,
    Role,
    ShownCase,
    ShownOutput,
    ShownPrinciple,
    Spent,
    Visit,
)
from evenhand.records.scale import COMPLY, PAIR, Scale
from evenhand.store.review.ledger import ReviewLedger, open_review_ledger
from evenhand.store.review.rows import content_of
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.judged import JudgedItem

VISIT = Visit(id="v1", spent=Spent(active_ms=2_000))
JUDGED = JudgedItem(
    verdict="violates",
    undecided="",
    ratings=(RevealedRating(judge="CANARY-judge", label="violates", reason="CANARY-reason"),),
)
Shown = Callable[[int], tuple[ShownCase, ShownPrinciple]]
"""Gives what people are shown of an item by its number."""


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class MadeReview:
    """A review with its desk."""

    ledger: ReviewLedger
    desk: ReviewDesk
    draw: ReviewDraw
    items: tuple[ReviewItem, ...]
    clock: Clock = field(default_factory=Clock)

    def label(self, person: str, label: str = "complies", **draft: object) -> OpenItem:
        """Label the next item of a person."""
        opened = self.desk.next_item(person)
        assert opened is not None
        filled = replace(Draft(label=label), **draft)  # type: ignore[arg-type]  # fields by name
        self.desk.commit(person, opened.assignment, opened.turn, filled, VISIT)
        return opened


def shown_principle(*, pair: bool = False, scale: Scale | None = None) -> ShownPrinciple:
    """Return a principle as it is shown."""
    principle = Principle(id="help.answer", title="Answer", text="The reply answers the question.")
    scale = scale or (PAIR if pair else COMPLY)
    return ShownPrinciple(principle=principle, scale=scale, hash=content_hash(principle.binding(scale)))


def shown_case(number: int, *, pair: bool = False, sensitive: tuple[str, ...] = ()) -> ShownCase:
    """Return a case as it is shown."""
    outputs = [ShownOutput(id="1", text=f"Reply {number}, the first.")]
    if pair:
        outputs.append(ShownOutput(id="2", text=f"Reply {number}, the second."))
    return ShownCase(
        case_id=f"case-{number:05d}",
        prompt=f"Question {number}?",
        outputs=tuple(outputs),
        sensitive=sensitive,
    )


def made_draw(
    name: str, items: int, *, repeats: float = 0.0, reveal: bool = True, seed: int = 7
) -> ReviewDraw:
    """Return a draw of so many items."""
    return ReviewDraw(
        id=name,
        design=name,
        run="CANARY-run",
        suite="made-up",
        constitution="made-up@1.0.0",
        made="2026-11-27T10:00:00+00:00",
        seed=seed,
        population=items * 2,
        budget=items,
        drawn=items,
        uniform=0.5,
        most_ratio=5.0,
        repeats=repeats,
        reveal=reveal,
    )


def made_items(
    draw: ReviewDraw,
    made: Sequence[tuple[ShownCase, ShownPrinciple]],
    *,
    required: Callable[[int], int] = lambda _: 1,
    gold: Callable[[int], str | None] = lambda _: None,
) -> tuple[ReviewItem, ...]:
    """Return the items of a draw, one a case."""
    return tuple(
        ReviewItem(
            id=f"rv{draw.design.removeprefix('rd-1')}-{number:05d}",
            design=draw.design,
            draw=draw.id,
            run="CANARY-run",
            seq=number,
            case_id=case.case_id,
            candidate_id="|".join(output.id for output in case.outputs),
            principle_id=principle.principle.id,
            principle_hash=principle.hash,
            content=content_of(case)[0],
            stratum="CANARY-stratum",
            inclusion=None if gold(number) else 0.4321,
            uncertainty=0.25,
            position=number,
            required=GOLD_REQUIRED if gold(number) else required(number),
            severity="medium",
            sensitive=case.sensitive,
            gold=gold(number),
        )
        for number, (case, principle) in enumerate(made)
    )


def make_review(
    folder: Path,
    items: int = 30,
    *,
    people: Sequence[Person] = (
        Person(name="ann", role=Role.REVIEWER),
        Person(name="bo", role=Role.REVIEWER),
    ),
    required: Callable[[int], int] = lambda _: 1,
    gold: Callable[[int], str | None] = lambda _: None,
    sensitive: Callable[[int], tuple[str, ...]] = lambda _: (),
    pair: bool = False,
    scale: Scale | None = None,
    repeats: float = 0.0,
    reveal: bool = True,
    seed: int = 7,
    shown: Shown | None = None,
    judged: Callable[[ReviewItem], JudgedItem] = lambda _: JUDGED,
) -> MadeReview:
    """Return a review of some items, each with what the functions say of its number.

    Args:
        folder: Where its ledger is made.
        items: How many there are.
        people: Who reviews.
        required: Distinct people wanted for an item.
        gold: Its known answer.
        sensitive: Its content tags.
        pair: Whether two candidates are compared.
        scale: How the principle is answered, where not by the usual one.
        repeats: Share that is shown again.
        reveal: Whether reviewers may look at the judges.
        seed: Of sides and order.
        shown: What people are shown of an item; tags and pairs are then its own matter.
        judged: What the judges said.
    """
    ledger = open_review_ledger(folder / "review.sqlite", create=True)
    principle = shown_principle(pair=pair, scale=scale)
    made = [
        shown(number) if shown else (shown_case(number, pair=pair, sensitive=sensitive(number)), principle)
        for number in range(items)
    ]
    cases = [case for case, _ in made]
    principles = {principle.principle.id: principle for _, principle in made}
    draw = made_draw("rd-1", items, repeats=repeats, reveal=reveal, seed=seed)
    drawn = made_items(draw, made, required=required, gold=gold)
    with ledger.change() as change:
        change.add_draw(draw, drawn, cases, list(principles.values()))
        for person in people:
            change.put_person(person, by="")
    clock = Clock()
    desk = ReviewDesk(ledger, judged, clock=clock)
    return MadeReview(ledger=ledger, desk=desk, draw=draw, items=drawn, clock=clock)


def add_design(review: MadeReview, name: str, *, items: int, sensitive: tuple[str, ...] = ()) -> ReviewDraw:
    """Add another design, of cases of its own."""
    draw, principle = made_draw(name, items), shown_principle()
    made = [(shown_case(10_000 + number, sensitive=sensitive), principle) for number in range(items)]
    with review.ledger.change() as change:
        change.add_draw(draw, made_items(draw, made), [case for case, _ in made], [principle])
    return draw
