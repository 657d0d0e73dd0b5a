"""Run the adapter for DSPy's optimisers against DSPy itself, with scripted models on loopback.

    python -m pip install "evenhand[dspy]"
    python -m benchmarks.dspy_optimisers

What the models say is a script's: the table shows that optimiser, adapter, gate and proposal fit together, not that an
optimiser finds better prompts.
"""

import importlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.coverage.change import table
from tests.workflows.tuning.tuning_kit import tuning_workspace

from evenhand.integrations.dspy_optimisers import DspyProposer, agrees
from evenhand.testing import JudgeAnswer, JudgeRequest

INSTRUCTIONS = "Read each reply carefully and choose one label."


def scripted(request: JudgeRequest) -> JudgeAnswer:
    """Answer what DSPy's programs ask, and propose instructions; right only where a prompt says `carefully`."""
    bad, right = "BAD" in request.messages[-1].text, "carefully" in request.text
    said = {
        "answer": "violates" if bad == right else "complies",
        "new_instruction": INSTRUCTIONS,
        "proposed_instruction": INSTRUCTIONS,
        "proposed_prefix_for_output_field": "Answer:",
    }
    asked = {name: text for name, text in said.items() if name in request.text}
    return JudgeAnswer(raw=json.dumps(asked or said))


def optimisers(dspy: Any, model: Any) -> Iterator[tuple[str, Any]]:
    """Yield optimisers of DSPy, small enough for a minute."""

    def told(gold: Any, prediction: Any, *_: Any, **__: Any) -> Any:
        return dspy.Prediction(score=float(agrees(gold, prediction)), feedback=f"people say {gold.answer}")

    yield "LabeledFewShot", dspy.LabeledFewShot(k=8)
    yield "BootstrapFewShot", dspy.BootstrapFewShot(metric=agrees, max_bootstrapped_demos=4)
    yield "COPRO", dspy.COPRO(prompt_model=model, metric=agrees, breadth=3, depth=1)
    yield "GEPA", dspy.GEPA(metric=told, max_metric_calls=300, reflection_lm=model, num_threads=2)


def main() -> None:
    """Print what became of each optimiser's proposal."""
    dspy: Any = importlib.import_module("dspy")
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        tuning_workspace(Path(folder), scripted, cases=400) as workspace,
    ):
        model = dspy.LM("openai/writer", api_base=workspace.server.base_url, api_key="none", cache=False)
        dspy.configure(lm=model)
        for name, optimiser in optimisers(dspy, model):
            with redirect_stdout(StringIO()):  # COPRO prints what its models said
                tuned = workspace.tune(proposers=(DspyProposer(optimiser=optimiser, name=name.lower()),))
            now, new = tuned.result.candidates[:2]
            rows.append((name, f"{now.score:.3f}", f"{new.score:.3f}", tuned.result.outcome.value))
    print(f"DSPy {dspy.__version__}")
    print(table(("optimiser", "judge as it is", "with its proposal", "outcome"), rows))


if __name__ == "__main__":
    main()
