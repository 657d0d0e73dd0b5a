"""Every recorded set beside the checkout imports, and nothing is lost between its files and ours."""

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from evenhand.catalog.cases import read_cases
from evenhand.catalog.labels import read_labels
from evenhand.catalog.recordings import read_ratings
from evenhand.catalog.suites import load_suite
from evenhand.catalog.tidy import ITEMS
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import FileError, UsageError
from evenhand.records.canonical import FileRecord
from evenhand.records.constitution import Constitution
from evenhand.records.judge import RecordedJudge
from evenhand.records.label import LabelKind
from evenhand.records.recording import RecordedRating
from evenhand.records.scale import PAIR, NumericScale, Scale
from evenhand.records.suite import Suite
from evenhand.records.tidy import ImportedSet
from evenhand.stats.estimate import Estimate
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.report_run import report_run
from evenhand.workflows.run_suite import RunOptions, run_suite

SETS = (
    *(f"alttest/{name}" for name in ("cebab_aspects", "cebab_stars", "framing", "lesion", "mtbench")),
    *("alttest/summeval", "alttest/wax", "dices", "faithbench", "humanebench", "judgebench"),
    *("judging_judges/v1", "judging_judges/v2", "llmbar", "openqa_eval", "pandalm", "rb2_repeats"),
    *("safety_judges", "trust_or_escalate", "xstest_refusals"),
)
PAIRWISE = {"alttest/mtbench", "judgebench", "llmbar", "pandalm", "trust_or_escalate"}
ASKED_ONCE = {"alttest/mtbench", "pandalm", "trust_or_escalate"}
DUPLICATES = {"rb2_repeats": 6080}
EMPTY_AND_NOT = {"rb2_repeats": 22}
"""Rows without a label that share their place with a row that has one: the two contradict each other."""
PSEUDO_PEOPLE = {"final", "adjudicated", "gold", "aggregate_worst"}

Record = TypeVar("Record", bound=FileRecord)


def load(record: type[Record], path: Path) -> Record:
    text = path.read_text(encoding="utf-8")
    return record.model_validate_json(json.dumps(parse_yaml(text, str(path)).data))


def rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with gzip.open(path) as stream:
            yield from csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))


@pytest.fixture(scope="module", params=SETS)
def imported(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Path, ImportedSet]:
    """Name, source, workspace and report of each set."""
    source, root = shared_data / request.param, tmp_path_factory.mktemp("workspace")
    (found,) = import_tidy(source, root, name="set").sets
    return request.param, source, root, found


Imported = tuple[str, Path, Path, ImportedSet]


def test_the_list_of_sets_is_the_folders_that_hold_the_layout(shared_data: Path) -> None:
    found = {path.parent.relative_to(shared_data).as_posix() for path in shared_data.rglob(ITEMS)}
    assert found == set(SETS)


def test_a_folder_of_another_layout_is_refused(shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not hold the tidy layout"):
        import_tidy(shared_data / "constitutions", tmp_path)


def test_the_counts_are_those_of_the_files(imported: Imported) -> None:
    name, source, _, found = imported
    verdicts, humans = list(rows(source / "verdicts.csv.gz")), list(rows(source / "humans.csv.gz"))
    with gzip.open(source / ITEMS) as stream:
        assert found.items == sum(1 for _ in stream)
    assert (found.verdict_rows, found.human_rows) == (len(verdicts), len(humans))
    assert found.empty_verdicts == sum(not row["label"] for row in verdicts)
    assert set(found.criteria) == {row["criterion"] for row in (*verdicts, *humans)}
    assert found.people == len({row["annotator"] for row in humans} - PSEUDO_PEOPLE)
    assert found.mode == ("pairwise" if name in PAIRWISE else "absolute")
    if name != "humanebench":  # its column `run` makes two judges of each
        assert set(found.judges.values()) == {row["judge"] for row in verdicts}


def test_every_row_became_a_line_but_for_those_reported(imported: Imported) -> None:
    name, _, _, found = imported
    assert found.verdict_rows == found.rating_lines + found.duplicate_rows
    assert found.duplicate_rows == DUPLICATES.get(name, 0)
    assert (found.unknown_verdicts, found.label_lines) == (0, found.human_rows)


def test_what_was_written_reads_back_whole_and_on_the_scale(imported: Imported) -> None:
    _, _, root, found = imported
    suite = load(Suite, root / "suites/set.yaml")
    constitution = load(Constitution, root / "constitutions/set.yaml")
    cases = {case.id: case for case in read_cases([root / "suites" / suite.cases[0].path])}
    assert len(cases) == found.items
    scales = {each.id: constitution.scale_of(each) for each in constitution.principles}
    labels = list(read_labels(root / "suites" / suite.labels[0].path, suite.labels[0]))
    assert len(labels) == found.human_rows
    assert {label.case_id for label in labels} <= set(cases)
    assert all(is_on(label.label, scales[label.principle_id]) for label in labels)
    people = {label.annotator for label in labels if label.kind is LabelKind.PERSON}
    assert len(people) == found.people


def test_every_recorded_rating_reads_back_readable_or_failed(imported: Imported) -> None:
    name, _, root, found = imported
    constitution = load(Constitution, root / "constitutions/set.yaml")
    scales = {each.id: constitution.scale_of(each) for each in constitution.principles}
    states: Counter[str] = Counter()
    for judge_id in found.judges:
        judge = load(RecordedJudge, root / f"judges/set/{judge_id}.yaml")
        assert len(judge.orders) == (1 if name in ASKED_ONCE else 2)
        states.update(state_of(rating, scales) for rating in ratings(root, judge))
    contradictions = sum(quirk.count for quirk in found.quirks if quirk.kind == "contradicting-rows")
    assert states.total() == found.rating_lines
    assert (states["off scale"], states["malformed"]) == (0, contradictions)
    assert states["empty"] == found.empty_verdicts - EMPTY_AND_NOT.get(name, 0)


def ratings(root: Path, judge: RecordedJudge) -> Iterator[RecordedRating]:
    assert judge.ratings is not None
    return read_ratings(root / "judges/set" / judge.ratings.path, judge.ratings)


def state_of(rating: RecordedRating, scales: dict[str, Scale]) -> str:
    if rating.failure:
        return rating.failure.value
    return "rated" if is_on(rating.label, scales[rating.principle_id]) else "off scale"


def is_on(label: str, scale: Scale) -> bool:
    return scale.score(label) is not None if isinstance(scale, NumericScale) else label in scale.labels


def test_a_pairwise_set_is_judged_on_the_pair_scale(imported: Imported) -> None:
    name, _, root, _ = imported
    constitution = load(Constitution, root / "constitutions/set.yaml")
    is_pair = {constitution.scale_of(each) == PAIR for each in constitution.principles}
    assert is_pair == {name in PAIRWISE}


def test_the_suite_loads_with_everything_it_names(imported: Imported) -> None:
    name, _, root, found = imported
    if found.judges:
        loaded = load_suite(root / "suites/set.yaml", root)
        assert [judge.id for judge in loaded.judges] == list(found.judges)
        return
    assert name == "dices"
    with pytest.raises(FileError, match=r"there is no file ../judges/set/all.panel.yaml"):
        load_suite(root / "suites/set.yaml", root)


@pytest.mark.parametrize(
    ("name", "rated", "agreement"),
    [
        (
            "trust_or_escalate",
            1500,
            {"mistral-7b-instruct": 0.750, "gpt-3.5-turbo": 0.756, "gpt-4-turbo": 0.784},
        ),
        ("safety_judges", 9748, {}),
        ("judgebench", 4727, {}),
    ],
)
def test_an_imported_set_runs_to_the_last_unit_and_shows_known_agreement(
    shared_data: Path, tmp_path: Path, name: str, rated: int, agreement: dict[str, float]
) -> None:
    import_tidy(shared_data / name, tmp_path, name="set")
    suite = tmp_path / "suites/set.yaml"
    result = run_suite(tmp_path, suite, RunOptions(), lambda _run, _progress: None)
    assert (result.account.open, result.account.terminal["rated"]) == (0, rated)
    assert result.failed_share <= load_suite(suite, tmp_path).suite.limits.failed_share
    summary = report_run(tmp_path, result.run.id, formats=["json"]).summary
    shown = {each.rater: each.of_all for each in summary.comparisons if not each.is_panel}
    for judge, share in agreement.items():
        found = shown[judge]
        assert isinstance(found, Estimate)
        assert round(found.value, 3) == share
