"""How a review stands, from small real runs: what was labelled, what it says so far, and what stays unread."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.workflows.review.drawn_run import (
    COUNT,
    Answer,
    drawn,
    label,
    other_than_panel,
    panel_says,
)

from evenhand.records.review import (
    AdjudicationReason,
    Draft,
    OpenItem,
    Spent,
    Visit,
)
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.store.splits import split_uses
from evenhand.workflows.read_run import read_run
from evenhand.workflows.review.adjudicate import Decision, open_adjudication
from evenhand.workflows.review.sample import sample_run
from evenhand.workflows.review.sample_wishes import SampleWishes
from evenhand.workflows.review.status import ReviewStatus, open_status
from evenhand.workflows.review.status_estimate import read_judged_run


def number_of(opened: OpenItem) -> int:
    return int(opened.case.case_id.removeprefix("c"))


def status(folder: Path) -> ReviewStatus:
    return open_status(folder).status()


def value(measured: object) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


def test_progress_counts_items_people_and_minutes(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, reviewers=2)
    label(desk, "ann", 20)
    label(desk, "bo", 10)
    skipped = desk.next_item("bo")
    assert skipped is not None
    desk.flag("bo", skipped.assignment, "odd")
    desk.skip("bo", skipped.assignment, skipped.turn)
    desk.next_item("ann")
    found = status(tmp_path).progress
    items = found.items
    assert (items.population, items.drawn, items.open, items.skipped, items.flagged) == (
        COUNT,
        COUNT,
        1,
        1,
        1,
    )
    assert items.closed + items.wanting_more == items.labelled
    assert items.places_left == 2 * COUNT - 30
    assert found.time.active_minutes == pytest.approx(30 * 4 / 60)
    assert found.time.minutes_left == pytest.approx((2 * COUNT - 30) * 4 / 60)
    counts = {each.name: (each.labelled, each.skipped, each.flagged) for each in found.people}
    assert counts == {"ada": (0, 0, 0), "lee": (0, 0, 0), "ann": (20, 0, 0), "bo": (10, 1, 1)}


def test_under_twenty_labels_there_is_no_number_and_it_says_why(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT)
    label(desk, "ann", 10)
    found = status(tmp_path).estimate.found
    assert found is not None
    for measured in (found.passing, found.agreement):
        assert isinstance(measured, Undefined)
        assert measured.reason.startswith("insufficient: ")
    assert found.projections == ()
    assert found.advice.startswith("label on")


def test_labels_that_follow_the_panel_agree_with_it_and_give_its_rate(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, double=0)
    label(desk, "ann", 40)
    found = status(tmp_path).estimate.found
    assert found is not None
    assert value(found.agreement) == 1
    assert value(found.passing) == pytest.approx(0.8, abs=0.1)
    assert found.labels < 40, "the sealed ones are not among them"
    whys = [each.why for each in found.projections]
    assert whys[:2] == ["now", "once all are labelled and settled"]
    widths = [each.half_width for each in found.projections]
    assert widths == sorted(widths, reverse=True)
    assert found.projections[1].minutes == pytest.approx(found.projections[1].more * 4 / 60)


def test_a_design_with_unequal_chances_is_weighed(tmp_path: Path) -> None:
    """People find every item fails on which judges differ; those are drawn more often than their share."""
    desk = drawn(tmp_path, items=35, double=0, splits={"gate": 1})
    wrong: Answer = lambda number: panel_says(number) if number % 4 else other_than_panel(number)  # noqa: E731
    label(desk, "ann", COUNT, wrong)
    found = status(tmp_path).estimate.found
    assert found is not None
    truth = sum(wrong(number) == "complies" for number in range(COUNT)) / COUNT
    assert isinstance(found.passing, Estimate)
    assert found.passing.interval.low <= truth <= found.passing.interval.high
    assert value(found.agreement) == pytest.approx(0.75, abs=0.15)


def test_sealed_labels_stay_unread_and_nothing_counts_as_a_use(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, double=0, splits={"gate": 0.5, "sealed": 0.5})
    run = read_judged_run(tmp_path, "latest")
    label(
        desk,
        "ann",
        COUNT,
        lambda number: other_than_panel(number) if run.sealed[number] else panel_says(number),
    )
    reader = open_status(tmp_path)
    found = reader.status().estimate
    assert found.found is not None
    assert value(found.found.agreement) == 1, "those that differ are sealed"
    assert found.sealed == int(run.sealed.sum())
    assert any("sealed" in note for note in found.notes)
    stored = read_run(tmp_path, "latest")
    assert split_uses(stored.ledger, stored.manifest.suite.id) == ()


def test_items_on_which_people_differ_are_left_out_until_they_are_settled(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, reviewers=2, splits={"gate": 1})
    label(desk, "ann", COUNT)
    label(desk, "bo", COUNT, lambda number: other_than_panel(number) if number < 10 else panel_says(number))
    before = status(tmp_path)
    assert before.progress.items.to_adjudicate == 10
    assert before.estimate.found is not None
    assert before.estimate.found.labels == COUNT - 10
    assert any("10 items on which people differ" in note for note in before.estimate.notes)
    court = open_adjudication(tmp_path)
    for queued in court.queue("ada"):
        wanted = panel_says(int(queued.case_id.removeprefix("c")))
        court.decide("ada", queued.id, Decision(label=wanted, reason=AdjudicationReason.ANNOTATOR_ERROR))
    after = status(tmp_path)
    assert (after.progress.items.to_adjudicate, after.progress.items.adjudicated) == (0, 10)
    assert after.estimate.found is not None
    assert after.estimate.found.labels == COUNT
    assert "the queue is done" in after.estimate.found.advice


def test_a_second_draw_that_is_not_labelled_yet_is_told(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=20, double=0)
    label(desk, "ann", 100)
    sample_run(tmp_path, "latest", SampleWishes(items=50, top_up=True))
    found = status(tmp_path)
    assert found.draws == 2
    assert any("labelled further" in note for note in found.estimate.notes)


def test_where_the_run_is_gone_progress_is_told_all_the_same(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT)
    label(desk, "ann", 5)
    (tmp_path / ".evenhand" / "ledger.sqlite").unlink()
    found = status(tmp_path)
    assert found.progress.items.labelled == 5
    assert found.estimate.found is None
    assert found.estimate.refused.startswith("the verdicts can not be read")


def test_the_chain_is_verified_and_its_head_told(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT)
    label(desk, "ann", 3)
    before = status(tmp_path).record
    assert before.is_whole
    assert (before.checkpoint.number > 1, len(before.checkpoint.hash)) == (True, 64)
    with closing(sqlite3.connect(desk.ledger.path)) as connection, connection:
        connection.execute("UPDATE events SET person = 'eve' WHERE kind = 'import'")
    after = status(tmp_path).record
    assert after.checkpoint == before.checkpoint
    assert "was changed" in after.problems[0]


def test_a_record_cut_short_shows_against_a_checkpoint(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT)
    kept = status(tmp_path).record.checkpoint
    with closing(sqlite3.connect(desk.ledger.path)) as connection, connection:
        connection.execute("DELETE FROM events WHERE number = ?", (kept.number,))
        connection.execute("DELETE FROM people WHERE name = 'lee'")
    assert open_status(tmp_path).status().record.is_whole
    assert not open_status(tmp_path).status(since=kept).record.is_whole


def test_quality_knows_the_length_of_texts_and_the_direction_of_changed_minds(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, double=0, splits={"gate": 1})
    for _ in range(6):
        opened = desk.next_item("ann")
        assert opened is not None
        draft = Draft(label=other_than_panel(number_of(opened)))
        visit = Visit(id="v", spent=Spent(active_ms=300))
        desk.commit("ann", opened.assignment, opened.turn, draft, visit)
        desk.reveal("ann", opened.assignment)
        desk.change_mind("ann", opened.assignment, panel_says(number_of(opened)), "they are right")
    (ann,) = open_status(tmp_path).quality().people
    told = {each.kind.value: each for each in ann.measures}
    assert value(told["pace"].value) == 1
    assert told["changed_minds"].detail == "6 towards, 0 away, 0 to a third answer"


def test_labels_of_an_earlier_text_of_a_principle_are_set_beside_those_of_this_one(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, double=0)
    label(desk, "ann", 20)
    with desk.ledger.read() as reading:
        labels = list(reading.labels())[:10]
    with desk.ledger.change() as change:
        for number, each in enumerate(labels):
            older = replace(each, id=f"{each.id}-older", principle_hash="older", person="cy")
            event = change.append("cy", "imported", each.id, {"number": number})
            change.add_label(older, event.number)
    cy = next(each for each in open_status(tmp_path).quality().people if each.person == "cy")
    (drift,) = [each for each in cy.measures if each.kind.value == "drift"]
    assert "before the edit" in drift.detail
