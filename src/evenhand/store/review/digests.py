"""What a draw brought, in a few hashes that its event holds: a later change of any row of it shows."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, select

from evenhand.records.canonical import canonical_json
from evenhand.records.review import ReviewDraw
from evenhand.store.review import tables
from evenhand.store.review.row_reader import RowReader

_items, _principles = tables.items.c, tables.principles.c
_MOVES_ON: Final = frozenset({"inclusion", "committed", "closed"})
"""Columns of an item that later draws and labels change."""
_FIXED: Final = [column for column in tables.items.c if column.name not in _MOVES_ON]


class DigestReader(RowReader):
    """Reads draws as hashes."""

    def digests(self, draw: ReviewDraw) -> Mapping[str, str]:
        """Return the hashes of a draw.

        Returns:
            Of the "items" it brought; and, as they stand once it is made, of the "inclusions" and the "principles" of
            the whole design. The latter two hold until the design is topped up.
        """
        items = select(*_FIXED).where(_items.draw == draw.id).order_by(_items.id)
        inclusions = select(_items.id, _items.inclusion).where(_items.design == draw.design)
        principles = select(tables.principles).where(_principles.design == draw.design)
        return {
            "items": self._digest(items),
            "inclusions": self._digest(inclusions.order_by(_items.id)),
            "principles": self._digest(principles.order_by(_principles.principle_id)),
        }

    def _digest(self, query: Select[Any]) -> str:
        digest = hashlib.sha256()
        for row in self._stream(query):
            digest.update(canonical_json(list(row)))
        return digest.hexdigest()
