"""Runs that are no measurement never become a baseline: stopped ones, and those of a mixed instrument."""

from pathlib import Path

import pytest
from tests.cli.kit import Cli, Ended, model_workspace, plain_cases

from evenhand.catalog.baselines import read_baseline
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread

CASES = 8


def accept(cli: Cli, folder: Path, *words: str) -> Ended:
    said = ("--reason", "x", "--by", "Kim", *words)
    return cli("baseline", "accept", "small", "--workspace", folder, *said)


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def test_a_run_that_stopped_is_refused_whatever_is_said_until_it_was_resumed(
    tmp_path: Path, cli: Cli
) -> None:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        folder = model_workspace(tmp_path / "w", server.base_url, cases=plain_cases(CASES), price=1000.0)
        words = ("--workspace", folder, "--yes", "--json")
        stopped = cli("run", "small", "--max-usd", "4", *words)
        assert stopped.code == 3
        for force in ((), ("--force",)):
            ended = accept(cli, folder, *force)
            assert ended.code == 2
            assert (
                f"is not complete: {CASES - stopped.document['rated']} of {CASES} ratings are open"
                in ended.err
            )
            assert "evenhand resume" in ended.err
        assert not (folder / "suites" / "baselines").exists()
        cli("resume", "latest", "--workspace", folder, "--max-usd", "1000")
    assert accept(cli, folder).code == 0


def test_a_judge_that_several_models_answered_for_speaks_against_a_run(tmp_path: Path, cli: Cli) -> None:
    strikes = [faults.after_call(faults.model_swapped("another-model"), 6)]
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=strikes)) as server:
        folder = model_workspace(
            tmp_path / "w", server.base_url, cases=plain_cases(CASES), price=1.0, concurrency=1
        )
        cli("run", "small", "--workspace", folder, "--yes")
    ended = accept(cli, folder)
    assert ended.code == 2
    assert "judge reader was answered by several models" in ended.err
    forced = accept(cli, folder, "--force")
    assert forced.code == 0
    head = read_baseline(folder / "suites" / "baselines" / "small.json").head
    assert head.accepted is not None
    assert head.accepted.forced
    assert len(head.judges[0].served) == 2
