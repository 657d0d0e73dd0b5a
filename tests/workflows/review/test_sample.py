"""Draws from small real runs: what is written for people, and what is refused before anything is."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update
from tests.workflows.calibration_kit import Line, RecordedSuite, cases

from evenhand.errors import LedgerError, MeasureError, NothingSelectedError, UsageError
from evenhand.records.message import Message
from evenhand.records.review import GOLD_REQUIRED, Draft, Person, ReviewItem, Role, Spent, Visit
from evenhand.records.run import RunState
from evenhand.records.scale import PAIR
from evenhand.review.budget import PaceSource
from evenhand.store.review import tables
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.review.open_review import open_desk, open_review
from evenhand.workflows.review.sample import sample_run
from evenhand.workflows.review.sample_wishes import SampledRun, SampleWishes

COUNT = 60


def suite_in(folder: Path, shown: Sequence[Line] | None = None, **more: Any) -> RecordedSuite:
    """Three judges: they differ on every fourth case, tie on every tenth, and all fail on two."""

    def lines(judge: int) -> list[Line]:
        return [
            {"case": f"c{n}", "label": "violates" if n % 4 == judge else "complies"}
            for n in range(COUNT)
            if n not in {7, 8}
        ]

    texts = shown or [
        {
            **case,
            "prompt": f"Question {number}?",
            "producer": "CANARY-producer",
            "slice": {"topic": "ab"[number % 2]} if number else {},
            "sensitive": ["harm"] if number % 5 == 0 else [],
        }
        for number, case in enumerate(cases(COUNT))
    ]
    ratings = more.pop("ratings", {f"CANARY-judge{judge}".lower(): lines(judge) for judge in range(3)})
    return RecordedSuite(folder, texts, ratings, **more)


@pytest.fixture
def stored(tmp_path: Path) -> StoredRun:
    return suite_in(tmp_path / "w").run()


def draw(stored: StoredRun, **wishes: Any) -> SampledRun:
    return sample_run(stored.root, stored.run.id, SampleWishes(**{"seed": 1, **wishes}))


def items_of(stored: StoredRun) -> dict[int, ReviewItem]:
    with open_review(stored.root).read() as reading:
        return {item.seq: item for item in reading.items(reading.design().design)}


# -- What is drawn ---------------------------------------------------------------------------------


def test_every_item_may_be_drawn_failed_and_undecided_ones_too(stored: StoredRun) -> None:
    found = draw(stored, items=COUNT)
    assert (found.draw.population, found.draw.drawn, found.added) == (COUNT, COUNT, COUNT)
    items = items_of(stored)
    assert {item.inclusion for item in items.values()} == {1.0}
    assert {items[seq].stratum for seq in (7, 8)} == {"failed"}
    assert {each.name: each.population for each in found.strata} == {
        "failed": 2,
        "split": 44,
        "unanimous": 14,
    }


def test_an_item_keeps_what_the_estimates_need(stored: StoredRun) -> None:
    found = draw(stored, items=25, seed=5)
    items = items_of(stored)
    assert len(items) == found.draw.drawn
    for seq, item in items.items():
        assert item.case_id == f"c{seq}"
        assert (item.design, item.draw, item.run) == (found.draw.id, found.draw.id, stored.run.id)
        assert item.inclusion is not None
        assert 0 < item.inclusion < 1
        assert item.uncertainty == 1 or item.stratum != "failed"
        assert item.sensitive == (("harm",) if seq % 5 == 0 else ())
    assert sorted(item.position for item in items.values()) == list(range(len(items)))
    assert found.draw.seed == 5


def test_the_same_seed_draws_the_same_items_and_another_one_others(tmp_path: Path) -> None:
    drawn = []
    for name, seed in (("one", 4), ("same", 4), ("other", 5)):
        stored = suite_in(tmp_path / name).run()
        draw(stored, items=20, seed=seed)
        drawn.append(set(items_of(stored)))
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_weights_of_many_draws_count_the_population(tmp_path: Path) -> None:
    stored, totals = suite_in(tmp_path / "w").run(), []
    for seed in range(25):
        draw(stored, items=30, seed=seed, new_design=seed > 0)
        totals.append(sum(1 / (item.inclusion or 0) for item in items_of(stored).values()))
    assert abs(np.mean(totals) - COUNT) < 4 * np.std(totals) / len(totals) ** 0.5


def test_nothing_hidden_is_in_the_review_ledger(stored: StoredRun) -> None:
    draw(stored, items=COUNT)
    with open_review(stored.root).read() as reading:
        (item, *_) = reading.items(reading.design().design)
        case = reading.content(item.content)
        principle = reading.principle(item.design, item.principle_id)
    assert case.outputs[0].text == f"Answer {item.seq}."
    assert case.prompt == f"Question {item.seq}?"
    assert principle.hash == item.principle_hash
    stored_bytes = (stored.root / ".evenhand" / "review.sqlite").read_bytes().lower()
    assert b"canary" not in stored_bytes
    assert b"violates" in stored_bytes  # from the scale; what is compressed is looked at below
    with open_review(stored.root).read() as reading:
        texts = [repr(reading.content(each.content)) for each in reading.items(item.design)]
    assert not [text for text in texts if "canary" in text.lower()]


def test_second_people_are_drawn_whatever_the_panel_says(stored: StoredRun) -> None:
    draw(stored, items=COUNT, double=0.5)
    required = {item.required for item in items_of(stored).values()}
    assert required == {1, 2}
    draw(stored, items=COUNT, reviewers=3, new_design=True)
    assert {item.required for item in items_of(stored).values()} == {3}


def test_conversations_and_pairs_are_shown_whole(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    shown = [
        {"id": f"c{n}", "candidates": [{"id": "x", "text": turns}, {"id": "y", "text": f"Other {n}."}]}
        for n in range(4)
    ]
    ratings = {"one": [{"case": f"c{n}", "label": "a"} for n in range(4)]}
    stored = suite_in(tmp_path / "w", shown, ratings=ratings, judge="mode: pairwise\norders: [given]\n").run()
    draw(stored, items=4)
    item = items_of(stored)[0]
    with open_review(stored.root).read() as reading:
        case = reading.content(item.content)
        principle = reading.principle(item.design, item.principle_id)
    assert item.candidate_id == "x|y"
    assert [each.id for each in case.outputs] == ["x", "y"]
    assert case.outputs[0].text == (
        Message(role="user", content="Hello"),
        Message(role="assistant", content="Hi"),
    )
    assert principle.scale == PAIR


# -- Strata ----------------------------------------------------------------------------------------


def test_the_budget_is_divided_by_principle_and_slice(tmp_path: Path) -> None:
    ratings = {
        "one": [
            {"case": f"c{n}", "principle": name, "label": "complies"}
            for n in range(COUNT)
            for name in ("honest", "civil")
        ]
    }
    stored = suite_in(tmp_path / "w", ratings=ratings, principles=("honest", "civil")).run()
    found = draw(stored, items=40, by=("principle", "topic"))
    assert found.draw.strata == ("principle", "topic")
    sizes = {each.name: each.population for each in found.strata}
    assert sizes == {
        f"principle {principle}, topic {topic}": size
        for principle in ("honest", "civil")
        for topic, size in (("a", 29), ("b", 30), ("none", 1))
    }
    assert sum(each.expected for each in found.strata) == pytest.approx(40)
    # A stratum of one item takes it, certainly.
    assert {each.drawn for each in found.strata if each.population == 1} == {1}
    assert {item.stratum for item in items_of(stored).values()} <= sizes.keys()


@pytest.mark.parametrize(
    ("by", "words", "hint"),
    [(("topics",), "no case of this run has a slice", "topic"), (("topic", "topic"), "twice", "")],
)
def test_what_is_no_slice_divides_nothing(
    stored: StoredRun, by: tuple[str, ...], words: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        draw(stored, items=10, by=by)
    assert hint in caught.value.hint


# -- Top-ups ---------------------------------------------------------------------------------------


def test_a_top_up_keeps_what_was_drawn_and_raises_its_probability(stored: StoredRun) -> None:
    first = draw(stored, items=12)
    before = items_of(stored)
    second = draw(stored, items=15, seed=None, top_up=True)
    after = items_of(stored)
    assert second.draw.design == first.draw.design != second.draw.id
    assert second.draw.budget == pytest.approx(27)
    assert second.added == len(after) - len(before) > 0
    for seq, item in before.items():
        assert after[seq].inclusion > (item.inclusion or 0)  # type: ignore[operator]  # of the draw, so it has one
        assert replace(after[seq], inclusion=item.inclusion) == item
    new = [item for seq, item in after.items() if seq not in before]
    assert {item.draw for item in new} == {second.draw.id}
    assert min(item.position for item in new) == len(before)


def test_a_topped_up_design_is_that_of_one_draw(tmp_path: Path) -> None:
    parts, whole = (suite_in(tmp_path / name).run() for name in ("parts", "whole"))
    draw(parts, items=10)
    draw(parts, items=8, seed=None, top_up=True)
    draw(parts, items=7, seed=None, top_up=True)
    draw(whole, items=25)
    one, other = items_of(parts), items_of(whole)
    assert one.keys() == other.keys()
    for seq, item in one.items():
        assert item.inclusion == pytest.approx(other[seq].inclusion, rel=1e-9)
    assert {seq: item.required for seq, item in one.items()} == {
        seq: item.required for seq, item in other.items()
    }


def test_a_top_up_beyond_the_run_takes_all_of_it(stored: StoredRun) -> None:
    draw(stored, items=5)
    found = draw(stored, items=1_000, seed=None, top_up=True)
    assert found.draw.drawn == COUNT
    assert any("all of them are drawn now" in note for note in found.notes)
    with pytest.raises(NothingSelectedError, match="every item"):
        draw(stored, items=5, seed=None, top_up=True)


@pytest.mark.parametrize(
    "change", [{"seed": 3}, {"reviewers": 2}, {"double": 0.2}, {"repeats": 0.2}, {"reveal": False}]
)
def test_a_top_up_changes_nothing_that_the_design_settled(stored: StoredRun, change: dict[str, Any]) -> None:
    draw(stored, items=5)
    with pytest.raises(UsageError, match="a top-up keeps it"):
        draw(stored, items=5, **{"seed": None, **change}, top_up=True)


def test_a_design_that_can_not_be_computed_again_is_not_topped_up(stored: StoredRun) -> None:
    draw(stored, items=15)
    with open_review(stored.root).change() as change:
        change._connection.execute(update(tables.items).values(inclusion=0.2))
    with pytest.raises(MeasureError, match="can not be topped up"):
        draw(stored, items=5, seed=None, top_up=True)


def test_a_second_draw_says_how_it_is_meant(stored: StoredRun) -> None:
    with pytest.raises(UsageError, match="nothing to top up"):
        draw(stored, items=5, top_up=True)
    first = draw(stored, items=15)
    with pytest.raises(UsageError, match="were drawn already") as caught:
        draw(stored, items=5)
    assert "--top-up" in caught.value.hint
    other = draw(stored, items=15, seed=2, new_design=True)
    assert other.draw.design == other.draw.id != first.draw.design


# -- Gold items ------------------------------------------------------------------------------------


def gold_file(stored: StoredRun, *lines: Line) -> Path:
    path = stored.root / "gold.jsonl"
    path.write_text(
        "".join(
            json.dumps({"principle": "honest", "annotator": "gold", "label": "violates", **line}) + "\n"
            for line in lines
        ),
        encoding="utf-8",
    )
    return path


def test_gold_items_are_mixed_in_outside_the_design(stored: StoredRun) -> None:
    path = gold_file(stored, *({"case": f"c{n}"} for n in range(10)))
    found = draw(stored, items=20, gold=path)
    items = items_of(stored)
    gold = {seq: item for seq, item in items.items() if item.gold}
    assert found.gold == len(gold) > 0
    assert {item.gold for item in gold.values()} == {"violates"}
    assert {(item.inclusion, item.required) for item in gold.values()} == {(None, GOLD_REQUIRED)}
    assert set(range(10)) <= items.keys()
    assert len(items) == found.draw.drawn + found.gold
    places = [item.position for item in gold.values()]
    assert max(places) > min(places) + len(places) - 1  # among the others
    drawn = [items[seq] for seq in range(10) if seq not in gold]
    assert all(item.inclusion for item in drawn)
    assert any(f"{len(drawn)} gold items came up in the draw" in note for note in found.notes) == bool(drawn)


def test_a_gold_item_that_a_top_up_draws_joins_the_design(stored: StoredRun) -> None:
    draw(stored, items=5, gold=gold_file(stored, {"case": "c0"}, {"case": "c1"}))
    before = items_of(stored)
    draw(stored, items=COUNT, seed=None, top_up=True)
    after = items_of(stored)
    assert {before[seq].id for seq in (0, 1)} == {after[seq].id for seq in (0, 1)}
    assert {after[seq].inclusion for seq in (0, 1)} == {1.0}
    assert len(after) == COUNT


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"case": "c99"}, "gold.jsonl:1 is about no item"),
        ({"case": "c0", "principle": "kind"}, "is about no item"),
        ({"case": "c0", "label": "perhaps"}, "is not on the scale"),
        ({"case": "c0", "candidate": "2"}, "is about no item"),
    ],
)
def test_gold_lines_that_meet_nothing_are_refused(stored: StoredRun, line: Line, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        draw(stored, items=10, gold=gold_file(stored, line))


def test_gold_lines_that_contradict_each_other_are_refused(stored: StoredRun) -> None:
    lines = [{"case": "c0"}, {"case": "c0", "annotator": "final", "label": "complies"}]
    with pytest.raises(UsageError, match=r"gold\.jsonl:2 contradicts"):
        draw(stored, items=10, gold=gold_file(stored, *lines))


# -- Budgets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({}, "in items or in minutes"),
        ({"items": 5, "minutes": 5}, "in items or in minutes, not both"),
        ({"items": 0}, "--items"),
        ({"items": float("nan")}, "--items"),
        ({"minutes": 0.1}, "too few for a single item"),
        ({"items": 5, "double": 1.5}, "--double"),
        ({"items": 5, "reviewers": 0}, "reviewer"),
        ({"minutes": 5, "seconds_per_item": -1}, "above 0"),
    ],
)
def test_budgets_that_are_none_are_refused(stored: StoredRun, wishes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        draw(stored, **wishes)
    assert not (stored.root / ".evenhand" / "review.sqlite").exists()


def test_minutes_become_items_at_the_pace_of_earlier_labels(stored: StoredRun) -> None:
    assumed = draw(stored, minutes=COUNT / 2, double=0, repeats=0)
    assert assumed.pace.source is PaceSource.ASSUMED
    assert assumed.draw.budget == pytest.approx(COUNT / 2)
    label_next(stored, "complies", seconds=20)
    measured = draw(stored, minutes=5, double=0, repeats=0, new_design=True)
    assert (measured.pace.source, measured.pace.seconds) == (PaceSource.MEASURED, 20)
    assert measured.draw.budget == pytest.approx(15)
    assert measured.minutes == pytest.approx(measured.added / 3)


def label_next(stored: StoredRun, label: str, *, seconds: float) -> None:
    now = 2_000_000_000.0
    desk = open_desk(stored.root, via="terminal")
    desk._clock = lambda: now
    with desk.ledger.change() as change:
        change.put_person(Person(name="ann", role=Role.REVIEWER), by="")
    opened = desk.next_item("ann")
    assert opened is not None
    now += 60
    visit = Visit(id="v", spent=Spent(active_ms=int(seconds * 1000)))
    desk.commit("ann", opened.assignment, opened.turn, Draft(label=label), visit)


# -- What is refused -------------------------------------------------------------------------------


def test_a_run_that_goes_on_is_not_drawn_from(stored: StoredRun) -> None:
    with stored.ledger.writing():
        stored.ledger.set_state(stored.run.id, RunState.RUNNING)
    with pytest.raises(MeasureError, match="has not ended") as caught:
        draw(stored, items=10)
    assert "resume" in caught.value.hint


def test_nothing_is_drawn_when_the_case_file_changed(stored: StoredRun) -> None:
    with (stored.root / "cases.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(UsageError, match=r"can not be shown.*nothing was drawn") as caught:
        draw(stored, items=10)
    assert "cases.jsonl" in caught.value.hint
    with pytest.raises(LedgerError, match="nothing was drawn"):
        open_review(stored.root)


def test_nothing_is_drawn_when_an_output_has_no_text(tmp_path: Path) -> None:
    shown = [
        {"id": f"c{n}", **({} if n % 3 else {"response": "Text."}), "prompt": "Q?"} for n in range(COUNT)
    ]
    stored = suite_in(tmp_path / "w", shown).run()
    with pytest.raises(UsageError, match=r"40 whose output has no text \(.*and more\)"):
        draw(stored, items=COUNT)


def test_a_draw_that_comes_out_empty_writes_nothing(stored: StoredRun) -> None:
    with pytest.raises(NothingSelectedError, match=r"0\.0 were expected") as caught:
        draw(stored, items=0.001)
    assert caught.value.exit_code == 5
    assert not (stored.root / ".evenhand" / "review.sqlite").exists()
