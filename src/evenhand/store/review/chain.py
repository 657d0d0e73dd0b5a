"""The chain of events: each holds the hash of the one before, so that a later edit shows."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from evenhand.records.canonical import canonical_json
from evenhand.records.review import ReviewEvent


def link(event: ReviewEvent) -> ReviewEvent:
    """Return an event with its hash."""
    return replace(event, hash=hash_of(event))


def hash_of(event: ReviewEvent) -> str:
    """Return sha256 over an event and the hash of the one before it, in hex."""
    said = [
        event.number,
        event.at,
        event.person,
        event.kind,
        event.subject,
        dict(event.body),
        event.prev,
    ]
    return hashlib.sha256(canonical_json(said)).hexdigest()


def broken_links(events: Iterable[ReviewEvent]) -> Iterator[str]:
    """Yield what is wrong with a chain that is read from its first event on, in words."""
    number, before = 0, ""
    for event in events:
        number += 1
        if event.number != number:
            yield f"event {number} is missing: event {event.number} stands in its place"
            number = event.number
        elif event.prev != before:
            yield f"event {number} does not follow the event before it"
        if event.hash != hash_of(event):
            yield f"event {number} was changed after it was written"
        before = event.hash
