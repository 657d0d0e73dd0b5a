import re

import pytest

from evenhand.errors import MeasureError
from evenhand.records.rating import FailureKind
from evenhand.reporting.explain import Explanation, explain, render_explanation
from evenhand.reporting.json_report import render_json

from .builders import (
    JUDGES,
    PRINCIPLES,
    find_texts,
    make_constitution,
    make_item,
    make_manifest,
    outcome,
    unit,
)
from .hostile_run import hostile_items, hostile_manifest, hostile_texts

MANIFEST = make_manifest(items=1)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def explained() -> Explanation:
    units = [
        unit(JUDGES[0], outcome("complies", reason="It keeps to it.", quotes=("a passage",))),
        unit(JUDGES[1], "violates"),
        unit(JUDGES[2], FailureKind.TRUNCATED),
    ]
    item = make_item(MANIFEST, 0, units, people={"person-1": "violates"})
    return explain(item, MANIFEST, find_texts([(item.case_id, item.candidate_id)])[item.case_id, "1"])


def test_an_explanation_says_who_said_what_and_why() -> None:
    text = render_explanation(explained())
    for part in (
        f"synthetic-0000/{PRINCIPLES[0]}\nverdict: undecided (tie)",
        "  | Synthetic text.",
        "asked\n  | Synthetic question of synthetic-0000.",
        "judge synthetic-reader\n  given order, repeat 1: complies (complies 1.000, from answer)\n    | It keeps",
        "    quotes\n    | a passage",
        "given order, repeat 1: failed, truncated\n    | Synthetic detail.",
        "person-1 (person): violates",
    ):
        assert part in text


def test_an_explanation_shows_the_panels_arithmetic() -> None:
    text = render_explanation(explained())
    assert "panel synthetic-panel, rule majority, quorum 2" in text
    assert "  complies: weight 1\n  violates: weight 1" in text


def test_the_binding_text_is_pinned_by_its_hash() -> None:
    principle = MANIFEST.constitution.by_id[PRINCIPLES[0]]
    assert explained().principle.binding_hash == MANIFEST.constitution.binding_hash(principle)


def test_an_open_item_says_that_ratings_are_open() -> None:
    item = make_item(MANIFEST, 0, [unit(JUDGES[0], "complies")])
    text = render_explanation(explain(item, MANIFEST, None))
    assert "verdict: open" in text
    assert "ratings are still open" in text
    assert "the text of the case is not at hand" in text


def test_hostile_text_neither_controls_the_terminal_nor_forges_a_line() -> None:
    manifest = hostile_manifest()
    for item in hostile_items(manifest):
        name = (item.case_id, item.candidate_id)
        text = render_explanation(explain(item, manifest, hostile_texts([name])[name]))
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text.replace("\t", "")
        )
        assert text.count("\nverdict: ") == 1
        assert "\nforged" not in text


def test_an_explanation_is_json_too() -> None:
    assert '"binding_hash": "sha256:' in render_json(explained())


def test_an_item_of_another_constitution_is_refused() -> None:
    stranger = make_manifest(items=1, constitution=make_constitution(["synthetic.other"]))
    item = make_item(stranger, 0, [unit(judge, "complies") for judge in JUDGES], principle="synthetic.other")
    with pytest.raises(MeasureError, match="does not have"):
        explain(item, MANIFEST, None)
