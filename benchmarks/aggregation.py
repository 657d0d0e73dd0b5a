"""Aggregation of judges: what it costs on many items, and what it is worth on recorded panels.

    python benchmarks/aggregation.py [--quick]
    python benchmarks/aggregation.py --table [--quick] [--data FOLDER] [--alttest FOLDER]

Without an option: Dawid-Skene with 20 iterations on 200,000 made-up items, 5 judges and 4 classes, against that of
crowd-kit in the same process, both without smoothing; and the interval of the effective number of judges.

`--table` rebuilds the tables of recorded panels: each line is followed by the one that was printed when the method was
chosen (methods.md 1.1, data/findings.md). FOLDER of `--data` holds the recorded sets; two sets of the first table are
not among them and are read from a checkout of the repository nitaytech/AltTest, its folder `data`, where `--alttest`
names one. Figures over random labels for learning (20 or 40 draws of 200) differ by their own noise from what was
printed.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.recorded_panels import (
    DATA,
    RecordedPanel,
    load_alternative_annotators,
    load_panel,
    one_against_the_others,
)

from evenhand.stats.aggregation.best_single import best_single
from evenhand.stats.aggregation.choose_panel import choose_panel
from evenhand.stats.aggregation.condorcet import condorcet_gap
from evenhand.stats.aggregation.dawid_skene import NO_SMOOTHING, dawid_skene
from evenhand.stats.aggregation.stack import Design, fit_stack, stack_probabilities, vote_design
from evenhand.stats.aggregation.votes import majority, vote_totals
from evenhand.stats.dependence import error_dependence
from evenhand.stats.estimate import Estimate, Measured

LEARNED_FROM = 200
SEED = 20261127


# -- What it costs ---------------------------------------------------------------------------------


def made_up(items: int, judges: int, classes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Make judges of accuracies .6 to .9 who err independently; one answer in twenty is missing."""
    rng = np.random.default_rng(SEED)
    truth = rng.integers(classes, size=items)
    wrong = (truth[:, np.newaxis] + rng.integers(1, classes, size=(items, judges))) % classes
    answers = np.where(
        rng.random((items, judges)) < np.linspace(0.6, 0.9, judges), truth[:, np.newaxis], wrong
    )
    answers[rng.random(answers.shape) < 0.05] = -1
    answers[(answers == -1).all(axis=1), 0] = 0
    return answers, truth


def measure_cost(items: int) -> None:
    """Print CPU seconds of Dawid-Skene, ours and crowd-kit's, and of the effective number's interval."""
    answers, truth = made_up(items, 5, 4)
    ours, fitted = _cpu(
        lambda: (
            dawid_skene(
                answers, categories=4, smoothing=NO_SMOOTHING, most_iterations=20, tolerance=-np.inf
            ).posteriors
        )
    )
    theirs, probabilities = _cpu_of_crowd_kit(answers)
    apart = float(np.abs(fitted - probabilities).max())
    spent, dependence = _cpu(lambda: error_dependence(answers, truth, rng=np.random.default_rng(SEED)))
    print(f"{items:,} made-up items, 5 judges, 4 classes, CPU seconds of one process")
    print(f"  Dawid-Skene, 20 iterations, evenhand             {ours:10.4f}")
    print(f"  Dawid-Skene, 20 iterations, crowd-kit            {theirs:10.4f}")
    print(f"  ratio                                            {theirs / ours:10.0f}")
    print(f"  largest difference of a posterior                {apart:10.1e}")
    print(
        f"  effective number of judges, interval, 2000 draws {spent:10.4f}   {_words(dependence.effective)}"
    )


def _cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def _cpu_of_crowd_kit(answers: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]]:
    """Return the CPU seconds of the model alone, imports and table left out, and its posteriors."""
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    item, judge = np.nonzero(answers >= 0)
    data = pd.DataFrame({"task": item, "worker": judge, "label": answers[item, judge]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about crowd-kit
        spent, model = _cpu(lambda: DawidSkene(n_iter=20, tol=-np.inf).fit(data))
    return spent, model.probas_.sort_index()[[0, 1, 2, 3]].to_numpy()


# -- What it is worth ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """A line of the tables. None where it is not known."""

    items: int | None = None
    correlation: float | None = None
    effective: float | None = None
    majority: float | None = None
    """A tie counts as a share for each answer in it: what a coin would give in the long run."""
    dawid_skene: float | None = None
    oracle: float | None = None
    """The judge who is best on all labels."""
    picked: float | None = None
    """The best judge on 200 labels, measured on the others."""
    stack: float | None = None
    """A stack on 200 labels, measured on the others."""
    person: float | None = None
    """One person against the majority of the others."""


COLUMNS = {
    "items": "n",
    "correlation": "mean error corr.",
    "effective": "n_eff",
    "majority": "majority",
    "dawid_skene": "Dawid-Skene",
    "oracle": "best single",
    "picked": "picked on 200",
    "stack": "stack on 200",
    "person": "one person",
}

PRINTED = {
    "framing": Worth(
        items=2549,
        correlation=0.39,
        effective=2.04,
        majority=0.761,
        dawid_skene=0.767,
        oracle=0.796,
        picked=0.790,
        stack=0.797,
        person=0.866,
    ),
    "cebab_aspects": Worth(
        items=972,
        correlation=0.59,
        effective=1.52,
        majority=0.909,
        dawid_skene=0.907,
        oracle=0.929,
        picked=0.926,
        stack=0.917,
        person=0.939,
    ),
    "lgbteen": Worth(
        items=803,
        correlation=0.38,
        effective=2.06,
        majority=0.601,
        dawid_skene=0.598,
        oracle=0.638,
        picked=0.638,
        stack=0.704,
        person=0.804,
    ),
    "wax": Worth(
        items=206,
        correlation=0.43,
        effective=1.92,
        majority=0.340,
        dawid_skene=0.335,
        oracle=0.417,
        picked=0.400,
        stack=0.417,
        person=0.529,
    ),
    "lesion": Worth(
        items=434,
        correlation=0.27,
        effective=2.20,
        majority=0.624,
        dawid_skene=0.659,
        oracle=0.694,
        picked=0.691,
        stack=0.692,
        person=0.762,
    ),
    "summeval": Worth(
        items=5680,
        correlation=0.23,
        effective=2.76,
        majority=0.282,
        dawid_skene=0.267,
        oracle=0.457,
        picked=0.456,
        stack=0.651,
        person=0.765,
    ),
    "10k_prompts": Worth(
        items=780,
        correlation=0.18,
        effective=3.14,
        majority=0.478,
        dawid_skene=0.458,
        oracle=0.512,
        picked=0.506,
        stack=0.513,
        person=0.485,
    ),
    "cebab_stars": Worth(
        items=619,
        correlation=0.36,
        effective=2.13,
        majority=0.688,
        dawid_skene=0.708,
        oracle=0.712,
        picked=0.715,
        stack=0.712,
        person=0.618,
    ),
}
"""methods.md 1.1; its column of MACE is left out, for evenhand has none."""

FOUND = {
    "judging_judges/v2": Worth(majority=0.893, dawid_skene=0.916, picked=0.948),
    "safety_judges": Worth(majority=0.858, dawid_skene=0.885, picked=0.876, stack=0.889),
    "framing": Worth(majority=0.774, picked=0.789, stack=0.797),
    "cebab_aspects": Worth(majority=0.903, picked=0.925),
    "judging_judges/v1": Worth(majority=0.942, picked=0.922),
    "openqa_eval": Worth(majority=0.854, picked=0.841),
    "llmbar": Worth(majority=0.634),
}
"""data/findings.md. There a tie of `framing` and `cebab_aspects` went to the label that is first in the alphabet."""

SAFETY_JUDGES = frozenset(
    (
        "qwen7b",
        "llama3b",
        "mistral7b",
        "llamaguard3_1b",
        "llama31_8b",
        "gemma2_9b",
        "phi3_medium",
        "wildguard",
        "shieldgemma_9b",
    )
)
"""Those with two labels; the two other guards have a third one."""
LLMBAR_JUDGES = frozenset(f"{model}/Vanilla" for model in ("GPT-4", "ChatGPT", "LLaMA2", "PaLM2", "Falcon"))


def alternative_annotator_panels(data: Path, alttest: Path | None) -> Iterator[RecordedPanel]:
    """Read the sets of the first table that are there."""
    for name in PRINTED:
        if (data / "alttest" / name).is_dir():
            yield load_panel(data / "alttest" / name)
        elif alttest is not None:
            yield load_alternative_annotators(alttest / name)


def panel_of_findings(data: Path, name: str) -> RecordedPanel:
    """Read a set of the second table."""
    if name == "safety_judges":
        return load_panel(
            data / name,
            judges=SAFETY_JUDGES.__contains__,
            items=lambda item: not item.startswith("enriched"),
            resolved="adjudicated",
        )
    if name == "llmbar":
        return load_panel(data / name, judges=LLMBAR_JUDGES.__contains__, resolved="gold")
    if name == "openqa_eval":
        return load_panel(data / name, resolved="final")
    return load_panel(data / (name if "/" in name else f"alttest/{name}"))


def fixed_worth(panel: RecordedPanel) -> Worth:
    """Return the columns in which nothing is drawn at random."""
    categories = len(panel.labels)
    dependence = error_dependence(panel.answers, panel.truth, rng=np.random.default_rng(SEED), draws=100)
    fitted = dawid_skene(panel.answers, categories=categories)
    return Worth(
        items=panel.truth.size,
        correlation=_value(dependence.mean),
        effective=_value(dependence.effective),
        majority=majority_with_shared_ties(panel),
        dawid_skene=float(np.mean(fitted.labels == panel.truth)),
        oracle=float((panel.answers == panel.truth[:, np.newaxis]).mean(axis=0).max()),
        person=one_against_the_others(panel.people),
    )


def majority_with_shared_ties(panel: RecordedPanel) -> float:
    """Return what a majority with ties broken by a coin would be right in, in the long run."""
    votes = vote_totals(panel.answers, np.ones(panel.answers.shape[1]), categories=len(panel.labels))
    tied = votes == votes.max(axis=1, keepdims=True)
    return float((tied[np.arange(panel.truth.size), panel.truth] / tied.sum(axis=1)).mean())


def majority_by_alphabet(panel: RecordedPanel) -> float:
    """Return the same with ties given to the label that is first in the alphabet."""
    votes = vote_totals(panel.answers, np.ones(panel.answers.shape[1]), categories=len(panel.labels))
    return float((votes.argmax(axis=1) == panel.truth).mean())


def learned_worth(panel: RecordedPanel, draws: int) -> tuple[float, float]:
    """Return the held-out accuracy of the judge picked, and of the stack fitted, on 200 random labels."""
    rng = np.random.default_rng(SEED)
    picked, stacked = [], []
    design = vote_design(panel.answers, categories=len(panel.labels))
    for _ in range(draws):
        training = np.zeros(panel.truth.size, dtype=bool)
        training[rng.choice(panel.truth.size, LEARNED_FROM, replace=False)] = True
        judge = best_single(panel.answers[training], panel.truth[training])
        picked.append(np.mean(panel.answers[~training, judge] == panel.truth[~training]))
        stacked.append(_stacked(design, panel, training, rng))
    return float(np.mean(picked)), float(np.mean(stacked))


def _stacked(
    design: Design, panel: RecordedPanel, training: NDArray[np.bool_], rng: np.random.Generator
) -> float:
    model, _ = fit_stack(design.where(training), panel.truth[training], categories=len(panel.labels), rng=rng)
    held_out = stack_probabilities(model, design.where(~training))
    return float(np.mean(held_out.argmax(axis=1) == panel.truth[~training]))


def measure_worth(data: Path, alttest: Path | None, *, draws: int) -> None:
    """Print both tables."""
    print("Accuracy against the majority of people (methods.md 1.1); ties of the majority share the credit")
    _print_head()
    for panel in alternative_annotator_panels(data, alttest):
        _print_lines(panel.name, _with_learned(panel, draws), PRINTED[panel.name])
    print("\nThe same on other sets (data/findings.md)")
    _print_head()
    for name, printed in FOUND.items():
        panel = panel_of_findings(data, name)
        _print_lines(name, _with_learned(panel, 2 * draws), printed)
        alphabet, undecided = (
            majority_by_alphabet(panel),
            majority(panel.answers, categories=len(panel.labels)) == -1,
        )
        print(f"{'':20}  majority with ties by alphabet {alphabet:.3f}, ties {undecided.mean():.3f}")


def measure_panels(data: Path, alttest: Path | None) -> None:
    """Print what shared errors cost the majority, and what a chosen panel of three is worth, held out."""
    print(
        "\nWhat shared errors cost the majority; three judges chosen on one half of the labels, measured on the other"
    )
    print(
        f"{'set':20}  {'Condorcet gap':24}  {'share of n_eff kept':24}  {'same choice':11}  judges chosen on all labels"
    )
    for panel in alternative_annotator_panels(data, alttest):
        rng, categories = np.random.default_rng(SEED), len(panel.labels)
        gap = condorcet_gap(panel.answers, panel.truth, categories=categories, rng=rng).gap
        choice = choose_panel(panel.answers, panel.truth, size=3, categories=categories, rng=rng)
        names = ", ".join(panel.judges[judge] for judge in choice.judges)
        words = _words(gap) if isinstance(gap, Estimate) else "too many ways to vote"
        print(
            f"{panel.name:20}  {words:24}  {_words(choice.kept):24}  {choice.stability:11.2f}  {names}",
            flush=True,
        )


def _with_learned(panel: RecordedPanel, draws: int) -> Worth:
    fixed = fixed_worth(panel)
    picked, stacked = learned_worth(panel, draws)
    values = {name: getattr(fixed, name) for name in COLUMNS} | {"picked": picked, "stack": stacked}
    return Worth(**values)


def _print_head() -> None:
    print(f"{'set':20}  " + "  ".join(f"{title:>16}" for title in COLUMNS.values()))


def _print_lines(name: str, measured: Worth, printed: Worth) -> None:
    print(f"{name:20}  {_cells(measured)}\n{'  printed':20}  {_cells(printed)}", flush=True)


def _cells(worth: Worth) -> str:
    return "  ".join(f"{_cell(getattr(worth, name)):>16}" for name in COLUMNS)


def _cell(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


def _value(measured: Measured) -> float | None:
    return measured.value if isinstance(measured, Estimate) else None


def _words(measured: Measured) -> str:
    if not isinstance(measured, Estimate):
        return measured.reason
    return f"{measured.value:.3f} ({measured.interval.low:.3f} to {measured.interval.high:.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="show only that it works")
    parser.add_argument("--table", action="store_true", help="rebuild the tables of recorded panels")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recorded sets")
    parser.add_argument("--alttest", type=Path, help="folder `data` of a checkout of nitaytech/AltTest")
    options = parser.parse_args(arguments)
    if options.table:
        measure_worth(options.data, options.alttest, draws=2 if options.quick else 20)
        measure_panels(options.data, options.alttest)
    else:
        measure_cost(500 if options.quick else 200_000)


if __name__ == "__main__":
    main()
