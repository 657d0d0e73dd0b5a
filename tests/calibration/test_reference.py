from typing import Any

import numpy as np
import pytest

from evenhand.calibration.reference import FoundReference, GivenLabels, find_reference
from evenhand.calibration.table import ReferenceBasis

NAN = float("nan")
Given = tuple[int, int] | tuple[int, int, dict[str, Any]]


def find(
    *labels: Given, items: int = 1, categories: int = 3, unresolved: list[bool] | None = None
) -> FoundReference:
    """Each label is its item, its category and what else is known of it."""
    rows = [(*each, {})[:3] for each in labels]

    def column(name: str, nothing: Any, kind: type[Any]) -> Any:
        return np.array([row[2].get(name, nothing) for row in rows], dtype=kind)

    given = GivenLabels(
        item=np.array([row[0] for row in rows], dtype=np.int64),
        label=np.array([row[1] for row in rows], dtype=np.int16),
        settled=column("settled", nothing=False, kind=np.bool_),
        inclusion=column("inclusion", NAN, np.float64),
        design=column("design", 0, np.int16),
        blind=column("blind", -1, np.int16),
    )
    waits = None if unresolved is None else np.array(unresolved)
    return find_reference(given, items=items, categories=categories, unresolved=waits)


SETTLED = {"settled": True}
NOTHING, SINGLE, MAJORITY, UNANIMOUS, RESOLVED = ReferenceBasis


@pytest.mark.parametrize(
    ("labels", "label", "basis", "tied", "contradicting"),
    [
        ([], -1, NOTHING, 0, 0),
        ([(0, 2)], 2, SINGLE, 0, 0),
        ([(0, 2), (0, 2)], 2, UNANIMOUS, 0, 0),
        ([(0, 2), (0, 2), (0, 1)], 2, MAJORITY, 0, 0),
        ([(0, 2), (0, 2), (0, 1), (0, 0)], 2, MAJORITY, 0, 0),
        ([(0, 2), (0, 1)], -1, NOTHING, 1, 0),
        ([(0, 0), (0, 1), (0, 2)], -1, NOTHING, 1, 0),
        ([(0, 2), (0, 1, SETTLED)], 1, RESOLVED, 0, 0),
        ([(0, 2), (0, 1), (0, 0, SETTLED)], 0, RESOLVED, 0, 0),
        ([(0, 1, SETTLED), (0, 1, SETTLED)], 1, RESOLVED, 0, 0),
        ([(0, 1, SETTLED), (0, 2, SETTLED), (0, 2)], -1, NOTHING, 0, 1),
    ],
)
def test_a_settled_label_goes_first_then_most_persons_and_a_tie_is_no_label(
    labels: list[Given], label: int, basis: ReferenceBasis, tied: int, contradicting: int
) -> None:
    found = find(*labels)
    assert (found.reference.label.tolist(), found.reference.basis.tolist()) == ([label], [basis])
    assert (found.tied, found.contradicting) == (tied, contradicting)


def drawn(inclusion: float, design: int = 0, **more: Any) -> dict[str, Any]:
    return {"inclusion": inclusion, "design": design, **more}


@pytest.mark.parametrize(
    ("labels", "inclusion", "mixed"),
    [
        ([(0, 1)], NAN, 0),
        ([(0, 1, drawn(0.5))], 0.5, 0),
        ([(0, 1, drawn(0.5)), (0, 1, drawn(0.5))], 0.5, 0),
        ([(0, 1, drawn(0.5)), (0, 1, drawn(0.4))], NAN, 1),
        ([(0, 1, drawn(0.5, 0)), (0, 1, drawn(0.5, 1))], NAN, 1),
        ([(0, 1, drawn(0.5)), (0, 1)], NAN, 1),
        ([(0, 1, drawn(0.5)), (0, 1, {"design": -1})], 0.5, 0),  # one more opinion on an item that was drawn
        ([(0, 1, drawn(0.5, -1)), (0, 1, {"design": -1})], NAN, 1),
        ([(0, 1, drawn(0.5)), (0, 1, SETTLED)], 0.5, 0),
        ([(0, 1), (0, 1, drawn(0.5, settled=True))], 0.5, 0),
        ([(0, 1, drawn(1)), (0, 1, drawn(0.5, 1))], 1, 0),  # labelled anyway, then drawn too
        ([(0, 1, drawn(1, -1)), (0, 1, drawn(0.5)), (0, 1, drawn(0.4, 1))], 1, 0),
        ([(0, 1, drawn(1, -1)), (0, 1)], 1, 0),
        ([(0, 1, drawn(0.5)), (0, 2, drawn(0.5))], 0.5, 0),  # a tie was drawn all the same
    ],
)
def test_an_item_has_one_probability_or_its_own_is_not_known(
    labels: list[Given], inclusion: float, mixed: int
) -> None:
    found = find(*labels)
    assert found.reference.inclusion.tolist() == pytest.approx([inclusion], nan_ok=True)
    assert found.mixed == mixed


@pytest.mark.parametrize(
    ("labels", "blind"),
    [
        ([(0, 1)], -1),
        ([(0, 1, {"blind": 1})], 1),
        ([(0, 1, {"blind": 1}), (0, 1, {"blind": 0})], 0),
        ([(0, 1, {"blind": 1}), (0, 1)], -1),
        ([(0, 1, {"blind": 0}), (0, 1)], 0),
        ([(0, 1, {"blind": 0}), (0, 1, {"blind": 1, "settled": True})], 1),
        ([(0, 1, {"blind": 1}), (0, 2, {"blind": 1})], -1),
    ],
)
def test_a_reference_label_is_as_blind_as_the_labels_behind_it(labels: list[Given], blind: int) -> None:
    assert find(*labels).reference.blind.tolist() == [blind]


def test_items_do_not_see_each_other() -> None:
    found = find((2, 1, drawn(0.2)), (0, 0, drawn(0.9)), (0, 0, drawn(0.9)), items=3)
    assert found.reference.label.tolist() == [0, -1, 1]
    assert found.reference.inclusion.tolist() == pytest.approx([0.9, NAN, 0.2], nan_ok=True)


@pytest.mark.parametrize(
    ("labels", "label", "basis", "unresolved"),
    [
        (
            [(0, 2), (0, 2), (0, 1)],
            -1,
            NOTHING,
            1,
        ),  # a majority that waits for an adjudicator settles nothing
        ([(0, 2), (0, 1)], -1, NOTHING, 1),  # and neither does a tie, which is counted once
        ([(0, 2), (0, 2), (0, 1), (0, 1, SETTLED)], 1, RESOLVED, 0),
        ([], -1, NOTHING, 0),
    ],
)
def test_what_waits_for_an_adjudicator_has_no_label_until_it_is_settled(
    labels: list[Given], label: int, basis: ReferenceBasis, unresolved: int
) -> None:
    found = find(*labels, unresolved=[True])
    assert (found.reference.label.tolist(), found.reference.basis.tolist()) == ([label], [basis])
    assert (found.unresolved, found.tied) == (unresolved, 0)


@pytest.mark.parametrize(
    ("labels", "apart"),
    [
        ([(0, 1), (1, 1)], None),  # nothing is known of any
        (
            [(0, 1, drawn(0.5, -1)), (1, 1, {"design": -1})],
            None,
        ),  # a part of one file lacks it: nobody knows why
        ([(0, 1, drawn(0.5)), (1, 1)], [False, False]),  # of a draw that has a name, and lacks it
        ([(0, 1, drawn(0.5)), (1, 1, {"design": -1})], [False, True]),
        ([(0, 1, drawn(0.5)), (1, 1, {"design": -1, "settled": True})], [False, True]),
        ([(0, 1, drawn(0.5)), (0, 1, {"design": -1})], [False, False]),
    ],
)
def test_labels_of_no_draw_stand_apart_from_those_of_one(
    labels: list[Given], apart: list[bool] | None
) -> None:
    found = find(*labels, items=2).reference
    assert (None if found.apart is None else found.apart.tolist()) == apart
    expected = found.label if apart is None else np.where(apart, -1, found.label)
    assert found.drawn.tolist() == expected.tolist()
