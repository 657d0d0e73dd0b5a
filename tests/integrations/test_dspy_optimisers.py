"""The adapter for DSPy's optimisers, against objects of the shape that DSPy 3.4 documents.

DSPy itself is not among the packages of the tests; `benchmarks/dspy_optimisers.py` runs the adapter against it.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.tuning.tuning_kit import REASON, TEMPLATE, tuning_workspace

from evenhand.errors import MeasureError, NothingSelectedError, UsageError
from evenhand.integrations.dspy_optimisers import DspyProposer, agrees, build_with_dspy, load_optimiser
from evenhand.tuning.accept import Outcome
from evenhand.tuning.learn import LearnItem
from evenhand.workflows.tuning.candidates import Candidate


@dataclass
class Signature:
    """A task."""

    instructions: str


@dataclass
class Predict:
    """A program of one predictor."""

    signature: Signature
    demos: list[dict[str, str]] = field(default_factory=list)

    def predictors(self) -> list["Predict"]:
        """Return itself."""
        return [self]


@dataclass
class Teleprompter:
    """An optimiser that does what it is told to, and keeps what it was given."""

    change: Callable[[Predict, list[dict[str, str]]], None]
    seen: list[dict[str, str]] = field(default_factory=list)

    def compile(self, student: Predict, *, trainset: list[dict[str, str]]) -> Predict:
        """Change the student."""
        self.seen = trainset
        self.change(student, trainset)
        return student


def build(items: Sequence[LearnItem], instructions: str, _current: Candidate) -> tuple[Any, list[Any]]:
    examples = [{"prompt": item.prompt, "reply": item.response, "answer": item.label} for item in items]
    return Predict(signature=Signature(instructions=instructions)), examples


def proposer(change: Callable[[Predict, list[dict[str, str]]], None]) -> DspyProposer:
    return DspyProposer(optimiser=Teleprompter(change), build=build)


def careful(student: Predict, _trainset: list[dict[str, str]]) -> None:
    student.signature = Signature(instructions="Read each reply carefully.")


def four_demos(student: Predict, trainset: list[dict[str, str]]) -> None:
    student.demos = [*trainset[:12], {"prompt": "?", "reply": "made up", "answer": "complies"}]


def test_instructions_become_the_system_message_and_are_gated_like_any_prompt(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=400) as workspace:
        tuned = workspace.tune(proposers=(proposer(careful),))
        assert tuned.result.outcome is Outcome.ACCEPTED
        assert tuned.candidate is not None
        assert tuned.candidate.origin == "dspy"
        assert tuned.candidate.template == TEMPLATE
        assert getattr(tuned.candidate.judge, "system", "") == "Read each reply carefully.\n"
        assert any("neither in the ledger nor under the cap" in note for note in tuned.result.notes)


def test_demonstrations_become_worked_examples_only_where_people_labelled_them(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=400) as workspace:
        tuned = workspace.tune(proposers=(proposer(four_demos),))
        assert tuned.candidate is not None
        shots = [each for each in tuned.candidate.constitution.principles[0].examples if each.use == "shot"]
        assert len(shots) == 12
        assert not any(shot.response == "made up" for shot in shots)
        assert any("1 demonstrations of DSPy were left out" in note for note in tuned.result.notes)


def test_an_optimiser_sees_the_shown_part_alone_and_no_reason_of_anybody(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path) as workspace:
        optimiser = Teleprompter(careful)
        workspace.tune(proposers=(DspyProposer(optimiser=optimiser, build=build),))
        chosen = b"".join(workspace.derived(part) for part in ("choose", "gate", "sealed")).decode()
        assert optimiser.seen
        assert REASON not in repr(optimiser.seen)
        assert not any(example["reply"] in chosen for example in optimiser.seen)


HOSTILE = {
    "a template": "Say {{ case.response }}",
    "python": "{{ ''.__class__ }}",
    "hidden": "Be kind.\u202e",
    "long": "x" * 30_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_instructions_are_refused(tmp_path: Path, case: str) -> None:
    def change(student: Predict, _trainset: list[dict[str, str]]) -> None:
        student.signature = Signature(instructions=HOSTILE[case])

    with (
        tuning_workspace(tmp_path, cases=60) as workspace,
        pytest.raises(NothingSelectedError, match="its instructions can not be used"),
    ):
        workspace.tune(proposers=(proposer(change),))


def test_an_optimiser_that_changes_nothing_leaves_nothing_to_judge(tmp_path: Path) -> None:
    with (
        tuning_workspace(tmp_path, cases=60) as workspace,
        pytest.raises(NothingSelectedError, match="no candidate is left"),
    ):
        workspace.tune(proposers=(proposer(lambda _student, _trainset: None),))


def test_an_optimiser_that_fails_is_told_and_measures_nothing(tmp_path: Path) -> None:
    def change(_student: Predict, _trainset: list[dict[str, str]]) -> None:
        raise RuntimeError("a model of its own")

    with (
        tuning_workspace(tmp_path, cases=60) as workspace,
        pytest.raises(MeasureError, match="Teleprompter of DSPy ended in RuntimeError"),
    ):
        workspace.tune(proposers=(proposer(change),))


def test_a_program_of_several_predictors_is_refused(tmp_path: Path) -> None:
    class Two(Teleprompter):
        def compile(self, student: Predict, *, trainset: list[dict[str, str]]) -> Predict:
            student.predictors = lambda: [student, student]  # type: ignore[method-assign] # a program of two
            return student

    with (
        tuning_workspace(tmp_path, cases=60) as workspace,
        pytest.raises(NothingSelectedError, match="2 predictors"),
    ):
        workspace.tune(proposers=(DspyProposer(optimiser=Two(careful), build=build),))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("optimiser", "is not MODULE:NAME"),
        ("nobody_at_home:optimiser", "nobody_at_home is not there"),
        ("made_for_a_test:nothing", "has no nothing"),
        ("made_for_a_test:number", "has no compile"),
        ("needs_dspy_for_a_test:optimiser", "module dspy is not there"),
    ],
)
def test_what_is_no_optimiser_is_told(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "made_for_a_test.py").write_text("number = 3\n", encoding="utf-8")
    (tmp_path / "needs_dspy_for_a_test.py").write_text("import dspy\n", encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        load_optimiser(name, tmp_path)
    assert str(tmp_path) not in sys.path


def test_an_optimiser_or_a_function_that_makes_one_is_loaded(tmp_path: Path) -> None:
    text = (
        "class O:\n    def compile(self, student, *, trainset):\n        return student\n\n\n"
        "one = O()\n\n\ndef make():\n    return O()\n"
    )
    (tmp_path / "made_for_another_test.py").write_text(text, encoding="utf-8")
    for name in ("one", "make"):
        assert callable(load_optimiser(f"made_for_another_test:{name}", tmp_path).compile)


def test_without_dspy_the_way_to_install_it_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        build_with_dspy((), "", None)  # type: ignore[arg-type] # nothing is read before DSPy is
    assert "evenhand[dspy]" in caught.value.hint


def test_the_metric_is_agreement_with_people() -> None:
    @dataclass
    class Said:
        answer: str

    assert agrees(Said("complies"), Said(" complies\n"))
    assert not agrees(Said("complies"), Said("violates"))
    assert not agrees(Said("complies"), object())


def test_the_command_loads_neither_dspy_nor_the_adapter_before_it_is_asked() -> None:
    line = "import sys, evenhand.cli.judge_tune; print([m for m in sys.modules if 'dspy' in m])"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
