"""What has to be known before preference labels are used: judges that say too little, or judge their own kind."""

from collections.abc import Iterator, Sequence

from evenhand.feedback.preference_results import JudgeLabels, OwnFamilyShare
from evenhand.feedback.preference_tally import SATURATED
from evenhand.feedback.results import PreferenceBasis
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Manifest
from evenhand.stats.estimate import Estimate

_MOST = 0.5
"""Above this share a judge's probabilities are called saturated: most of them say no more than an answer."""
_REMEDIES = (
    "set a clamp such as [0.4, 0.6] under `prefer:`, ask with `repeats:` and take the shares of the answers, or let it "
    "answer at once (`answer: {reason: none, quotes: false}`)"
)


def warnings_of(
    manifest: Manifest, judges: Sequence[JudgeLabels], own_family: Sequence[OwnFamilyShare]
) -> Iterator[str]:
    """Yield what has to be known before the labels of a run are used."""
    for each in judges:
        yield from _saturated(manifest, each)
        yield from _hard(each)
    for own in own_family:
        yield (
            f"judge {own.judge} compares texts of its own model family in {own.count:,} of {own.of:,} comparisons; "
            "judges favour their own kind"
        )


def _saturated(manifest: Manifest, labels: JudgeLabels) -> Iterator[str]:
    share = labels.saturated
    if not isinstance(share, Estimate) or share.value <= _MOST:
        return
    judge = next((each for each in manifest.judges if each.id == labels.judge), None)
    reasons = isinstance(judge, ModelJudge) and judge.answer.reason == "before"
    why = ", as probabilities after a chain of thought are" if reasons else ""
    unclamped = "" if manifest.preference and manifest.preference.clamp else f": {_REMEDIES}"
    yield (
        f"the probabilities of judge {labels.judge} are saturated{why}: {share.value:.0%} of {share.n:,} lie beyond "
        f"{SATURATED:g} or below {1 - SATURATED:.2g}{unclamped}"
    )


def _hard(labels: JudgeLabels) -> Iterator[str]:
    hard = labels.basis[PreferenceBasis.ANSWER]
    if hard:
        yield (
            f"judge {labels.judge} gave {hard:,} of its {labels.ratings:,} ratings without probabilities or repeats: "
            "they are hard, 0 or 1"
        )


__all__ = ["warnings_of"]
