from dataclasses import replace
from typing import Any

import pytest

from evenhand.errors import MeasureError
from evenhand.records.label import HumanLabel, LabelDetail, LabelKind
from evenhand.records.rated import CallCounts
from evenhand.records.run import Manifest, Run, RunState
from evenhand.reporting.stamp import PeopleStamp, Stamp, make_stamp
from evenhand.reporting.summarise import summarise

from .builders import JUDGES, PRINCIPLES, make_account, make_manifest, make_run, stream_items

MANIFEST = make_manifest(items=1)
PEOPLE = PeopleStamp(labels=0, people=0, resolved=())


def stamp(run: Run) -> Stamp:
    return make_stamp(run, make_account(run.manifest, []), PEOPLE)


def changed(**values: object) -> Run:
    return make_run(MANIFEST.model_copy(update=values))


def test_a_stamp_names_everything_the_numbers_rest_on() -> None:
    made = stamp(make_run(MANIFEST))
    hashes = [made.inputs_hash, made.suite_hash, made.constitution_hash, made.panel_hash]
    hashes += [judge.hash for judge in made.judges] + [file.sha256 for file in made.files]
    assert all(text.startswith("sha256:") and len(text) == 71 for text in hashes)
    assert [judge.requested for judge in made.judges] == ["local/synthetic-model"] * 2 + [
        "made up by the tests"
    ]
    assert made.judges[0].served == {"synthetic-model-1": 118}
    assert (made.people.blind, made.people.drawn) == ("not recorded", "without inclusion probability")


@pytest.mark.parametrize(
    ("run", "missing"),
    [
        (replace(make_run(MANIFEST), id=""), "the run's name"),
        (replace(make_run(MANIFEST), created=""), "the date"),
        (replace(make_run(MANIFEST), finished=""), "the end"),
        (changed(command=""), "the command line"),
        (changed(versions={"python": "3.11.7", "openai": "3.52.0"}), "evenhand's version"),
        (changed(versions={"evenhand": "0.1.0", "openai": "3.52.0"}), "Python's version"),
        (changed(versions={"evenhand": "0.1.0", "python": "3.11.7"}), "the SDK's version"),
        (changed(suite_path=""), "the suite's path"),
        (changed(judges=()), "the judges"),
        (changed(files=()), "the hash of the case files"),
        (changed(prices_as_of=""), "the date of the price table"),
        (changed(templates={}), f"the prompt template of {JUDGES[0]}"),
    ],
)
def test_a_gap_in_the_stamp_stops_the_report_and_is_named(run: Run, missing: str) -> None:
    with pytest.raises(MeasureError, match=f"{missing}.* missing"):
        stamp(run)


def test_a_run_of_offline_judges_needs_no_price_table_and_no_sdk() -> None:
    manifest = make_manifest(items=1, judges=JUDGES[2:])
    offline: Manifest = manifest.model_copy(
        update={"prices_as_of": "", "versions": {"evenhand": "0.1.0", "python": "3.11.7"}}
    )
    assert stamp(make_run(offline)).judges[0].served == {}


def test_a_stopped_run_needs_no_end() -> None:
    assert stamp(make_run(MANIFEST, state=RunState.STOPPED, reason="interrupted")).reason == "interrupted"


def test_every_model_that_answered_is_named() -> None:
    account = make_account(MANIFEST, [])
    swapped = replace(account, calls={JUDGES[0]: CallCounts(served_models={"old": 5, "new": 7})})
    assert make_stamp(make_run(MANIFEST), swapped, PEOPLE).judges[0].served == {"old": 5, "new": 7}


def drawn(**detail: Any) -> HumanLabel:
    return HumanLabel(
        case_id="c",
        candidate_id="",
        principle_id=PRINCIPLES[0],
        annotator="a",
        kind=LabelKind.PERSON,
        label="complies",
        detail=LabelDetail(**detail),
    )


@pytest.mark.parametrize(
    ("labels", "blind", "how", "dates"),
    [
        ([], "not recorded", "without inclusion probability", "not recorded"),
        ([{}], "not recorded", "without inclusion probability", "not recorded"),
        (
            [{"blind": True, "inclusion": 0.5, "at": "2026-11-20"}, {"blind": True, "inclusion": 1}],
            *("blind", "with inclusion probability", "2026-11-20"),
        ),
        (
            [{"blind": True, "at": "20261103T101500Z"}, {"blind": False, "inclusion": 1, "at": "2026-11-20"}],
            *("partly blind", "partly with inclusion probability", "2026-11-03 to 2026-11-20"),
        ),
        ([{"blind": False}], "not blind", "without inclusion probability", "not recorded"),
    ],
)
def test_a_stamp_says_what_is_known_of_the_labels(
    labels: list[dict[str, Any]], blind: str, how: str, dates: str
) -> None:
    manifest = make_manifest(items=1)
    (item,) = stream_items(manifest)
    given = replace(item, labels=tuple(drawn(**detail) for detail in labels))
    people = summarise(make_run(manifest), make_account(manifest, [given]), [given]).stamp.people
    assert (people.blind, people.drawn, people.dates) == (blind, how, dates)
