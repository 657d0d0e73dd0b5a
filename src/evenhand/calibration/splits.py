"""How human labels are divided into those to learn from, those to certify with and those that stay sealed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.table import Split
from evenhand.records.canonical import canonical_json

DIGEST_BYTES = 8
"""Length of the digest of one label: enough to tell a changed label, too short to hold one."""


def split_clusters(
    suite: str, seed: int, shares: Sequence[float], clusters: Iterable[str]
) -> NDArray[np.int8]:
    """Return the `Split` of each cluster: a pure function of the suite, its seed, the shares and the cluster's name.

    A cluster's place does not depend on any other, so that more labels or more cases move nothing. A share of 0 gets
    no cluster.

    Args:
        suite: Id of the suite.
        seed: Its seed.
        shares: Of optimise, gate and sealed; they sum to 1.
        clusters: Names of the clusters.
    """
    stem = hashlib.blake2b(canonical_json(["split", suite, seed]), digest_size=8)
    places = np.array([_place(stem.copy(), name) for name in clusters])
    limits = np.cumsum(np.asarray(shares, dtype=np.float64))[:-1]
    found = (places[:, None] >= limits).sum(axis=1) if places.size else np.zeros(0)
    return _without_empty(found.astype(np.int8), shares)


def _place(stem: "hashlib.blake2b", name: str) -> float:
    """Return a number from 0 to below 1 that the name alone decides."""
    stem.update(name.encode("utf-8", "surrogatepass"))
    return (int.from_bytes(stem.digest(), "big") >> 11) * 2.0**-53


def _without_empty(found: NDArray[np.int8], shares: Sequence[float]) -> NDArray[np.int8]:
    """Keep what rounding of the limits lets through out of a share of 0."""
    last = max(split for split in Split if shares[split] > 0)
    return np.minimum(found, last).astype(np.int8)


def label_digest(parts: Sequence[str]) -> bytes:
    """Return the digest of one label: who said what about which item."""
    return hashlib.blake2b(canonical_json(list(parts)), digest_size=DIGEST_BYTES).digest()


def splits_digest(clusters: Mapping[str, tuple[Split, frozenset[bytes]]]) -> str:
    """Return one digest of which labelled cluster lies in which split, and with which labels."""
    whole = hashlib.sha256()
    for name in sorted(clusters):
        split, digests = clusters[name]
        whole.update(canonical_json([name, int(split), [digest.hex() for digest in sorted(digests)]]))
    return f"sha256:{whole.hexdigest()}"
