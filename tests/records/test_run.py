import json
from typing import Any

import pytest
from tests.judging import builders

from evenhand.records.canonical import canonical_json, content_hash
from evenhand.records.rated import CallCounts, RatedItem, RunAccount
from evenhand.records.run import Manifest

PINNED = {"role": "cases", "path": "cases.jsonl", "sha256": "00"}


def manifest(**fields: Any) -> Manifest:
    plain = {
        "suite": builders.suite().canonical(),
        "suite_path": "suites/s.yaml",
        "constitution": builders.constitution().canonical(),
        "panel": builders.panel("reader").canonical(),
        "judges": [builders.judge().canonical()],
        "templates": {"reader": "{{ principle.text }}"},
        "files": [PINNED],
        "planned_items": 10,
        "units_per_item": 3,
    }
    return Manifest.model_validate_json(json.dumps(plain | fields))


@pytest.mark.parametrize(
    "change",
    [
        {"suite": builders.suite(seed=1).canonical()},
        {"constitution": builders.constitution({"text": "Be brief."}).canonical()},
        {"panel": builders.panel("reader", rule="unanimous").canonical()},
        {"judges": [builders.judge(repeats=2).canonical()]},
        {"templates": {"reader": "{{ principle.title }}"}},
        {"files": [PINNED | {"sha256": "01"}]},
        {"mode": "pairwise"},
        {"planned_items": 11},
        {"readings": 2},
    ],
)
def test_the_hash_of_the_inputs_changes_with_each_of_them(change: dict[str, Any]) -> None:
    assert manifest(**change).inputs_hash() != manifest().inputs_hash()


def test_one_reading_leaves_the_manifest_as_it_was_before_there_were_several() -> None:
    written = canonical_json(manifest(readings=1, asked_once=[]).canonical())
    assert written == canonical_json(manifest().canonical())
    assert b"reading" not in written
    assert b"asked_once" not in written


@pytest.mark.parametrize(
    "change",
    [
        {"versions": {"python": "3.13"}},
        {"command": "evenhand run s"},
        {"endpoints": [builders.endpoint().canonical()]},
        {"suite": builders.suite(gate={"compares": "judges"}).canonical()},
    ],
)
def test_the_hash_of_the_inputs_leaves_out_what_was_found_on_the_way_and_the_gate(
    change: dict[str, Any],
) -> None:
    assert manifest(**change).inputs_hash() == manifest().inputs_hash()


def test_labels_are_known_by_the_same_hash_as_before_their_files_could_say_more() -> None:
    plain = builders.suite().canonical() | {"labels": [{"path": "l.jsonl"}]}
    pin = PINNED | {"role": "labels"}
    run = manifest(suite=plain, files=[pin])
    assert run.label_source(run.files[0]) == content_hash({"sha256": "00", "read_as": [{"path": "l.jsonl"}]})
    drawn = manifest(suite=plain | {"labels": [{"path": "l.jsonl", "inclusion": 1}]}, files=[pin])
    assert drawn.label_source(drawn.files[0]) != run.label_source(run.files[0])


def test_the_number_of_units_is_items_times_units_of_an_item() -> None:
    assert manifest().planned_units == 30


def test_every_planned_unit_is_open_or_has_its_terminal_state() -> None:
    account = RunAccount(
        planned=10,
        terminal={"rated": 6, "malformed": 1, "refused": 2},
        calls={"a": CallCounts(cost_nanousd=5), "b": CallCounts(cost_nanousd=7)},
        preflight=CallCounts(cost_nanousd=1),
    )
    assert account.open + sum(account.terminal.values()) == account.planned
    assert (account.open, account.failed, account.cost_nanousd) == (1, 3, 13)


@pytest.mark.parametrize(
    ("candidate", "name"), [("1", "case-1/p"), ("", "case-1/p"), ("x", "case-1/x/p"), ("x|y", "case-1/x|y/p")]
)
def test_an_item_is_named_by_case_candidate_and_principle(candidate: str, name: str) -> None:
    item = RatedItem(
        seq=0, case_id="case-1", candidate_id=candidate, principle_id="p", slice={}, units=(), verdict=None
    )
    assert item.name == name
