import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import FileError, UnknownNameError, UsageError
from evenhand.records.canonical import FileRecord
from evenhand.records.constitution import Constitution
from evenhand.records.judge import RecordedJudge
from evenhand.records.panel import Panel
from evenhand.records.rating import Order
from evenhand.records.suite import Suite
from evenhand.records.tidy import ImportedSet, TidyMapping
from evenhand.workflows.import_tidy import import_tidy

WriteTidy = Callable[..., Path]
Record = TypeVar("Record", bound=FileRecord)
ITEM = {"item_id": "i1", "prompt": "Hello?", "candidates": ["Hi."], "reference": None}
OTHER = {"item_id": "i2", "prompt": "Who?", "candidates": ["Me."], "reference": ["me", "I"]}
PAIR = {"item_id": "p1", "prompt": "Which?", "candidates": ["One.", "Two."], "reference": None}
VERDICTS = [["i1", "GPT-4", "Tone", "good", ""], ["i2", "GPT-4", "Tone", "bad", ""]]


def load(record: type[Record], path: Path) -> Record:
    return record.model_validate_json(json.dumps(parse_yaml(path.read_text(), str(path)).data))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def only(sets: Iterable[ImportedSet]) -> ImportedSet:
    (found,) = sets
    return found


def kinds(found: ImportedSet) -> set[str]:
    return {quirk.kind for quirk in found.quirks}


def test_a_folder_becomes_a_suite_with_everything_it_names(write_tidy: WriteTidy, workspace: Path) -> None:
    humans = [["i1", "ann", "Tone", "good", ""], ["i1", "gold", "Tone", "bad", ""]]
    found = only(
        import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS, humans=humans), workspace).sets
    )
    suite = load(Suite, workspace / "suites/my-set.yaml")
    here = workspace / "suites"
    assert load(Constitution, here / suite.constitution).by_id["tone"].title == "Tone"
    assert load(Panel, here / suite.panel).judges == ("gpt-4",)
    assert load(RecordedJudge, workspace / "judges/my-set/gpt-4.yaml").who == "GPT-4"
    assert (here / suite.cases[0].path).is_file()
    assert (here / suite.labels[0].path).is_file()
    assert (found.items, found.verdict_rows, found.human_rows, found.people) == (2, 2, 2, 1)
    assert (found.resolved, found.judges) == (("gold",), {"gpt-4": "GPT-4"})


@pytest.mark.parametrize(
    ("humans", "inclusion"),
    [
        ([["i1", "ann", "Tone", "good", ""], ["i2", "ann", "Tone", "bad", ""]], 1),
        ([["i1", "ann", "Tone", "good", ""]], None),
        ([["i1", "ann", "Tone", "good", ""], ["i2", "ann", "Tone", "", ""]], None),
        ([["i1", "ann", "Tone", "good", ""], ["i2", "a", "Wit", "1", ""], ["i2", "b", "Wit", "0", ""]], None),
    ],
)
def test_only_where_every_item_is_labelled_each_was_certain_to_be(
    write_tidy: WriteTidy, workspace: Path, humans: list[list[str]], inclusion: float | None
) -> None:
    import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS, humans=humans), workspace)
    assert load(Suite, workspace / "suites/my-set.yaml").labels[0].inclusion == inclusion


def test_the_constitution_does_not_claim_to_know_the_wording(write_tidy: WriteTidy, workspace: Path) -> None:
    folder = write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS)
    import_tidy(folder, workspace)
    text = load(Constitution, workspace / "constitutions/my-set.yaml").principles[0].text
    assert "was not part of the import" in text
    mapping = TidyMapping.model_validate_json('{"schema": "tidy-mapping/v1", "texts": {"Tone": "Be kind."}}')
    import_tidy(folder, workspace, mapping=mapping, force=True)
    assert load(Constitution, workspace / "constitutions/my-set.yaml").principles[0].text == '"Be kind."'


def test_recorded_lines_keep_the_words_of_the_folder(write_tidy: WriteTidy, workspace: Path) -> None:
    row = ["i1", "GPT-4", "Tone", " NA ", "0.5", "because"]
    folder = write_tidy(items=[ITEM], verdicts=[row, ["i1", "b", "Tone", "007x", "", ""]], columns=["raw"])
    import_tidy(folder, workspace)
    assert lines(workspace / "suites/my-set/recorded/gpt-4.jsonl") == [
        {
            "case": "i1",
            "principle": "Tone",
            "judge": "GPT-4",
            "label": " NA ",
            "score": 0.5,
            "reason": "because",
        }
    ]
    assert load(RecordedJudge, workspace / "judges/my-set/gpt-4.yaml").ratings.labels == {" NA ": "NA"}  # type: ignore[union-attr]


def test_an_empty_verdict_is_a_line_without_a_label(write_tidy: WriteTidy, workspace: Path) -> None:
    empty = ["i1", "b", "Tone", "", "", "I'm sorry"]
    verdicts = [[*row, ""] for row in VERDICTS] + [empty]
    found = only(
        import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=verdicts, columns=["raw"]), workspace).sets
    )
    assert found.empty_verdicts == 1
    line = lines(workspace / "suites/my-set/recorded/b.jsonl")[0]
    assert (line["label"], line["reason"]) == ("", "I'm sorry")


def test_a_pair_is_compared_and_its_labels_are_translated(write_tidy: WriteTidy, workspace: Path) -> None:
    verdicts = [["p1", "m", "best", "1", "", "original"], ["p1", "m", "best", "2", "", "swapped"]]
    folder = write_tidy(items=[PAIR], verdicts=verdicts, columns=["order"])
    assert only(import_tidy(folder, workspace).sets).mode == "pairwise"
    judge = load(RecordedJudge, workspace / "judges/my-set/m.yaml")
    assert judge.ratings is not None
    assert (judge.mode, judge.orders) == ("pairwise", (Order.GIVEN, Order.SWAPPED))
    assert judge.ratings.labels == {"1": "a", "2": "b"}
    case = lines(workspace / "suites/my-set/cases.jsonl")[0]
    assert [(each["id"], each["text"]) for each in case["candidates"]] == [("a", "One."), ("b", "Two.")]


def test_a_pair_asked_once_has_one_order(write_tidy: WriteTidy, workspace: Path) -> None:
    import_tidy(write_tidy(items=[PAIR], verdicts=[["p1", "m", "best", "tie", ""]]), workspace)
    assert load(RecordedJudge, workspace / "judges/my-set/m.yaml").orders == (Order.GIVEN,)


def test_probabilities_of_a_pair_become_its_distribution(write_tidy: WriteTidy, workspace: Path) -> None:
    verdicts = [["p1", "m", "best", "1", "", "0.7", "0.29"], ["p1", "n", "best", "2", "", "0.2", "0.2"]]
    folder = write_tidy(items=[PAIR], verdicts=verdicts, columns=["p_first", "p_second"])
    found = only(import_tidy(folder, workspace).sets)
    line = lines(workspace / "suites/my-set/recorded/m.jsonl")[0]
    assert line["distribution"] == pytest.approx({"1": 0.7 / 0.99, "2": 0.29 / 0.99})
    assert "distribution" not in lines(workspace / "suites/my-set/recorded/n.jsonl")[0]
    assert kinds(found) >= {"probabilities-scaled", "probabilities-left-out"}


def test_samples_are_repeats(write_tidy: WriteTidy, workspace: Path) -> None:
    verdicts = [
        ["i1", "m", "Tone", label, "", str(n)] for n, label in ((1, "good"), (2, "bad"), (10, "good"))
    ]
    import_tidy(write_tidy(items=[ITEM], verdicts=verdicts, columns=["sample"]), workspace)
    assert load(RecordedJudge, workspace / "judges/my-set/m.yaml").repeats == 3
    found = lines(workspace / "suites/my-set/recorded/m.jsonl")
    assert [line.get("repeat", 0) for line in found] == [0, 1, 2]


def test_rows_that_contradict_each_other_are_one_failed_rating(
    write_tidy: WriteTidy, workspace: Path
) -> None:
    verdicts = [*VERDICTS, ["i1", "GPT-4", "Tone", "bad", ""], ["i2", "GPT-4", "Tone", "bad", ""]]
    found = only(import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=verdicts), workspace).sets)
    first, second = lines(workspace / "suites/my-set/recorded/gpt-4.jsonl")
    assert (first["label"], first["failure"], first["reason"]) == ("", "malformed", "rows differ: good, bad")
    assert second["label"] == "bad"
    assert (found.verdict_rows, found.rating_lines, found.duplicate_rows) == (4, 2, 2)
    assert kinds(found) >= {"contradicting-rows", "repeated-rows"}


def test_a_column_that_tells_repeated_rows_apart_splits_the_judge(
    write_tidy: WriteTidy, workspace: Path
) -> None:
    verdicts = [["i1", "m", "Tone", "good", "", "first"], ["i1", "m", "Tone", "bad", "", "second"]]
    found = only(import_tidy(write_tidy(items=[ITEM], verdicts=verdicts, columns=["run"]), workspace).sets)
    assert found.judges == {"m.first": "m/first", "m.second": "m/second"}
    assert "judges-split" in kinds(found)


def test_rows_about_items_that_are_not_there_are_counted(write_tidy: WriteTidy, workspace: Path) -> None:
    verdicts = [*VERDICTS, ["gone", "GPT-4", "Tone", "good", ""]]
    humans = [["gone", "ann", "Tone", "good", ""]]
    found = only(
        import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=verdicts, humans=humans), workspace).sets
    )
    assert (found.unknown_verdicts, found.rating_lines, found.label_lines) == (1, 2, 0)
    assert kinds(found) >= {"verdicts-without-item", "labels-without-item"}


def test_items_keep_their_groups_and_hide_their_answers(write_tidy: WriteTidy, workspace: Path) -> None:
    items = [
        {**ITEM, "item_id": f"i{n}", "meta": {"topic": f"t{n % 2}", "gold": "good", "system": "m", "n": n}}
        for n in range(4)
    ]
    verdicts = [[f"i{n}", "j", "Tone", ["good", "bad"][n % 2], ""] for n in range(4)]
    found = only(import_tidy(write_tidy(items=items, verdicts=verdicts), workspace).sets)
    case = lines(workspace / "suites/my-set/cases.jsonl")[1]
    assert (case["slice"], case["producer"]) == ({"topic": "t1"}, "m")
    assert case["source"].startswith("prompt:")
    assert kinds(found) == {"answers-in-meta", "fields-not-kept", "criteria-without-labels"}


def test_a_candidate_that_is_no_text_is_kept_as_its_json(write_tidy: WriteTidy, workspace: Path) -> None:
    turns = [{"role": "user", "content": "Hi"}]
    items = [{**PAIR, "candidates": [True, turns]}]
    found = only(import_tidy(write_tidy(items=items, verdicts=[["p1", "m", "c", "1", ""]]), workspace).sets)
    case = lines(workspace / "suites/my-set/cases.jsonl")[0]
    assert [each["text"] for each in case["candidates"]] == ["true", turns]
    assert "candidates-without-text" in kinds(found)


def test_a_criterion_people_alone_judged_is_not_judged(write_tidy: WriteTidy, workspace: Path) -> None:
    humans = [["i1", "gold", "chosen", "yes", ""], ["i2", "gold", "chosen", "no", ""]]
    import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS, humans=humans), workspace)
    assert load(Suite, workspace / "suites/my-set.yaml").principles.include == ("tone",)


def test_an_item_names_its_criteria_where_it_does_not_have_all(
    write_tidy: WriteTidy, workspace: Path
) -> None:
    verdicts = [*VERDICTS, ["i1", "m", "Style", "good", ""], ["i1", "n", "Style", "bad", ""]]
    import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=verdicts), workspace)
    first, second = lines(workspace / "suites/my-set/cases.jsonl")
    assert ("principles" in first, second["principles"]) == (False, ["tone"])


def test_a_suite_bears_the_share_of_ratings_the_recording_lacks(
    write_tidy: WriteTidy, workspace: Path
) -> None:
    verdicts = [*VERDICTS, ["i1", "m", "Tone", "good", ""]]
    import_tidy(write_tidy(items=[ITEM, OTHER], verdicts=verdicts), workspace)
    assert load(Suite, workspace / "suites/my-set.yaml").limits.failed_share == 0.25


def test_people_without_judges_are_imported_and_the_missing_panel_is_said(
    write_tidy: WriteTidy, workspace: Path
) -> None:
    humans = [["i1", "a", "safe", "Yes", ""], ["i1", "b", "safe", "No", ""]]
    found = only(import_tidy(write_tidy(items=[ITEM], humans=humans), workspace).sets)
    assert (found.judges, found.label_lines) == ({}, 2)
    assert "no-judges" in kinds(found)


def test_raw_replies_come_along_one_line_a_text(write_tidy: WriteTidy, workspace: Path) -> None:
    verdicts = [["p1", "m/x", "best", "1", "", "original"], ["p1", "m/x", "best", "1", "", "swapped"]]
    replies = [
        {
            "item_id": "p1",
            "judge": "m/x",
            "order": "swapped",
            "stage": "final",
            "text": "Two.",
            "finish": "stop",
        },
        {"item_id": "p1", "judge": "m/x", "order": "both", "stage": "rating", "text_1": "7", "text_2": ""},
        {"item_id": "p1", "judge": "stranger", "order": "original", "response": "?"},
    ]
    folder = write_tidy(items=[PAIR], verdicts=verdicts, replies=replies, columns=["order"])
    assert only(import_tidy(folder, workspace).sets).reply_lines == 3
    found = lines(workspace / "suites/my-set/replies/m.x.jsonl")
    assert [(line.get("candidate", ""), line["text"]) for line in found] == [
        ("", "Two."),
        ("a", "7"),
        ("b", ""),
    ]
    assert found[0]["order"] == "swapped"


def test_only_the_judges_asked_for_come_in(write_tidy: WriteTidy, workspace: Path) -> None:
    verdicts = [*VERDICTS, ["i1", "m", "Tone", "good", ""]]
    folder = write_tidy(items=[ITEM, OTHER], verdicts=verdicts)
    found = only(import_tidy(folder, workspace, judges=["GPT-4"]).sets)
    assert (found.judges, found.left_out_verdicts) == ({"gpt-4": "GPT-4"}, 1)
    with pytest.raises(UnknownNameError, match="GPT-5"):
        import_tidy(folder, workspace, judges=["GPT-5"], force=True)


MAPPING = TidyMapping.model_validate_json(
    json.dumps(
        {
            "schema": "tidy-mapping/v1",
            "principles": {"Tone": ["kind.always", "kind.rarely"]},
            "labels": {"good": "complies", "bad": "violates"},
            "scope": {"who": {"field": "child", "values": {"true": "child", "false": "adult"}}},
        }
    )
)


def test_an_own_constitution_gives_the_principles_labels_and_scope(
    write_tidy: WriteTidy, workspace: Path
) -> None:
    items = [{**ITEM, "meta": {"child": True}}, {**OTHER, "meta": {"child": False}}]
    folder = write_tidy(items=items, verdicts=VERDICTS, humans=[["i1", "ann", "Tone", "good", ""]])
    import_tidy(folder, workspace, constitution="constitutions/kind.md", mapping=MAPPING)
    suite = load(Suite, workspace / "suites/my-set.yaml")
    assert suite.constitution == "../constitutions/kind.md"
    assert suite.principles.include == ("kind.always", "kind.rarely")
    assert suite.labels[0].principles == {"kind.always": "Tone", "kind.rarely": "Tone"}
    assert suite.labels[0].labels == {"good": "complies", "bad": "violates"}
    cases = lines(workspace / "suites/my-set/cases.jsonl")
    assert [case["scope"] for case in cases] == [{"who": "child"}, {"who": "adult"}]
    assert not any("slice" in case for case in cases)
    assert not (workspace / "constitutions").exists()


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ({"principles": {}}, "'Tone' is mapped to no principle"),
        (
            {"principles": {"Tone": ["p"]}, "scope": {"who": {"field": "age", "values": {"a": "b"}}}},
            "meta.age is None",
        ),
    ],
)
def test_a_mapping_that_does_not_cover_the_folder_is_refused(
    write_tidy: WriteTidy, workspace: Path, mapping: dict[str, Any], problem: str
) -> None:
    folder = write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS)
    incomplete = TidyMapping.model_validate_json(json.dumps({"schema": "tidy-mapping/v1", **mapping}))
    with pytest.raises(UsageError, match=problem):
        import_tidy(folder, workspace, constitution="constitutions/kind.md", mapping=incomplete)
    assert list(workspace.iterdir()) == []


@pytest.mark.parametrize(
    ("items", "verdicts", "problem"),
    [
        ([PAIR], [["p1", "m", "c", "good", ""], ["p1", "n", "c", "bad", ""]], "do not say which is meant"),
        ([ITEM, ITEM], VERDICTS, "an id that stands before"),
        ([ITEM], [["i1", "m", "c", "yes", ""]], "a scale needs two"),
    ],
)
def test_what_can_not_be_understood_is_refused_and_nothing_is_written(
    write_tidy: WriteTidy, workspace: Path, items: list[Any], verdicts: list[Any], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        import_tidy(write_tidy(items=items, verdicts=verdicts), workspace)
    assert list(workspace.iterdir()) == []


def test_an_order_that_is_not_known_is_named_with_its_line(write_tidy: WriteTidy, workspace: Path) -> None:
    folder = write_tidy(items=[PAIR], verdicts=[["p1", "m", "c", "1", "", "sideways"]], columns=["order"])
    with pytest.raises(UsageError, match=r"verdicts.csv.gz:2: the order 'sideways'"):
        import_tidy(folder, workspace)


def test_a_bad_row_leaves_nothing_behind(write_tidy: WriteTidy, workspace: Path) -> None:
    folder = write_tidy(items=[ITEM, OTHER], verdicts=[*VERDICTS, ["", "m", "Tone", "good", ""]])
    with pytest.raises(FileError):
        import_tidy(folder, workspace)
    assert list(workspace.iterdir()) == []


def test_files_that_exist_are_kept_without_force(write_tidy: WriteTidy, workspace: Path) -> None:
    folder = write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS)
    import_tidy(folder, workspace)
    mine = workspace / "suites/my-set.yaml"
    mine.write_text("mine")
    with pytest.raises(UsageError, match=r"suites/my-set.yaml exists already"):
        import_tidy(folder, workspace)
    assert mine.read_text() == "mine"
    import_tidy(folder, workspace, force=True)
    assert load(Suite, mine).id == "my-set"


def test_a_workspace_that_can_not_be_written_is_said(write_tidy: WriteTidy, workspace: Path) -> None:
    folder = write_tidy(items=[ITEM, OTHER], verdicts=VERDICTS)
    with pytest.raises(UsageError, match="the set my-set can not be written"):
        import_tidy(folder, workspace / "not-there")


def test_sub_folders_are_sets_of_their_own(write_tidy: WriteTidy, workspace: Path) -> None:
    for name in ("a", "b"):
        write_tidy(name, items=[ITEM, OTHER], verdicts=VERDICTS)
    source = workspace.parent / "tidy"
    assert [found.name for found in import_tidy(source, workspace, name="All").sets] == ["all.a", "all.b"]


@pytest.mark.parametrize(
    "hostile", ['"}{{7*7}}', "=cmd|'/c calc'!A0", "\x1b[31mred", "yes: no\n- x", "№ ﷽ \u202e"]
)
def test_hostile_names_and_labels_are_only_data(write_tidy: WriteTidy, workspace: Path, hostile: str) -> None:
    items = [{**ITEM, "item_id": hostile, "candidates": [hostile]}]
    verdicts = [[hostile, hostile, hostile, label, ""] for label in (hostile, "ok")]
    verdicts[1][1] = "other"
    found = only(
        import_tidy(
            write_tidy(items=items, verdicts=[*verdicts, [hostile, "third", hostile, "no", ""]]), workspace
        ).sets
    )
    load(Constitution, workspace / "constitutions/my-set.yaml")
    judges = [load(RecordedJudge, workspace / f"judges/my-set/{name}.yaml") for name in found.judges]
    assert judges[0].who == hostile
    assert lines(workspace / "suites/my-set/cases.jsonl")[0]["response"] == hostile
    assert {path.relative_to(workspace).parts[0] for path in workspace.rglob("*")} == {
        "constitutions",
        "judges",
        "suites",
    }
