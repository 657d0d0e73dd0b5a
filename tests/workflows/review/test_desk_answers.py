"""What the desk takes for an answer, and what it says of the rest."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.made_review import VISIT, MadeReview, make_review
from tests.workflows.review.desk_kit import labels_of, opened_by

from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.review import Draft, EvidenceSpan, Spent, Visit
from evenhand.records.scale import NumericScale, OrdinalScale
from evenhand.workflows.review.typed import LONGEST_TEXT


def spoil(review: MadeReview, person: str = "ann", **draft: object) -> None:
    """Send a form with something wrong in it."""
    opened = opened_by(review, person)
    filled = replace(Draft(label="complies"), **draft)  # type: ignore[arg-type]  # fields by name
    review.desk.commit(person, opened.assignment, opened.turn, filled, VISIT)


NUMBERS = NumericScale(type="numeric", minimum=0, maximum=10)
GRADES = OrdinalScale(
    type="ordinal", values=("1", "2", "3"), describe={"1": "bad", "2": "so-so", "3": "good"}
)


@pytest.mark.parametrize(("typed", "kept"), [("7", "7"), ("7.50", "7.5"), ("+1e1", "10"), (" 0.0 ", "0")])
def test_a_number_is_kept_in_one_spelling(tmp_path: Path, typed: str, kept: str) -> None:
    review = make_review(tmp_path, scale=NUMBERS)
    opened = opened_by(review, "ann")
    for _ in range(2):  # the same form sent again is no conflict
        review.desk.commit(
            "ann", opened.assignment, opened.turn, Draft(label=typed, defensible=(typed, "3")), VISIT
        )
    (label,) = labels_of(review)
    assert (label.label, label.defensible) == (kept, ("3",))


@pytest.mark.parametrize("typed", ["11", "-0.1", "nan", "seven", "", "1,5", "\u0667"])
def test_what_is_no_number_of_the_range_is_refused(tmp_path: Path, typed: str) -> None:
    review = make_review(tmp_path, scale=NUMBERS)
    with pytest.raises(UsageError, match="no answer"):
        spoil(review, label=typed)
    assert labels_of(review) == []


@pytest.mark.parametrize("scale", [NUMBERS, GRADES, None])
def test_cannot_tell_is_an_answer_on_every_scale(
    tmp_path: Path, scale: NumericScale | OrdinalScale | None
) -> None:
    review = make_review(tmp_path, scale=scale)
    review.label("ann", "cannot_tell")
    assert labels_of(review)[0].label == "cannot_tell"


def test_cannot_tell_is_an_answer_on_a_pair_whichever_side_it_stood_on(tmp_path: Path) -> None:
    review = make_review(tmp_path, 12, pair=True)
    for _ in range(12):
        review.label("ann", "cannot_tell", defensible=("a", "b", "tie"))
    assert {(each.label, each.defensible) for each in labels_of(review)} == {
        ("cannot_tell", ("a", "b", "tie"))
    }


def test_an_answer_that_is_close_to_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        spoil(make_review(tmp_path), label="violate")
    assert caught.value.hint == 'did you mean "violates"?'


EVIDENCE = EvidenceSpan(block="output:1", start=0, end=5, quote="Reply")


def test_evidence_is_kept_and_the_order_in_which_a_form_tells_it_does_not_matter(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    other = EvidenceSpan(block="prompt", start=0, end=8, quote="Question")
    for spans in ((EVIDENCE, other), (other, EVIDENCE, EVIDENCE)):
        draft = Draft(label="complies", evidence=spans)
        review.desk.commit("ann", opened.assignment, opened.turn, draft, VISIT)
    assert [each.evidence for each in labels_of(review)] == [(EVIDENCE, other)]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(EVIDENCE, quote="reply"),
        replace(EVIDENCE, start=1),
        replace(EVIDENCE, start=-5),
        replace(EVIDENCE, end=4000),
        replace(EVIDENCE, start=5, end=0, quote=""),
        replace(EVIDENCE, block="output:2"),
        replace(EVIDENCE, block="output:1/0"),
    ],
)
def test_a_quote_that_is_not_in_the_text_is_refused(tmp_path: Path, wrong: EvidenceSpan) -> None:
    review = make_review(tmp_path)
    with pytest.raises(UsageError):
        spoil(review, evidence=(wrong,))
    assert labels_of(review) == []


LONG = "x" * (LONGEST_TEXT + 1)


def test_texts_have_an_end(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    desk, at = review.desk, opened.assignment
    with pytest.raises(UsageError, match=r"comment has 10,001 characters"):
        desk.commit("ann", at, opened.turn, Draft(label="complies", comment=LONG), VISIT)
    with pytest.raises(UsageError, match="comment"):
        desk.save_draft("ann", at, opened.turn, Draft(comment=LONG), VISIT)
    with pytest.raises(UsageError, match="reason"):
        desk.skip("ann", at, opened.turn, LONG)
    with pytest.raises(UsageError, match="word to the lead"):
        desk.flag("ann", at, LONG)
    with pytest.raises(UsageError, match="too long"):
        desk.save_draft("ann", at, opened.turn, Draft(label=LONG), VISIT)
    with pytest.raises(UsageError, match="passages are marked"):
        desk.save_draft("ann", at, opened.turn, Draft(evidence=(EVIDENCE,) * 101), VISIT)
    with pytest.raises(UsageError, match="too many"):
        desk.opt_out("ann", tuple(map(str, range(101))))
    assert desk.item("ann", at).draft == Draft()


def test_half_characters_and_nul_break_nothing(tmp_path: Path) -> None:
    review = make_review(tmp_path)
    opened = opened_by(review, "ann")
    odd = "\ud800\x00\x1b[2J"
    draft = Draft(label=odd, comment=odd, evidence=(EvidenceSpan(block=odd, start=0, end=1, quote=odd),))
    review.desk.save_draft("ann", opened.assignment, opened.turn, draft, Visit(id=odd, spent=Spent()))
    with pytest.raises(UsageError, match="no answer"):
        review.desk.commit("ann", opened.assignment, opened.turn, draft, Visit(id=odd, spent=Spent()))
    with pytest.raises(UnknownNameError):
        review.desk.item("ann", odd)
    with pytest.raises(UnknownNameError):
        review.desk.next_item(odd)
    with pytest.raises(UnknownNameError):
        review.desk.next_item("ann", odd)
    review.desk.opt_out("ann", (odd,))
    review.desk.skip("ann", opened.assignment, opened.turn, odd)
