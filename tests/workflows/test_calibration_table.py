"""A run and its labels as the table of a calibration, out of a real ledger."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.calibration_kit import Line, RecordedSuite, cases, label

from evenhand.calibration.splits import split_clusters
from evenhand.calibration.table import CalibrationTable, Level, PrincipleAnswers, ReferenceBasis, Split
from evenhand.errors import MeasureError, UsageError
from evenhand.records.narrow import Wishes
from evenhand.workflows.calibration.divide import note_use
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

COUNT = 40
GRADES = (
    "scales:\n  grades:\n    type: ordinal\n    values: ['1', '2', '3', none]\n    abstain: [none]\n    pass_at: '2'\n"
    "    describe: {'1': bad, '2': fair, '3': good}\n"
)


def make(folder: Path, labels: Sequence[Line] = (), count: int = COUNT, **more: Any) -> RecordedSuite:
    """Three judges who always answer the same."""
    answers = {"one": "complies", "two": "complies", "three": "violates"}
    ratings = {
        judge: [{"case": f"c{number}", "label": text} for number in range(count)]
        for judge, text in answers.items()
    }
    return RecordedSuite(folder / "w", more.pop("cases", cases(count)), ratings, labels, **more)


def table_of(stored: StoredRun, humans: Sequence[Path] = (), **more: Any) -> CalibrationTable:
    return read_table(stored, humans=humans, **more).table


def only(table: CalibrationTable) -> PrincipleAnswers:
    (found,) = table.principles
    return found


def note(stored: StoredRun, humans: Sequence[Path] = (), *, opened: bool = False) -> None:
    division = read_table(stored, humans=humans, open_sealed=opened).division
    note_use(stored.ledger, stored.manifest.suite, division, run=stored.run.id, purpose="a test")


def split_of(names: Sequence[str], shares: tuple[float, float, float] = (0.4, 0.4, 0.2)) -> dict[str, int]:
    return dict(zip(names, split_clusters("s", 0, shares, names).tolist(), strict=True))


ALL_GATE = "splits: {gate: 1}\n"
SPLITS = split_of([f"c{number}" for number in range(COUNT)])
OF = {split: [name for name, each in SPLITS.items() if each == split] for split in Split}


def everyone(text: str = "complies", **fields: Any) -> list[Line]:
    return [label(f"c{number}", text, **fields) for number in range(COUNT)]


# -- What people said ------------------------------------------------------------------------------


def test_what_people_said_stands_beside_the_answers(tmp_path: Path) -> None:
    detail: dict[str, Any] = {
        "inclusion": 0.5,
        "design": "d",
        "blind": True,
        "seconds": 4,
        "at": "2026-11-02T10:00:00Z",
    }
    labels = [
        label("c0", "complies", **detail, defensible=["violates"]),
        label("c0", "violates", "bea", **detail, defensible=[]),
        label("c0", "violates", "gold"),
        label("c1", "complies", at="2026-10-30"),
        label("c2", "maybe"),
    ]
    found = table_of(make(tmp_path, labels, suite=ALL_GATE).run())
    each = only(found)
    assert each.categories[:2] == ("complies", "violates")
    assert each.reference.label[:3].tolist() == [1, 0, -1]
    assert each.reference.basis[:3].tolist() == [
        ReferenceBasis.RESOLVED,
        ReferenceBasis.SINGLE,
        ReferenceBasis.NOTHING,
    ]
    assert each.reference.inclusion[:2].tolist() == pytest.approx([0.5, float("nan")], nan_ok=True)
    people = each.people
    assert [people.annotators[code] for code in people.annotator] == ["ann", "bea", "ann", "ann"]
    assert people.item.tolist() == [0, 0, 1, 2]
    assert people.label.tolist() == [0, 1, 0, -1]
    assert people.several_defensible.tolist() == [1, 0, -1, -1]
    assert people.blind.tolist() == [1, 1, -1, -1]
    assert people.seconds.tolist() == pytest.approx([4, 4, *[float("nan")] * 2], nan_ok=True)
    assert (found.off_scale, found.label_dates) == (1, ("2026-10-30", "2026-11-02"))
    (source,) = found.sources
    assert (source.name, source.labels, source.design) == ("labels.jsonl", 5, "d")


def test_a_label_without_a_candidate_is_about_all_of_them(tmp_path: Path) -> None:
    two = [{"id": "c0", "candidates": [{"id": "x", "text": "1"}, {"id": "y", "text": "2"}]}, *cases(3)[1:]]
    labels = [
        label("c0", "complies"),
        label("c0", "violates", "bea", candidate="y"),
        label("c0", "complies", candidate="z"),
    ]
    ratings = {name: [{"case": "c1", "label": "complies"}] for name in ("one", "two")}
    suite = RecordedSuite(tmp_path / "w", two, ratings, labels, suite=ALL_GATE)
    each = only(table_of(suite.run()))
    assert each.people.item.tolist() == [0, 1, 1]
    assert each.reference.label.tolist() == [0, -1, -1, -1]


def test_an_ordered_scale_has_its_numbers_and_an_abstention_is_none(tmp_path: Path) -> None:
    ratings = {name: [{"case": f"c{number}", "label": "2"} for number in range(4)] for name in ("one", "two")}
    suite = RecordedSuite(
        tmp_path / "w",
        cases(4),
        ratings,
        [label("c0", "3"), label("c1", "none")],
        constitution=GRADES,
        scale="grades",
        suite=ALL_GATE,
    )
    each = only(table_of(suite.run()))
    assert each.level is Level.ORDINAL
    assert each.values == pytest.approx((1, 2, 3, float("nan")), nan_ok=True)
    assert each.reference.label.tolist() == [2, 3, -1, -1]


def test_a_run_without_labels_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="has no human labels") as caught:
        read_table(make(tmp_path).run())
    assert "--humans FILE" in caught.value.hint


def test_groups_of_cases_are_slices_and_too_many_are_left_out(tmp_path: Path) -> None:
    sliced = [
        {**case, "slice": {"half": str(number % 2), "each": str(number)}}
        for number, case in enumerate(cases(50))
    ]
    found = table_of(make(tmp_path, [label("c0", "complies")], 50, cases=sliced).run())
    assert list(only(found).slices) == ["half"]
    assert only(found).slices["half"].codes[:4].tolist() == [0, 1, 0, 1]
    assert "Slices by each are left out: too many groups." in found.notes


@pytest.mark.parametrize(
    ("others", "noted"), [({"inclusion": 1}, True), ({"inclusion": 0.5}, False), ({}, False)]
)
def test_certainty_that_items_without_a_label_contradict_is_noted(
    tmp_path: Path, others: dict[str, Any], *, noted: bool
) -> None:
    labels = [label("c0", "complies", inclusion=1), label("c1", "complies", **others)]
    notes = table_of(make(tmp_path, labels, suite=ALL_GATE).run()).notes
    assert any(note.startswith(f"{COUNT - 2} items have no label") for note in notes) == noted


# -- Labels given for one calibration --------------------------------------------------------------


def test_labels_of_a_file_are_added_in_the_words_of_the_suite(tmp_path: Path) -> None:
    words = ", labels: {yes: complies}, principles: {honest: H}"
    suite = make(tmp_path, [{**label("c0", "yes"), "principle": "H"}], label_file=words, suite=ALL_GATE)
    stored = suite.run()
    path = suite.humans("more.jsonl", [{**label("c1", "yes"), "principle": "H"}])
    found = table_of(stored, [path])
    assert only(found).reference.label[:3].tolist() == [0, 0, -1]
    assert [source.labels for source in found.sources] == [1, 1]
    assert found.sources[1].sha256.startswith("sha256:")


def test_a_label_given_again_replaces_the_first(tmp_path: Path) -> None:
    suite = make(tmp_path, [label("c0", "complies"), label("c1", "complies")], suite=ALL_GATE)
    stored = suite.run()
    path = suite.humans("more.jsonl", [label("c0", "violates"), label("c1", "complies")])
    found = table_of(stored, [path])
    assert only(found).reference.label[:2].tolist() == [1, 0]
    assert len(only(found).people.item) == 2
    assert "1 labels are given again in a later file and differ; the later file holds." in found.notes


def test_lines_that_meet_nothing_are_named(tmp_path: Path) -> None:
    suite = make(tmp_path, suite=ALL_GATE)
    stored = suite.run()
    lines = [
        label("c0", "complies"),
        label("c0", "complies", principle="honst"),
        label("x", "complies"),
        label("y", "complies"),
        label("c1", "maybe"),
        label("c2", "complies", candidate="7"),
    ]
    notes = "\n".join(table_of(stored, [suite.humans("more.jsonl", lines)]).notes)
    assert "1 line names a principle that the run does not have: " in notes
    assert 'more.jsonl:2 "honst" (did you mean "honest"?).' in notes
    assert 'more.jsonl:3 "x", ' in notes
    assert 'more.jsonl:5 "maybe" under "honest"' in notes
    assert 'more.jsonl:6 candidate "7" of "c2" under "honest"' in notes


def test_a_file_that_meets_nothing_at_all_is_refused(tmp_path: Path) -> None:
    suite = make(tmp_path, everyone())
    stored = suite.run()
    path = suite.humans("more.jsonl", [label("elsewhere", "complies")])
    with pytest.raises(UsageError, match="meets an item of the run") as caught:
        read_table(stored, humans=[path])
    assert "elsewhere" in caught.value.hint


# -- Splits ----------------------------------------------------------------------------------------


def test_sealed_labels_are_counted_and_not_read_until_they_are_opened(tmp_path: Path) -> None:
    stored = make(tmp_path, everyone()).run()
    sealed = len(OF[Split.SEALED])
    closed, opened = table_of(stored), table_of(stored, open_sealed=True)
    for table, labelled in ((closed, COUNT - sealed), (opened, COUNT)):
        each = only(table)
        assert table.splits.labelled == (len(OF[Split.OPTIMISE]), len(OF[Split.GATE]), sealed)
        assert (each.reference.label >= 0).sum() == len(each.people.item) == labelled
        assert table.splits.opened == (table is opened)
    assert not (only(closed).reference.label[only(closed).split == Split.SEALED] >= 0).any()


def test_cases_of_one_source_are_one_cluster_and_in_one_split(tmp_path: Path) -> None:
    paired = [{**case, "source": f"source-{number // 2}"} for number, case in enumerate(cases(COUNT))]
    each = only(table_of(make(tmp_path, everyone(), cases=paired).run()))
    assert each.clusters.tolist() == [number // 2 for number in range(COUNT)]
    expected = split_of([f"source-{number}" for number in range(COUNT // 2)])
    assert each.split.tolist() == [expected[f"source-{number // 2}"] for number in range(COUNT)]


def test_a_run_of_an_older_ledger_takes_the_sources_from_its_case_files(tmp_path: Path) -> None:
    paired = [{**case, "source": f"source-{number // 2}"} for number, case in enumerate(cases(COUNT))]
    suite = make(tmp_path, everyone(), cases=paired)
    stored = suite.run()
    with stored.ledger.writing(), stored.ledger.write() as connection:
        connection.exec_driver_sql("UPDATE items SET source = NULL")
    assert only(table_of(stored)).clusters.tolist() == [number // 2 for number in range(COUNT)]
    (suite.folder / "cases.jsonl").write_text("")
    found = table_of(stored)
    assert only(found).clusters.tolist() == list(range(COUNT))
    assert any("which cases share a source is not known" in note for note in found.notes)


def test_the_first_use_locks_the_division_and_every_use_is_counted(tmp_path: Path) -> None:
    stored = make(tmp_path, everyone()).run()
    assert table_of(stored).splits.accesses == ()
    note(stored)
    note(stored, opened=True)
    found = table_of(stored).splits
    assert [use.split for use in found.accesses] == ["gate", "gate", "sealed"]
    assert {use.purpose for use in found.accesses} == {"a test"}
    assert {use.run for use in found.accesses} == {stored.run.id}
    assert found.moved == 0


def test_uses_while_the_labels_were_read_come_before_this_one(tmp_path: Path) -> None:
    stored = make(tmp_path, everyone()).run()
    one, other = read_table(stored).division, read_table(stored).division
    suite, run = stored.manifest.suite, stored.run.id
    assert note_use(stored.ledger, suite, one, run=run, purpose="one") == ()
    (before,) = note_use(stored.ledger, suite, other, run=run, purpose="other")
    assert before.purpose == "one"


@pytest.mark.parametrize(
    ("change", "back"), [("splits: {gate: 0.5, optimise: 0.5}\n", "seed: 0"), ("seed: 3\n", "optimise: 0.4")]
)
def test_another_division_is_refused_once_labels_were_used(tmp_path: Path, change: str, back: str) -> None:
    suite = make(tmp_path, everyone())
    note(suite.run())
    suite.suite = change
    with pytest.raises(UsageError, match="first used on") as caught:
        read_table(suite.run())
    assert back in caught.value.hint


def test_more_labels_move_nothing_and_changed_ones_are_counted_and_named(tmp_path: Path) -> None:
    suite = make(tmp_path, [line for line in everyone() if line["case"] != OF[Split.GATE][0]])
    stored = suite.run()
    note(stored)
    suite.labels = everyone()
    grown = suite.run()
    assert table_of(grown).splits.moved == 0
    note(grown)
    gate, sealed, learn = OF[Split.GATE][0], OF[Split.SEALED][0], OF[Split.OPTIMISE][0]
    suite.labels = [
        {**line, "label": "violates"} if line["case"] in {gate, learn} else line
        for line in everyone()
        if line["case"] != sealed
    ]
    changed = table_of(suite.run())
    assert changed.splits.moved == 2
    assert any(note.endswith(f": 2, on {', '.join(sorted([gate, sealed]))}.") for note in changed.notes)
    assert changed.splits.digest != table_of(grown).splits.digest


_RENAMED = "kind, aliases: [honest]"
"""An entry of a principle that was called honest."""


def test_a_new_name_of_a_principle_changes_no_label_that_was_used(tmp_path: Path) -> None:
    suite = make(tmp_path, everyone())
    note(suite.run())
    suite.principles = (_RENAMED,)
    renamed = suite.run()
    found = table_of(renamed)
    assert only(found).principle == "kind"
    assert found.splits.moved == 0
    assert not any("changed or removed" in each for each in found.notes)
    note(renamed)
    assert table_of(renamed).splits.moved == 0
    suite.labels = [{**line, "label": "violates"} for line in everyone() if line["case"] == OF[Split.GATE][0]]
    assert table_of(suite.run()).splits.moved > 0


def test_a_label_that_was_learned_from_is_known_under_a_new_name_of_its_principle(tmp_path: Path) -> None:
    suite = make(tmp_path, everyone())
    note(suite.run())
    learned = OF[Split.OPTIMISE][0]
    source = next(name for name, split in split_of([f"x{number}" for number in range(9)]).items() if split)
    suite.cases = [{**case, "source": source} if case["id"] == learned else case for case in cases(COUNT)]
    suite.principles = (_RENAMED,)
    found = table_of(suite.run())
    assert found.splits.moved == 1
    assert any(note.endswith(f"changed: 1, on {source}.") for note in found.notes)


def test_a_label_that_was_learned_from_is_named_where_a_new_source_moves_it_to_certify(
    tmp_path: Path,
) -> None:
    suite = make(tmp_path, everyone())
    note(suite.run())
    learned = OF[Split.OPTIMISE][0]
    source = next(name for name, split in split_of([f"x{number}" for number in range(9)]).items() if split)
    suite.cases = [{**case, "source": source} if case["id"] == learned else case for case in cases(COUNT)]
    found = table_of(suite.run())
    assert found.splits.moved == 1
    assert any(note.endswith(f"changed: 1, on {source}.") for note in found.notes)


def test_a_part_of_the_suite_misses_no_labels_of_the_rest(tmp_path: Path) -> None:
    suite = make(tmp_path, everyone())
    note(suite.run())
    part = run_suite(
        suite.folder,
        suite.folder / "suite.yaml",
        RunOptions(),
        lambda *_: None,
        Wishes(cases=tuple(f"c{number}" for number in range(10))),
    )
    found = table_of(read_run(suite.folder, part.run.id))
    assert only(found).n == 10
    assert found.splits.moved == 0


# -- Earlier runs ----------------------------------------------------------------------------------


def test_earlier_runs_are_held_against_the_labels_of_today(tmp_path: Path) -> None:
    suite = make(tmp_path, everyone())
    suite.run()
    suite.ratings = {**suite.ratings, "one": [{**line, "label": "violates"} for line in suite.ratings["one"]]}
    suite.run()
    suite.labels = everyone("violates")
    last = table_of(suite.run())
    gate = len(OF[Split.GATE])
    assert [(run.labelled, run.agreed) for run in last.earlier] == [(gate, 0), (gate, gate)]
    assert [run.run for run in last.earlier] == [run.id for run in suite.runs[:2]]


def test_what_changed_between_runs_is_said(tmp_path: Path) -> None:
    suite = make(tmp_path, everyone(), judge="title: J\n")
    suite.run()
    suite.panel = "rule: unanimous\n"
    suite.judge = "title: K\n"
    suite.constitution = "title: Rules\n"
    first = table_of(suite.run())
    assert [run.changes for run in first.earlier] == [()]
    assert first.changes == (
        "the constitution was reworded",
        "the panel's rule majority became unanimous",
        *(f"judge {name} changed without a new version" for name in ("one", "two", "three")),
    )
    suite.ratings = {name: suite.ratings[name] for name in ("one", "two")}
    suite.cases = cases(COUNT + 1)
    second = table_of(suite.run())
    assert second.earlier[1].changes == first.changes
    assert second.changes == ("judge three left", "the cases changed")


def test_judges_come_with_what_is_known_of_them(tmp_path: Path) -> None:
    judge = table_of(make(tmp_path, everyone()).run()).judges[0]
    assert (judge.id, judge.version, judge.model, judge.served) == (
        "one",
        "1.0.0",
        "made up by the tests",
        (),
    )
    assert (judge.rated, judge.failed, judge.calls) == (COUNT, 0, 0)
