"""What became of the verdicts of a run, in words."""

from collections.abc import Iterator

from evenhand.calibration.words import count
from evenhand.constitution.impact_results import Impact, PrincipleImpact

EARLIER_TEXT = (
    "People labelled under the earlier text: where the question is another one now, agreement says how far the panel "
    "moved from what they said of the earlier one, not whether it is right about the later one."
)
NOT_ADJUSTED = (
    "Intervals hold with 95 % confidence each and count items of one source as one; they are not adjusted for how many "
    "there are."
)


def impact_clause(impact: Impact) -> str:
    """Return how many verdicts flip, for the conclusion."""
    overall = impact.overall
    if not overall.compared:
        return f"no verdict of run {impact.run} could be compared"
    if not overall.flips:
        return f"none of {count(overall.compared, 'verdict')} compared flips"
    flips = "1 flips" if overall.flips == 1 else f"{overall.flips:,} flip"
    return f"of {count(overall.compared, 'verdict')} compared {flips} ({', '.join(flipped_ways(overall))})"


def flipped_ways(impact: PrincipleImpact) -> Iterator[str]:
    """Yield how verdicts flipped."""
    for number, words in (
        (impact.to_fail, "to fail"),
        (impact.to_pass, "to pass"),
        (impact.to_other, "to another answer"),
    ):
        if number:
            yield f"{number:,} {words}"


def apart(impact: PrincipleImpact) -> Iterator[str]:
    """Yield what is in no comparison, and why."""
    for number, words in (
        (impact.became_undecided, "became undecided"),
        (impact.became_decided, "became decided"),
        (impact.stayed_undecided, "stayed undecided"),
        (impact.missing, "are missing, because ratings failed or are open"),
        (impact.left, "do not fall under it any more"),
        (impact.joined, "fall under it only now"),
    ):
        if number:
            yield f"{number:,} {words}"


def remarks(impact: Impact) -> Iterator[str]:
    """Yield what a reader has to know of the numbers, in sentences."""
    if impact.noise:
        yield (
            f"Asked the same again, the panel of run {impact.run} says something else on {impact.noise.rate:.1%} of "
            f"{count(impact.noise.items, 'item')} (95 % interval {impact.noise.low:.1%} to {impact.noise.high:.1%}): "
            "so many flips are its own."
        )
    elif impact.overall.flips:
        yield (
            "Some flips may be the judges' own: how often they change their mind without a change of the text is not "
            "known of this run (`evenhand run --readings 2` tells)."
        )
    if any(each.binding for each in impact.rejudged) and impact.overall.agreement.change.n:
        yield EARLIER_TEXT
    yield NOT_ADJUSTED
    for note in impact.notes:
        yield f"{note[:1].upper()}{note[1:]}{'' if note.endswith('.') else '.'}"
