"""The measures of each person: see `evenhand.review.quality` for what they mean and do not mean."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from evenhand.review import quality_alone, quality_beside
from evenhand.review.adjudication import counted
from evenhand.review.quality import PersonQuality, QualityMeasure, ReviewedItem
from evenhand.review.quality_said import Said, said_of


def measure_reviewers(
    items: Iterable[ReviewedItem], *, hashes: Mapping[str, str], seed: int = 0
) -> tuple[PersonQuality, ...]:
    """Return what can be asked about each person, by name.

    Args:
        items: Labelled items; those of several designs together where answers before and after an edit of a principle
            are to be compared.
        hashes: Of each principle as it is now; labels stamped with another one rest on an earlier text.
        seed: Of the draws behind intervals.
    """
    known = list(items)
    said: dict[str, list[Said]] = {}
    for each in known:
        for label in counted(each.labels):
            said.setdefault(label.person, []).append(said_of(each, label))
    return tuple(
        PersonQuality(
            person=name,
            labels=len(mine),
            measures=tuple(_measures(name, said, known, hashes, seed)),
        )
        for name, mine in sorted(said.items())
    )


def _measures(
    name: str,
    said: Mapping[str, Sequence[Said]],
    items: Sequence[ReviewedItem],
    hashes: Mapping[str, str],
    seed: int,
) -> Iterator[QualityMeasure]:
    mine = sorted(said[name], key=attrgetter("at"))
    drawn = [each for each in mine if each.gold is None]
    others = [each for own, labels in said.items() if own != name for each in labels if each.gold is None]
    yield quality_alone.self_agreement(name, items)
    yield quality_alone.gold(mine)
    yield quality_alone.pace(mine)
    yield quality_beside.with_others(drawn, items, name)
    yield quality_beside.kappa(drawn, seed)
    yield quality_beside.with_adjudicator(mine)
    yield quality_beside.one_answer(drawn, others)
    yield quality_beside.cannot_tell(drawn, others)
    yield quality_alone.late(mine)
    if any(each.item.known.scale.type == "pairwise" for each in mine):
        yield quality_alone.left_right(mine)
    yield from quality_alone.drift(drawn, hashes)
    yield from quality_alone.changed_minds(name, items)
