"""Rows of a tidy folder as lines of recordings and label files, in the folder's own words."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from evenhand.catalog.tidy import TidyReply, TidyRow, TidyTable
from evenhand.records.label import LabelLine
from evenhand.records.rating import FailureKind
from evenhand.records.recording import RatingLine, ReplyLine
from evenhand.records.tidy import Quirk
from evenhand.workflows.tidy.survey import (
    ORDERS,
    REASON_COLUMNS,
    SHARE_COLUMNS,
    Place,
    Survey,
    place_of,
)

_LARGEST_GAP = 0.1
"""Recorded probabilities that miss more than a tenth are left out; smaller gaps are scaled away."""
_EXACT = 1e-3
_CANDIDATES = ("a", "b")


@dataclass(slots=True)
class LineMaker:
    """Makes lines, and notes what it had to change."""

    survey: Survey
    share_labels: tuple[str, str] | None
    """The folder's labels for the first and the second candidate; None where candidates are not compared."""
    scaled: int = 0
    without_shares: int = 0
    _repeats: Mapping[str, int] = field(init=False)
    _contradicting: Mapping[Place, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Number the samples, and look up which places contradict themselves."""
        self._repeats = sample_numbers(self.survey.samples)
        self._contradicting = self.survey.contradictions()

    def ratings(self, table: TidyTable) -> Iterator[tuple[str, RatingLine]]:
        """Yield a judge's name and its line for each place: once, however many rows the place has."""
        done: set[Place] = set()
        for row in table:
            place = place_of(row, self.survey.split_column)
            if place not in self.survey.places or place in done:
                continue
            if place in self.survey.repeated:
                done.add(place)
            yield place[1], self._rating(row, place)

    def _rating(self, row: TidyRow, place: Place) -> RatingLine:
        differing = self._contradicting.get(place)
        label = "" if differing else row.label
        return RatingLine(
            case=row.item,
            principle=row.criterion,
            judge=place[1],
            label=label,
            failure=FailureKind.MALFORMED if differing else None,
            score=None if _is_number(label, row.score) else row.score,
            distribution=self._shares(row) if label else None,
            reason=f"rows differ: {', '.join(differing)}" if differing else _reason(row),
            order=ORDERS[place[3]],
            repeat=self._repeats[place[4]],
        )

    def _shares(self, row: TidyRow) -> Mapping[str, float] | None:
        if self.share_labels is None or SHARE_COLUMNS[0] not in row.extra:
            return None
        shares = [_number(row.extra.get(name, "")) for name in SHARE_COLUMNS]
        known = [share for share in shares if share is not None and 0 <= share <= 1]
        total = math.fsum(known)
        if len(known) < len(shares) or abs(total - 1) > _LARGEST_GAP:
            self.without_shares += 1
            return None
        if abs(total - 1) > _EXACT:
            self.scaled += 1
        return {name: share / total for name, share in zip(self.share_labels, known, strict=True)}

    def labels(self, table: TidyTable) -> Iterator[LabelLine]:
        """Yield a line for each human label; of a place labelled twice, one line if its rows agree, else none."""
        done: set[tuple[str, str, str]] = set()
        for row in table:
            place = (row.item, row.rater, row.criterion)
            twice = self.survey.repeated_humans.get(place)
            if row.item in self.survey.unknown_humans or not row.label or place in done:
                continue
            if twice:
                done.add(place)
                if len(set(twice)) > 1:
                    continue
            yield LabelLine(
                case=row.item,
                principle=row.criterion,
                annotator=row.rater,
                label=row.label,
                note=_reason(row),
            )

    def quirks(self) -> Iterator[Quirk]:
        """Yield what was changed."""
        if self.scaled:
            yield Quirk(
                kind="probabilities-scaled",
                count=self.scaled,
                message="rows have probabilities that miss up to a tenth of 1; they are scaled to sum to 1",
            )
        if self.without_shares:
            yield Quirk(
                kind="probabilities-left-out",
                count=self.without_shares,
                message="rows have probabilities that can not be right; only their label is kept",
            )


def reply_lines(replies: Iterable[TidyReply]) -> Iterator[tuple[str, ReplyLine]]:
    """Yield a judge's name and its line for each raw reply; a row with two texts gives a line for each candidate."""
    for reply in replies:
        texts = {
            "": reply.text if reply.text is not None else reply.response,
            **dict(zip(_CANDIDATES, (reply.text_1, reply.text_2), strict=True)),
        }
        for candidate, text in texts.items():
            if text is None:
                continue
            yield (
                reply.judge,
                ReplyLine(
                    case=reply.item_id,
                    candidate=candidate,
                    judge=reply.judge,
                    stage=reply.stage,
                    text=text,
                    finish=reply.finish or "",
                    order=ORDERS.get(reply.order, ORDERS[""]),
                ),
            )


def sample_numbers(samples: Iterable[str]) -> Mapping[str, int]:
    """Return the repeat that each sample is, from 0, in the order of their numbers, or else of their names."""
    names = set(samples) or {""}
    if all(name.isdecimal() for name in names):
        return {name: number for number, name in enumerate(sorted(names, key=int))}
    return {name: number for number, name in enumerate(sorted(names))}


def _reason(row: TidyRow) -> str:
    """Return what stands in the columns for reasons, unless it only says the label again."""
    texts = (row.extra.get(name, "") for name in REASON_COLUMNS)
    return "\n\n".join(text for text in texts if text and text != row.label)


def _is_number(label: str, score: float | None) -> bool:
    return score is not None and _number(label) == score


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
