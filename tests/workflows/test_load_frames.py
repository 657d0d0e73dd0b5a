"""A run as frames: every row, and text that stays text."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from tests.cli.kit import model_workspace, plain_cases

import evenhand
from evenhand.errors import LedgerError, UnknownNameError
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.run_suite import RunOptions, run_suite

LABELS = ("NA", "007", "None", "true")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> evenhand.RunFrames:
    """A run whose labels all look like something else, with one rating that is not there."""
    folder = tmp_path_factory.mktemp("recorded")
    cases = [{"id": label, "response": "r", "slice": {"kind": label}} for label in (*LABELS, "open")]
    model_workspace(folder, "http://127.0.0.1:9", cases=cases)
    values = ", ".join(f'"{label}"' for label in LABELS)
    rating = {"principle": "keep.secrets", "reason": "NaN", "distribution": None}
    files = {
        "constitutions/c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        f'scales: {{odd: {{type: nominal, values: [{values}], pass: ["007"]}}}}\n'
        "principles: [{id: keep.secrets, text: Keep secrets., scale: odd}]\n",
        "judges/reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: recorded\n"
        "ratings: {path: ../suites/r.jsonl}\n",
        "suites/r.jsonl": "".join(
            json.dumps({"case": each, "label": each, **rating}) + "\n" for each in LABELS
        ),
        "suites/l.jsonl": json.dumps(
            {
                "case": "NA",
                "principle": "keep.secrets",
                "annotator": "null",
                "label": "NA",
                "note": "nan",
                "inclusion": 0.5,
                "blind": False,
                "at": "2026-11-20",
                "defensible": ["007"],
            }
        )
        + "\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    suite = folder / "suites/small.yaml"
    suite.write_text(suite.read_text(encoding="utf-8") + "labels: [{path: l.jsonl}]\n", encoding="utf-8")
    run_suite(folder, suite, RunOptions(command="evenhand run small"), lambda _run, _progress: None)
    return evenhand.load("latest", folder)


def test_labels_that_look_like_something_else_stay_text(recorded: evenhand.RunFrames) -> None:
    rated = recorded.ratings[recorded.ratings["state"] == "rated"]
    assert list(rated["label"]) == list(rated["case"]) == list(LABELS)
    assert list(rated["reason"]) == ["NaN"] * 4
    assert list(recorded.verdicts["slice.kind"]) == [*LABELS, "open"]
    labels = recorded.labels.to_dict("records")[0]
    assert (labels["annotator"], labels["label"], labels["note"]) == ("null", "NA", "nan")


def test_labels_come_with_how_they_came_about(recorded: evenhand.RunFrames) -> None:
    label = recorded.labels.iloc[0]
    assert (label["inclusion"], label["blind"], label["at"]) == (0.5, False, "2026-11-20")
    assert label["defensible"] == ("007",)
    assert label[["design", "stratum"]].isna().all()
    assert math.isnan(label["seconds"])
    assert str(recorded.labels["blind"].dtype) == "boolean"


def test_a_failed_rating_has_no_label_and_its_verdict_is_undecided(recorded: evenhand.RunFrames) -> None:
    failed = recorded.ratings.iloc[-1]
    assert failed["state"] == "not_recorded"
    assert failed["label"] is pd.NA
    assert math.isnan(failed["probability"])
    verdict = recorded.verdicts.iloc[-1]
    assert verdict["label"] is pd.NA
    assert verdict["undecided"] == "quorum"


@pytest.mark.parametrize(
    ("frame", "column", "dtype"),
    [
        ("ratings", "label", "string"),
        ("ratings", "probability", "float64"),
        ("ratings", "item", "int64"),
        ("ratings", "distribution", "object"),
        ("verdicts", "opinions", "Int64"),
        ("verdicts", "slice.kind", "string"),
        ("labels", "annotator", "string"),
        ("attempts", "sent_at", "datetime64[ns, UTC]"),
        ("attempts", "input_tokens", "Int64"),
        ("attempts", "maybe_billed", "bool"),
    ],
)
def test_columns_have_the_dtype_the_documentation_says(
    frame: str, column: str, dtype: str, recorded: evenhand.RunFrames
) -> None:
    assert str(getattr(recorded, frame)[column].dtype) == dtype


def test_a_run_without_calls_has_an_empty_frame_of_attempts(recorded: evenhand.RunFrames) -> None:
    assert recorded.attempts.empty
    assert "usd" in recorded.attempts


def test_every_paid_call_is_a_row(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(5), price=1.0)
        run_suite(
            folder,
            folder / "suites/small.yaml",
            RunOptions(command="evenhand run small"),
            lambda _run, _progress: None,
        )
        calls = len(server.ledger.calls)
    frames = evenhand.load(workspace=folder)
    attempts = frames.attempts
    assert len(attempts) == calls
    assert set(attempts["state"]) == {"parsed"}
    assert (attempts["usd"] <= attempts["reserved_usd"]).all()
    assert (attempts["seconds"] >= 0).all()
    assert frames.run.manifest.suite.id == "small"
    joined = frames.ratings.merge(frames.verdicts, on="item")
    assert (joined["label_x"] == joined["label_y"]).all()


def test_what_is_not_there_is_said(tmp_path: Path, recorded: evenhand.RunFrames) -> None:
    with pytest.raises(LedgerError, match="no ledger"):
        evenhand.load(workspace=tmp_path)
    assert isinstance(recorded.run, evenhand.Run)


def test_an_unknown_run_is_an_error(tmp_path: Path) -> None:
    folder = model_workspace(tmp_path, "http://127.0.0.1:9", cases=plain_cases(1))
    (folder / "judges/reader.yaml").write_text(
        "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: nearest\n", encoding="utf-8"
    )
    run_suite(folder, folder / "suites/small.yaml", RunOptions(command="x"), lambda _run, _progress: None)
    with pytest.raises(UnknownNameError, match="there is no run 'other'"):
        evenhand.load("other", folder)
