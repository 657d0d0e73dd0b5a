"""Hold the tables of the review ledger against its events, and the events against one another."""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Row, Table, select

from evenhand.records.canonical import canonical_json
from evenhand.records.review import Checkpoint, ReviewEvent
from evenhand.store.review import tables
from evenhand.store.review.chain import broken_links
from evenhand.store.review.reading import Reading
from evenhand.store.review.rows import read_event
from evenhand.store.review.told import Rows, Told

_MALFORMED: Final = (LookupError, TypeError, ValueError, AttributeError)
_items = tables.items.c


class Audit(Reading):
    """One state of the review ledger, looked at for what was changed behind its back."""

    def problems(self, since: Checkpoint | None = None) -> Iterator[str]:
        """Yield what is wrong, in words; what stands first in the chain comes first.

        Events that were cut off the end of the chain are seen with a checkpoint only. Not looked at: leases, drafts,
        sessions and cursors, of which no event tells, and anything beside that says nothing about what people did.
        """
        told = Told()
        yield from self._chain(told, since)
        for table, rows in (
            (tables.draws, told.draws),
            (tables.people, told.people),
            (tables.labels, told.labels),
            (tables.adjudications, told.adjudications),
            (tables.flags, told.flags),
            (tables.assignments, told.assignments),
        ):
            yield from self._compared(table, rows)
        yield from self._secrets(told)
        yield from self._drawn(told)
        yield from self._shown()
        yield from self._counted(told)

    # -- The chain ---------------------------------------------------------------------------------

    def _chain(self, told: Told, since: Checkpoint | None) -> Iterator[str]:
        unreadable: list[str] = []
        reached: dict[int, str] = {0: ""}
        wanted = since.number if since else 0

        def passing() -> Iterator[ReviewEvent]:
            for row in self._stream(select(tables.events).order_by(tables.events.c.number)):
                if (event := _read(row)) is None:
                    unreadable.append(f"event {row.number} was changed after it was written")
                    continue
                if event.number == wanted:
                    reached[wanted] = event.hash
                yield event
                try:
                    told.take(event)
                except _MALFORMED:
                    unreadable.append(f"event {event.number} does not say what a {event.kind!r} says")

        yield from broken_links(passing())
        yield from unreadable
        if since is not None and reached.get(wanted) != since.hash:
            gone = wanted not in reached
            what = "is gone" if gone else "is another one now"
            yield f"event {wanted}, which the checkpoint names, {what}"

    # -- Tables ------------------------------------------------------------------------------------

    def _compared(self, table: Table, told: Rows) -> Iterator[str]:
        """Compare a table with the rows that events tell of, column by column."""
        missing = dict(told)
        (key,) = table.primary_key.columns
        for row in self._stream(select(table)):
            kept = row._mapping  # noqa: SLF001 - the public name for the columns of a row
            said = missing.pop(kept[key], None)
            if said is None:
                yield f"{table.name}: {kept[key]!r} was added behind the back of the events"
                continue
            changed = [name for name, value in said.items() if kept[table.c[name]] != value]
            if changed:
                yield f"{table.name}: {kept[key]!r} was changed: {', '.join(changed)}"
        for gone in missing:
            yield f"{table.name}: {gone!r} is missing"

    def _secrets(self, told: Told) -> Iterator[str]:
        for row in self._stream(select(tables.people.c.name, tables.people.c.secret)):
            kept = hashlib.sha256(str(row.secret).encode()).hexdigest() if row.secret else ""
            if kept != told.secrets.get(row.name, ""):
                yield f"people: {row.name!r} was changed: secret"

    def _drawn(self, told: Told) -> Iterator[str]:
        """Hold the items of each draw, and the newest state of each design, against the hashes of their events."""
        newest = {draw.design: draw.id for draw, _ in told.digests.values()}
        for draw, said in told.digests.values():
            for what, digest in self.digests(draw).items():
                if said.get(what) != digest and (what == "items" or newest[draw.design] == draw.id):
                    yield f"draw {draw.id}: its {what} were changed, added or taken away"
        for table, column, known in (
            (tables.items, tables.items.c.draw, set(told.digests)),
            (tables.principles, tables.principles.c.design, set(newest)),
        ):
            for name in {row[0] for row in self._rows(select(column).distinct())} - known:
                yield f"{table.name}: {name!r} was drawn in no event"

    def _shown(self) -> Iterator[str]:
        """Hold the texts that are shown against the hashes they go by."""
        kept = set()
        for row in self._stream(select(tables.contents)):
            kept.add(row.hash)
            if _hash_of(row.body) != row.hash:
                yield f"contents: {row.hash} is not the text it was"
        for row in self._rows(select(_items.content).distinct()):
            if row.content not in kept:
                yield f"contents: {row.content} is missing"

    def _counted(self, told: Told) -> Iterator[str]:
        """Hold counts and marks beside items and people against the labels."""
        people = told.people_of_items()
        designs: dict[str, str] = {}
        places: dict[str, str] = {}
        for row in self._stream(select(tables.items)):
            designs[row.id], places[row.id] = row.design, row.place
            count = people.get(row.id, 0)
            if (row.committed, row.closed) != (count, int(count >= row.required)):
                yield f"items: {row.id!r} was changed: committed or closed"
        yield from self._tallied(told, designs)
        seen = {tuple(row) for row in self._rows(select(tables.seen.c.person, tables.seen.c.place))}
        for person, item in told.seen:
            if (person, places.get(item)) not in seen:
                yield f"seen: that {person!r} saw answers on {item!r} is missing"
        for row in self._stream(select(tables.assignments.c.id, tables.assignments.c.item, _design)):
            if designs.get(row.item) != row.design:
                yield f"assignments: {row.id!r} was changed: design"

    def _tallied(self, told: Told, designs: Mapping[str, str]) -> Iterator[str]:
        counts: dict[tuple[str, str], int] = {}
        for (person, item), count in told.labelled().items():
            key = (person, designs.get(item, ""))
            counts[key] = counts.get(key, 0) + count
        for row in self._rows(select(tables.tallies)):
            if row.committed != counts.pop((row.person, row.design), 0):
                yield f"tallies: {row.person!r} in {row.design!r} was changed: committed"
        for person, design in counts:
            yield f"tallies: {person!r} in {design!r} is missing"


_design: Final = tables.assignments.c.design


def _read(row: Row[Any]) -> ReviewEvent | None:
    """Return the event of a row; None where the row is not as it was written."""
    if not all(isinstance(value, str) for value in tuple(row)[1:]):
        return None
    try:
        event = read_event(row)
        return event if canonical_json(dict(event.body)).decode() == row.body else None
    except _MALFORMED:
        return None


def _hash_of(body: bytes) -> str:
    try:
        return "sha256:" + hashlib.sha256(zlib.decompress(body)).hexdigest()
    except (zlib.error, TypeError):
        return ""
