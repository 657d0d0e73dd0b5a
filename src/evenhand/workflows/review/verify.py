"""Verify that the review ledger says what people did, and that nobody changed it behind their backs."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from evenhand.errors import UsageError
from evenhand.records.review import Checkpoint
from evenhand.store.review.ledger import ReviewLedger

_MOST_PROBLEMS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found."""

    checkpoint: Checkpoint
    """How far the chain has come; to be kept elsewhere, for the next time."""
    problems: tuple[str, ...]
    """What is wrong, in words; the first thousand."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify_review(ledger: ReviewLedger, since: Checkpoint | None = None) -> Verified:
    """Verify the chain of events, and that every table says what the events say.

    Args:
        ledger: The review ledger.
        since: How far the chain had come before. Without it, events that were cut off the end can not be missed, and
            neither can a whole ledger that was written anew.

    Raises:
        LedgerError: The file can not be read.
    """
    with ledger.audit() as audit:
        head = audit.head()
        problems = tuple(islice(audit.problems(since), _MOST_PROBLEMS))
    return Verified(checkpoint=head, problems=problems)


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a text holds, such as 412:9f86d0...

    Raises:
        UsageError: It holds none.
    """
    number, _, hash_ = text.strip().partition(":")
    is_hash = len(hash_) == 64 and set(hash_) <= set("0123456789abcdef")
    if not (number.isascii() and number.isdecimal() and (is_hash or (int(number) == 0 and not hash_))):
        raise UsageError(
            f"{text[:80]!r} is no checkpoint",
            hint="it is a number, a colon and the 64 hexadecimal digits of a hash, as an export tells it",
        )
    return Checkpoint(number=int(number), hash=hash_)
