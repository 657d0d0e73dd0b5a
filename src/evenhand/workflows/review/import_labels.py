"""Import labels that people gave in another tool: all of a file or nothing, and each label once."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from evenhand.errors import FileError, Finding
from evenhand.records.canonical import canonical_json
from evenhand.records.review import (
    Adjudication,
    ReviewItem,
    ReviewLabel,
    Spent,
)
from evenhand.review.exchange.records import ExchangeAdjudication, ExchangeLabel, Format
from evenhand.store.ledger import chunks
from evenhand.store.review.change import Change
from evenhand.store.review.reading import Reading
from evenhand.store.review.rows import plain
from evenhand.workflows.review.exchange_tasks import LedgerTasks
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.read_exchange import MAX_FINDINGS, Incoming, Names, read_exchange

_Said = ReviewLabel | Adjudication
_LABELS_AT_ONCE: Final = 500
"""Labels that one event says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedReview:
    """What an import came to."""

    format: Format
    file: str
    labels: int
    """Labels that are new."""
    decisions: int
    """Adjudications that are new."""
    known: int
    """Labels and adjudications that were there already."""
    kept: int
    """Answers that differ from what is stored, which was kept."""
    not_blind: int
    """New labels that calibration does not take for blind."""
    people: Mapping[str, int]
    """New labels by who gave them."""
    left_out: Mapping[str, int]
    """Why something in the file was passed over, with how often."""


def import_labels(
    start: Path,
    path: Path,
    format_: Format,
    names: Names,
    *,
    others_hidden: bool = False,
    keep_stored: bool = False,
) -> ImportedReview:
    """Add the labels of a file to the review ledger.

    Args:
        start: Folder from which the workspace is looked for.
        path: The file.
        format_: Its format.
        names: Who is who.
        others_hidden: Whether a tool in which people can see each other's labels hid them.
        keep_stored: Whether an answer that differs from the one stored of the same person is passed over.

    Raises:
        FileError: The file can not be read, or something in it is wrong; nothing was stored.
        UsageError: It is not said who somebody is, or the format is written only.
        LedgerError: Nothing was drawn yet, or the ledger can not be used.
    """
    ledger = open_review(start)
    with ledger.read() as reading:
        tasks = LedgerTasks(reading)
        people = {person.name: person for person in reading.people()}
        read = read_exchange(path, format_, tasks, people, names, others_hidden=others_hidden)
        items = {each.said.item: tasks.item(each.said.item) for each in read.incoming}
        known_items = {name: item for name, item in items.items() if item is not None}
        with_judges = _shown_with_judges(reading)
    with ledger.change() as change:
        importing = _Importing(change, known_items, with_judges, via=format_.value, keep_stored=keep_stored)
        importing.add(read.incoming)
    return ImportedReview(
        format=format_,
        file=str(path),
        labels=sum(importing.people.values()),
        decisions=importing.decisions,
        known=importing.known,
        kept=importing.kept,
        not_blind=importing.not_blind,
        people=dict(importing.people),
        left_out=read.left_out,
    )


def _shown_with_judges(reading: Reading) -> frozenset[str]:
    """Return the items that ever left with the judges' answers: no label of theirs from outside is blind."""
    shown: set[str] = set()
    for event in reading.events():
        if event.kind == "export_with_judges":
            items = event.body.get("items")
            shown.update(map(str, items) if isinstance(items, list) else ())
    return frozenset(shown)


class _Importing:
    """Adds what was read, inside one transaction."""

    def __init__(
        self,
        change: Change,
        items: Mapping[str, ReviewItem],
        with_judges: frozenset[str],
        *,
        via: str,
        keep_stored: bool,
    ) -> None:
        self.people: Counter[str] = Counter()
        self.decisions = self.known = self.kept = self.not_blind = 0
        self._change = change
        self._items = items
        self._with_judges = with_judges
        self._via = via
        self._keep_stored = keep_stored
        self._now = _text(datetime.now(UTC))
        self._new: dict[str, list[ReviewLabel]] = {}
        """New labels by item; they are written once all are known to be right."""
        self._by_id: dict[str, ReviewLabel] = {}

    def add(self, incoming: Iterable[Incoming]) -> None:
        """Add everything that is new.

        Raises:
            FileError: Something contradicts what is stored, or the rest of the file.
        """
        findings = [found for each in incoming if (found := self._add(each)) is not None]
        if findings:
            raise FileError(findings[:MAX_FINDINGS])
        for chunk in chunks([label for given in self._new.values() for label in given], _LABELS_AT_ONCE):
            self._write(chunk)

    def _add(self, each: Incoming) -> Finding | None:
        """Add one thing, or return what is wrong with it."""
        said = each.said
        if isinstance(said, ExchangeAdjudication):
            return self._add_decision(each, said)
        label = self._label(said)
        if (same := self._change.find_label(label.id) or self._by_id.get(label.id)) is not None:
            return self._met_again(each, label, same)
        stored = (*self._change.labels_of(label.item), *self._new.get(label.item, ()))
        twin = _twin(label, stored)
        if twin is None:
            self._new.setdefault(label.item, []).append(label)
            self._by_id[label.id] = label
        elif label.withdrawn or twin.label == label.label:
            self.known += 1
        else:
            return self._contradiction(each, f"{label.person} answered {twin.label!r} on {twin.at[:10]}")
        return None

    def _met_again(self, each: Incoming, said: _Said, same: _Said) -> Finding | None:
        """Take something whose id is there already for known, or return what it contradicts."""
        if (said.item, said.person, said.label) == (same.item, same.person, same.label):
            self.known += 1
            return None
        return self._contradiction(each, f"{same.id[:40]} is {same.person}'s {same.label!r} on {same.item}")

    def _contradiction(self, each: Incoming, before: str) -> Finding | None:
        if self._keep_stored:
            self.kept += 1
            return None
        hint = "labels are never overwritten: leave the line out, or keep what is stored with --keep-stored"
        return each.finding("label", "E007", f"{before}, and here it is {each.said.label[:40]!r}", hint)

    # -- Labels ------------------------------------------------------------------------------------

    def _label(self, said: ExchangeLabel) -> ReviewLabel:
        return ReviewLabel(
            id=said.id or _id("rl", said.item, said.person, said.kind, said.label),
            item=said.item,
            assignment="",
            person=said.person,
            kind=said.kind,
            label=said.label,
            sure=said.sure,
            defensible=said.defensible,
            comment=said.comment,
            evidence=said.evidence,
            order=said.order,
            blind=said.blind and not self._is_known(said),
            at=_utc(said.at) if said.at else self._now,
            spent=Spent(active_ms=said.active_ms, idle_ms=said.idle_ms),
            revisits=said.revisits,
            principle_hash=self._items[said.item].principle_hash,
            via=said.via or self._via,
            withdrawn=said.withdrawn,
        )

    def _is_known(self, said: ExchangeLabel) -> bool:
        """Tell whether the judges left with the item, or its person was shown here what others answered on it."""
        return said.item in self._with_judges or self._change.is_known_to(said.item, said.person)

    def _write(self, labels: Sequence[ReviewLabel]) -> None:
        """Write labels, and the event that says them."""
        body = {"format": self._via, "labels": [plain(label) for label in labels]}
        number = self._change.append("", "import", self._items[labels[0].item].design, body).number
        for label in labels:
            self._change.add_label(label, number)
            if label.withdrawn:
                self._change.withdraw_label(label)
            if not label.blind:
                self._change.mark_seen(label.person, self._items[label.item])
            self.people[label.person] += 1
            self.not_blind += not label.blind

    # -- Decisions ---------------------------------------------------------------------------------

    def _add_decision(self, each: Incoming, said: ExchangeAdjudication) -> Finding | None:
        decision = Adjudication(
            id=said.id or _id("rj", said.item, said.person, said.reason, said.label),
            item=said.item,
            person=said.person,
            label=said.label,
            reason=said.reason,
            note=said.note,
            at=_utc(said.at) if said.at else self._now,
            spent=Spent(active_ms=said.active_ms, idle_ms=said.idle_ms),
            principle_hash=self._items[said.item].principle_hash,
            own=said.own,
        )
        if (same := self._change.find_adjudication(decision.id)) is not None:
            return self._met_again(each, decision, same)
        stored = self._change.adjudication_of(said.item)
        if stored is not None:
            return self._contradiction(each, f"{stored.person} settled it as {stored.label!r}")
        event = self._change.append(decision.person, "adjudicate", decision.item, plain(decision))
        self._change.add_adjudication(decision, event.number)
        self.decisions += 1
        return None


def _twin(label: ReviewLabel, stored: Iterable[ReviewLabel]) -> ReviewLabel | None:
    """Return the label that stands in the place of this one: a person labels an item once in each kind."""
    twins = [
        other
        for other in stored
        if (other.person, other.kind, other.withdrawn) == (label.person, label.kind, False)
    ]
    return twins[-1] if twins else None


def _id(kind: str, *said: str) -> str:
    """Return a name that is made of what is said, so that the same thing read twice is one."""
    return f"{kind}-{hashlib.sha256(canonical_json([str(each) for each in said])).hexdigest()[:16]}"


def _utc(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return _text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
