"""Calibrations out of real runs of recorded judges; answers and labels are made up by the tests."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.calibration_kit import RecordedSuite, cases, label

import evenhand
from evenhand.calibration.choices import Choices
from evenhand.calibration.results import PANEL, Calibration
from evenhand.calibration.splits import split_clusters
from evenhand.calibration.table import Split
from evenhand.errors import FileError, MeasureError, UnknownNameError, UsageError
from evenhand.records.label import LabelKind
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.store.splits import split_uses
from evenhand.workflows.calibrate import Lesson, calibrate_run, calibrate_stored
from evenhand.workflows.calibration_frame import calibration_frame, calibration_of
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

COUNT = 300
QUICK = Choices(draws=200)
SPLITS = dict(
    zip(
        [f"c{number}" for number in range(COUNT)],
        split_clusters("s", 0, (0.4, 0.4, 0.2), [f"c{number}" for number in range(COUNT)]).tolist(),
        strict=True,
    )
)


RIGHTS = {"one": 0.9, "two": 0.85, "three": 0.6}
"""How often each judge is right."""


def make(folder: Path, **more: Any) -> RecordedSuite:
    """Three judges of unequal worth, and one person with an inclusion probability."""
    dice = random.Random(3)
    fails = [dice.random() < 0.3 for _ in range(COUNT)]

    def text(number: int, right: float) -> str:
        return "violates" if fails[number] == (dice.random() < right) else "complies"

    shown = [{**case, "response": f"reply-of-{case['id']}-end"} for case in cases(COUNT)]
    ratings = {
        judge: [{"case": f"c{number}", "label": text(number, right)} for number in range(COUNT)]
        for judge, right in RIGHTS.items()
    }
    labels = [label(f"c{number}", text(number, 1), inclusion=0.5, blind=True) for number in range(COUNT)]
    return RecordedSuite(folder / "w", shown, ratings, more.pop("labels", labels), **more)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    return make(tmp_path_factory.mktemp("finished")).run()


@pytest.fixture(scope="module")
def calibration(finished: StoredRun) -> Calibration:
    return calibration_of(finished.run.id, finished.root, choices=QUICK)


def uses(stored: StoredRun) -> list[tuple[str, str, str]]:
    return [(use.split, use.run, use.purpose) for use in split_uses(stored.ledger, "s")]


# -- The report ------------------------------------------------------------------------------------


def test_what_can_not_be_reported_uses_no_label(tmp_path: Path) -> None:
    stored = make(tmp_path).run()
    (taken := tmp_path / "taken.json").write_text("{}")
    for more in ({"lesson": Lesson(rule="weighted", path=taken)}, {"maps": taken}):
        with pytest.raises(UsageError, match="is there and is no"):
            calibrate_run(tmp_path / "w", "latest", choices=QUICK, **more)
    open_run = replace(stored, run=replace(stored.run, finished=""))
    with pytest.raises(MeasureError, match="has not ended"):
        calibrate_stored(open_run, choices=QUICK)
    assert uses(stored) == []


def test_labels_that_were_given_after_the_run_are_not_called_older(tmp_path: Path) -> None:
    labels = [label(f"c{number}", "complies", at="2999-01-01") for number in range(COUNT)]
    stored = make(tmp_path, labels=labels).run()
    found = calibrate_stored(stored, choices=QUICK).stamp.stale_days
    assert found is not None
    assert found < -300_000


def test_a_report_is_replaced_whole_never_written_over(tmp_path: Path) -> None:
    make(tmp_path).run()
    (path,) = calibrate_run(tmp_path / "w", "latest", choices=QUICK, formats={"json"}).reports
    before = path.read_bytes()
    with path.open("rb") as reader:
        calibrate_run(tmp_path / "w", "latest", choices=QUICK, formats={"json"})
        assert reader.read() == before
    assert path.read_bytes() != before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_calibration_is_written_in_every_format_under_the_name_of_its_run(tmp_path: Path) -> None:
    stored = make(tmp_path).run()
    written = calibrate_run(tmp_path / "w", "latest", choices=QUICK, command="evenhand calibrate latest")
    stem = f"s-{stored.run.id}-calibration"
    assert written.reports == tuple(
        tmp_path / "w/reports" / f"{stem}.{name}" for name in ("html", "md", "json")
    )
    document = json.loads(written.reports[2].read_text())
    assert document["stamp"]["run"] == stored.run.id
    assert document["method"]["command"] == "evenhand calibrate latest"
    assert {"python", "evenhand", "numpy", "scipy", "matplotlib"} == set(document["method"]["versions"])
    assert uses(stored) == [("gate", stored.run.id, "evenhand calibrate latest")]


def test_only_the_formats_that_are_wanted_are_written_and_where_they_are_wanted(tmp_path: Path) -> None:
    make(tmp_path).run()
    written = calibrate_run(tmp_path / "w", "latest", choices=QUICK, folder=tmp_path / "o", formats=["md"])
    assert [path.name for path in (tmp_path / "o").iterdir()] == [path.name for path in written.reports]
    assert not (tmp_path / "w/reports").exists()


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    make(tmp_path).run()
    (tmp_path / "o").write_text("a file")
    with pytest.raises(UsageError, match="can not be written") as caught:
        calibrate_run(tmp_path / "w", "latest", choices=QUICK, folder=tmp_path / "o")
    assert "--out" in caught.value.hint


def test_the_report_shows_mistakes_on_labels_to_learn_from_and_on_no_others(tmp_path: Path) -> None:
    make(tmp_path).run()
    written = calibrate_run(tmp_path / "w", "latest", choices=QUICK, formats=["html", "json"])
    page = written.reports[0].read_text()
    shown = {case for case in SPLITS if f"reply-of-{case}-end" in page}
    assert shown
    assert {SPLITS[case] for case in shown} == {Split.OPTIMISE}
    errors = written.calibration.errors
    assert {each.seq for each in (*errors.confident, *errors.split)} == {int(case[1:]) for case in shown}
    assert errors.held_back > 0


# -- What it says ----------------------------------------------------------------------------------


def test_the_panel_is_measured_on_the_labels_to_certify_with(
    finished: StoredRun, calibration: Calibration
) -> None:
    met: Counter[bool] = Counter()
    for item in finished.items():
        if SPLITS[item.case_id] == Split.GATE and item.verdict and item.verdict.label:
            met[item.verdict.label == item.labels[0].label] += 1
    agreement = calibration.panel.quality.agreement
    assert isinstance(agreement, Estimate)
    assert agreement.value == pytest.approx(met[True] / met.total())
    assert agreement.n == met.total()
    assert calibration.data.splits.labelled == tuple(Counter(SPLITS.values())[split] for split in Split)
    assert {cell.rater for cell in calibration.trust} == {PANEL, "one", "two", "three"}
    assert calibration.stamp.blind is True
    assert isinstance(calibration.panel.rate.rate, Estimate)


def test_labels_without_an_inclusion_probability_give_no_rate(tmp_path: Path) -> None:
    labels = [label(f"c{number}", "violates" if number % 3 else "complies") for number in range(COUNT)]
    make(tmp_path, labels=labels).run()
    found = calibration_of("latest", tmp_path / "w", choices=QUICK)
    assert isinstance(found.panel.rate.rate, Undefined)
    assert isinstance(found.panel.quality.agreement, Estimate)
    assert found.data.without_inclusion == found.data.labelled


def test_the_same_labels_give_the_same_numbers_each_time(
    finished: StoredRun, calibration: Calibration
) -> None:
    again = calibration_of(finished.run.id, finished.root, choices=QUICK)
    assert again.judges == calibration.judges
    assert again.panel == calibration.panel
    assert len(again.data.splits.accesses) == len(calibration.data.splits.accesses) + 1


def test_a_suite_that_holds_nothing_for_tuning_is_cross_fitted(tmp_path: Path) -> None:
    make(tmp_path, suite="splits: {gate: 1}\n").run()
    found = calibration_of("latest", tmp_path / "w", choices=QUICK)
    assert found.data.splits.labelled == (0, COUNT, 0)
    assert found.panel.quality.labelled == COUNT


def test_opened_labels_certify_too_and_each_opening_is_counted(tmp_path: Path) -> None:
    stored = make(tmp_path).run()
    closed = calibration_of("latest", tmp_path / "w", choices=QUICK)
    opened = calibration_of("latest", tmp_path / "w", choices=QUICK, open_sealed=True)
    sealed = Counter(SPLITS.values())[Split.SEALED]
    assert opened.panel.quality.labelled == closed.panel.quality.labelled + sealed
    assert [split for split, _, _ in uses(stored)] == ["gate", "gate", "sealed"]


def test_a_panel_can_learn_its_weights_in_the_same_go(tmp_path: Path) -> None:
    make(tmp_path).run()
    lesson = Lesson(rule="weighted", path=tmp_path / "w/p.fit.json")
    written = calibrate_run(tmp_path / "w", "latest", choices=QUICK, lesson=lesson, formats=["json"])
    assert written.fit is not None
    assert json.loads((tmp_path / "w/p.fit.json").read_text())["rule"] == "weighted"


# -- What can not be measured ----------------------------------------------------------------------


def test_without_labels_in_the_gate_split_there_is_nothing_to_certify_with(tmp_path: Path) -> None:
    learn = [case for case, split in SPLITS.items() if split == Split.OPTIMISE]
    stored = make(tmp_path, labels=[label(case, "complies") for case in learn]).run()
    with pytest.raises(MeasureError, match="nothing to certify with") as caught:
        calibration_of("latest", tmp_path / "w")
    assert "splits: {gate: 1}" in caught.value.hint
    assert uses(stored) == []


def test_without_any_labels_it_is_said_how_to_give_some(tmp_path: Path) -> None:
    suite = make(tmp_path, labels=())
    suite.run()
    with pytest.raises(MeasureError, match="no human labels"):
        calibration_of("latest", tmp_path / "w")
    path = suite.humans("h.jsonl", [label(f"c{number}", "complies") for number in range(100)])
    assert calibration_of("latest", tmp_path / "w", humans=[path], choices=QUICK).data.labelled > 0


def test_a_label_file_with_bad_lines_is_refused_line_by_line(tmp_path: Path) -> None:
    suite = make(tmp_path)
    suite.run()
    path = suite.humans("h.jsonl", [label("c0", "complies"), label("c1", "complies", inclusion=2)])
    with pytest.raises(FileError) as caught:
        calibration_of("latest", tmp_path / "w", humans=[path])
    assert [(finding.line, finding.code) for finding in caught.value.findings] == [(2, "V006")]


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    make(tmp_path).run()
    with pytest.raises(UnknownNameError):
        calibration_of("yesterday", tmp_path / "w")


# -- As a frame ------------------------------------------------------------------------------------


def test_every_number_of_a_calibration_is_in_its_frame(calibration: Calibration) -> None:
    frame = calibration_frame(calibration)
    assert list(frame.columns) == [
        "section",
        "rater",
        "principle",
        "measure",
        "value",
        "low",
        "high",
        "n",
        "reason",
    ]
    panel = frame[(frame["section"] == "panel") & (frame["measure"] == "quality.agreement")].iloc[0]
    agreement = calibration.panel.quality.agreement
    assert isinstance(agreement, Estimate)
    assert (panel["rater"], panel["value"], panel["n"]) == (PANEL, agreement.value, agreement.n)
    assert (panel["low"], panel["high"]) == (agreement.interval.low, agreement.interval.high)
    rows = frame[(frame["section"] == "judges") & (frame["measure"] == "sensitivity")]
    assert set(rows["rater"]) == {"one", "two", "three"}
    assert set(rows["principle"]) == {"honest"}
    assert frame[frame["value"].isna()]["reason"].notna().all()


def test_no_two_rows_of_the_frame_are_about_the_same_number(calibration: Calibration) -> None:
    frame = calibration_frame(calibration)
    names = frame[["section", "rater", "principle", "measure"]]
    twice = names[names.duplicated(keep=False)]
    assert twice.empty, twice.drop_duplicates().to_string()


def test_the_package_exports_the_calibration_and_its_frame() -> None:
    assert evenhand.calibration_of is calibration_of
    assert evenhand.calibration_frame is calibration_frame
    assert evenhand.Calibration is Calibration


# -- Real data -------------------------------------------------------------------------------------


@pytest.mark.shared
def test_recorded_judges_of_real_replies_are_calibrated_against_their_reference_labels(
    shared_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "evenhand.toml").write_text("")
    (found, *_) = import_tidy(shared_data / "xstest_refusals", tmp_path, name="xstest").sets
    run_suite(tmp_path, tmp_path / f"suites/{found.name}.yaml", RunOptions(), lambda _run, _progress: None)
    stored = read_run(tmp_path, "latest")
    written = calibrate_run(tmp_path, "latest", choices=QUICK)
    met: Counter[bool] = Counter()
    suite = stored.manifest.suite
    names = frozenset(item.case_id for item in stored.items())
    sources = {case.id: case.source or case.id for case in stored.cases(names).values()}
    clusters = sorted(set(sources.values()))
    placed = dict(
        zip(clusters, split_clusters(suite.id, suite.seed, suite.splits.shares, clusters), strict=True)
    )
    for item in stored.items():
        settled = [each.label for each in item.labels if each.kind is LabelKind.RESOLVED]
        if placed[sources[item.case_id]] == Split.GATE and item.verdict and item.verdict.label and settled:
            met[item.verdict.label == settled[0]] += 1
    agreement = written.calibration.panel.quality.agreement
    assert isinstance(agreement, Estimate)
    assert agreement.n == met.total()
    assert agreement.value == pytest.approx(met[True] / met.total())
    assert all(path.stat().st_size for path in written.reports)
