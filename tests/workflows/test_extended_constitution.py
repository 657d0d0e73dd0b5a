"""A run of a constitution that extends another one: what it pins, and what a change of the base does to it."""

from pathlib import Path

import pytest

from evenhand.catalog.constitution_text import write_yaml
from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.files import digest_file
from evenhand.errors import FileError, UsageError
from evenhand.workflows.prepare import prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, resume_run, run_suite
from evenhand.workflows.watch_files import files_of

_BASE = (
    "schema: constitution/v1\nid: base\nversion: 1.0.0\nprinciples:\n- {id: secrets, text: Keep secrets.}\n"
)
_CHILD = "schema: constitution/v1\nid: child\nversion: 1.0.0\nextends: [{ref: base.yaml, hash: %s}]\n"
_FILES = {
    "evenhand.toml": "",
    "base.yaml": _BASE,
    "p.panel.yaml": "schema: panel/v1\nid: p\njudges: [words]\n",
    "words.yaml": "schema: judge/v1\nid: words\nversion: 1.0.0\nkind: pattern\n"
    "principles: {'*': {prior: {complies: 1, violates: 0, cannot_tell: -1}, "
    "patterns: [{label: violates, weight: 3, pattern: psst, why: a secret}]}}\n",
    "suite.yaml": "schema: suite/v1\nid: s\nconstitution: child.yaml\npanel: p.panel.yaml\n"
    "cases: [{path: cases.jsonl}]\n",
    "cases.jsonl": '{"id": "1", "response": "psst"}\n{"id": "2", "response": "hello"}\n',
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    for name, text in _FILES.items():
        (tmp_path / name).write_text(text)
    _pin(tmp_path)
    return tmp_path / "suite.yaml"


def _pin(folder: Path) -> None:
    (folder / "child.yaml").write_text(_CHILD % load_constitution(folder / "base.yaml").hash)


def test_a_run_pins_the_effective_constitution_and_the_files_of_its_bases(suite: Path) -> None:
    run = run_suite(suite.parent, suite, RunOptions(), lambda _run, _progress: None).run
    assert [principle.id for principle in run.manifest.constitution.principles] == ["secrets"]
    pins = {file.path: file.sha256 for file in run.manifest.files if file.role == "base"}
    assert pins == {"base.yaml": digest_file(suite.parent / "base.yaml")}


def test_watching_a_run_sees_the_files_of_bases(suite: Path) -> None:
    assert suite.parent / "base.yaml" in files_of(prepare(suite.parent, suite))


def test_a_run_is_not_gone_on_with_under_a_changed_base(suite: Path) -> None:
    _stop(suite)
    base = suite.parent / "base.yaml"
    base.write_text(_BASE.replace("Keep", "Never tell"))
    with pytest.raises(FileError, match="C013"):
        resume_run(suite.parent, "latest", RunOptions(), lambda _run, _progress: None)
    _pin(suite.parent)
    with pytest.raises(UsageError, match=r"have changed since it started: constitution, base\.yaml"):
        resume_run(suite.parent, "latest", RunOptions(), lambda _run, _progress: None)


def test_a_base_that_is_only_laid_out_anew_changes_no_run(suite: Path) -> None:
    _stop(suite)
    base = suite.parent / "base.yaml"
    base.write_text(f"# tidied\n{write_yaml(load_constitution(base))}")
    result = resume_run(suite.parent, "latest", RunOptions(), lambda _run, _progress: None)
    assert result.account.open == 0


def _stop(suite: Path) -> None:
    def interrupt(_run: object, _progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_suite(suite.parent, suite, RunOptions(), interrupt)


def test_rules_of_a_judge_for_a_principle_hold_under_its_new_name(suite: Path) -> None:
    folder = suite.parent
    judge = folder / "words.yaml"
    judge.write_text(judge.read_text().replace("'*'", "secrets"))
    (folder / "base.yaml").write_text(_BASE.replace("id: secrets", "id: discretion, aliases: [secrets]"))
    _pin(folder)
    stored = read_run(folder, run_suite(folder, suite, RunOptions(), lambda _run, _progress: None).run.id)
    verdicts = {item.case_id: item.verdict.label for item in stored.items() if item.verdict}
    assert verdicts == {"1": "violates", "2": "complies"}
