"""What a user types for a part of a suite, and what a script sees of it: words, documents and exit codes."""

from pathlib import Path

import pytest
from tests.cli.kit import Cli, model_workspace, plain_cases

from evenhand.testing import LoopbackServer

CASES = 6


@pytest.fixture
def folder(server: LoopbackServer, tmp_path: Path) -> Path:
    return model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))


ENDS = {
    "nothing that fits": (["--only", "principle=keep.secret"], 5, 'did you mean "keep.secrets"?'),
    "a case that is not there": (["--only", "case=case-99"], 5, 'did you mean "case-0"?'),
    "no kind": (["--only", "case-1"], 2, "write --only principle=PATTERN"),
    "an empty pattern": (["--only", "case="], 2, "write --only principle=PATTERN"),
    "another kind": (["--only", "pricniple=x"], 2, 'did you mean "principle"?'),
    "a seed for nothing": (["--seed", "3"], 2, "add --sample N"),
    "a run for nothing": (["--of", "latest"], 2, "add one of them"),
    "no earlier run": (["--failed"], 2, "run it first"),
    "an empty sample": (["--sample", "0"], 2, "--sample"),
}


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("case", ENDS)
def test_a_part_that_can_not_be_meant_ends_with_its_code(
    folder: Path, cli: Cli, command: str, case: str
) -> None:
    options, code, words = ENDS[case]
    ended = cli(command, "small", "--workspace", folder, *options)
    assert (ended.code, words in ended.err) == (code, True), ended.err


def test_a_part_is_planned_run_and_told_as_one(folder: Path, cli: Cli) -> None:
    part = ("--only", "case=case-1", "--only", "case=case-2", "--workspace", folder)
    assert cli("plan", "small", *part, "--json").document["units"] == 2
    ran = cli("run", "small", *part)
    assert "a part of the suite: 2 of 6 items (case=case-1, case=case-2)" in ran.out
    assert (
        cli("runs", "--workspace", folder, "--json").document["runs"][-1]["part"].startswith("2 of 6 items")
    )
    plan = cli("plan", "small", "--workspace", folder)
    assert "2 ratings that replies in the ledger answer" in plan.out
    anew = cli("plan", "small", "--workspace", folder, "--again", "--json").document
    assert (anew["recorded_units"], anew["judges"][0]["calls"]["low"]) == (None, CASES)


def test_a_replay_without_recordings_could_not_measure(
    folder: Path, server: LoopbackServer, cli: Cli
) -> None:
    cli("run", "small", "--only", "case=case-1", "--workspace", folder)
    asked = len(server.ledger.calls)
    ended = cli("run", "small", "--replay", "--workspace", folder)
    assert ended.code == 3
    assert "judge reader: 5 of 6 ratings have no recording that can be read" in ended.err
    assert "evenhand resume" in ended.err
    assert len(server.ledger.calls) == asked
    assert cli("resume", "latest", "--replay", "--workspace", folder).code == 3
    assert cli("resume", "latest", "--workspace", folder).code == 0
    assert len(server.ledger.calls) == asked + 5


def test_ratings_go_to_stdout_as_lines_or_into_a_file(folder: Path, cli: Cli, tmp_path: Path) -> None:
    cli("run", "small", "--workspace", folder)
    shown = cli("export", "ratings", "latest", "--workspace", folder)
    cli("export", "ratings", "latest", tmp_path / "out.jsonl", "--workspace", folder)
    assert shown.out == (tmp_path / "out.jsonl").read_text(encoding="ascii")
    assert shown.out.count("\n") == 1 + 2 * CASES
    assert cli("export", "ratings", "latest", "--json", "--workspace", folder).code == 2


@pytest.mark.parametrize("what", ["ratings", "recordings"])
def test_a_file_that_can_not_be_written_is_a_usage_error(folder: Path, cli: Cli, what: str) -> None:
    cli("run", "small", "--workspace", folder)
    ended = cli("export", what, "latest", folder / "nowhere" / "out.jsonl", "--workspace", folder)
    assert ended.code == 2
    assert "can not be written" in ended.err
