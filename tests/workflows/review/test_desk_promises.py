"""Single promises of the desk: going back, leaving out, places, time, repeats, judges, and several designs."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.made_review import VISIT, MadeReview, add_design, make_review
from tests.workflows.review.desk_kit import labels_of, opened_by

from evenhand.errors import ReviewConflictError, UnknownNameError, UsageError
from evenhand.records.rating import Order
from evenhand.records.review import (
    Adjudication,
    AdjudicationReason,
    AssignmentState,
    Draft,
    OpenItem,
    ReviewLabel,
    ReviewLabelKind,
    Spent,
    Visit,
)
from evenhand.store.review.rows import plain
from evenhand.workflows.review.verify import verify_review

# -- Going back and leaving out --------------------------------------------------------------------


def test_an_item_that_is_put_back_comes_again_next_with_its_draft(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    draft = Draft(label="violates", comment="half a thought")
    review.desk.save_draft("ann", opened.assignment, opened.turn, draft, VISIT)
    review.desk.put_back("ann", opened.assignment)
    again = opened_by(review, "ann")
    assert (again.case.case_id, again.draft) == (opened.case.case_id, draft)
    assert again.turn > opened.turn


def test_an_item_that_is_put_back_is_free_for_others_at_once(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1)
    opened = opened_by(review, "ann")
    assert review.desk.next_item("bo") is None
    review.desk.put_back("ann", opened.assignment)
    assert opened_by(review, "bo").case == opened.case
    assert review.desk.next_item("ann") is None


def test_a_skipped_item_goes_to_others_and_never_comes_back(tmp_path: Path) -> None:
    review = make_review(tmp_path, 2)
    opened = opened_by(review, "ann")
    for _ in range(2):  # sent twice, skipped once
        review.desk.skip("ann", opened.assignment, opened.turn, "no idea")
    other = review.label("ann")
    assert other.case != opened.case
    assert review.desk.next_item("ann") is None
    assert opened_by(review, "bo").case.case_id == opened.case.case_id


def test_a_skip_is_undone_like_any_decision(tmp_path: Path) -> None:
    review = make_review(tmp_path, 4)
    made = []
    for _ in range(4):
        opened = opened_by(review, "ann")
        review.desk.skip("ann", opened.assignment, opened.turn)
        made.append(opened.assignment)
    assert review.desk.next_item("ann") is None
    assert [review.desk.undo("ann").assignment for _ in range(4)] == made[::-1]


def test_a_skip_whose_place_is_taken_by_now_is_undone_without_opening_it(tmp_path: Path) -> None:
    review = make_review(tmp_path, 2)
    first = review.label("ann")
    skipped = opened_by(review, "ann")
    review.desk.skip("ann", skipped.assignment, skipped.turn)
    review.label("bo")
    with pytest.raises(ReviewConflictError, match="with others by now"):
        review.desk.undo("ann")
    assert review.desk.undo("ann").assignment == first.assignment
    assert [each.person for each in labels_of(review)] == ["bo"]


def test_undo_puts_the_item_back_that_is_open(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    first = review.label("ann")
    second = opened_by(review, "ann")
    assert review.desk.undo("ann").assignment == first.assignment
    with pytest.raises(ReviewConflictError, match="returned"):
        review.desk.item("ann", second.assignment)
    review.label("ann")
    assert opened_by(review, "ann").assignment == second.assignment


def test_nothing_is_undone_once_an_item_is_settled(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.label("ann")
    item = labels_of(review)[0].item
    with review.ledger.change() as change:
        adjudication = Adjudication(
            id="rj-1",
            item=item,
            person="bo",
            label="violates",
            reason=AdjudicationReason.OTHER,
            note="so it is",
            at="2026-11-27T10:00:00.000+00:00",
            spent=Spent(),
            principle_hash="h",
        )
        change.add_adjudication(
            adjudication, change.append("bo", "adjudicate", item, plain(adjudication)).number
        )
    with pytest.raises(UsageError, match="settled already"):
        review.desk.undo("ann")
    assert opened_by(review, "ann").assignment != opened.assignment


def test_a_flag_is_kept_with_its_item_and_does_not_close_it(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    review.desk.flag("ann", opened.assignment, "broken \x00 text \ud800")
    with review.ledger.read() as reading:
        (flagged,) = reading.flags("rd-1")
    assert (flagged.person, flagged.text) == ("ann", "broken \x00 text \ufffd")
    assert review.desk.item("ann", opened.assignment).turn == opened.turn


# -- Places and time -------------------------------------------------------------------------------


def test_who_comes_back_late_goes_on_where_the_place_is_still_free(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    review.clock.now += 7200
    assert opened_by(review, "ann").assignment == opened.assignment
    review.clock.now += 7200
    review.desk.commit("ann", opened.assignment, opened.turn, Draft(label="complies"), VISIT)
    assert len(labels_of(review)) == 1


def test_who_comes_back_late_gets_another_item_where_the_place_is_taken(tmp_path: Path) -> None:
    review = make_review(tmp_path, 2)
    opened = opened_by(review, "ann")
    other = opened_by(review, "bo")
    review.desk.put_back("bo", other.assignment)
    review.clock.now += 7200
    taken = {opened_by(review, "bo").case.case_id}
    review.label("bo")
    taken.add(opened_by(review, "bo").case.case_id)
    again = review.desk.next_item("ann")
    assert again is None or again.case.case_id not in taken
    with pytest.raises(ReviewConflictError, match="returned"):
        review.desk.item("ann", opened.assignment)


def test_a_clock_that_goes_back_takes_no_place_away(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1)
    opened = opened_by(review, "ann")
    review.clock.now -= 100_000
    assert review.desk.next_item("bo") is None
    review.desk.commit("ann", opened.assignment, opened.turn, Draft(label="complies"), VISIT)
    (label,) = labels_of(review)
    assert label.spent.active_ms <= 5_000


def test_no_visit_is_longer_than_time_has_passed_however_many_are_told(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    review.clock.now += 60
    for name in range(20):
        told = Visit(id=f"v{name}", spent=Spent(active_ms=50_000, idle_ms=10**12))
        review.desk.save_draft("ann", opened.assignment, opened.turn, Draft(), told)
    told = Visit(id="v0", spent=Spent(active_ms=-5, idle_ms=-7))
    review.desk.save_draft("ann", opened.assignment, opened.turn, Draft(), told)
    spent = review.desk.item("ann", opened.assignment).spent
    assert 0 <= spent.active_ms + spent.idle_ms <= 65_000


def test_a_session_counts_until_a_break_or_a_rest(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    for _ in range(3):
        review.label("ann")
    assert opened_by(review, "ann").session_done == 3
    review.desk.take_break("ann")
    review.label("ann")
    opened = opened_by(review, "ann")
    assert (opened.session_done, opened.done) == (1, 4)
    review.clock.now += 6 * 3600
    opened = opened_by(review, "ann")
    assert (opened.session_done, opened.session_active_ms, opened.done) == (0, 0, 4)


# -- Repeats and gold ------------------------------------------------------------------------------


def until_repeat(review: MadeReview, person: str = "ann") -> tuple[dict[str, str], OpenItem]:
    """Label until an item comes again; return the cases with the assignment of each, and the repeat, open."""
    first: dict[str, str] = {}
    while True:
        opened = opened_by(review, person)
        if opened.case.case_id in first:
            return first, opened
        first[opened.case.case_id] = opened.assignment
        review.desk.commit(person, opened.assignment, opened.turn, Draft(label="complies"), VISIT)


def test_a_repeat_is_another_assignment_with_nothing_entered(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, repeats=1.0)
    first, repeat = until_repeat(review)
    assert repeat.assignment != first[repeat.case.case_id]
    assert (repeat.draft, repeat.spent) == (Draft(), Spent())
    review.label("ann", "violates")
    assert labels_of(review)[-1].kind is ReviewLabelKind.REPEAT


def test_a_repeat_that_is_undone_comes_again_at_once(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, repeats=1.0)
    _, repeat = until_repeat(review)
    review.label("ann", "violates")
    assert review.desk.undo("ann").assignment == repeat.assignment
    review.desk.put_back("ann", repeat.assignment)
    assert opened_by(review, "ann").assignment == repeat.assignment


def test_a_repeat_is_forgotten_with_the_label_it_repeats(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, repeats=1.0)
    first, repeat = until_repeat(review)
    review.label("ann", "violates")
    while review.desk.undo("ann").assignment != first[repeat.case.case_id]:
        pass
    assert labels_of(review) == [
        each for each in labels_of(review) if each.kind is not ReviewLabelKind.REPEAT
    ]
    again, second = until_repeat(review)
    assert repeat.case.case_id in again
    assert second.draft == Draft()


def test_a_repeat_of_a_content_somebody_opts_out_of_holds_no_other_one_up(tmp_path: Path) -> None:
    review = make_review(tmp_path, 70, repeats=1.0, sensitive=lambda number: ("gore",) if number % 2 else ())
    _, repeat = until_repeat(review)
    review.desk.put_back("ann", repeat.assignment)
    tag = ("gore",)
    review.desk.opt_out("ann", tag)
    seen = Counter(review.label("ann").case.case_id for _ in range(25))
    with review.ledger.read() as reading:
        kinds = Counter(each.kind for each in reading.labels() if each.person == "ann")
    assert kinds[ReviewLabelKind.REPEAT] >= 1
    assert seen


def test_what_a_person_knows_the_judges_of_is_not_repeated_to_them(tmp_path: Path) -> None:
    review = make_review(tmp_path, 30, repeats=1.0)
    opened = review.label("ann")
    review.desk.reveal("ann", opened.assignment)
    met = {review.label("ann").case.case_id for _ in range(29)}
    assert opened.case.case_id not in met


def test_gold_items_meet_everybody_and_are_never_repeated(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3, gold=lambda number: "complies" if number == 1 else None, repeats=1.0)
    met: dict[str, set[str]] = {}
    for person in ("ann", "bo"):
        while (opened := review.desk.next_item(person)) is not None:
            met.setdefault(person, set()).add(opened.case.case_id)
            review.desk.commit(person, opened.assignment, opened.turn, Draft(label="complies"), VISIT)
    assert met["ann"] & met["bo"] == {"case-00001"}
    with review.ledger.read() as reading:
        assert reading.left("ann", "rd-1") == 0


# -- The judges ------------------------------------------------------------------------------------


def test_the_judges_are_shown_after_the_label_alone(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    with pytest.raises(UsageError, match="once the label is given"):
        review.desk.reveal("ann", opened.assignment)
    review.label("ann")
    with pytest.raises(UnknownNameError):
        review.desk.reveal("bo", opened.assignment)
    assert review.desk.reveal("ann", opened.assignment).verdict == "violates"


def test_a_draw_can_keep_the_judges_hidden(tmp_path: Path) -> None:
    review = make_review(tmp_path, reveal=False)
    opened = review.label("ann")
    with pytest.raises(UsageError, match="stay hidden"):
        review.desk.reveal("ann", opened.assignment)


def test_nobody_counts_as_having_seen_judges_that_could_not_be_read(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = review.label("ann")

    def unreadable(_: object) -> None:
        raise UnknownNameError("run", "gone", ())

    review.desk._judged = unreadable  # type: ignore[assignment]  # the run's ledger is gone
    with pytest.raises(UnknownNameError):
        review.desk.reveal("ann", opened.assignment)
    assert review.desk.undo("ann").assignment == opened.assignment


def test_a_mind_is_changed_once_for_the_same_words(tmp_path: Path) -> None:
    review = make_review(tmp_path, pair=True)
    opened = review.label("ann", "a")
    review.desk.reveal("ann", opened.assignment)
    for label in ("b", "b", "tie"):
        review.desk.change_mind("ann", opened.assignment, label, "I see")
    with pytest.raises(UsageError, match="say why"):
        review.desk.change_mind("ann", opened.assignment, "a", " ")
    first, *later = labels_of(review)
    assert [each.kind for each in later] == [ReviewLabelKind.REVEALED] * 2
    assert {first.label, later[0].label} == {"a", "b"}


# -- People and designs ----------------------------------------------------------------------------


def test_who_may_not_review_any_more_can_do_nothing(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    with review.ledger.change() as change:
        change.put_person(replace(change.person("ann"), active=False), by="bo")
    desk, at = review.desk, opened.assignment
    for act in (
        lambda: desk.next_item("ann"),
        lambda: desk.item("ann", at),
        lambda: desk.commit("ann", at, opened.turn, Draft(label="complies"), VISIT),
        lambda: desk.save_draft("ann", at, opened.turn, Draft(), VISIT),
        lambda: desk.skip("ann", at, opened.turn),
        lambda: desk.flag("ann", at, "x"),
        lambda: desk.undo("ann"),
        lambda: desk.reveal("ann", at),
        lambda: desk.opt_out("ann", ()),
        lambda: desk.take_break("ann"),
    ):
        with pytest.raises(UsageError, match="may not review any more"):
            act()


def test_a_label_that_was_imported_meanwhile_is_the_only_one(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1, required=lambda _: 2)
    opened = opened_by(review, "ann")
    given = ReviewLabel(
        id="rl-imported",
        item=review.items[0].id,
        assignment="",
        person="ann",
        kind=ReviewLabelKind.FIRST,
        label="violates",
        sure=True,
        defensible=None,
        comment="",
        evidence=(),
        order=Order.GIVEN,
        blind=True,
        at="2026-11-27T10:00:00.000+00:00",
        spent=Spent(),
        revisits=0,
        principle_hash="h",
        via="csv",
    )
    with review.ledger.change() as change:
        event = change.append("bo", "import", "labels.csv", {"labels": [plain(given)]})
        change.add_label(given, event.number)
    with pytest.raises(ReviewConflictError, match="imported meanwhile"):
        review.desk.commit("ann", opened.assignment, opened.turn, Draft(label="complies"), VISIT)
    review.desk.put_back("ann", opened.assignment)
    assert review.desk.next_item("ann") is None
    assert opened_by(review, "bo").case == opened.case


def test_a_withdrawn_label_may_be_imported_beside_one_that_holds(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1)
    review.label("ann")
    with review.ledger.read() as reading:
        (held,) = reading.labels()
    undone = replace(held, id="rl-undone", assignment="", label="violates", withdrawn=True)
    with review.ledger.change() as change:
        event = change.append("bo", "import", "labels.csv", {"labels": [plain(undone)]})
        change.add_label(undone, event.number)
    assert [each.id for each in labels_of(review)] == [held.id]
    assert verify_review(review.ledger).is_whole


def test_a_person_may_have_an_item_open_in_each_of_two_designs(tmp_path: Path) -> None:
    review = make_review(tmp_path, 10)
    add_design(review, "rd-2", items=4, sensitive=("gore",))
    one, two = opened_by(review, "ann", "rd-1"), opened_by(review, "ann", "rd-2")
    assert one.assignment != two.assignment
    assert opened_by(review, "ann").assignment == two.assignment  # the newest design where none is named
    review.desk.commit("ann", one.assignment, one.turn, Draft(label="complies"), VISIT)
    with pytest.raises(UsageError, match="another item is open"):
        review.desk.reveal("ann", one.assignment)
    one = opened_by(review, "ann", "rd-1")
    review.desk.opt_out("ann", ("gore",))
    assert review.desk.next_item("ann", "rd-2") is None
    assert opened_by(review, "ann", "rd-1").assignment == one.assignment
    assert review.desk.undo("ann", "rd-1").case.sensitive == ()
    with pytest.raises(UsageError, match="nothing to undo"):
        review.desk.undo("ann", "rd-2")


def test_what_a_person_decided_last_is_listed_in_their_frame(tmp_path: Path) -> None:
    review = make_review(tmp_path, 8, pair=True)
    for _ in range(6):
        review.label("ann", "a")
    skipped = opened_by(review, "ann")
    review.desk.skip("ann", skipped.assignment, skipped.turn)
    last, *rest = review.desk.recent("ann", 5)
    assert (last.assignment, last.state, last.label) == (skipped.assignment, AssignmentState.SKIPPED, "")
    assert [each.label for each in rest] == ["a"] * 4
