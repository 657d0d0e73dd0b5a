"""A candidate gains nothing by making judges refuse it (faults.md C08)."""

from collections.abc import Iterator, Sequence
from itertools import product

from evenhand.records.rating import FailureKind
from evenhand.records.scale import NumericScale, PairwiseScale, Reading, Scale, number_text
from evenhand.records.verdict import Opinion

INDUCED = frozenset({FailureKind.REFUSED.value, FailureKind.FILTERED.value, FailureKind.TOO_LONG.value})
"""Kinds of failed ratings that rest on what the candidate says, so that its writer can bring them about."""

_MOST_TRIED = 1024
"""Answers of refusing judges that are tried together; with more, the item is for people."""


def against(label: str, opinions: Sequence[Opinion], scale: Scale) -> Iterator[list[Opinion]]:
    """Yield what the judges who refused would say if all of them had one other answer, for each that speaks against it.

    One answer of them all is the worst case: votes spread over several answers weigh less against `label`.
    """
    if any(map(_refused, opinions)):
        for other in _others(label, scale):
            yield [_says(opinion, other, scale) for opinion in opinions if _refused(opinion)]


def anything(label: str, opinions: Sequence[Opinion], scale: Scale) -> Iterator[list[Opinion]] | None:
    """Yield everything the judges who refused could have said, where that could matter to `label`; None is too much.

    Learned rules may let an answer speak for its contrary, so that there is no one worst case to try.
    """
    refusers = [opinion for opinion in opinions if _refused(opinion)]
    answers = [name for name in scale.labels if name not in scale.abstain]
    if not refusers or not any(True for _ in _others(label, scale)):
        return iter(())
    if len(answers) ** len(refusers) > _MOST_TRIED:
        return None
    return (
        [_says(opinion, answer, scale) for opinion, answer in zip(refusers, chosen, strict=True)]
        for chosen in product(answers, repeat=len(refusers))
    )


def still_holds(label: str, found: str | None, scale: Scale) -> bool:
    """Tell whether a verdict `found` with the judges against it still says what `label` says."""
    if found is None:
        return False
    return found == label or (scale.reading(label) is Reading.PASS and scale.reading(found) is Reading.PASS)


def _others(label: str, scale: Scale) -> Iterator[str]:
    """Yield the answers that speak against a passing label, or against one side of a pair."""
    if isinstance(scale, PairwiseScale):
        yield from (other for other in scale.labels if label in {"a", "b"} and other != label)
    elif scale.reading(label) is not Reading.PASS:
        return
    elif isinstance(scale, NumericScale):
        ends = [number_text(scale.minimum), number_text(scale.maximum)]
        yield from (end for end in ends if scale.reading(end) is not Reading.PASS)
    else:
        speaking = (Reading.FAIL, Reading.NEUTRAL)
        yield from (other for other in scale.labels if scale.reading(other) in speaking)


def _refused(opinion: Opinion) -> bool:
    return opinion.label is None and not opinion.abstains and not INDUCED.isdisjoint(opinion.failed)


def _says(opinion: Opinion, label: str, scale: Scale) -> Opinion:
    return Opinion(
        judge=opinion.judge,
        label=label,
        distribution=((label, 1.0),),
        score=scale.score(label),
        ratings=0,
    )
