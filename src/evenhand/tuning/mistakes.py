"""Which mistakes of the current judge a proposer is shown."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from evenhand.tuning.learn import LearnItem

MOST_CHARS = 2_000
"""Longest prompt, and longest reply, of a mistake that is shown; longer ones are not cut but left out."""


def choose_mistakes(items: Sequence[LearnItem], most: int, rng: np.random.Generator) -> tuple[LearnItem, ...]:
    """Return up to `most` items that the current judge got wrong, each kind of mistake in turn, drawn at random.

    A kind is a label and what was said in its place.
    """
    wrong = [item for item in items if item.wrong and max(len(item.prompt), len(item.response)) <= MOST_CHARS]
    drawn = [wrong[place] for place in rng.permutation(len(wrong))]
    kinds = sorted({(item.label, item.said) for item in wrong})
    queues = [[item for item in drawn if (item.label, item.said) == kind] for kind in kinds]
    in_turn = [item for row in zip_longest(*queues) for item in row if item is not None]
    return tuple(in_turn[:most])
