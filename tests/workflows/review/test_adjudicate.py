from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.made_review import JUDGED, VISIT, MadeReview, make_review

from evenhand.errors import ReviewConflictError, UnknownNameError, UsageError
from evenhand.records.review import AdjudicationReason, Draft, Person, Role
from evenhand.review.guideline_gaps import render_gap
from evenhand.workflows.review.adjudicate import AdjudicationDesk, Decision

EDGE, GAP = AdjudicationReason.EDGE_CASE, AdjudicationReason.GUIDELINE_GAP
PEOPLE = (
    Person(name="ann", role=Role.REVIEWER),
    Person(name="bo", role=Role.REVIEWER),
    Person(name="ada", role=Role.ADJUDICATOR),
    Person(name="lee", role=Role.LEAD),
)


def contested(
    folder: Path, said: Sequence[tuple[str, str]] = (("ann", "complies"), ("bo", "violates")), **made: object
) -> tuple[MadeReview, AdjudicationDesk]:
    """Return a review of one item, with what people said on it."""
    review = make_review(folder, 1, people=PEOPLE, required=lambda _: 2, **made)  # type: ignore[arg-type]
    for person, label in said:
        review.label(person, label, comment=f"said by {person[:1]}")
    return review, AdjudicationDesk(review.ledger, lambda _: JUDGED, clock=review.clock)


def test_an_item_on_which_people_differ_waits_and_leaves_the_queue_when_decided(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    (queued,) = desk.queue("ada")
    assert [each.value for each in queued.reasons] == ["differ"]
    desk.decide("ada", queued.id, Decision(label="violates", reason=EDGE))
    assert desk.queue("ada") == ()
    assert [each.settled for each in desk.queue("ada", settled=True)] == [True]


def test_neither_names_nor_judges_nor_how_it_was_drawn_are_in_what_an_adjudicator_sees(
    tmp_path: Path,
) -> None:
    _, desk = contested(tmp_path)
    seen = repr(desk.queue("ada")) + repr(desk.open("ada", "rv-00000"))
    assert "CANARY" not in seen
    assert "'ann'" not in seen
    assert "'bo'" not in seen


def test_labels_and_comments_of_the_reviewers_are(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    case = desk.open("ada", "rv-00000")
    assert sorted((each.label, each.comment) for each in case.opinions) == [
        ("complies", "said by a"),
        ("violates", "said by b"),
    ]


def test_nothing_is_shown_to_who_has_an_item_open(tmp_path: Path) -> None:
    review = make_review(tmp_path, 2, people=PEOPLE, required=lambda _: 2)
    review.label("ann")
    review.label("bo", "violates")
    review.desk.next_item("ada")
    desk = AdjudicationDesk(review.ledger, lambda _: JUDGED)
    for ask in (
        lambda: desk.queue("ada"),
        lambda: desk.open("ada", "rv-00000"),
        lambda: desk.look_behind("ada", "rv-00000"),
        lambda: desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE)),
    ):
        with pytest.raises(ReviewConflictError, match="an item is open before you"):
            ask()


def test_a_reviewer_may_not_adjudicate_and_a_lead_may(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    with pytest.raises(UsageError, match="may not adjudicate"):
        desk.queue("ann")
    assert desk.queue("lee")


def test_who_opened_an_item_is_never_given_it_for_a_label(tmp_path: Path) -> None:
    review = make_review(tmp_path, 1, people=PEOPLE, required=lambda _: 3)
    opened = review.label("ann")
    review.desk.flag("ann", opened.assignment, "odd")
    desk = AdjudicationDesk(review.ledger, lambda _: JUDGED)
    desk.open("ada", "rv-00000")
    assert review.desk.next_item("ada") is None
    assert review.desk.next_item("bo") is not None


def test_who_saw_what_others_said_keeps_their_own_label(tmp_path: Path) -> None:
    review, desk = contested(tmp_path, [("ada", "complies"), ("bo", "violates")])
    desk.open("ada", "rv-00000")
    with pytest.raises(UsageError, match="what others said"):
        review.desk.undo("ada")


def test_a_decision_is_a_record_beside_the_labels_which_stay(tmp_path: Path) -> None:
    review, desk = contested(tmp_path)
    made = desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE, note="clear enough"))
    with review.ledger.read() as reading:
        assert [each.label for each in reading.labels_of("rv-00000")] == ["complies", "violates"]
        assert reading.adjudication_of("rv-00000") == made
        assert "adjudicate" in {each.kind for each in reading.events()}
    assert (made.label, made.note, made.own) == ("violates", "clear enough", False)


def test_a_label_that_is_no_answer_or_needs_a_note_is_refused(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    with pytest.raises(UsageError, match="is no answer"):
        desk.decide("ada", "rv-00000", Decision(label="fine", reason=EDGE))
    with pytest.raises(UsageError, match="needs a note"):
        desk.decide("ada", "rv-00000", Decision(label="not_applicable", reason=EDGE))


def test_a_decision_sent_twice_is_one_and_another_one_is_a_conflict(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    first = desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE))
    assert desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE)) == first
    with pytest.raises(ReviewConflictError, match="decided meanwhile"):
        desk.decide("lee", "rv-00000", Decision(label="complies", reason=EDGE))


def test_a_new_decision_replaces_the_one_it_names_and_the_last_holds(tmp_path: Path) -> None:
    review, desk = contested(tmp_path)
    desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE))
    after = desk.open("lee", "rv-00000").after
    desk.decide("lee", "rv-00000", Decision(label="complies", reason=EDGE, after=after))
    with review.ledger.read() as reading:
        held = reading.adjudication_of("rv-00000")
    assert held is not None
    assert (held.person, held.label) == ("lee", "complies")


def test_who_labelled_an_item_settles_it_only_knowingly_and_it_is_marked(tmp_path: Path) -> None:
    _, desk = contested(tmp_path, [("ada", "complies"), ("bo", "violates")])
    assert desk.open("ada", "rv-00000").own
    with pytest.raises(UsageError, match="you labelled this item yourself"):
        desk.decide("ada", "rv-00000", Decision(label="complies", reason=EDGE))
    assert desk.decide("ada", "rv-00000", Decision(label="complies", reason=EDGE, own=True)).own


def test_names_and_judges_are_shown_once_it_is_decided(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    with pytest.raises(UsageError, match="once the item is decided"):
        desk.look_behind("ada", "rv-00000")
    desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE))
    behind = desk.look_behind("ada", "rv-00000")
    assert sorted(each.person for each in behind.people) == ["ann", "bo"]
    assert (behind.verdict, behind.ratings[0].judge) == ("violates", "CANARY-judge")


def test_who_has_seen_the_judges_decides_no_more(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    desk.decide("ada", "rv-00000", Decision(label="violates", reason=EDGE))
    desk.look_behind("ada", "rv-00000")
    after = desk.open("ada", "rv-00000").after
    with pytest.raises(UsageError, match="you have seen the judges"):
        desk.decide("ada", "rv-00000", Decision(label="complies", reason=EDGE, after=after))


def test_who_had_the_judges_revealed_as_a_reviewer_does_not_decide(tmp_path: Path) -> None:
    review, desk = contested(tmp_path, [("bo", "violates")])
    opened = review.label("ada")
    review.desk.reveal("ada", opened.assignment)
    with pytest.raises(UsageError, match="you have seen the judges"):
        desk.decide("ada", "rv-00000", Decision(label="complies", reason=EDGE, own=True))


def test_a_mind_changed_after_a_look_at_the_judges_is_hidden_until_then(tmp_path: Path) -> None:
    review, desk = contested(tmp_path, [("bo", "violates")])
    opened = review.label("ann")
    review.desk.reveal("ann", opened.assignment)
    review.desk.change_mind("ann", opened.assignment, "violates", "the judges are right")
    (queued,) = desk.queue("ada")
    assert "the judges are right" not in repr(desk.open("ada", queued.id))
    desk.decide("ada", queued.id, Decision(label="violates", reason=EDGE))
    changed = {each.person: each.changed_to for each in desk.look_behind("ada", queued.id).people}
    assert changed == {"ann": "violates", "bo": ""}


def test_a_pair_is_decided_by_the_side_it_is_seen_on_and_stored_by_candidate(tmp_path: Path) -> None:
    review = make_review(tmp_path, 8, people=PEOPLE, required=lambda _: 2, pair=True)
    desk = AdjudicationDesk(review.ledger, lambda _: JUDGED)
    for person, wanted in (("ann", "1"), ("bo", "2")):
        for _ in range(8):
            opened = review.desk.next_item(person)
            assert opened is not None
            side = "a" if opened.case.outputs[0].id == wanted else "b"
            review.desk.commit(person, opened.assignment, opened.turn, Draft(label=side), VISIT)
    firsts = set()
    for queued in desk.queue("ada"):
        case = desk.open("ada", queued.id)
        firsts.add(case.case.outputs[0].id)
        side = "a" if case.case.outputs[0].id == "1" else "b"
        assert desk.decide("ada", queued.id, Decision(label=side, reason=EDGE)).label == "a"
        decision = desk.open("ada", queued.id).decision
        assert decision is not None
        assert decision.label == side
    assert firsts == {"1", "2"}


def test_a_gold_item_and_one_nobody_labelled_are_not_adjudicated(tmp_path: Path) -> None:
    review = make_review(tmp_path, 2, people=PEOPLE, gold=lambda number: None if number else "complies")
    for person, label in (("ann", "complies"), ("bo", "violates")):
        opened = review.label(person, label)
        review.desk.flag(person, opened.assignment, "odd")
    desk = AdjudicationDesk(review.ledger, lambda _: JUDGED)
    assert "rv-00000" not in [each.id for each in desk.queue("ada")]
    with pytest.raises(UsageError, match="not one to adjudicate"):
        desk.open("ada", "rv-00000")
    with pytest.raises(UnknownNameError):
        desk.open("ada", "rv-9")


def test_a_guideline_gap_opens_a_stub_against_the_principle_without_names(tmp_path: Path) -> None:
    _, desk = contested(tmp_path)
    assert desk.gaps() == ()
    desk.decide("ada", "rv-00000", Decision(label="complies", reason=GAP, note="nothing about short replies"))
    (gap,) = desk.gaps()
    text = render_gap(gap)
    for part in ("help.answer", "made-up@1.0.0", "rv-00000", "said by a", "nothing about short replies"):
        assert part in text
    assert "ann" not in text
    assert "CANARY" not in text
