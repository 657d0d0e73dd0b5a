"""The recorded judge: ratings or raw replies that were obtained elsewhere, found again by their place."""

from collections.abc import Iterable, Sequence

from evenhand.judging.offline.recording_index import RecordingIndex
from evenhand.judging.offline.reply_reader import ReadAnswer, ReplyReader
from evenhand.records.judge import Frame, RecordedJudge
from evenhand.records.rating import Basis, Distribution, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.recording import RecordedRating, RecordedReply
from evenhand.records.run import Unit
from evenhand.records.scale import Scale, swap_label

MAX_REASON_CHARS = 2000
_MOST_SHARED = 10_000
_CLOSE = 1e-9


class RecordedRater:
    """Rates by looking up; the outcomes are made once, when the recording is read."""

    def __init__(self, judge: RecordedJudge, indexes: Sequence[RecordingIndex]) -> None:
        """Hold the recordings of `judge`; the first that has a line for a unit is read."""
        self._judge = judge
        self._indexes = tuple(indexes)

    def rate(self, unit: Unit) -> Outcome:
        """Return what is recorded for `unit`; an answer that is not on the scale is malformed."""
        for index in self._indexes:
            outcome = index.find(unit)
            if outcome is not None:
                return _on_scale(outcome, unit.item.scale)
        return FailedRating(
            kind=FailureKind.NOT_RECORDED,
            detail=f"no line for case {unit.item.case.id!r}, order {unit.order}, repeat {unit.repeat}",
        )

    @property
    def lines(self) -> int:
        """How many recorded lines it holds."""
        return sum(index.lines for index in self._indexes)


def recorded_ratings(judge: RecordedJudge, ratings: Iterable[RecordedRating]) -> RecordedRater:
    """Return the judge that answers with `ratings`.

    Where the source gives probabilities, they are the distribution; else the answer has all of it. An empty label
    is a failed rating of the recorded kind; without one its kind is "empty": why there was no answer is not known,
    and to call it a refusal would be a guess.
    """
    assert judge.ratings is not None
    shared = _Shared()
    index = RecordingIndex()
    for line in ratings:
        swapped = _names_places(judge, judge.ratings.frame, line.order)
        outcome = (
            shared.failed(line.failure, line.reason) if line.failure else shared.rated(line, swapped=swapped)
        )
        index.add(line.case_id, (line.candidate_id, line.principle_id, line.order, line.repeat), outcome)
    return RecordedRater(judge, [index])


def recorded_replies(judge: RecordedJudge, sources: Sequence[Iterable[RecordedReply]]) -> RecordedRater:
    """Return the judge that answers with raw replies, one source of lines for each of `judge.replies`.

    Raises:
        UsageError: A pattern of a reply format can not be used.
    """
    indexes = []
    for spec, lines in zip(judge.replies, sources, strict=True):
        reader = ReplyReader(spec.format, owner=f"judge {judge.id}")
        shared, index = _Shared(), RecordingIndex()
        for line in lines:
            answer = reader.read(line.text, line.finish)
            swapped = _names_places(judge, spec.frame, line.order)
            outcome = shared.read(answer, line.text, swapped=swapped)
            index.add(line.case_id, (line.candidate_id, line.principle_id, line.order, line.repeat), outcome)
        indexes.append(index)
    return RecordedRater(judge, indexes)


def _names_places(judge: RecordedJudge, frame: Frame, order: Order) -> bool:
    """Tell whether "a" in the recording is the second candidate of the case."""
    return judge.mode == "pairwise" and frame == "presented" and order is Order.SWAPPED


class _Shared:
    """Makes outcomes, equal ones once: recordings hold few different ones, unless they carry reasons."""

    def __init__(self) -> None:
        self._outcomes: dict[Outcome, Outcome] = {}

    def failed(self, kind: FailureKind, reason: str) -> Outcome:
        return self._once(FailedRating(kind=kind, detail=reason[:MAX_REASON_CHARS]))

    def rated(self, line: RecordedRating, *, swapped: bool) -> Outcome:
        distribution = line.distribution or ((line.label, 1.0),)
        basis = Basis.RECORDED if line.distribution else Basis.ANSWER
        return self._rating(line.label, distribution, basis, line.reason, swapped=swapped)

    def read(self, answer: ReadAnswer | FailedRating, text: str, *, swapped: bool) -> Outcome:
        if isinstance(answer, FailedRating):
            return self._once(answer)
        reason = "" if answer.whole else text
        return self._rating(answer.label, ((answer.label, 1.0),), Basis.ANSWER, reason, swapped=swapped)

    def _rating(
        self, label: str, distribution: Distribution, basis: Basis, reason: str, *, swapped: bool
    ) -> Outcome:
        if swapped:
            label = swap_label(label)
            distribution = tuple((swap_label(name), share) for name, share in distribution)
        return self._once(
            Rating(
                label=label,
                distribution=distribution,
                basis=basis,
                reason=reason[:MAX_REASON_CHARS],
                flags=() if _leads(label, distribution) else ("label_differs",),
            )
        )

    def _once(self, outcome: Outcome) -> Outcome:
        if len(self._outcomes) >= _MOST_SHARED:
            return self._outcomes.get(outcome, outcome)
        return self._outcomes.setdefault(outcome, outcome)


def _leads(label: str, distribution: Distribution) -> bool:
    """Tell whether the recorded label is one of those with the highest recorded probability."""
    best = max(share for _, share in distribution)
    return dict(distribution).get(label, 0.0) >= best - _CLOSE


def _on_scale(outcome: Outcome, scale: Scale) -> Outcome:
    if isinstance(outcome, FailedRating):
        return outcome
    names = (outcome.label, *(name for name, _ in outcome.distribution))
    strange = next((name for name in names if not scale.holds(name)), None)
    if strange is None:
        return outcome
    return FailedRating(
        kind=FailureKind.MALFORMED, detail=f"the recorded answer {strange[:80]!r} is not on the scale"
    )
