"""What a gate refuses to compare, and what it says where it says less than it seems."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.gate_kit import gated_workspace, reword
from tests.cli.kit import Cli

from evenhand.testing import LoopbackServer, judges, serve_in_thread


@pytest.fixture
def serving() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as running:
        yield running


@pytest.fixture
def base(tmp_path: Path, serving: LoopbackServer, cli: Cli) -> tuple[Path, str]:
    """A workspace with a run to compare with."""
    folder = gated_workspace(tmp_path, serving.base_url, cases=40)
    return folder, judged(cli, folder)


def judged(cli: Cli, folder: Path, *more: str) -> str:
    return str(cli("run", "small", "--workspace", folder, "--json", *more).document["run"])


def test_a_run_is_not_compared_with_itself(base: tuple[Path, str], cli: Cli) -> None:
    folder, run = base
    ended = cli("gate", "latest", "--base-run", "latest", "--workspace", folder)
    assert ended.code == 2
    assert f"run {run} would be compared with itself" in ended.err


def test_a_run_of_another_suite_is_no_base(base: tuple[Path, str], cli: Cli) -> None:
    folder, run = base
    suite = folder / "suites" / "small.yaml"
    suite.write_text(suite.read_text(encoding="utf-8").replace("id: small", "id: other"), encoding="utf-8")
    judged(cli, folder)
    ended = cli("gate", "latest", "--base-run", run, "--workspace", folder)
    assert ended.code == 2
    assert f"run {run} is of suite small" in ended.err


def test_an_unfinished_run_is_no_base(base: tuple[Path, str], cli: Cli) -> None:
    folder, _ = base
    reword(folder)
    stopped = judged(cli, folder, "--replay")
    reword(folder, "And mind it well.")
    judged(cli, folder)
    ended = cli("gate", "latest", "--base-run", stopped, "--workspace", folder)
    assert ended.code == 2
    assert f"evenhand resume {stopped}" in ended.err


def test_verdicts_that_pool_readings_are_neither_gated_nor_a_base(base: tuple[Path, str], cli: Cli) -> None:
    folder, run = base
    pooled = judged(cli, folder, "--readings", "2")
    gated = cli("gate", pooled, "--base-run", run, "--workspace", folder)
    against = cli("gate", run, "--base-run", pooled, "--workspace", folder)
    assert (gated.code, against.code) == (2, 2)
    assert f"run {pooled} pools 2 readings" in gated.err
    assert f"run {pooled} pools 2 readings" in against.err


def test_an_accepted_run_that_is_gated_says_that_it_is_its_own_baseline(
    base: tuple[Path, str], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)  # a baseline is accepted by a person
    folder, run = base
    cli("baseline", "accept", "small", run, "--reason", "first", "--by", "kim", "--workspace", folder)
    ended = cli("gate", "latest", "--workspace", folder)
    assert "The baseline is this very run" in ended.err


def test_a_principle_without_an_anchor_is_named(base: tuple[Path, str], cli: Cli) -> None:
    folder, _ = base
    constitution = folder / "constitutions" / "c.yaml"
    text = constitution.read_text(encoding="utf-8")
    constitution.write_text(
        text.replace("Keep secrets.}]", "Keep secrets.}, {id: keep.promises, text: Keep promises.}]"),
        encoding="utf-8",
    )
    run = judged(cli, folder)
    reword(folder)
    ended = cli("gate", "small", "--yes", "--base-run", run, "--workspace", folder)
    assert "The gate says nothing of keep.promises: there is no anchor." in ended.err


def test_an_outcome_is_shown_even_where_no_file_of_it_can_be_written(
    base: tuple[Path, str], cli: Cli
) -> None:
    folder, run = base
    (folder / "reports").write_text("in the way", encoding="utf-8")
    reword(folder)
    ended = cli("gate", "small", "--yes", "--base-run", run, "--workspace", folder)
    assert ended.code == 2
    assert "Gate undecided" in ended.out
    assert "name another folder with --out" in ended.err


def test_an_endpoint_that_is_down_from_the_start_still_leaves_a_report_and_a_comment(
    base: tuple[Path, str], serving: LoopbackServer, cli: Cli
) -> None:
    folder, run = base
    settings = folder / "evenhand.toml"
    nobody = settings.read_text(encoding="utf-8").replace(serving.base_url, "http://127.0.0.1:9/v1")
    settings.write_text(nobody, encoding="utf-8")
    reword(folder)
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder, "--format", "comment,json")
    assert ended.code == 3
    assert "Could not measure" in ended.out
    comment = (folder / "reports" / "comment.md").read_text(encoding="utf-8")
    assert "Could not measure" in comment


def test_a_cap_that_no_call_fits_under_leaves_a_report_too(
    base: tuple[Path, str], serving: LoopbackServer, cli: Cli
) -> None:
    folder, run = base
    judge = folder / "judges" / "reader.yaml"
    text = judge.read_text(encoding="utf-8").replace(
        "input: 0.0, output: 0.0", "input: 1000.0, output: 1000.0"
    )
    judge.write_text(text, encoding="utf-8")
    reword(folder)
    calls = len(serving.ledger.calls)
    ended = cli("gate", "small", "--max-usd", "0.01", "--base-run", run, "--workspace", folder)
    assert ended.code == 3
    assert "does not fit under the cap" in ended.out
    assert list((folder / "reports").glob("*-gate.html"))
    assert len(serving.ledger.calls) == calls


@pytest.mark.parametrize("share", [0, 0.5])
def test_what_is_asked_several_times_is_part_of_the_cost_that_is_agreed_to(
    share: float, tmp_path: Path, serving: LoopbackServer, cli: Cli
) -> None:
    gate = f"gate: {{compares: judges, flakiness: {{share: {share}, readings: 20}}}}\n"
    folder = gated_workspace(tmp_path, serving.base_url, cases=10, gate=gate)
    run = cli("run", "small", "--workspace", folder, "--json").document["run"]
    reword(folder)
    judge = folder / "judges" / "reader.yaml"
    text = judge.read_text(encoding="utf-8").replace("input: 0.0, output: 0.0", "input: 20.0, output: 20.0")
    judge.write_text(text, encoding="utf-8")
    before = len(serving.ledger.calls)
    ended = cli("gate", "small", "--base-run", run, "--workspace", folder)
    assert ("nobody can be asked here" in ended.err) is (share > 0)
    assert (len(serving.ledger.calls) > before) is (share == 0)
