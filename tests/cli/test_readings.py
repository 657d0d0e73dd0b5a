"""What a user sees of a run in which the panel is asked several times."""

from pathlib import Path

from tests.cli.kit import Cli
from tests.workflows.gate.readings_kit import NO, YES, Fickle, workspace

from evenhand.testing import LoopbackServer, serve_in_thread

CASES = 10


def test_a_run_of_several_readings_tells_how_often_they_differ(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Fickle({"Answer 1": (YES, NO)}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        told = cli("run", "small", "--readings", "2", "--workspace", folder, "--json").document
        ran = cli("run", "small", "--readings", "2", "--workspace", folder)
    assert (told["readings"], told["planned"], told["rated"]) == (2, 2 * CASES, 2 * CASES)
    explained = cli("explain", "case-1", "--workspace", folder)
    assert "verdict: undecided (quorum)\n  of 2 readings, pooled: complies, violates\n" in explained.out
    assert "small (2 readings)" in cli("runs", "--workspace", folder).out
    flips = told["flips"]
    assert (flips["items"], flips["flaky"], flips["pairs"], flips["flips"]) == (CASES, 1, CASES, 1)
    assert flips["low"] < flips["rate"] < flips["high"]
    assert abs(flips["rate"] - 1 / CASES) < 1e-9
    assert "the panel was asked 2 times; two verdicts on an item differ in 10.0% of pairs" in ran.out
    assert "1 of 10 items flipped" in ran.out
    assert "  case-1/keep.secrets: complies, violates\n" in ran.out
    assert flips["flakiest"] == [{"item": "case-1/keep.secrets", "said": [YES, NO], "share": 1.0}]


def test_an_ordinary_run_says_nothing_of_readings(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        ran = cli("run", "small", "--workspace", folder)
        told = cli("run", "small", "--workspace", folder, "--json").document
    assert "readings" not in ran.out
    assert (told["readings"], told["flips"]) == (1, None)


def test_a_plan_of_several_readings_counts_them_all(tmp_path: Path, cli: Cli) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=CASES)
    told = cli("plan", "small", "--readings", "5", "--workspace", folder, "--json").document
    assert (told["items"], told["units"]) == (CASES, 5 * CASES)


def test_a_number_of_readings_that_can_not_be_is_a_mistake_in_typing(tmp_path: Path, cli: Cli) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=CASES)
    for readings in ("0", "21", "many"):
        assert cli("run", "small", "--readings", readings, "--workspace", folder).code == 2


def test_a_run_of_several_readings_goes_on_as_one(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Fickle({"Answer 1": (YES, NO)}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        cli("run", "small", "--workspace", folder)
        stopped = cli("run", "small", "--readings", "2", "--replay", "--workspace", folder, "--json").document
        ended = cli("resume", "latest", "--workspace", folder, "--json").document
    assert (stopped["open"], stopped["exit_code"]) == (CASES, 3)
    assert (ended["readings"], ended["open"], ended["rated"]) == (2, 0, 2 * CASES)
    assert (ended["reused"], ended["flips"]["flips"]) == (CASES, 1)
