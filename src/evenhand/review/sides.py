"""Which candidate of a pair a person sees on the left."""

import hashlib
import hmac

from evenhand.records.rating import Order


def side_order(*, seed: int, person: str, item: str) -> Order:
    """Return in which order a person sees a pair.

    A keyed hash decides: the same person sees the same item the same way every time, half of the people and half of
    the items are swapped, and nobody without the seed can tell which.
    """
    digest = hmac.digest(str(seed).encode(), f"{len(person)}:{person}{item}".encode(), hashlib.sha256)
    return Order.SWAPPED if digest[0] & 1 else Order.GIVEN
