"""What has to be known before preference labels are used: judges that say too little, or judge their own kind."""

from collections.abc import Iterator, Sequence

from evenhand.feedback.preference_results import JudgeLabels, OwnFamilyShare
from evenhand.feedback.preference_tally import SATURATED
from evenhand.feedback.results import PreferenceBasis
from evenhand.records.judge import Judge, ModelJudge
from evenhand.stats.estimate import Estimate

_MOST = 0.5
"""Above this share a judge's probabilities are called saturated: most of them say no more than an answer."""
_CLAMP = "set a clamp such as [0.4, 0.6] under `prefer:`"
_REMEDIES = (
    f"{_CLAMP}, ask with `repeats:` and take the shares of the answers, or let it "
    "answer at once (`answer: {reason: none, quotes: false}`)"
)


def warnings_of(
    labels: Sequence[JudgeLabels],
    *,
    judges: Sequence[Judge],
    clamp: tuple[float, float] | None,
    own_family: Sequence[OwnFamilyShare] = (),
) -> Iterator[str]:
    """Yield what has to be known before the labels of a run are used.

    Args:
        labels: How each judge gave its probabilities.
        judges: The judges as the run had them.
        clamp: The clamp that is set.
        own_family: Judges that compared texts of their own model family.
    """
    reasoning = {
        judge.id for judge in judges if isinstance(judge, ModelJudge) and judge.answer.reason == "before"
    }
    for each in labels:
        yield from _saturated(each, reasons=each.judge in reasoning, is_clamped=clamp is not None)
        yield from _hard(each)
    for own in own_family:
        yield (
            f"judge {own.judge} compares texts of its own model family in {own.count:,} of {own.of:,} comparisons; "
            "judges favour their own kind"
        )


def _saturated(labels: JudgeLabels, *, reasons: bool, is_clamped: bool) -> Iterator[str]:
    share = labels.saturated
    if not isinstance(share, Estimate) or share.value <= _MOST:
        return
    why = ", as probabilities after a chain of thought are" if reasons else ""
    remedies = "" if is_clamped else f": {_REMEDIES if reasons else _CLAMP}"
    yield (
        f"the probabilities of judge {labels.judge} are saturated{why}: {share.value:.0%} of {share.n:,} lie beyond "
        f"{SATURATED:g} or below {1 - SATURATED:.2g}{remedies}"
    )


def _hard(labels: JudgeLabels) -> Iterator[str]:
    hard = labels.basis[PreferenceBasis.ANSWER]
    if hard:
        yield (
            f"judge {labels.judge} gave {hard:,} of its {labels.ratings:,} ratings without probabilities or repeats: "
            "they are hard, 0 or 1"
        )


__all__ = ["warnings_of"]
