"""Keys of units that need no call: a digest of everything that could change the answer."""

import hashlib
from collections.abc import Iterable

from evenhand.records.canonical import canonical_json
from evenhand.records.constitution import Constitution
from evenhand.records.judge import Judge
from evenhand.records.message import flatten
from evenhand.records.run import Unit


class OfflineKeys:
    """Makes the keys; what judge and principle add to them is digested once."""

    def __init__(self, judges: Iterable[Judge], constitution: Constitution) -> None:
        """Hold what the units' names stand for."""
        self._judges = {judge.id: judge for judge in judges}
        self._constitution = constitution
        self._contexts: dict[tuple[str, str], bytes] = {}

    def key(self, unit: Unit) -> bytes:
        """Return the unit's key, 32 bytes over judge, principle, shown examples, order, repeat and texts."""
        item = unit.item
        digest = hashlib.sha256(self._context(unit.judge.id, item.principle_id))
        digest.update(f"{item.case.id}\0{item.candidate_id}\0{unit.order}\0{unit.repeat}\0".encode())
        for text in (item.case.prompt or "", *(candidate.text or "" for candidate in item.candidates)):
            digest.update(flatten(text).encode("utf-8", "surrogatepass") + b"\0")
        return digest.digest()

    def _context(self, judge_id: str, principle_id: str) -> bytes:
        name = (judge_id, principle_id)
        if name not in self._contexts:
            self._contexts[name] = self._digest(judge_id, principle_id)
        return self._contexts[name]

    def _digest(self, judge_id: str, principle_id: str) -> bytes:
        principle = self._constitution.by_id[principle_id]
        shots = [example.canonical() for example in principle.examples if example.use == "shot"]
        content = [
            self._judges[judge_id].canonical(),
            self._constitution.binding_hash(principle),
            shots,
        ]
        return hashlib.sha256(canonical_json(content)).digest()
