"""Recorded ratings and raw replies from JSONL files."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from evenhand.catalog.first_seen import FirstSeen
from evenhand.catalog.json_lines import Complaint, JsonLines
from evenhand.catalog.labels import NOT_RENAMED, ids_by_name
from evenhand.catalog.shape_errors import quoted
from evenhand.records.judge import RecordedRatings, RecordedReplies
from evenhand.records.rating import Distribution, FailureKind
from evenhand.records.recording import RatingLine, RecordedRating, RecordedReply, ReplyLine

_SUM_TOLERANCE = 1e-3


def read_ratings(
    path: Path, spec: RecordedRatings, renamed: Mapping[str, str] = NOT_RENAMED
) -> Iterator[RecordedRating]:
    """Yield the recorded ratings of one judge.

    Args:
        path: JSONL file (`.gz` for gzip).
        spec: Whose lines to read, and which of the file's words stand for principles and labels.
        renamed: Ids of principles by their earlier names, which the file may use.

    Raises:
        FileError: Lines are wrong, an item is rated twice, or the file holds several judges and `spec` names none.
    """
    voice = _Voice(spec.judge)

    def check(line: RatingLine, number: int) -> Iterator[Complaint]:
        if voice.is_meant(line):
            yield from voice.complaints(line, renamed.get(line.principle, line.principle), number)
        yield from _rating_complaints(line)

    lines = JsonLines(path, RatingLine, check=check)
    voice.seen.begin_file(lines.shown)
    principles = ids_by_name(spec.principles, renamed)
    for line in lines:
        if voice.is_meant(line):
            for principle in principles.get(line.principle, (line.principle,)):
                yield _rating(line, principle, spec.labels)


def read_replies(
    path: Path, spec: RecordedReplies, renamed: Mapping[str, str] = NOT_RENAMED
) -> Iterator[RecordedReply]:
    """Yield the recorded raw replies of one judge.

    Args:
        path: JSONL file (`.gz` for gzip).
        spec: Whose lines to read, which stage of them, and which of the file's words stand for principles.
        renamed: Ids of principles by their earlier names, which the file may use.

    Raises:
        FileError: Lines are wrong, an item is replied to twice, or the file holds several judges and `spec` names none.
    """
    voice = _Voice(spec.judge)

    def is_meant(line: ReplyLine) -> bool:
        return voice.is_meant(line) and line.stage == (spec.stage or line.stage)

    def check(line: ReplyLine, number: int) -> Iterator[Complaint]:
        if is_meant(line):
            yield from voice.complaints(line, renamed.get(line.principle, line.principle), number)

    lines = JsonLines(path, ReplyLine, check=check)
    voice.seen.begin_file(lines.shown)
    principles = ids_by_name(spec.principles, renamed)
    for line in lines:
        if is_meant(line):
            for principle in principles.get(line.principle, (line.principle,)):
                yield _reply(line, principle)


class _Voice:
    """One judge of a file: whose lines are meant, and that no item has two of them."""

    def __init__(self, judge: str) -> None:
        self.seen = FirstSeen()
        self._judge = judge
        self._first: str | None = None

    def is_meant(self, line: RatingLine | ReplyLine) -> bool:
        return self._judge in ("", line.judge)

    def complaints(self, line: RatingLine | ReplyLine, principle: str, number: int) -> Iterator[Complaint]:
        self._first = line.judge if self._first is None else self._first
        if line.judge != self._first:
            both = f"{quoted(self._first)} and {quoted(line.judge)}"
            yield "D014", f"the file holds several judges, {both}; name one in the judge file", "judge"
            return
        item = (line.case, line.candidate, principle, line.order, line.repeat)
        if before := self.seen.add(item, number):
            yield "D015", f"this item has two lines of one order and repeat, first in {before}", "case"


def _rating_complaints(line: RatingLine) -> Iterator[Complaint]:
    if line.label and line.failure:
        yield "D016", "a line has a label or a failure, not both", "failure"
    if line.distribution is None:
        return
    total = math.fsum(line.distribution.values())
    if min(line.distribution.values(), default=0.0) < 0 or abs(total - 1) > _SUM_TOLERANCE:
        yield (
            "D017",
            f"the probabilities sum to {total:.6g}; they are at least 0 and sum to 1",
            "distribution",
        )


def _rating(line: RatingLine, principle: str, labels: Mapping[str, str]) -> RecordedRating:
    return RecordedRating(
        case_id=line.case,
        candidate_id=line.candidate,
        principle_id=principle,
        order=line.order,
        repeat=line.repeat,
        label=labels.get(line.label, line.label),
        failure=None if line.label else line.failure or FailureKind.EMPTY,
        distribution=_distribution(line, labels),
        reason=line.reason,
    )


def _distribution(line: RatingLine, labels: Mapping[str, str]) -> Distribution:
    if not line.label or not line.distribution:
        return ()
    shares: dict[str, float] = {}
    for name, share in line.distribution.items():
        label = labels.get(name, name)
        shares[label] = shares.get(label, 0.0) + share
    return tuple(shares.items())


def _reply(line: ReplyLine, principle: str) -> RecordedReply:
    return RecordedReply(
        case_id=line.case,
        candidate_id=line.candidate,
        principle_id=principle,
        order=line.order,
        repeat=line.repeat,
        text=line.text,
        finish=line.finish,
    )
