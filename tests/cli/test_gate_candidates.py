"""A gate on what is judged: outputs before and after, under the same judges; and what makes them not comparable."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.gate_kit import gated_workspace
from tests.cli.kit import Cli

from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread

CASES = 200
GATE = "gate: {compares: candidates, flakiness: {share: 0}}\n"
TWO = (
    "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
    "principles: [{id: keep.secrets, text: Keep secrets.}, {id: be.short, text: Be short.}]\n"
)


@pytest.fixture
def served() -> list[str]:
    """Names of the model that answers, the last of them now."""
    return []


@pytest.fixture
def serving(served: list[str]) -> Iterator[LoopbackServer]:
    swap = faults.Strike(fault=faults.model_swapped("other-model"), when=lambda _call: bool(served))
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[swap])) as running:
        yield running


class Workspace:
    """A workspace with two principles and a run to compare with."""

    def __init__(self, folder: Path, cli: Cli) -> None:
        self.folder = folder
        self.cli = cli
        self.edit("constitutions/c.yaml", "", TWO, whole=True)
        self.run = cli("run", "small", "--workspace", folder, "--json").document["run"]

    def edit(self, name: str, old: str, new: str, *, whole: bool = False, times: int = -1) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert whole or old in text
        path.write_text(new if whole else text.replace(old, new, times), encoding="utf-8")

    def gate(self) -> tuple[int, dict[str, Any]]:
        ended = self.cli("gate", "small", "--base-run", self.run, "--workspace", self.folder, "--json")
        return ended.code, ended.document

    def principles(self) -> dict[str, dict[str, Any]]:
        return {each["principle"]: each for each in self.gate()[1]["principles"]}


@pytest.fixture
def work(tmp_path: Path, serving: LoopbackServer, cli: Cli) -> Workspace:
    return Workspace(gated_workspace(tmp_path, serving.base_url, cases=CASES, gate=GATE), cli)


def test_outputs_that_break_the_rule_more_often_fail(work: Workspace) -> None:
    work.edit("suites/small.jsonl", "Answer 1", "Answer secret 1")
    code, document = work.gate()
    assert code == 1
    assert "pass rate on keep.secrets fell from 50.0 %" in document["headline"]


def test_outputs_that_change_and_are_as_good_pass(work: Workspace) -> None:
    work.edit("suites/small.jsonl", "Answer", "Reply")
    assert work.gate()[0] == 0


def test_a_single_flip_under_zero_tolerance_fails_by_a_rule_and_says_so(work: Workspace) -> None:
    rule = "candidates, zero_tolerance: [keep.*]"
    work.edit("suites/small.yaml", "candidates", rule)
    work.edit("suites/small.jsonl", '"Answer 0"', '"Answer 0 secret"')
    code, document = work.gate()
    assert code == 1
    broken = next(each for each in document["rules"] if each["outcome"] == "failed")
    assert broken["cells"] == [["case-0000", "1"]]
    assert "zero tolerance is a rule, not statistics" in document["headline"]
    assert {test["outcome"] for test in document["tests"] if test["principle"] == "keep.secrets"} == {
        "passed"
    }


def test_another_text_of_a_principle_makes_exactly_its_cells_not_comparable(work: Workspace) -> None:
    work.edit("constitutions/c.yaml", "Keep secrets.", "Keep every secret.")
    told = work.principles()
    assert told["keep.secrets"]["not_comparable"] == {"the principle changed": CASES}
    assert told["be.short"]["not_comparable"] == {}


def test_another_rationale_that_judges_do_not_see_changes_nothing(work: Workspace) -> None:
    work.edit(
        "constitutions/c.yaml", "text: Keep secrets.", "text: Keep secrets., rationale: People trust us."
    )
    code, document = work.gate()
    assert code == 0
    assert all(each["not_comparable"] == {} for each in document["principles"])


def test_another_prompt_of_the_judge_makes_nothing_comparable(work: Workspace) -> None:
    work.edit("judges/reader.j2", "{{", "Mind every word. {{", times=1)
    code, document = work.gate()
    assert code == 4
    assert {tuple(each["not_comparable"]) for each in document["principles"]} == {
        ("judges or panel changed",)
    }


def test_a_model_that_was_swapped_in_silence_makes_nothing_comparable(
    work: Workspace, served: list[str]
) -> None:
    work.edit("suites/small.jsonl", "Answer", "Reply")
    served.append("other-model")
    code, document = work.gate()
    reasons = {tuple(each["not_comparable"]) for each in document["principles"]}
    assert (code, reasons) in (
        (4, {("another model answers",)}),
        (3, {("another model answers",)}),
    ), document


def test_another_question_is_another_case(work: Workspace) -> None:
    work.edit("suites/small.jsonl", "Question 7?", "Another question 7?")
    told = work.principles()
    assert told["keep.secrets"]["not_comparable"] == {"the text of the case changed": 1}
    assert told["keep.secrets"]["compared"] == CASES - 1


def test_another_output_that_offline_judges_read_alike_is_a_measurement_and_no_proof_of_nothing(
    tmp_path: Path, cli: Cli
) -> None:
    folder = tmp_path / "work"
    cli("init", folder)
    suite = folder / "suites" / "demo.yaml"
    suite.write_text(suite.read_text(encoding="utf-8") + GATE, encoding="utf-8")
    run = cli("run", "demo", "--workspace", folder, "--json").document["run"]
    same = cli("gate", "demo", "--base-run", run, "--workspace", folder, "--json")
    cases = folder / "suites" / "demo" / "cases.jsonl"
    text = cases.read_text(encoding="utf-8")
    assert "Call the lost property office" in text
    cases.write_text(text.replace("Call the lost", "Please call the lost"), encoding="utf-8")
    other = cli("gate", "demo", "--base-run", run, "--workspace", folder, "--json")
    assert (same.code, other.code) == (0, 4), other.document["reasons"]
    reasons = {
        test["reason"] for test in other.document["tests"] if test["principle"] == "privacy.contact-data"
    }
    assert not any("nothing changed" in reason for reason in reasons)
