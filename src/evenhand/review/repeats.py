"""Planted repeats: items a person is shown once more, to see whether they agree with themselves."""

from evenhand.records.review import ReviewDraw
from evenhand.review.chance import chance

LEAST_APART = 20
"""So many of a person's items lie between an item and its repeat at least."""
_SPREAD = 20
"""The repeat comes up to so many items later than that, so that nobody can count on the place."""


def repeat_due(draw: ReviewDraw, person: str, item: str, committed: int) -> int | None:
    """Return when an item is to be shown to a person once more; None where it is not.

    Args:
        draw: The draw, with the share of items to repeat.
        person: Who labelled it.
        item: The item.
        committed: How many items the person had labelled with it, this one among them.

    Returns:
        How many items the person has labelled when the repeat may be shown.
    """
    if chance(draw.seed, "repeat", person, item) >= draw.repeats:
        return None
    return committed + LEAST_APART + int(chance(draw.seed, "later", person, item) * _SPREAD)
