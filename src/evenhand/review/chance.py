"""Random choices that everybody can repeat: a number from 0 to 1 out of a seed and the names of what is chosen."""

import hashlib
import json

from evenhand.records.rating import Order

_BITS = 53


def chance(seed: int, *names: str) -> float:
    """Return a number from 0 up to 1, uniform over seeds and names, the same for the same ones."""
    said = json.dumps([seed, *names]).encode()
    bits = int.from_bytes(hashlib.sha256(said).digest()[:8]) >> (64 - _BITS)
    return bits / float(1 << _BITS)


def side_order(seed: int, person: str, item: str) -> Order:
    """Return in which order a person sees the candidates of a pair."""
    return Order.GIVEN if chance(seed, "side", person, item) < 0.5 else Order.SWAPPED
