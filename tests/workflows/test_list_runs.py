"""Runs as a list: what is finished, what stopped, and what nobody works on any more."""

from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.records.run import RunState
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.workflows.list_runs import list_runs
from evenhand.workflows.run_suite import RunOptions, run_suite


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerFile:
    """The ledger of a workspace with one finished run."""
    model_workspace(tmp_path, "http://127.0.0.1:9", cases=plain_cases(4))
    (tmp_path / "judges/reader.yaml").write_text(
        "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: pattern\nprinciples:\n"
        "  keep.secrets: {prior: {complies: 1, violates: 0}}\n",
        encoding="utf-8",
    )
    options = RunOptions(command="evenhand run small")
    run_suite(tmp_path, tmp_path / "suites/small.yaml", options, lambda _run, _progress: None)
    return open_ledger(tmp_path / ".evenhand/ledger.sqlite")


def test_a_finished_run_has_its_counts(ledger: LedgerFile, tmp_path: Path) -> None:
    (run,) = list_runs(tmp_path)
    assert (run.suite, run.state, run.planned, run.settled, run.failed) == (
        "small",
        RunState.FINISHED,
        4,
        4,
        0,
    )
    assert run.usd == 0
    assert run.reason == ""


def test_a_run_that_was_killed_is_told_from_one_that_is_worked_on(ledger: LedgerFile, tmp_path: Path) -> None:
    name = list_runs(tmp_path)[0].id
    with ledger.writing():
        ledger.set_state(name, RunState.RUNNING)
        assert list_runs(tmp_path)[0].reason == ""
    assert "resume" in list_runs(tmp_path)[0].reason


def test_without_a_ledger_there_are_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path) == ()
