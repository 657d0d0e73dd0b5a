"""Every command's `--json` is one document that keeps to its published schema, whatever else is asked for."""

import shutil
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli, tidy_folder
from tests.workflows.calibration_kit import RecordedSuite, cases, label
from tests.workflows.review.exchange_kit import make_exchange

from evenhand.cli.commands import entries
from evenhand.cli.documents import DOCUMENTS, document_schema
from evenhand.review.exchange.records import Format
from evenhand.workflows.show_schema import schema_names

LINES: dict[str, tuple[list[str], int]] = {
    "constitution-amend/v1": (["constitution", "amend", "--run", "latest", "--out", "amendments.yaml"], 0),
    "constitution-export/v1": (["constitution", "export", "json-list", "assistant"], 0),
    "constitution-import/v1": (
        ["constitution", "import", "prose", "constitutions/assistant.md", "--out", "imported.yaml"],
        0,
    ),
    "constitution-diff/v1": (["constitution", "diff", "run@latest", "refusals"], 0),
    "constitution-show/v1": (["constitution", "show", "assistant"], 0),
    "constitution-test/v1": (["constitution", "test", "assistant"], 1),
    "demo/v1": (["demo", "new-demo"], 0),
    "doctor/v1": (["doctor"], 0),
    "error/v1": (["run", "nothing"], 2),
    "export-ratings/v1": (["export", "ratings", "latest", "ratings.jsonl"], 0),
    "export-recordings/v1": (["export", "recordings", "latest", "recordings.jsonl.gz"], 0),
    "explain-code/v1": (["explain", "V001"], 0),
    "explain-item/v1": (["explain", "priv-01@latest"], 0),
    "feedback-export/v1": (
        [
            "feedback",
            "export",
            "latest",
            "--format",
            "sft",
            "--out",
            "trained",
            "--include-gate",
            "--queue",
            "9",
        ],
        0,
    ),
    "init/v1": (["init", "new-workspace"], 0),
    "lint/v1": (["lint", "broken.yaml"], 2),
    "plan/v1": (["plan", "demo"], 0),
    "report/v1": (["report", "latest"], 0),
    "resume/v1": (["resume", "latest"], 0),
    "review-sample/v1": (["review", "sample", "--items", "20"], 0),
    "run/v1": (["run", "demo"], 0),
    "runs/v1": (["runs"], 0),
    "salvage/v1": (["doctor", "--salvage", "saved.sqlite"], 0),
    "schema/v1": (["schema", "judge", "--out", "judge.json"], 0),
    "schemas/v1": (["schema"], 0),
    "version/v1": (["--version"], 0),
}


@pytest.fixture
def workspace(judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(judged, tmp_path / "workspace")
    (tmp_path / "workspace" / "broken.yaml").write_text("schema: judge/v1\nkind: nearest\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.mark.parametrize("name", LINES)
def test_the_document_keeps_to_its_schema(name: str, workspace: Path, cli: Cli) -> None:
    arguments, code = LINES[name]
    ended = cli("--json", "-vv", *arguments)
    assert ended.code == code
    assert ended.document["schema"] == f"evenhand/{name}"
    schema = document_schema(f"evenhand/{name}")
    jsonschema.Draft202012Validator(schema).validate(ended.document)
    assert set(ended.document) == set(schema["properties"])


def test_the_findings_of_a_command_that_can_not_start_are_in_its_document(workspace: Path, cli: Cli) -> None:
    panel = workspace / "judges/offline.panel.yaml"
    panel.write_text(panel.read_text(encoding="utf-8").replace("quorum:", "quorom:"), encoding="utf-8")
    ended = cli("run", "demo", "--json")
    assert ended.code == 2
    assert [finding["code"] for finding in ended.document["findings"]] == ["V001"]


def test_an_import_keeps_to_its_schema(workspace: Path, cli: Cli) -> None:
    ended = cli("import", "tidy", tidy_folder(workspace), "--json")
    assert ended.code == 0
    jsonschema.Draft202012Validator(document_schema("evenhand/import-tidy/v1")).validate(ended.document)


def test_an_import_of_recordings_keeps_to_its_schema(workspace: Path, cli: Cli) -> None:
    cli("export", "recordings", "latest", "recordings.jsonl.gz")
    ended = cli("import", "recordings", "recordings.jsonl.gz", "--json")
    assert ended.code == 0
    schema = document_schema("evenhand/import-recordings/v1")
    jsonschema.Draft202012Validator(schema).validate(ended.document)


CALIBRATIONS: dict[str, list[str]] = {
    "calibrate/v1": ["calibrate", "--format", "json"],
    "calibrate-plan/v1": ["calibrate", "--plan"],
    "judge-select/v1": ["judge", "select", "--keep", "2"],
}
"""Commands that need human labels, which the example suite does not have."""


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_what_needs_human_labels_keeps_to_its_schema(name: str, tmp_path: Path, cli: Cli) -> None:
    texts = ["violates" if number % 3 else "complies" for number in range(120)]
    ratings = {
        judge: [
            {"case": f"c{number}", "label": text if number % rate else "complies"}
            for number, text in enumerate(texts)
        ]
        for judge, rate in {"one": 5, "two": 7, "three": 11}.items()
    }
    labels = [label(f"c{number}", text, inclusion=0.5) for number, text in enumerate(texts)]
    RecordedSuite(tmp_path / "w", cases(120), ratings, labels).run()
    ended = cli("--json", *CALIBRATIONS[name], "--workspace", tmp_path / "w")
    assert ended.code == 0, ended.err
    schema = document_schema(f"evenhand/{name}")
    jsonschema.Draft202012Validator(schema).validate(ended.document)
    assert set(ended.document) == set(schema["properties"])


@pytest.mark.parametrize("verb", ["export", "import"])
def test_an_exchange_of_labels_keeps_to_its_schema(verb: str, tmp_path: Path, cli: Cli) -> None:
    exchange = make_exchange(tmp_path / "w")
    exchange.review.label("ann")
    exchange.labels(Format.JSONL, "l.jsonl")
    lines: dict[str, list[str | Path]] = {
        "export": ["--labels", "--out", "x.jsonl"],
        "import": [exchange.folder / "l.jsonl"],
    }
    words: list[str | Path] = lines[verb]
    ended = cli("--json", "review", verb, "--format", "jsonl", *words, "--workspace", exchange.folder)
    assert ended.code == 0, ended.err
    schema = document_schema(f"evenhand/review-{verb}/v1")
    jsonschema.Draft202012Validator(schema).validate(ended.document)


REVIEWS: dict[str, list[str]] = {
    "review-status/v1": ["review", "status", "--people"],
    "review-adjudicate/v1": ["review", "adjudicate", "--gaps"],
    "review-people/v1": ["review", "people"],
}
"""Commands that need a draw."""


@pytest.mark.parametrize("name", REVIEWS)
def test_what_needs_a_draw_keeps_to_its_schema(name: str, workspace: Path, cli: Cli) -> None:
    cli("review", "sample", "--items", "20")
    ended = cli("--json", *REVIEWS[name])
    assert ended.code == 0, ended.err
    schema = document_schema(f"evenhand/{name}")
    jsonschema.Draft202012Validator(schema).validate(ended.document)
    assert set(ended.document) == set(schema["properties"])


def test_every_document_and_every_command_is_tried() -> None:
    imports = {"import-tidy/v1", "import-recordings/v1", "review-export/v1", "review-import/v1"}
    serves = {"review-serve/v1"}  # see test_review_serve
    baselines = {f"baseline-{verb}/v1" for verb in ("show", "diff", "accept")}  # see test_baseline
    baselines |= {
        f"quarantine-{verb}/v1" for verb in ("list", "add", "expire", "suggest")
    }  # see test_quarantine
    gates = {"gate/v1", "explain-gate/v1", "monitor/v1"}  # see test_gate and test_monitor
    gates |= {"judge-tune/v1"}  # see test_judge_tune
    feedback = {f"feedback-{verb}/v1" for verb in ("plan", "revise", "show")}  # see test_feedback_revise
    feedback |= {"feedback-prefer/v1"}  # see test_feedback_prefer
    constitutions = {"constitution-test/v1"}  # see test_constitution_test
    constitutions |= {"constitution-infer/v1", "constitution-infer-plan/v1"}  # see test_constitution_infer
    elsewhere = {*imports, *serves, *baselines, *gates, *feedback, *constitutions}
    assert {*LINES, *elsewhere, *CALIBRATIONS, *REVIEWS} == set(DOCUMENTS)
    tried = {" ".join(arguments[:words]) for arguments, _ in LINES.values() for words in (1, 2)}
    tried |= {
        "review export",
        "review import",
        "import tidy",
        "import recordings",
        "calibrate",
        *(f"constitution {verb}" for verb in ("diff", "test")),
        *(f"feedback {verb}" for verb in ("revise", "show", "prefer", "export")),
        "judge select",
        "judge tune",
        "constitution infer",
        "monitor",
        "review status",
        "review adjudicate",
        "review people",
        "review serve",
        "review terminal",  # a conversation without a document: see test_review_terminal
        "gate",
        *(f"baseline {verb}" for verb in ("show", "diff", "review", "accept")),
        *(f"quarantine {verb}" for verb in ("list", "add", "expire", "suggest")),
    }
    assert {entry.path for entry in entries()} <= tried


@pytest.mark.parametrize("name", [f"evenhand/{name}" for name in DOCUMENTS])
def test_every_document_has_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(document_schema(name))


def test_no_kind_of_file_is_named_like_a_document() -> None:
    assert not any(name.startswith("evenhand/") for name in schema_names())
