"""How often an unchanged judge changes its mind is measured beside each gate, and enters what it decides."""

import json
import random
from pathlib import Path

from tests.cli.gate_kit import gated_workspace, reword
from tests.cli.kit import Cli

from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.testing.exchange import JudgeAnswer, JudgeRequest

CASES = 120
GATE = "gate: {compares: judges, flakiness: {share: 0.25, readings: 5}}\n"


class Moody:
    """An honest judge that says the opposite in a share of its answers, each time anew."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._chance = random.Random(7)
        self._says = judges.rule("secret"), judges.rule("secret", found="complies", absent="violates")

    def __call__(self, request: JudgeRequest) -> JudgeAnswer:
        return self._says[self._chance.random() < self._share](request)


def gate(cli: Cli, folder: Path, *arguments: str) -> tuple[int, dict[str, object]]:
    ended = cli("gate", "small", "--workspace", folder, "--json", *arguments)
    report = next(Path(name) for name in ended.document["files"] if name.endswith("-gate.json"))
    whole: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))
    return ended.code, whole


def test_a_share_of_the_items_is_read_several_times_and_the_rest_once(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Moody(0.2))) as server:
        folder = gated_workspace(tmp_path, server.base_url, cases=CASES, gate=GATE)
        base = cli("run", "small", "--workspace", folder, "--json").document["run"]
        reword(folder)
        before = len(server.ledger.calls)
        _, told = gate(cli, folder, "--base-run", base)
        asked = len(server.ledger.calls) - before
    preflight = 2
    assert CASES + 30 * 4 <= asked <= CASES + 30 * 4 + 2 * preflight
    flips = [each for each in told["flips"] if each["principle"] == "" and each["side"] == "run"]  # type: ignore[attr-defined]
    assert [(each["cells"], each["pairs"]) for each in flips] == [(30, 300)]
    assert 0.2 < flips[0]["rate"] < 0.45  # two readings differ with a chance of 2 x .2 x .8 = .32
    sensitivity = next(test for test in told["tests"] if test["measure"] == "sensitivity")  # type: ignore[attr-defined]
    assert sensitivity["flip_new"] is not None
    assert sensitivity["low"] <= sensitivity["difference"]["interval"]["low"]
    assert sensitivity["discordance"] >= flips[0]["rate"] / 2


def test_the_newest_run_is_that_of_the_whole_suite(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Moody(0.2))) as server:
        folder = gated_workspace(tmp_path, server.base_url, cases=CASES, gate=GATE)
        base = cli("run", "small", "--workspace", folder, "--json").document["run"]
        reword(folder)
        _, told = gate(cli, folder, "--base-run", base)
        again = cli("gate", "latest", "--base-run", base, "--workspace", folder, "--json").document
    assert again["run"] == told["run"]
    assert again["tests"] == told["tests"]


def test_a_baseline_of_a_judge_that_contradicts_itself_decides_nothing(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Moody(0.5))) as server:
        folder = gated_workspace(tmp_path, server.base_url, cases=CASES, gate=GATE)
        base = cli("run", "small", "--workspace", folder, "--json").document["run"]
        cli("run", "small", "--readings", "5", "--sample", "40", "--workspace", folder)
        reword(folder)
        code, told = gate(cli, folder, "--base-run", base)
    assert code == 4
    tiers = {test["tier"] for test in told["tests"]}  # type: ignore[attr-defined]
    assert tiers == {"unreliable baseline"}


def test_a_cap_holds_for_the_share_and_the_whole_together(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Moody(0.2))) as server:
        folder = gated_workspace(tmp_path, server.base_url, cases=CASES, gate=GATE)
        base = cli("run", "small", "--workspace", folder, "--json").document["run"]
        reword(folder)
        judge = folder / "judges" / "reader.yaml"
        judge.write_text(
            judge.read_text(encoding="utf-8").replace(
                "price: {input: 0.0, output: 0.0}", "price: {input: 100, output: 100}"
            ),
            encoding="utf-8",
        )
        ended = cli("gate", "small", "--base-run", base, "--max-usd", "1", "--yes", "--workspace", folder)
        runs = cli("runs", "--workspace", folder, "--json").document["runs"]
    assert ended.code == 3
    assert sum(run.get("usd", 0.0) for run in runs) <= 1.0
