"""Eight ratings of every candidate of RewardBench 2 groups."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.tidy import lines
from numpy.typing import NDArray

SETTINGS = frozenset({"source", "metric"})
COLLECTIONS = {
    "gpt-5.4": ("{prompt}_both_k8", "full"),
    "gpt-5.4-mini": ("{prompt}_both_k8", "mini"),
    "gpt-5.4-nano": ("{prompt}_nano_k8", "nano"),
    "claude-sonnet-4.6": ("{prompt}_claude_both_k8", "full"),
    "claude-haiku-4.5": ("{prompt}_claude_both_k8", "mini"),
}
"""File and size of each judge's ratings."""
STATED = {"gpt-5.4 base k=1, ties shared": "79.7", "gpt-5.4 base k=8, ties shared": "83.3"}


def figures(data: Path) -> list[Figure]:
    """Return how often the chosen candidate has the highest mean of the first ratings."""
    folder = data / "rb2_repeats"
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    ours: dict[str, Ours] = {
        name: recipe(folder, name.removeprefix("accuracy_pct / "))[0] for name in printed
    }
    stated: dict[str, Ours] = {name: recipe(folder, name.partition(",")[0])[1] for name in STATED}
    return compared("rb2_repeats", printed, ours) + compared("rb2_repeats", STATED, stated)


def recipe(folder: Path, name: str) -> tuple[float, float]:
    """Return the accuracy (%) of a judge, prompt and number of ratings: ties wrong, and ties shared."""
    judge, prompt, ratings = name.split(" ")
    file, size = COLLECTIONS[judge]
    path = folder / "raw" / f"{file.format(prompt=prompt)}.jsonl.gz"
    return accuracies(list(groups(path, size, int(ratings.removeprefix("k=")))))


def groups(path: Path, size: str, k: int) -> Iterator[NDArray[np.float64]]:
    """Yield the mean of the parsed ones of the first k ratings of each candidate, unless a candidate has none."""
    for record in lines(path):
        means = []
        for scores in record[f"{size}_scores"]:
            parsed = [score for score in scores[:k] if score is not None]
            means.append(float(np.mean(parsed)) if parsed else np.nan)
        if means and not np.isnan(means).any():
            yield np.array(means)


def accuracies(means: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Return how often candidate 0 is alone at the top, and the same with ties shared equally, in percent."""
    tops = [group == group.max() for group in means]
    alone = np.mean([top[0] and top.sum() == 1 for top in tops])
    shared = np.mean([top[0] / top.sum() for top in tops])
    return 100 * float(alone), 100 * float(shared)
