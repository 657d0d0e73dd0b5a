from hypothesis import given
from hypothesis import strategies as st
from tests.review.exchange.made_labels import Labelled, labelled, tasks

from evenhand.records.rating import Order
from evenhand.review.evidence import block_texts
from evenhand.review.exchange.answers import answers, from_side, to_side
from evenhand.review.exchange.panes import (
    from_units,
    panes,
    place_in_pane,
    spans_in_blocks,
    to_units,
)
from evenhand.review.exchange.records import ExchangeTask


@given(st.text(max_size=30), st.data())
def test_code_units_and_code_points_lead_to_each_other(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    units = to_units(text, place)
    assert units == len(text[:place].encode("utf-16-le")) // 2
    assert from_units(text, units) == place


def test_the_middle_of_a_character_and_what_lies_outside_is_no_place() -> None:
    assert [from_units("a😀b", units) for units in range(-1, 6)] == [None, 0, 1, None, 2, 3, None]


@given(labelled())
def test_evidence_finds_its_pane_and_back(made: Labelled) -> None:
    shown = panes(made.task)
    for span in made.label.evidence:
        found = place_in_pane(shown, span)
        assert found is not None
        pane = next(each for each in shown if each.name == found[0])
        assert pane.text[found[1] : found[2]] == span.quote
        assert spans_in_blocks(pane, found[1], found[2]) == (span,)


def test_a_passage_over_two_turns_becomes_a_span_in_each(conversation: ExchangeTask) -> None:
    (pane, _) = panes(conversation)
    assert pane.text == "[user]\nhi 😀\n\n[assistant]\nyes"
    spans = spans_in_blocks(pane, 7, len(pane.text))
    assert [(each.block, each.quote) for each in spans] == [("prompt/0", "hi 😀"), ("prompt/1", "yes")]
    assert spans_in_blocks(pane, 0, 5) == ()


@given(tasks())
def test_the_texts_of_the_panes_are_those_of_the_blocks_and_name_no_candidate(task: ExchangeTask) -> None:
    shown = panes(task)
    held = {stretch.block for pane in shown for stretch in pane.stretches}
    assert held == set(block_texts(task.case))
    assert {pane.name for pane in shown} <= {"prompt", "output", "left", "right"}


@given(tasks())
def test_sides_stand_for_candidates(task: ExchangeTask) -> None:
    for label in task.principle.answers:
        assert from_side(to_side(label, task), task) == label
    if task.is_pair:
        first = "left" if task.order is Order.GIVEN else "right"
        assert to_side("a", task) == first
        assert not {"a", "b"} & set(answers(task))
