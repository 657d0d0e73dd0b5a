"""DSPy's optimisers as proposers of a tuning (`evenhand[dspy]`); DSPy is imported where one is asked, and nowhere else.

An optimiser is given labelled items of the part that proposers may see, as examples, and a program of one predictor:
rule, prompt and reply in, answer out. What it finds is read back from the program: its instructions become the system
message of the judge, its demonstrations worked examples. Template, fences and the form of the answer stay the judge's,
so that what is judged, gated and taken over is a judge of evenhand like any other.

DSPy asks models by its own settings. Its calls stand neither in the ledger nor under the cap of a tuning.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from evenhand.errors import MeasureError, UsageError
from evenhand.generation.wording_check import why_refused
from evenhand.records.judge import ModelJudge
from evenhand.tuning.learn import LearnItem
from evenhand.tuning.results import RefusedCandidate
from evenhand.workflows.tuning.candidates import Candidate
from evenhand.workflows.tuning.few_shot import shows_no_shots, with_shots
from evenhand.workflows.tuning.proposals import LearnView, Proposed

INSTRUCTIONS: Final = "Decide whether the reply keeps the rule. Answer with one of the labels."
"""Where an optimiser begins, for a judge without a system message of plain words."""
MOST_SHOTS: Final = 20
_INSTALL: Final = 'python -m pip install "evenhand[dspy]"'
_CALLS: Final = (
    "DSPy asked models by its own settings: those calls stand neither in the ledger nor under the cap."
)


class Signature(Protocol):
    """What a predictor is told to do."""

    @property
    def instructions(self) -> str:
        """The task in words."""
        ...


class Predictor(Protocol):
    """One call of a model in a program."""

    @property
    def signature(self) -> Signature:
        """Its task."""
        ...

    @property
    def demos(self) -> Sequence[Any]:
        """Its demonstrations: mappings, or records with the same fields."""
        ...


class Program(Protocol):
    """A program of DSPy."""

    def predictors(self) -> Sequence[Predictor]:
        """Return its predictors."""
        ...


class Optimiser(Protocol):
    """An optimiser of DSPy: anything with the `compile` of its teleprompters."""

    def compile(self, student: Any, *, trainset: list[Any]) -> Program:
        """Return the student with better instructions or demonstrations."""
        ...


Build = Callable[[Sequence[LearnItem], str, Candidate], tuple[Any, list[Any]]]
"""Makes the student and the examples of an optimiser of labelled items, instructions and judge."""


@dataclass(frozen=True, kw_only=True)
class DspyProposer:
    """Proposes what an optimiser of DSPy makes of the shown labels."""

    optimiser: Optimiser
    name: str = "dspy"
    """Name of the candidate."""
    build: Build | None = None
    """Makes student and examples; by default those of `dspy`."""

    def propose(self, view: LearnView) -> Proposed:
        """Return the judge with the instructions and demonstrations that the optimiser found.

        Raises:
            UsageError: DSPy is not installed.
            MeasureError: The optimiser ended in an error.
        """
        judge = view.current.judge
        if not isinstance(judge, ModelJudge) or judge.mode == "pairwise":
            return self._refused("only a judge that asks a model about one reply has what DSPy optimises")
        student, examples = (self.build or build_with_dspy)(view.items, _start(judge), view.current)
        found = self._compiled(student, examples)
        if len(found) != 1:
            return self._refused(f"the program has {len(found)} predictors, and the judge asks once")
        return self._read(view, judge, found[0])

    def _compiled(self, student: Any, examples: list[Any]) -> list[Predictor]:
        """Return the predictors of what the optimiser makes.

        Raises:
            MeasureError: It ended in an error.
        """
        try:
            return list(self.optimiser.compile(student, trainset=examples).predictors())
        except Exception as error:
            raise MeasureError(
                f"{type(self.optimiser).__name__} of DSPy ended in {type(error).__name__}",
                hint="see its own output above; --debug shows where",
            ) from error

    def _read(self, view: LearnView, judge: ModelJudge, predictor: Predictor) -> Proposed:
        instructions = str(predictor.signature.instructions).strip()
        made, notes = view.current, [_CALLS]
        if instructions != _start(judge):
            whole = f"{instructions}\n"
            if why := why_refused(whole, judge.system, judge, view.current.constitution.principles):
                return self._refused(f"its instructions can not be used: {why}")
            made = replace(made, judge=judge.model_copy(update={"system": whole}))
        shots = tuple(_shots(predictor.demos, view.items))[:MOST_SHOTS]
        if len(shots) < len(predictor.demos):
            notes.append(
                f"{len(predictor.demos) - len(shots):,} demonstrations of DSPy were left out: only shown items with "
                "the label of people become worked examples."
            )
        told = f"{type(self.optimiser).__name__} of DSPy"
        if shots and (why := shows_no_shots(made)):
            notes.append(f"The demonstrations of DSPy were left out: {why}.")
        elif shots:
            made = with_shots(made, shots, len(shots), name=self.name, told=told, origin="dspy")
        made = replace(made, name=self.name, told=told, origin="dspy", path=None)
        return Proposed(candidates=(made,), notes=tuple(notes))

    def _refused(self, why: str) -> Proposed:
        return Proposed(refused=(RefusedCandidate(name=self.name, origin="dspy", reason=why),))


def build_with_dspy(
    items: Sequence[LearnItem], instructions: str, current: Candidate
) -> tuple[Any, list[Any]]:
    """Return a predictor of DSPy and its examples: rule, prompt and reply in, answer out.

    Raises:
        UsageError: DSPy is not installed.
    """
    try:
        dspy: Any = importlib.import_module("dspy")
    except ImportError as error:
        raise UsageError("DSPy is not installed", hint=_INSTALL) from error
    rules = {principle.id: principle.text for principle in current.constitution.principles}
    examples = [
        dspy.Example(
            rule=rules[item.principle], prompt=item.prompt, reply=item.response, answer=item.label
        ).with_inputs("rule", "prompt", "reply")
        for item in items
    ]
    signature = dspy.Signature("rule: str, prompt: str, reply: str -> answer: str", instructions)
    return dspy.Predict(signature), examples


def agrees(example: Any, prediction: Any, *_: Any, **__: Any) -> bool:
    """Tell whether a prediction is the label of people: the metric an optimiser of DSPy is made with."""
    return str(getattr(prediction, "answer", "")).strip() == str(example.answer)


def load_optimiser(name: str, folder: Path) -> Optimiser:
    """Return the optimiser that a module of the user makes.

    Args:
        name: MODULE:NAME, an optimiser or a function without arguments that returns one.
        folder: Where modules are looked for besides.

    Raises:
        UsageError: There is no such module or name, or it is no optimiser.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise UsageError(
            f"{name!r} is not MODULE:NAME", hint="name an optimiser as in --dspy my_tuning:optimiser"
        )
    sys.path.insert(0, str(folder.resolve()))
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        hint = _INSTALL if error.name == "dspy" else f"write {module_name}.py in {folder}"
        raise UsageError(f"module {error.name} is not there", hint=hint) from error
    except AttributeError as error:
        raise UsageError(f"module {module_name} has no {attribute}", hint="name what it makes") from error
    finally:
        sys.path.remove(str(folder.resolve()))
    if not hasattr(found, "compile") and callable(found):
        found = found()
    if not callable(getattr(found, "compile", None)):
        raise UsageError(
            f"{name} is no optimiser of DSPy: it has no compile()", hint="name one such as dspy.GEPA(...)"
        )
    optimiser: Optimiser = found
    return optimiser


def _start(judge: ModelJudge) -> str:
    """Return the instructions an optimiser begins with: the judge's system message, where it is plain words."""
    plain = judge.system.strip()
    return plain if plain and "{" not in plain else INSTRUCTIONS


def _shots(demos: Sequence[Any], items: Sequence[LearnItem]) -> Iterator[LearnItem]:
    """Yield the shown items that demonstrations are, with the answer that people gave."""
    known = {(item.prompt, item.response, item.label): item for item in items}
    taken: set[tuple[str, str, str]] = set()
    for demo in demos:
        key = (_field(demo, "prompt"), _field(demo, "reply"), _field(demo, "answer"))
        if key in known and key not in taken:
            taken.add(key)
            yield known[key]


def _field(demo: Any, name: str) -> str:
    value = demo.get(name, "") if hasattr(demo, "get") else getattr(demo, name, "")
    return str(value)
