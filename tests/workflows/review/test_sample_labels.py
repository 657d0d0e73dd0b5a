"""What calibration reads of a review: which labels, with which probability, and which never."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, update
from tests.workflows.calibration_kit import Line, RecordedSuite, cases, label

from evenhand.calibration.table import NONE, CalibrationTable, PrincipleAnswers
from evenhand.errors import MeasureError
from evenhand.records.rating import Order
from evenhand.records.review import (
    CANNOT_TELL,
    AdjudicationReason,
    Draft,
    Person,
    ReviewItem,
    ReviewLabel,
    ReviewLabelKind,
    Role,
    Spent,
    Visit,
)
from evenhand.stats.estimate import Estimate
from evenhand.store.review import tables
from evenhand.workflows.calibrate import calibrate_run, calibrate_stored
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.review.adjudicate import Decision, open_adjudication
from evenhand.workflows.review.open_review import open_desk, open_review
from evenhand.workflows.review.sample import sample_run
from evenhand.workflows.review.sample_wishes import SampleWishes
from evenhand.workflows.run_suite import RunOptions, run_suite

COUNT = 40
TWO = (Person(name="ann", role=Role.REVIEWER), Person(name="bo", role=Role.REVIEWER))
LEAD = Person(name="cem", role=Role.LEAD)
ALL_GATE = "splits: {gate: 1}\n"
POINTS = (
    "scales:\n  grades: {type: ordinal, values: ['1', '2'], pass_at: '2', describe: {'1': bad, '2': good}}\n"
)

Answer = Callable[[str, str], str]
"""What a person says of a case."""


def suite_in(folder: Path, **more: Any) -> RecordedSuite:
    """Two judges; the second differs on every fourth case."""
    words = more.pop("words", ("complies", "violates"))
    ratings = {
        f"j{judge}": [
            {"case": f"c{n}", "label": words[1] if judge and n % 4 == 0 else words[0]} for n in range(COUNT)
        ]
        for judge in range(2)
    }
    shown = more.pop("shown", cases(COUNT))
    return RecordedSuite(folder, shown, ratings, suite=ALL_GATE, **more)


def draw(stored: StoredRun, items: float = COUNT, **wishes: Any) -> dict[str, ReviewItem]:
    """Draw, and return the items of the design by their case."""
    settings = {"seed": 1, "repeats": 0.0, "double": 0.0, **wishes}
    if settings.get("top_up"):
        settings = wishes
    found = sample_run(stored.root, stored.run.id, SampleWishes(items=items, **settings))
    with open_review(stored.root).read() as reading:
        return {item.case_id: item for item in reading.items(found.draw.design)}


def answer(_person: str, case: str) -> str:
    return "violates" if int(case[1:]) % 5 == 0 else "complies"


def review(
    stored: StoredRun,
    say: Answer = answer,
    people: tuple[Person, ...] = TWO[:1],
    most: int = COUNT,
    kind: ReviewLabelKind = ReviewLabelKind.FIRST,
) -> list[ReviewLabel]:
    """Add a label of each person to each item of the newest design, in the order of the queue, up to `most` items."""
    ledger, given = open_review(stored.root), []
    with ledger.change() as change:
        number = change.head().number
        items = list(change.items(change.design().design))[:most]
        for person in people:
            change.put_person(person, by="")
        for each, person in ((item, person) for item in items for person in people):
            number += 1
            said = ReviewLabel(
                id=f"rl-{kind}-{each.id}-{person.name}",
                item=each.id,
                assignment="",
                person=person.name,
                kind=kind,
                label=say(person.name, each.case_id),
                sure=True,
                defensible=("not_applicable",),
                comment="",
                evidence=(),
                order=Order.GIVEN,
                blind=kind is not ReviewLabelKind.REVEALED,
                at="2026-11-27T10:00:00+00:00",
                spent=Spent(active_ms=2_000),
                revisits=0,
                principle_hash=each.principle_hash,
                via="web",
            )
            change.add_label(said, number)
            given.append(said)
    return given


def label_at_the_desk(stored: StoredRun, most: int) -> None:
    """Let a person label items as they do it in a terminal."""
    desk = open_desk(stored.root, via="terminal")
    with desk.ledger.change() as change:
        change.put_person(TWO[0], by="")
    for _ in range(most):
        opened = desk.next_item("ann")
        assert opened is not None
        filled = Draft(label=answer("ann", opened.case.case_id), defensible=("not_applicable",))
        visit = Visit(id="v", spent=Spent(active_ms=2_000))
        desk.commit("ann", opened.assignment, opened.turn, filled, visit)


def adjudicate(stored: StoredRun, item: ReviewItem, text: str) -> None:
    desk = open_adjudication(stored.root)
    with desk.ledger.change() as change:
        change.put_person(LEAD, by="")
    desk.open(LEAD.name, item.id)
    desk.decide(
        LEAD.name, item.id, Decision(label=text, reason=AdjudicationReason.EDGE_CASE, note="Read again.")
    )


def table_of(stored: StoredRun, **more: Any) -> CalibrationTable:
    return read_table(stored, **more).table


def only(table: CalibrationTable) -> PrincipleAnswers:
    (found,) = table.principles
    return found


def labelled(stored: StoredRun, table: CalibrationTable) -> Mapping[str, str]:
    """The reference label of each case that has one."""
    found = only(table)
    names = [item.case_id for item in stored.items()]
    return {
        names[seq]: found.categories[code]
        for seq, code in zip(found.seq, found.reference.label, strict=True)
        if code != NONE
    }


# -- What enters -----------------------------------------------------------------------------------


def test_a_whole_review_enters_with_what_the_estimates_need(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    items = draw(stored, 25)
    label_at_the_desk(stored, len(items))
    table = table_of(stored)
    assert labelled(stored, table) == {case: answer("ann", case) for case in items}
    found = only(table)
    at = np.flatnonzero(found.reference.label != NONE)
    for row in at:
        assert found.reference.inclusion[row] == pytest.approx(items[f"c{found.seq[row]}"].inclusion)
    assert set(found.reference.blind[at]) == {1}
    assert set(found.people.several_defensible) == {1}
    assert set(found.people.seconds) == {2.0}
    (source,) = table.sources
    design = next(iter(items.values())).design
    assert (source.name, source.design, source.labels) == (f"review {design}", design, len(items))
    assert table.label_dates[0] != ""
    assert not [note for note in table.notes if "review" in note]


def test_no_review_leaves_them_out(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    draw(stored)
    review(stored)
    with pytest.raises(MeasureError, match="no human labels") as caught:
        table_of(stored, review=False)
    assert "evenhand review sample" in caught.value.hint


def test_half_a_review_counts_each_item_as_drawn_with_half_its_probability(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    items = draw(stored, 36)
    done = review(stored, most=len(items) // 2)
    table = table_of(stored)
    found = only(table)
    share = len(done) / len(items)
    for row in np.flatnonzero(found.reference.label != NONE):
        item = items[f"c{found.seq[row]}"]
        assert found.reference.inclusion[row] == pytest.approx((item.inclusion or 0) * share)
    assert any(f"{len(done)} of {len(items)} items drawn" in note for note in table.notes)


def test_rates_from_half_a_review_are_those_of_the_population(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    draw(stored)
    review(stored, most=COUNT * 4 // 5)
    rate = calibrate_stored(stored).panel.rate
    assert isinstance(rate.rate, Estimate)
    # four of five comply; half of a probability would have halved a Horvitz-Thompson sum
    assert rate.rate.interval.low < 0.8 < rate.rate.interval.high


# -- What never enters -----------------------------------------------------------------------------


def test_repeats_gold_items_and_labels_undone_stay_out(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        "".join(
            f'{{"case": "c{n}", "principle": "honest", "annotator": "gold", "label": "complies"}}\n'
            for n in range(COUNT)
        ),
        encoding="utf-8",
    )
    items = draw(stored, 20, gold=gold)
    drawn = {case for case, item in items.items() if item.inclusion is not None}
    assert drawn < items.keys()
    given = review(stored)
    review(stored, lambda *_: "violates", kind=ReviewLabelKind.REPEAT)
    undone = next(each for each in given if each.item == items[min(drawn)].id)
    with open_review(stored.root).change() as change:
        change.withdraw_label(undone)
    table = table_of(stored)
    assert labelled(stored, table) == {case: answer("ann", case) for case in drawn - {min(drawn)}}
    assert len(only(table).people.label) == len(drawn) - 1


def test_deleting_the_minds_changed_after_the_judges_changes_no_byte(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    draw(stored)
    review(stored)
    review(stored, lambda *_: "not_applicable", most=10, kind=ReviewLabelKind.REVEALED)
    folders = [tmp_path / name for name in ("with", "without")]
    for folder in folders:
        shutil.copytree(stored.root, folder)
    with open_review(folders[1]).change() as change:
        gone = change._connection.execute(delete(tables.labels).where(tables.labels.c.kind == "revealed"))
        assert gone.rowcount == 10
    reports = [
        calibrate_run(folder, stored.run.id, folder=folder / "out", command="evenhand calibrate").reports
        for folder in folders
    ]
    assert [path.read_bytes() for path in reports[0]] == [path.read_bytes() for path in reports[1]]
    assert len(reports[0]) == 3


def test_labels_on_a_principle_that_was_rewritten_are_left_out_and_counted(tmp_path: Path) -> None:
    suite = suite_in(tmp_path / "w", principles=("honest", "civil"))
    suite.ratings = {
        name: [{**line, "principle": p} for line in lines for p in ("honest", "civil")]
        for name, lines in suite.ratings.items()
    }
    first = suite.run()
    draw(first, 2 * COUNT)
    review(first, most=2 * COUNT)
    constitution = suite.folder / "c.yaml"
    text = constitution.read_text(encoding="utf-8")
    constitution.write_text(
        text.replace("id: civil, text: Be honest.", "id: civil, text: Be kind."), encoding="utf-8"
    )
    second = _run_again(suite)
    table = table_of(second)
    by_name = {each.principle: int((each.reference.label != NONE).sum()) for each in table.principles}
    assert by_name == {"honest": COUNT, "civil": 0}
    assert any(f"{COUNT} review labels are left out: the principle" in note for note in table.notes)
    inclusion = table.principles[0].reference.inclusion
    np.testing.assert_allclose(inclusion, 1)  # what is stale is no part of what is still to do


def _run_again(suite: RecordedSuite) -> StoredRun:
    """Run a suite whose files were changed by hand."""
    result = run_suite(suite.folder, suite.folder / "suite.yaml", RunOptions(), lambda _run, _progress: None)
    return read_run(suite.folder, result.run.id)


# -- Other runs and designs ------------------------------------------------------------------------


def test_labels_of_another_run_of_the_suite_count_where_the_text_is_the_same(tmp_path: Path) -> None:
    suite = suite_in(tmp_path / "w")
    first = suite.run()
    draw(first)
    review(first)
    again = _run_again(suite)
    noted = sample_run(again.root, again.run.id, SampleWishes(items=5, seed=2)).notes
    assert any(first.run.id in note and "--top-up" in note for note in noted)
    table = table_of(again)
    assert len(labelled(again, table)) == COUNT
    assert any(f"from run {first.run.id} of the same suite" in note for note in table.notes)
    suite.cases = [
        {**case, "response": f"Another answer {n}."} if n < 10 else case
        for n, case in enumerate(cases(COUNT))
    ]
    changed = suite.run()
    table = table_of(changed)
    assert labelled(changed, table).keys() == {f"c{n}" for n in range(10, COUNT)}
    assert any("10 review labels are left out: this run judged other texts" in note for note in table.notes)


def test_labels_of_a_review_count_for_a_principle_that_was_renamed_since(tmp_path: Path) -> None:
    suite = suite_in(tmp_path / "w")
    first = suite.run()
    draw(first)
    review(first)
    suite.principles = ("integrity, aliases: [honest]",)
    again = suite.run()
    table = table_of(again)
    assert [each.principle for each in table.principles] == ["integrity"]
    assert len(labelled(again, table)) == COUNT


def test_of_two_designs_the_one_with_most_labels_is_read(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    first = draw(stored, 30)
    review(stored)
    draw(stored, 10, new_design=True, seed=2)
    review(stored, most=4)
    table = table_of(stored)
    assert labelled(stored, table).keys() == first.keys()
    assert any("4 review labels of 1 other design are left out" in note for note in table.notes)


def test_labels_of_the_suite_stand_beside_a_review_and_its_rate_is_given_without_them(tmp_path: Path) -> None:
    texts: list[Line] = [
        label("c0", "violates", "gold"),
        *(label(f"c{n}", "complies", "dee") for n in range(1, COUNT)),
    ]
    stored = suite_in(tmp_path / "w", labels=texts).run()
    items = draw(stored, 25)
    review(stored, lambda *_: "complies")
    table = table_of(stored)
    found = labelled(stored, table)
    assert len(found) == COUNT
    assert found["c0"] == "violates"  # settled
    inclusion = only(table).reference.inclusion
    for case, item in items.items():
        assert inclusion[int(case[1:])] == pytest.approx(item.inclusion)
    calibration = calibrate_stored(stored)
    rate, apart = calibration.panel.rate, len({*found} - items.keys())
    assert isinstance(rate.rate, Estimate)
    assert rate.labelled == COUNT - apart
    assert any(f"{apart} labels left out: they belong to no draw" in warning for warning in rate.warnings)
    assert f"{apart} more items with a label belong to no draw" in calibration.data.drawn
    assert calibration.data.without_inclusion == 0


# -- Several people --------------------------------------------------------------------------------


def test_a_majority_is_no_reference_label_and_an_adjudication_is(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w").run()
    items = draw(stored, reviewers=3)
    people = (*TWO, Person(name="dee", role=Role.REVIEWER))

    def say(person: str, case: str) -> str:
        return "violates" if person == "dee" and case in {"c3", "c4", "c5"} else "complies"

    review(stored, say, people)
    table = table_of(stored)
    assert len(labelled(stored, table)) == COUNT - 3
    assert any("3 of them have none because reviewers differ" in note for note in table.notes)
    assert any("3 without a reference label, because reviewers differ" in note for note in table.notes)
    assert len(only(table).people.label) == 3 * COUNT  # opinions stay
    adjudicate(stored, items["c3"], "violates")
    adjudicate(stored, items["c4"], "cannot_tell")
    found = labelled(stored, table_of(stored))
    assert (found["c3"], found["c4"]) == ("violates", "cannot_tell")
    assert "c5" not in found


def test_who_can_not_tell_on_a_scale_without_that_answer_is_counted_and_never_coerced(tmp_path: Path) -> None:
    stored = suite_in(
        tmp_path / "w", constitution=POINTS, scale="grades", words=("2", "1"), panel="rule: median\n"
    ).run()
    draw(stored, reviewers=2)

    def say(person: str, case: str) -> str:
        number = int(case[1:])
        return CANNOT_TELL if number < 5 or (number < 10 and person == "bo") else "2"

    review(stored, say, TWO)
    table = table_of(stored)
    assert labelled(stored, table).keys() == {f"c{n}" for n in range(10, COUNT)}
    assert table.off_scale == 0
    assert len(only(table).people.cannot_tell.item) == 15
    assert any("5 of them have none because reviewers differ" in note for note in table.notes)
    assert any("5 of them have none because nobody could tell" in note for note in table.notes)
    overall = calibrate_stored(stored).people.overall
    assert isinstance(overall.cannot_tell, Estimate)
    assert overall.cannot_tell.value == pytest.approx(15 / (2 * COUNT))
    assert overall.cannot_tell.n == COUNT


def test_an_adjudicator_who_can_not_tell_leaves_no_reference_label(tmp_path: Path) -> None:
    stored = suite_in(
        tmp_path / "w", constitution=POINTS, scale="grades", words=("2", "1"), panel="rule: median\n"
    ).run()
    items = draw(stored, reviewers=2)
    review(stored, lambda person, case: "1" if (person, case) == ("bo", "c0") else "2", TWO)
    adjudicate(stored, items["c0"], CANNOT_TELL)
    assert labelled(stored, table_of(stored)).keys() == items.keys() - {"c0"}


def test_a_review_ledger_without_labels_changes_nothing(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w", labels=[label("c0", "complies")]).run()
    before = table_of(stored)
    draw(stored)
    after = table_of(stored)
    assert (after.sources, after.notes) == (before.sources, before.notes)


def test_labels_that_are_all_stale_are_counted_beside_others(tmp_path: Path) -> None:
    stored = suite_in(tmp_path / "w", labels=[label("c0", "complies")]).run()
    draw(stored)
    review(stored, most=6)
    with open_review(stored.root).change() as change:
        change._connection.execute(update(tables.items).values(principle_hash="sha256:before"))
    table = table_of(stored)
    assert labelled(stored, table).keys() == {"c0"}
    assert any("6 review labels are left out: the principle" in note for note in table.notes)
