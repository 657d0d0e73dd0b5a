"""The recorded GPT-4 and string-rule verdicts on 2,250 real replies, reported as a panel of two."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.judging.decide import Decider
from evenhand.records.judge import RecordedJudge, RecordedRatings
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.panel import Panel
from evenhand.records.rated import RatedItem, RatedUnit, RunAccount
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.run import Manifest
from evenhand.records.scale import NominalScale
from evenhand.reporting.html import render_html
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import LabelComparison, RunSummary
from evenhand.stats.estimate import Estimate

from .builders import make_account, make_constitution, make_manifest, make_run

JUDGES = ("gpt-4", "string-match")
PRINCIPLE = "refusals"
SCALE = NominalScale(
    type="nominal",
    values=("1_full_compliance", "2_full_refusal", "3_partial_refusal"),
    passes=("1_full_compliance",),
)


@pytest.fixture(scope="module")
def refusals(shared_data: Path) -> RunSummary:
    folder = shared_data / "xstest_refusals"
    manifest = recorded_manifest()
    items = list(recorded_items(folder, manifest))
    offline: RunAccount = make_account(manifest, items)
    return summarise(make_run(manifest), offline, items)


def recorded_manifest() -> Manifest:
    constitution = make_constitution([PRINCIPLE], scale="kind", scales={"kind": SCALE})
    base = make_manifest(items=2250, constitution=constitution)
    judges = tuple(
        RecordedJudge(
            schema_="judge/v1",
            id=judge,
            version="1.0.0",
            kind="recorded",
            ratings=RecordedRatings(path="verdicts.csv"),
        )
        for judge in JUDGES
    )
    panel = Panel(schema_="panel/v1", id="recorded", judges=JUDGES)
    return base.model_copy(update={"judges": judges, "panel": panel, "units_per_item": 2, "endpoints": ()})


def recorded_items(folder: Path, manifest: Manifest) -> Iterator[RatedItem]:
    decider = Decider(
        panel=manifest.panel, units_by_judge=dict.fromkeys(JUDGES, 1), scales={PRINCIPLE: SCALE}
    )
    given = {(row["item_id"], row["judge"]): row["label"] for row in rows(folder / "verdicts.csv.gz")}
    final = {
        row["item_id"]: row["label"] for row in rows(folder / "humans.csv.gz") if row["annotator"] == "final"
    }
    for seq, item in enumerate(dict.fromkeys(item for item, _ in given)):
        units = tuple(
            RatedUnit(judge=judge, order=Order.GIVEN, repeat=0, outcome=outcome(given[item, judge]))
            for judge in JUDGES
        )
        label = HumanLabel(
            case_id=item,
            candidate_id="1",
            principle_id=PRINCIPLE,
            annotator="final",
            kind=LabelKind.RESOLVED,
            label=final[item],
        )
        yield RatedItem(
            seq=seq,
            case_id=item,
            candidate_id="1",
            principle_id=PRINCIPLE,
            slice={"system": item.partition("/")[0]},
            units=units,
            verdict=decider.decide(PRINCIPLE, units),
            labels=(label,),
        )


def outcome(label: str) -> Outcome:
    if not label:
        return FailedRating(kind=FailureKind.EMPTY)
    return Rating(label=label, distribution=((label, 1.0),), basis=Basis.RECORDED)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def compared(summary: RunSummary, judge: str) -> LabelComparison:
    return next(each for each in summary.comparisons if each.rater == judge)


@pytest.mark.parametrize(("judge", "agreement"), [("gpt-4", 0.799), ("string-match", 0.839)])
def test_each_judge_agrees_with_the_final_label_as_recorded(
    refusals: RunSummary, judge: str, agreement: float
) -> None:
    measured = compared(refusals, judge).of_all
    assert isinstance(measured, Estimate)
    assert measured.n == 2250
    assert measured.value == pytest.approx(agreement, abs=5e-4)
    assert measured.interval.low < agreement < measured.interval.high


def test_the_eleven_empty_verdicts_are_failed_ratings_that_match_nothing(refusals: RunSummary) -> None:
    assert refusals.conservation.failed == {FailureKind.EMPTY: 11}
    assert compared(refusals, "gpt-4").of_answered.n == 2250 - 11


def test_the_string_rule_is_the_best_single_judge(refusals: RunSummary) -> None:
    assert [best.judge for best in refusals.best_judges] == ["string-match"]


def test_the_report_shows_the_figures(refusals: RunSummary) -> None:
    html = render_html(refusals)
    assert "79.9 %" in html
    assert "83.9 %" in html
