"""Rows on their way: each record becomes a line on disk and a digest in memory, or a reason why it does not."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from evenhand.feedback.dedup import Seen, Twice, row_key
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.rows import (
    Draft,
    Record,
    draft,
    flat_texts_of,
    items_of,
    messages_of,
    row_id,
    source_of,
    texts_of,
)
from evenhand.feedback.shapes import Format, Shape
from evenhand.feedback.splits import Splits
from evenhand.feedback.trust import TRUSTED, Standing, TrustReason, decide_trust, doubt

_TWICE: Final = {Twice.DUPLICATE: LeftOut.DUPLICATE, Twice.CONTRADICTORY: LeftOut.CONTRADICTORY}
_encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
"""In ASCII: a text can end no line, and whatever it holds it is one string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what records become rows."""

    format: Format
    shape: Shape
    conversational: bool
    splits: Splits
    standing: Standing
    people: AbstractSet[int]
    """Positions of the items that people settled."""
    held: AbstractSet[str]
    """Sources that never become training data."""
    untrusted: bool
    """Whether rows that nobody vouches for are wanted too."""
    columns: Mapping[str, Any]
    """Columns that are the same in all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledRow:
    """A row that stays."""

    split: str
    lines: tuple[bytes, ...]
    """What the trainer reads, and for formats without room for columns those too."""


@dataclass(slots=True, kw_only=True)
class Spool:
    """Rows on disk, one after the other, and what became of every record."""

    rules: Rules
    stream: BinaryIO
    """Where the lines lie; it can be read again."""
    records: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    trust: Counter[TrustReason] = field(default_factory=Counter)
    """Of the rows that stay."""
    _held: set[bytes] = field(default_factory=set)
    """Digests of the records of sources that never become training data."""
    _seen: Seen = field(default_factory=Seen)
    _facts: bytearray = field(default_factory=bytearray)
    """Split and reason of trust of each row."""

    def fill(self, records: Iterable[Record]) -> None:
        """Take every record."""
        names = {name: place for place, name in enumerate(self.rules.splits.shares)}
        tail = _encode(dict(self.rules.columns))[1:].encode() + b"\n"
        for record in records:
            self.records += 1
            made = draft_of(record, self.rules)
            if isinstance(made, Held):
                self._held.add(made.key)
                made = LeftOut.HELD_BACK
            if isinstance(made, LeftOut):
                self.left_out[made] += 1
                continue
            split = self.rules.splits.of(source_of(record))
            self._seen.add(made.key, label=made.label, doubt=doubt(made.reason))
            self._facts.append(names[split] * len(_REASONS) + _REASONS.index(made.reason))
            self._put(made, split, tail)

    def rows(self) -> Iterator[SpooledRow]:
        """Yield the rows that stay, in their order.

        What stands twice is counted and passed over, and so is what says the same as a record that is held back.
        """
        names = tuple(self.rules.splits.shares)
        self.stream.seek(0)
        beside = self.rules.format is Format.MESSAGES
        settled, held = self._seen.settle().tolist(), self._seen.among(self._held)
        for twice, is_held, fact in zip(settled, held, self._facts, strict=True):
            line = self.stream.readline()
            lines = (line, self.stream.readline()) if beside else (line,)
            if is_held:
                self.left_out[LeftOut.HELD_BACK] += 1
                continue
            if twice:
                self.left_out[_TWICE[Twice(twice)]] += 1
                continue
            split, reason = divmod(fact, len(_REASONS))
            self.trust[_REASONS[reason]] += 1
            yield SpooledRow(split=names[split], lines=lines)

    def _put(self, made: "Kept", split: str, tail: bytes) -> None:
        columns = {
            "row_id": row_id(made.draft, self.rules.shape),
            **made.draft.columns,
            "trusted": made.reason in TRUSTED,
            "trust_reason": made.reason.value,
            "split": split,
        }
        if self.rules.format is Format.MESSAGES:
            self.stream.write(_encode(made.texts).encode() + b"\n")
            self.stream.write(_encode(columns)[:-1].encode() + b"," + tail)
        else:
            self.stream.write(_encode({**made.texts, **columns})[:-1].encode() + b"," + tail)


_REASONS: Final = tuple(TrustReason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record that is a row, unless others say the same."""

    draft: Draft
    texts: Mapping[str, Any]
    """What the trainer reads."""
    reason: TrustReason
    key: bytes
    label: bool
    """Which of two opposite labels of the same texts it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A record of a source that never becomes training data; nor does what says the same under another source."""

    key: bytes


def draft_of(record: Record, rules: Rules) -> Kept | Held | LeftOut:
    """Return what a record comes to by the rules, the first reason to leave it out among them."""
    made = draft(record, rules.shape)
    if isinstance(made, LeftOut):
        return made
    if source_of(record) in rules.held:
        return Held(key=row_key(made.prompt, made.compared)[0])
    texts = _texts(made, rules)
    if isinstance(texts, LeftOut):
        return texts
    reason = decide_trust(items_of(record, rules.shape), rules.standing, rules.people)
    if reason not in TRUSTED and not rules.untrusted:
        return LeftOut.NOT_TRUSTED
    key, turned = row_key(made.prompt, made.compared)
    label = turned if made.label is None else made.label
    return Kept(draft=made, texts=texts, reason=reason, key=key, label=label)


def _texts(made: Draft, rules: Rules) -> dict[str, Any] | LeftOut:
    if rules.format is Format.MESSAGES:
        return messages_of(made)
    if rules.format is Format.PARQUET:
        return flat_texts_of(made, rules.shape)
    return texts_of(made, rules.shape, conversational=rules.conversational)


__all__ = ["Held", "Kept", "Rules", "Spool", "SpooledRow", "draft_of"]
