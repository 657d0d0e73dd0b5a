from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.made_review import VISIT, MadeReview, make_review

from evenhand.errors import ReviewConflictError, UnknownNameError, UsageError
from evenhand.records.review import Draft, ReviewLabelKind, Spent, Visit
from evenhand.store.review.chain import broken_links


def labels(review: MadeReview) -> list[tuple[str, str]]:
    with review.ledger.read() as reading:
        return [(each.person, each.label) for each in reading.labels() if not each.withdrawn]


def test_a_reviewer_meets_every_item_once_and_then_nothing_is_left(tmp_path: Path) -> None:
    review = make_review(tmp_path, 12)
    met = Counter(review.label("ann").case.case_id for _ in range(12))
    assert len(met) == 12
    assert review.desk.next_item("ann") is None


def test_an_item_that_wants_two_people_closes_with_the_second(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1, required=lambda _: 2)
    review.label("ann")
    assert review.desk.next_item("ann") is None
    review.label("bo")
    with review.ledger.read() as reading:
        assert reading.left("carl", "rd-1") == 0


def test_a_place_is_free_again_when_its_time_ran_out(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1)
    opened = review.desk.next_item("ann")
    assert opened is not None
    assert review.desk.next_item("bo") is None
    review.clock.now += 3600
    assert review.desk.next_item("bo") is not None
    draft = Draft(label="violates", comment="kept")
    with pytest.raises(ReviewConflictError, match="somebody else"):
        review.desk.commit("ann", opened.assignment, opened.turn, draft, VISIT)
    with review.ledger.read() as reading:
        assert reading.draft(opened.assignment) == draft
    assert labels(review) == []


def test_the_same_form_sent_twice_gives_one_label_and_another_one_is_a_conflict(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.desk.next_item("ann")
    assert opened is not None
    for _ in range(2):
        review.desk.commit("ann", opened.assignment, opened.turn, Draft(label="complies"), VISIT)
    with pytest.raises(ReviewConflictError, match="not open"):
        review.desk.commit("ann", opened.assignment, opened.turn, Draft(label="violates"), VISIT)
    assert labels(review) == [("ann", "complies")]


def test_nobody_reaches_the_assignment_of_somebody_else(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.desk.next_item("ann")
    assert opened is not None
    with pytest.raises(UnknownNameError):
        review.desk.item("bo", opened.assignment)


def test_undo_steps_back_over_many_decisions(tmp_path: Path) -> None:
    review = make_review(tmp_path, 30)
    made = [review.label("ann").assignment for _ in range(25)]
    assert [review.desk.undo("ann").assignment for _ in range(25)] == made[::-1]
    assert labels(review) == []
    with pytest.raises(UsageError, match="nothing to undo"):
        review.desk.undo("ann")


def test_a_changed_mind_is_a_second_record_and_the_first_stays(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.label("ann")
    review.desk.reveal("ann", opened.assignment)
    review.desk.change_mind("ann", opened.assignment, "violates", "I see")
    with pytest.raises(UsageError, match="seen the judges"):
        review.desk.undo("ann")
    with review.ledger.read() as reading:
        kinds = [(each.kind, each.blind, each.label) for each in reading.labels()]
    assert kinds == [
        (ReviewLabelKind.FIRST, True, "complies"),
        (ReviewLabelKind.REVEALED, False, "violates"),
    ]


def test_no_judge_is_shown_while_an_item_is_open(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.label("ann")
    review.desk.next_item("ann")
    with pytest.raises(UsageError, match="another item is open"):
        review.desk.reveal("ann", opened.assignment)


def test_repeats_come_at_least_twenty_items_later(tmp_path: Path) -> None:
    review = make_review(tmp_path, 80, repeats=1.0)
    places: dict[str, list[int]] = {}
    for place in range(80):
        places.setdefault(review.label("ann").case.case_id, []).append(place)
    twice = [found for found in places.values() if len(found) == 2]
    assert twice
    assert all(later - first >= 20 for first, later in twice)


def test_a_pair_is_stored_by_candidate_whichever_side_it_stood_on(tmp_path: Path) -> None:
    review = make_review(tmp_path, 40, pair=True)
    for _ in range(40):
        opened = review.desk.next_item("ann")
        assert opened is not None
        side = "a" if opened.case.outputs[0].id == "1" else "b"
        review.desk.commit("ann", opened.assignment, opened.turn, Draft(label=side), VISIT)
    with review.ledger.read() as reading:
        given = list(reading.labels())
    assert {each.label for each in given} == {"a"}
    assert len({each.order for each in given}) == 2


def test_items_with_a_tag_somebody_opts_out_of_are_never_given_to_them(tmp_path: Path) -> None:
    review = make_review(tmp_path, 10, sensitive=lambda number: ("gore",) if number % 2 else ())
    review.desk.next_item("ann")
    review.desk.opt_out("ann", ("gore",))
    seen = [review.label("ann").case.sensitive for _ in range(5)]
    assert seen == [()] * 5
    assert review.desk.next_item("ann") is None


def test_time_told_again_for_the_same_visit_counts_once(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.desk.next_item("ann")
    assert opened is not None
    review.clock.now += 600
    for visit, active in (("v1", 1_000), ("v1", 4_000), ("v2", 500), ("v1", 5_000)):
        told = Visit(id=visit, spent=Spent(active_ms=active, idle_ms=10))
        review.desk.save_draft("ann", opened.assignment, opened.turn, Draft(label="complies"), told)
    assert review.desk.item("ann", opened.assignment).spent == Spent(active_ms=5_500, idle_ms=20)


def test_every_step_is_an_event_of_an_unbroken_chain(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.label("ann")
    review.desk.undo("ann")
    review.desk.flag("ann", opened.assignment, "look at this")
    with review.ledger.read() as reading:
        events = list(reading.events())
    assert {"draw", "open", "commit", "undo", "flag"} <= {each.kind for each in events}
    assert list(broken_links(events)) == []
    assert list(broken_links([replace(events[0], person="eve"), *events[1:]]))
    assert list(broken_links([events[0], *events[2:]]))


def test_an_open_item_has_no_place_for_what_is_hidden(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.desk.next_item("ann")
    assert "CANARY" not in repr(opened)
