"""`evenhand lint FILE --run RUN`: exit codes, lines and the document."""

from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli
from tests.workflows.test_lint_run import complies, suite, torn

from evenhand.cli.documents import document_schema


@pytest.fixture
def conflicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which a run shows a conflict that nobody declared."""
    made = suite(tmp_path, {"one": torn, "two": torn})
    made.run()
    monkeypatch.chdir(made.folder)
    return made.folder


@pytest.mark.usefixtures("conflicted")
def test_an_undeclared_conflict_ends_with_1_and_says_how_every_check_went(cli: Cli) -> None:
    ended = cli("lint", "c.yaml", "--run", "latest")
    assert ended.code == 1
    assert "c.yaml:6:8 error U005: help and safe can not both be kept to" in ended.out
    assert "see: evenhand explain U005" in ended.out
    lines = [" ".join(line.split()) for line in ended.err.splitlines()]
    assert "conflict pair 1 finding; 1 pairs" in lines
    assert any(line.startswith("ambiguous not computed; it needs two opinions or more") for line in lines)
    assert any(line.startswith("1 error") and "checks by the run could not" in line for line in lines)


@pytest.mark.usefixtures("conflicted")
def test_the_document_holds_findings_figures_and_what_was_not_computed(cli: Cli) -> None:
    document = cli("lint", "c.yaml", "--run", "latest", "--json").document
    jsonschema.Draft202012Validator(document_schema("evenhand/lint/v1")).validate(document)
    assert document["errors"] == 1
    checks = {check["check"]: check for check in document["evidence"]["checks"]}
    assert set(checks) == {f"U00{number}" for number in range(1, 10)}
    (found,) = checks["U005"]["findings"]
    assert found["figures"][0]["measured"]["n"] == 60
    assert checks["U001"]["needs"]
    assert document["evidence"]["choices"]["entropy"] == 0.3


def test_advice_alone_ends_with_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    made = suite(tmp_path, {"one": complies, "two": complies})
    made.run()
    monkeypatch.chdir(made.folder)
    ended = cli("lint", "c.yaml", "--run", "latest")
    assert ended.code == 0
    assert "too little to say of help: fired on 0 of 120 relevant replies" in ended.err


@pytest.mark.usefixtures("conflicted")
@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "--run", "latest"),
        ("lint", "c.yaml", "p.panel.yaml", "--run", "latest"),
        ("lint", "--no-review"),
    ],
)
def test_a_run_is_held_against_one_constitution(arguments: tuple[str, ...], cli: Cli) -> None:
    ended = cli(*arguments)
    assert ended.code == 2
    assert "--run" in ended.err


def test_every_code_of_evidence_is_explained(cli: Cli) -> None:
    for number in range(1, 10):
        assert cli("explain", f"U00{number}").code == 0
