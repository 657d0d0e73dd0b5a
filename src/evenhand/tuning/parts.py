"""Which sources of the labels to learn from are shown to proposers, and which are kept to compare candidates on."""

import hashlib
from collections.abc import Iterable

from evenhand.records.canonical import canonical_json


def shown_clusters(suite: str, seed: int, share: float, clusters: Iterable[str]) -> frozenset[str]:
    """Return the clusters that proposers may see: a pure function of the suite, its seed, the share and the name.

    A cluster's place depends on no other, so that more labels move nothing. What is shown is never scored again, and
    what is scored was never shown.

    Args:
        suite: Id of the suite.
        seed: Its seed.
        share: Share that is shown, 0 to 1.
        clusters: Names of the clusters to learn from.
    """
    stem = hashlib.blake2b(canonical_json(["tune", suite, seed]), digest_size=8)
    return frozenset(name for name in clusters if _place(stem.copy(), name) < share)


def _place(stem: "hashlib.blake2b", name: str) -> float:
    stem.update(name.encode("utf-8", "surrogatepass"))
    return (int.from_bytes(stem.digest(), "big") >> 11) * 2.0**-53
