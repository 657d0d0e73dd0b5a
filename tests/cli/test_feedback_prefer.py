"""`evenhand feedback prefer` as people type it."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli
from tests.workflows.feedback.prefer_kit import fair, pair, preference_workspace

from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer, serve_in_thread

HOSTILE = "<script>alert(1)</script> | **bold** \x1b[31m good5"
PAIRS = [pair(0, HOSTILE, "good2"), pair(1, "good1", "also good4"), pair(2, "good3", "good3")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with serve_in_thread(LoopbackServer(fair)) as server:
        people = [{"case": "pair-0", "principle": "keep.secrets", "annotator": "<b>ann</b>", "label": "a"}]
        yield preference_workspace(
            tmp_path, server.base_url, PAIRS, labels=people, prefer="  clamp: [0.4, 0.6]\n"
        )


def test_pairs_are_labelled_and_the_outcomes_add_up(folder: Path, cli: Cli) -> None:
    ended = cli("feedback", "prefer", "labels")
    assert ended.code == 0, ended.err
    law = "3 pairs = 0 unmeasured + 0 inconsistent + 0 abstained + 0 split + 1 tie + 1 first + 1 second"
    assert law in ended.out
    assert "\x1b" not in ended.out
    assert len(list((folder / "reports").glob("*-preferences.*"))) == 3


def test_the_document_holds_the_numbers_and_nothing_else_is_on_stdout(folder: Path, cli: Cli) -> None:
    ended = cli("--json", "feedback", "prefer", "suites/labels.feedback.yaml")
    document = ended.document
    jsonschema.Draft202012Validator(document_schema("evenhand/feedback-prefer/v1")).validate(document)
    assert document["outcomes"]["tie"] == 1
    assert document["pairs"] == sum(document["outcomes"].values()) == 3
    assert document["clamped"]["value"] == 1.0
    report = next(path for path in document["files"] if path.endswith(".json"))
    stored = json.loads((folder / report).read_text(encoding="utf-8"))
    assert stored["schema"] == "preferences-report/v1"
    assert stored["outcomes"] == document["outcomes"]


def test_the_labels_of_a_run_are_reported_again_without_a_call(folder: Path, cli: Cli) -> None:
    first = cli("--json", "feedback", "prefer", "labels").document
    again = cli("--json", "feedback", "prefer", "--of", first["run"], "--format", "md").document
    same = ("run", "pairs", "outcomes", "flips", "margin")
    assert [again[name] for name in same] == [first[name] for name in same]
    assert [Path(name).suffix for name in again["files"]] == [".md"]


def test_a_replay_without_recordings_measures_nothing_and_says_how_to_go_on(folder: Path, cli: Cli) -> None:
    ended = cli("feedback", "prefer", "labels", "--replay")
    assert ended.code == 3
    assert "3 pairs = 3 unmeasured" in ended.out
    assert "evenhand resume" in ended.err


@pytest.mark.parametrize("arguments", [(), ("labels", "--of", "latest")])
def test_either_a_file_or_a_run_is_named(folder: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
    ended = cli("feedback", "prefer", *arguments)
    assert ended.code == 2
    assert "--of" in ended.err


def test_a_run_of_single_replies_has_no_labels(folder: Path, cli: Cli) -> None:
    judge = folder / "judges" / "comparer.yaml"
    text = judge.read_text(encoding="utf-8").replace("mode: pairwise\n", "")
    judge.write_text(text.replace("case.response_a, case.response_b", "case.response"), encoding="utf-8")
    (folder / "judges" / "comparer.j2").write_text('{{ data("reply", case.response) }}', encoding="utf-8")
    ended = cli("feedback", "prefer", "labels")
    assert ended.code == 2
    assert "rate one candidate each" in ended.err
    assert "mode: pairwise" in ended.err
