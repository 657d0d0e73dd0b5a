"""Few-shot choice: which labelled items become worked examples of a principle."""

from collections.abc import Sequence

import numpy as np

from evenhand.tuning.learn import LearnItem

MOST_CHARS = 4_000
"""Longest prompt and reply of a worked example, together."""


def choose_shots(items: Sequence[LearnItem], count: int, rng: np.random.Generator) -> tuple[LearnItem, ...]:
    """Return up to `count` items of each principle: its labels in turn, what the judge got wrong first.

    No two of a principle share a source, and long texts are left out. What is drawn depends on the generator alone.

    Raises:
        ValueError: `count` is not positive.
    """
    if count < 1:
        raise ValueError(f"{count} worked examples: one is the least")
    principles = dict.fromkeys(item.principle for item in items)
    short = [item for item in items if len(item.prompt) + len(item.response) <= MOST_CHARS and item.response]
    return tuple(
        shot
        for principle in principles
        for shot in _of_principle([item for item in short if item.principle == principle], count, rng)
    )


def _of_principle(items: Sequence[LearnItem], count: int, rng: np.random.Generator) -> list[LearnItem]:
    drawn = [items[place] for place in rng.permutation(len(items))]
    queues = {
        label: sorted((item for item in drawn if item.label == label), key=lambda item: not item.wrong)
        for label in sorted({item.label for item in items})
    }
    labels = [list(queues)[place] for place in rng.permutation(len(queues))]
    taken: list[LearnItem] = []
    clusters: set[str] = set()
    while len(taken) < count and any(queues.values()):
        for label in labels:
            item = _next(queues[label], clusters)
            if item is not None and len(taken) < count:
                taken.append(item)
                clusters.add(item.cluster)
    return taken


def _next(queue: list[LearnItem], clusters: set[str]) -> LearnItem | None:
    """Take the first item of a queue whose source is not taken yet."""
    while queue:
        item = queue.pop(0)
        if item.cluster not in clusters:
            return item
    return None
