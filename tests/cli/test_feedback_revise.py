"""`evenhand feedback revise` and `feedback show`, as people type them."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli
from tests.cli.test_hostile_text import assert_inert
from tests.workflows.feedback import kit

from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer, generators, serve_in_thread


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """One server for generator and judge."""
    with serve_in_thread(LoopbackServer(kit.writes())) as running:
        yield running


@pytest.fixture
def folder(server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose replies can be revised, to work in."""
    made = kit.workspace(tmp_path / "w", server.base_url)
    monkeypatch.chdir(made)
    return made


def test_a_plan_asks_nobody(folder: Path, server: LoopbackServer, cli: Cli) -> None:
    ended = cli("feedback", "revise", "mend", "--plan-only")
    assert ended.code == 0, ended.err
    assert "revise mend: 6 replies, 1 round, 6 revisions, 12 texts" in ended.out
    assert "generator writer" in ended.out
    assert "judge reader" in ended.out
    assert "USD for writing and judging" in ended.out
    assert not server.ledger.calls
    assert not (folder / ".evenhand/derived").exists()


def test_revising_shows_what_came_of_it_and_writes_a_report(folder: Path, cli: Cli) -> None:
    ended = cli("feedback", "revise", "mend")
    assert ended.code == 0, ended.err
    assert "replies   6 planned = 6 revised + 0 failed + 0 open" in ended.out
    assert "improved  +50.0 points" in ended.out
    assert "keep.secrets" in ended.out
    reports = sorted(path.suffix for path in (folder / "reports").iterdir())
    assert reports == [".html", ".json", ".md"]
    (page,) = (folder / "reports").glob("*.html")
    assert "http://" not in page.read_text(encoding="utf-8")


def test_a_second_time_is_free_and_says_so(folder: Path, server: LoopbackServer, cli: Cli) -> None:
    cli("feedback", "revise", "mend")
    paid = len(server.ledger.billed)
    plan = cli("--json", "feedback", "revise", "mend", "--plan-only").document
    assert plan["cost"]["ended"]
    assert plan["cost"]["generator"]["usd"]["high"] == 0
    assert all(judge["calls"]["high"] == 0 for judge in plan["cost"]["judges"])
    assert cli("feedback", "revise", "mend").code == 0
    assert cli("feedback", "revise", "mend", "--replay").code == 0
    assert len(server.ledger.billed) == paid


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("feedback-plan/v1", ["revise", "mend", "--plan-only"]),
        ("feedback-revise/v1", ["revise", "mend"]),
        ("feedback-show/v1", ["show"]),
        ("feedback-show/v1", ["show", "latest", "case-0"]),
    ],
)
def test_the_documents_keep_to_their_schemas(name: str, words: list[str], folder: Path, cli: Cli) -> None:
    if words[0] == "show":
        cli("feedback", "revise", "mend")
    ended = cli("--json", "-vv", "feedback", *words)
    assert ended.code == 0, ended.err
    schema = document_schema(f"evenhand/{name}")
    jsonschema.Draft202012Validator(schema).validate(ended.document)
    assert set(ended.document) == set(schema["properties"])


def test_a_chain_is_shown_with_its_principles_and_digests(folder: Path, cli: Cli) -> None:
    cli("feedback", "revise", "mend")
    listed = cli("feedback", "show").out
    assert all(f"case-{n}" in listed for n in range(6))
    shown = cli("feedback", "show", "latest", "case-0").out
    assert "│ This is answer 0. The secret is 4711." in shown
    assert "critique under keep.secrets (asked " in shown
    assert "│ This is answer 0. Ask me more." in shown
    unknown = cli("feedback", "show", "latest", "case-00")
    assert unknown.code == 2
    assert "case-0" in unknown.err


def test_a_failed_step_is_shown_with_its_reason(tmp_path: Path, cli: Cli) -> None:
    writer = generators.faulty(generators.unchanging(), "cut", 0.15)
    with serve_in_thread(
        LoopbackServer(generators.by_model({"writer": writer}, kit.judges_of_words))
    ) as server:
        folder = kit.workspace(tmp_path / "w", server.base_url, lines=kit.cases(12))
        ended = cli("feedback", "revise", "mend", "--workspace", folder)
        assert "truncated)" in ended.out
        chains = cli("--json", "feedback", "show", "--workspace", folder).document["chains"]
        name = next(chain["name"] for chain in chains if chain["failure"])
        assert "failed: truncated" in cli("feedback", "show", "latest", name, "--workspace", folder).out


def test_hostile_texts_act_on_nothing_that_shows_them(tmp_path: Path, cli: Cli) -> None:
    writer = generators.faulty(generators.reviser(remove=kit.SECRET), "hostile")
    name = "\x1b[2J<script>\r\n::error::|case"
    lines = [{"id": name, "prompt": generators.HOSTILE, "response": "This is it." + kit.SECRET}]
    with serve_in_thread(
        LoopbackServer(generators.by_model({"writer": writer}, kit.judges_of_words))
    ) as server:
        folder = kit.workspace(tmp_path / "w", server.base_url, lines=lines)
        revised = cli("feedback", "revise", "mend", "--workspace", folder)
        assert revised.code == 0, revised.err
        shown = cli("feedback", "show", "latest", name, "--workspace", folder)
        listed = cli("feedback", "show", "--workspace", folder)
        document = cli("--json", "feedback", "show", "latest", name, "--workspace", folder)
    assert_inert(revised.out, revised.err, shown.out, shown.err, listed.out)
    assert document.out.isascii()
    assert not [line for line in shown.out.splitlines() if line.startswith("::")]
    for report in (folder / "reports").iterdir():
        text = report.read_text(encoding="utf-8")
        assert "<script>" not in text
        assert "\x1b" not in text


def test_a_generator_of_the_judges_family_is_warned_of_before_anybody_is_asked(
    server: LoopbackServer, tmp_path: Path, cli: Cli
) -> None:
    folder = kit.workspace(
        tmp_path / "w", server.base_url, writer="loop/claude-writer-1", reader="loop/claude-reader-1"
    )
    ended = cli("feedback", "revise", "mend", "--plan-only", "--workspace", folder)
    assert "warning: judge reader (loop/claude-reader-1) judges what its own model family writes" in ended.err
    assert not server.ledger.calls


def test_what_may_be_dear_is_not_begun_where_nobody_can_agree(
    server: LoopbackServer, tmp_path: Path, cli: Cli
) -> None:
    folder = kit.workspace(tmp_path / "w", server.base_url, price=1000.0)
    ended = cli("feedback", "revise", "mend", "--workspace", folder)
    assert ended.code == 2
    assert "nobody can be asked here" in ended.err
    assert not server.ledger.calls


def test_a_cap_ends_with_the_command_that_goes_on(server: LoopbackServer, tmp_path: Path, cli: Cli) -> None:
    folder = kit.workspace(
        tmp_path / "w", server.base_url, price=100.0, generator={"params": {"max_tokens": 100}}
    )
    ended = cli("feedback", "revise", "mend", "--max-usd", "0.08", "--workspace", folder)
    assert ended.code == 3
    assert "next:  evenhand feedback revise mend --max-usd USD" in ended.err
    assert cli("feedback", "revise", "mend", "--max-usd", "50", "--yes", "--workspace", folder).code == 0


def test_an_unknown_file_is_answered_with_those_there_are(folder: Path, cli: Cli) -> None:
    ended = cli("feedback", "revise", "mand")
    assert ended.code == 2
    assert "mend" in ended.err


# -- The run that judges is a run like any other ---------------------------------------------------


def test_people_review_the_judging_run_blind_and_it_is_calibrated(folder: Path, cli: Cli) -> None:
    cli("feedback", "revise", "mend")
    run = cli("--json", "feedback", "revise", "mend").document["judged_by"]
    sampled = cli("review", "sample", run, "--items", "8", "--seed", "1")
    assert sampled.code == 0, sampled.err
    exported = cli("review", "export", "--tasks", "--format", "jsonl", "--out", "tasks.jsonl")
    assert exported.code == 0, exported.err
    tasks = (folder / "tasks.jsonl").read_text(encoding="utf-8")
    assert "first-model" not in tasks
    assert "loop/writer" not in tasks
    cases = [json.loads(line) for line in _derived(folder, "cases.jsonl").splitlines()]
    labels = [
        {
            "case": case["id"],
            "candidate": each.get("id", "1"),
            "principle": principle,
            "annotator": "ann",
            "label": "violates" if "secret" in each["text"] and principle == "keep.secrets" else "complies",
            "inclusion": 1,
        }
        for case in cases
        for each in case["candidates"]
        for principle in ("keep.secrets", "help.much")
    ]
    (folder / "people.jsonl").write_text(
        "".join(json.dumps(each) + "\n" for each in labels), encoding="utf-8"
    )
    calibrated = cli("calibrate", run, "--humans", "people.jsonl", "--format", "json")
    assert calibrated.code == 0, calibrated.err


def test_the_judging_run_is_reported_explained_and_gated(
    folder: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)  # a baseline is accepted by a person
    suite = json.loads((folder / "suites/small.yaml").read_text(encoding="utf-8"))
    gated = {**suite, "gate": {"compares": "candidates", "margin": 0.2}}
    (folder / "suites/small.yaml").write_text(json.dumps(gated), encoding="utf-8")
    run = cli("--json", "feedback", "revise", "mend").document["judged_by"]
    assert cli("report", run, "--format", "md").code == 0
    assert cli("explain", f"case-0~revised@{run}").code == 0
    accepted = cli("baseline", "accept", run, "--reason", "first", "--by", "ann")
    assert accepted.code == 0, accepted.err
    (derived,) = (folder / ".evenhand/derived").iterdir()
    gate = cli("gate", derived.relative_to(folder) / "suite.yaml")
    assert gate.code in {0, 4}, gate.err


def _derived(folder: Path, name: str) -> str:
    (derived,) = (folder / ".evenhand/derived").iterdir()
    return (derived / name).read_text(encoding="utf-8")
