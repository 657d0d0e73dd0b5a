"""Which label holds, what waits for an adjudicator, and what a decision needs: each decision as a table."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.records.constitution import Importance
from evenhand.records.rating import Order
from evenhand.records.review import (
    Adjudication,
    AdjudicationReason,
    Provenance,
    ReviewLabel,
    ReviewLabelKind,
    Spent,
)
from evenhand.records.scale import COMPLY, PAIR, NumericScale, OrdinalScale, Scale
from evenhand.review.adjudication import check_note, counted, disagreement, settle
from evenhand.review.adjudication_queue import QueuedItem, nameless, queue_order, reasons_to_wait

GRADES = OrdinalScale(
    type="ordinal", values=("1", "2", "3", "4"), describe={v: v for v in "1234"}, pass_at="3"
)
SCORE = NumericScale(type="numeric", minimum=0, maximum=100, pass_at=50)

YES, NO, UNSURE = "complies", "violates", "cannot_tell"


def label(said: str, person: str = "ann", **changes: object) -> ReviewLabel:
    values: dict[str, object] = {
        "id": f"rl-{person}-{said}",
        "item": "rv-1",
        "assignment": "ra-1",
        "person": person,
        "kind": ReviewLabelKind.FIRST,
        "label": said,
        "sure": True,
        "defensible": None,
        "comment": "",
        "evidence": (),
        "order": Order.GIVEN,
        "blind": True,
        "at": "2026-11-27T10:00:00+00:00",
        "spent": Spent(),
        "revisits": 0,
        "principle_hash": "h",
        "via": "web",
        **changes,
    }
    return ReviewLabel(**values)  # type: ignore[arg-type]  # fields by name


def labels(said: Sequence[str]) -> list[ReviewLabel]:
    return [label(each, f"person-{number}") for number, each in enumerate(said)]


def decided(said: str) -> Adjudication:
    return Adjudication(
        id="rj-1",
        item="rv-1",
        person="ada",
        label=said,
        reason=AdjudicationReason.EDGE_CASE,
        note="",
        at="2026-11-27T10:00:00+00:00",
        spent=Spent(),
        principle_hash="h",
    )


@pytest.mark.parametrize(
    ("said", "adjudicated", "scale", "provenance", "shown", "reference"),
    [
        ([], None, COMPLY, Provenance.UNRESOLVED, None, None),
        ([YES], None, COMPLY, Provenance.SINGLE, YES, YES),
        ([UNSURE], None, COMPLY, Provenance.SINGLE, UNSURE, UNSURE),
        ([YES, YES], None, COMPLY, Provenance.UNANIMOUS, YES, YES),
        ([YES, NO], None, COMPLY, Provenance.UNRESOLVED, None, None),
        ([YES, UNSURE], None, COMPLY, Provenance.UNRESOLVED, None, None),
        ([YES, YES, NO], None, COMPLY, Provenance.MAJORITY, YES, None),
        ([YES, YES, UNSURE], None, COMPLY, Provenance.MAJORITY, YES, None),
        ([YES, NO], NO, COMPLY, Provenance.ADJUDICATED, NO, NO),
        ([YES, YES, NO], NO, COMPLY, Provenance.ADJUDICATED, NO, NO),
        ([YES, YES], NO, COMPLY, Provenance.ADJUDICATED, NO, NO),
        (["2", "3"], None, GRADES, Provenance.UNRESOLVED, None, None),
        (["62", "71.5"], None, SCORE, Provenance.UNANIMOUS, "62", "62"),
        (["49", "51"], None, SCORE, Provenance.UNRESOLVED, None, None),
        (["a", "b", "a"], None, PAIR, Provenance.MAJORITY, "a", None),
    ],
)
def test_which_label_of_an_item_holds(
    said: list[str],
    adjudicated: str | None,
    scale: Scale,
    provenance: Provenance,
    shown: str | None,
    reference: str | None,
) -> None:
    found = settle(labels(said), None if adjudicated is None else decided(adjudicated), scale)
    assert (found.provenance, found.label, found.reference) == (provenance, shown, reference)


@given(st.lists(st.sampled_from([YES, NO, UNSURE, "not_applicable"]), max_size=7))
def test_what_most_say_is_never_a_reference_label(said: list[str]) -> None:
    found = settle(labels(said), None, COMPLY)
    assert found.reference is None or set(said) == {found.reference}


def test_only_first_blind_labels_that_stand_are_counted() -> None:
    given_labels = [
        label(YES, "ann"),
        label(NO, "ann", kind=ReviewLabelKind.REPEAT),
        label(NO, "ann", kind=ReviewLabelKind.REVEALED, blind=False),
        label(NO, "bo", withdrawn=True),
        label(NO, "carl", blind=False),
    ]
    assert [(each.person, each.label) for each in counted(given_labels)] == [("ann", YES)]


@pytest.mark.parametrize(
    ("said", "required", "flagged", "reasons"),
    [
        ([], 1, True, []),
        ([YES], 1, False, []),
        ([YES], 1, True, ["flagged"]),
        ([YES, YES], 2, False, []),
        ([YES, NO], 2, False, ["differ"]),
        ([YES, NO], 3, False, []),
        ([YES, NO], 3, True, ["flagged"]),
        ([YES, UNSURE], 2, False, ["cannot_tell"]),
        ([UNSURE, UNSURE], 2, False, []),
        ([YES, NO, UNSURE], 3, True, ["differ", "cannot_tell", "flagged"]),
    ],
)
def test_why_an_item_waits(*, said: list[str], required: int, flagged: bool, reasons: list[str]) -> None:
    found = reasons_to_wait(labels(said), required=required, flagged=flagged, scale=COMPLY)
    assert [each.value for each in found] == reasons


@pytest.mark.parametrize(
    ("said", "scale", "apart"),
    [
        ([YES], COMPLY, 0),
        ([YES, YES], COMPLY, 0),
        ([YES, NO], COMPLY, 1),
        ([YES, UNSURE], COMPLY, 1 / 2),
        ([UNSURE, UNSURE], COMPLY, 0),
        ([YES, YES, NO], COMPLY, 2 / 3),
        (["1", "2"], GRADES, 1 / 3),
        (["2", "3"], GRADES, 1),
        (["10", "40"], SCORE, 0),
        (["49", "51"], SCORE, 1),
        (["a", "tie"], PAIR, 1),
        (["a", "cannot_tell"], PAIR, 1 / 2),
    ],
)
def test_how_far_people_differ(said: list[str], scale: Scale, apart: float) -> None:
    assert disagreement(said, scale) == pytest.approx(apart)


def queued(name: str, severity: Importance, disagreement: float, flags: int = 0) -> QueuedItem:
    return QueuedItem(
        id=name,
        case_id="c",
        principle_id="p",
        severity=severity,
        reasons=(),
        disagreement=disagreement,
        people=2,
        flags=flags,
        own=False,
        settled=False,
    )


def test_severity_goes_before_disagreement_and_that_before_flags() -> None:
    wanted = [
        queued("e", "critical", 0.1),
        queued("d", "high", 1.0),
        queued("c", "high", 0.5, flags=2),
        queued("b", "high", 0.5),
        queued("a", "low", 1.0, flags=9),
    ]
    assert sorted(wanted[2:] + wanted[:2], key=queue_order) == wanted


@pytest.mark.parametrize(
    ("decision", "note", "fine"),
    [(YES, "", True), (NO, "", True), ("not_applicable", "", False), ("not_applicable", "outside", True)],
)
def test_a_label_that_no_reviewer_gave_needs_a_note(*, decision: str, note: str, fine: bool) -> None:
    given_labels = labels([YES, NO])
    if fine:
        check_note(decision, note, given_labels, COMPLY)
    else:
        with pytest.raises(UsageError, match="needs a note"):
            check_note(decision, " ", given_labels, COMPLY)


def test_reviewers_are_numbered_in_an_order_that_does_not_follow_names() -> None:
    firsts = set()
    for number in range(40):
        pair = [label(YES, "ann", item=f"rv-{number}"), label(NO, "bo", item=f"rv-{number}")]
        shown = nameless(pair, seed=1, order=Order.GIVEN, scale=COMPLY)
        assert [each.number for each in shown] == [1, 2]
        assert shown == nameless(pair[::-1], seed=1, order=Order.GIVEN, scale=COMPLY)
        firsts.add(shown[0].label)
    assert firsts == {YES, NO}


def test_labels_of_a_pair_are_turned_to_the_sides_of_who_looks() -> None:
    pair = [label("a", order=Order.SWAPPED, defensible=("tie", "b"))]
    same = nameless(pair, seed=1, order=Order.SWAPPED, scale=PAIR)[0]
    assert (same.label, same.defensible, same.other_way_round) == ("b", ("tie", "a"), False)
    other = nameless(pair, seed=1, order=Order.GIVEN, scale=PAIR)[0]
    assert (other.label, other.other_way_round) == ("a", True)
