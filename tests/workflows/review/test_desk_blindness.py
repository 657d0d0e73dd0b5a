"""What a person saw of others' answers, on whatever way, is nothing they can label, repeat or take back afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.made_review import (
    VISIT,
    MadeReview,
    made_draw,
    made_items,
    make_review,
    shown_case,
    shown_principle,
)

from evenhand.errors import UsageError
from evenhand.records.review import AssignmentKind, Draft, OpenItem, ReviewItem


def kind_and_item(review: MadeReview, opened: OpenItem) -> tuple[AssignmentKind, ReviewItem]:
    with review.ledger.read() as reading:
        assignment = reading.assignment(opened.assignment)
        return assignment.kind, reading.item(assignment.item)


def until_a_repeat(review: MadeReview) -> tuple[OpenItem, str]:
    """Label until a repeat was labelled; return it with the first assignment of its item."""
    for _ in range(60):
        opened = review.label("ann")
        kind, item = kind_and_item(review, opened)
        if kind is AssignmentKind.REPEAT:
            with review.ledger.read() as reading:
                first = reading.assignment_of(item.id, "ann", AssignmentKind.FIRST)
            assert first is not None
            return opened, first.id
    raise AssertionError("no repeat came")


def test_a_label_stays_once_the_judges_were_shown_on_the_same_text_in_another_design(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1)
    before = review.label("ann")
    draw, made = made_draw("rd-2", 1), [(shown_case(0), shown_principle())]
    with review.ledger.change() as change:
        change.add_draw(draw, made_items(draw, made), [made[0][0]], [made[0][1]])
    opened = review.desk.next_item("ann", "rd-2")
    assert opened is not None
    review.desk.commit("ann", opened.assignment, opened.turn, Draft(label="complies"), VISIT)
    review.desk.reveal("ann", before.assignment)
    with pytest.raises(UsageError, match="seen what others said"):
        review.desk.undo("ann", "rd-2")


def test_a_repeat_stays_once_the_judges_were_shown_on_what_it_repeats(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, repeats=1.0)
    _, first = until_a_repeat(review)
    review.desk.reveal("ann", first)
    with pytest.raises(UsageError, match="seen what others said"):
        review.desk.undo("ann")


def test_a_repeat_that_is_undone_among_others_comes_no_sooner_than_it_did(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, repeats=1.0)
    repeat, first = until_a_repeat(review)
    with review.ledger.read() as reading:
        decided = [each.id for each in reading.decisions("ann", "rd-1", 60)]
    steps = decided.index(first)
    assert steps > 20
    for _ in range(steps):
        review.desk.undo("ann")
    given = [review.label("ann").assignment for _ in range(steps)]
    assert given.index(repeat.assignment) >= 20


def skipped(review: MadeReview) -> Iterator[tuple[AssignmentKind, bool, int]]:
    """Label until repeats come, and skip between; yield what was skipped, and how the total changed."""
    for step in range(36):
        review.label("ann")
        if step < 20:
            continue
        opened = review.desk.next_item("ann")
        assert opened is not None
        kind, item = kind_and_item(review, opened)
        review.desk.skip("ann", opened.assignment, opened.turn)
        following = review.desk.next_item("ann")
        assert following is not None
        yield kind, item.gold is not None, opened.done + opened.left - following.done - following.left


def test_a_skip_does_not_tell_whether_the_item_was_gold_or_a_repeat(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, repeats=0.7, gold=lambda n: "violates" if n % 4 == 3 else None)
    changes = list(skipped(review))
    assert {kind for kind, _, _ in changes} == set(AssignmentKind)
    assert {is_gold for _, is_gold, _ in changes} == {True, False}
    assert {change for _, _, change in changes} == {1}
