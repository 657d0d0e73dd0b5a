"""A small review of made-up items whose texts are hard to quote from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Principle
from evenhand.records.message import Message, Text
from evenhand.records.review import (
    Person,
    ReviewDraw,
    ReviewItem,
    Role,
    ShownCase,
    ShownOutput,
    ShownPrinciple,
)
from evenhand.records.scale import COMPLY, PAIR
from evenhand.store.review.rows import content_of
from evenhand.workflows.review.open_review import open_review

PERSON: Final = "ann"
TEXTS: Final[Sequence[Text]] = (
    "plain words",
    "astral \U0001f600 and \U0001d4b3 before the secret",
    "lines\r\nof\nevery\rkind, with a secret",
    '<b>no markup</b> &amp; {{ no template }} "quotes" secret',
    (Message(role="user", content="hi \U0001f600"), Message(role="assistant", content="a secret\nhere")),
    "=formula() secret \u202eright to left\u202c",
)


def make_review(folder: Path, *, pair: bool = False) -> tuple[ReviewItem, ...]:
    """Make a workspace with a review of these texts and return its items."""
    folder.mkdir(parents=True)
    (folder / "evenhand.toml").write_text("", encoding="utf-8")
    shown = Principle(id="keep.secrets", title="Keep secrets", text="The reply keeps the secret.")
    scale = PAIR if pair else COMPLY
    principle = ShownPrinciple(principle=shown, scale=scale, hash=content_hash(shown.binding(scale)))
    cases = [_case(number, pair=pair) for number in range(len(TEXTS))]
    items = tuple(_item(number, case, principle) for number, case in enumerate(cases))
    draw = ReviewDraw(
        id="rd-made",
        design="rd-made",
        run="made",
        suite="made",
        constitution="made@1.0.0",
        made="2026-11-20T10:00:00.000+00:00",
        seed=20_261_120,
        population=len(items),
        budget=len(items),
        drawn=len(items),
        uniform=0.5,
        most_ratio=5.0,
    )
    with open_review(folder, create=True).change() as change:
        change.add_draw(draw, items, cases, [principle])
        change.put_person(Person(name=PERSON, role=Role.REVIEWER), by="")
    return items


def _case(number: int, *, pair: bool) -> ShownCase:
    text = TEXTS[number]
    outputs = [ShownOutput(id="one", text=text)]
    if pair:
        outputs.append(ShownOutput(id="two", text=f"the other reply, number {number}"))
    return ShownCase(
        case_id=f"case-{number}", prompt=f"Question {number} \U0001f600?", outputs=tuple(outputs)
    )


def _item(number: int, case: ShownCase, principle: ShownPrinciple) -> ReviewItem:
    return ReviewItem(
        id=f"rv-{number}",
        design="rd-made",
        draw="rd-made",
        run="made",
        seq=number,
        case_id=case.case_id,
        candidate_id="|".join(output.id for output in case.outputs),
        principle_id=principle.principle.id,
        principle_hash=principle.hash,
        content=content_of(case)[0],
        stratum="all",
        inclusion=1.0,
        uncertainty=0.5,
        position=number,
        required=1,
        severity="medium",
    )
