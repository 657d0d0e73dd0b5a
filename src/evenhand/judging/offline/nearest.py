"""The nearest-example judge: the principle's labelled examples most like the text vote.

Likeness is the cosine of damped counts of character n-grams, hashed into a table of fixed size. The hash is
ours and fixed, so that a rating is the same on every machine; similarities are rounded before they are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evenhand.judging.offline.settle import abstain, not_covered, settle
from evenhand.records.constitution import Constitution, Example
from evenhand.records.judge import NearestJudge
from evenhand.records.message import Text, flatten
from evenhand.records.rating import Outcome
from evenhand.records.run import Unit
from evenhand.records.scale import Scale

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BUCKETS_LOG2 = 16
_MULTIPLIER = 0x9E3779B97F4A7C15
"""Odd, with well-mixed bits (2**64 over the golden ratio)."""
_DECIMALS = 6
_SMALLEST = 1e-6
"""Similarity 0 never votes, whatever the judge's floor."""


@dataclass(frozen=True, slots=True)
class _Examples:
    """The labelled examples of one principle: names, labels, and one column of n-gram weights for each."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    weights: "npt.NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class _Neighbour:
    name: str
    label: str
    similarity: float

    def __str__(self) -> str:
        return f"{self.name} ({self.label}, {self.similarity:.3f})"


class NearestRater:
    """Rates by the examples of a constitution that may be shown (`use: shot`)."""

    def __init__(self, judge: NearestJudge, constitution: Constitution) -> None:
        """Hold the parts; the examples of a principle are read when it is first met."""
        self._judge = judge
        self._constitution = constitution
        self._examples: dict[str, _Examples | None] = {}

    def rate(self, unit: Unit) -> Outcome:
        """Return the rating of `unit`; not covered without examples on its scale, or without its text."""
        item = unit.item
        if item.is_pair:
            return not_covered("examples are single replies, and this is a pair")
        examples = self._examples_of(item.principle_id, item.scale)
        if examples is None:
            return not_covered(f"{item.principle_id} has no labelled examples to show")
        response = item.candidates[0].text
        if response is None:
            return not_covered("the suite does not hold the candidate's text")
        neighbours = self._neighbours(_joined(item.case.prompt or "", response), examples)
        floor = max(self._judge.min_similarity, _SMALLEST)
        near = [found for found in neighbours if found.similarity >= floor]
        if not near:
            return abstain(item.scale, why=f"nothing is near; the nearest is {neighbours[0]}")
        return settle(_vote(near), item.scale, reason=f"nearest: {', '.join(map(str, near))}")

    def _neighbours(self, text: str, examples: _Examples) -> list[_Neighbour]:
        """Return the nearest examples, nearest first; of equally near ones the earlier in the constitution."""
        similarities = _similarities(text, examples.weights, self._judge.ngram)
        order = sorted(range(len(similarities)), key=lambda index: -similarities[index])
        return [
            _Neighbour(examples.names[index], examples.labels[index], similarities[index])
            for index in order[: self._judge.neighbours]
        ]

    def _examples_of(self, principle_id: str, scale: Scale) -> _Examples | None:
        if principle_id not in self._examples:
            shots = [
                (example, label)
                for example in self._constitution.by_id[principle_id].examples
                if example.use == "shot" and (label := _label_of(example, scale))
            ]
            self._examples[principle_id] = _table(shots, self._judge.ngram) if shots else None
        return self._examples[principle_id]


def _label_of(example: Example, scale: Scale) -> str | None:
    label = example.expect or example.kind
    return label if label in scale.labels else None


def _joined(prompt: Text, response: Text) -> str:
    """Return prompt and reply as the n-grams see them: one line, lower case, single spaces."""
    return " ".join(f"{flatten(prompt)} {flatten(response)}".casefold().split())


def _table(shots: Sequence[tuple[Example, str]], ngram: tuple[int, int]) -> _Examples:
    import numpy as np  # noqa: PLC0415 - loaded when a judge needs it, so that the command line starts without it

    weights = np.zeros((1 << _BUCKETS_LOG2, len(shots)))
    for column, (example, _) in enumerate(shots):
        buckets, values = _profile(_joined(example.prompt, example.response), ngram)
        weights[buckets, column] = values
    return _Examples(
        names=tuple(example.id for example, _ in shots),
        labels=tuple(label for _, label in shots),
        weights=weights,
    )


def _similarities(text: str, weights: "npt.NDArray[np.float64]", ngram: tuple[int, int]) -> list[float]:
    buckets, values = _profile(text, ngram)
    return [round(float(similarity), _DECIMALS) for similarity in values @ weights[buckets]]


def _profile(text: str, ngram: tuple[int, int]) -> "tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]":
    """Return the buckets of the text's n-grams and their damped counts, scaled to length 1.

    A text shorter than the shortest n-gram has no buckets, and similarity 0 to everything.
    """
    import numpy as np  # noqa: PLC0415 - as above

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    grams = [_hashes(points, size) for size in range(ngram[0], ngram[1] + 1)]
    buckets, counts = np.unique(np.concatenate(grams), return_counts=True)
    values = 1.0 + np.log(counts)
    return buckets, values / np.sqrt(values @ values) if len(values) else values


def _hashes(points: "npt.NDArray[np.uint64]", size: int) -> "npt.NDArray[np.int64]":
    """Return the bucket of every n-gram of `size` characters; arithmetic wraps at 64 bits."""
    import numpy as np  # noqa: PLC0415 - as above

    count = max(0, len(points) - size + 1)
    hashes = np.full(count, size, dtype=np.uint64)
    for offset in range(size):
        hashes = (hashes + points[offset : offset + count]) * np.uint64(_MULTIPLIER)
        hashes ^= hashes >> np.uint64(29)
    return (hashes >> np.uint64(64 - _BUCKETS_LOG2)).astype(np.int64)


def _vote(near: Sequence[_Neighbour]) -> dict[str, float]:
    """Return each label's share of the similarity."""
    total = sum(found.similarity for found in near)
    shares: dict[str, float] = {}
    for found in near:
        shares[found.label] = shares.get(found.label, 0.0) + found.similarity / total
    return shares
