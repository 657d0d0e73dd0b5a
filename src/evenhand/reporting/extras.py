"""What a short report leaves out first, by the names it says so with."""

TEXTS = "texts of the divided items"
SLICES = "slices"
BY_PRINCIPLE = "agreement by principle"
CONFUSION = "confusion tables"
EXAMPLES = "examples of failed ratings"
FLAGGED = "flagged items"
ITEMS = "divided items"
PEOPLE = "people among themselves"
ANSWERS = "answers by principle"
ENDPOINTS = "endpoints"
PACING = "pacing"

DROP_ORDER = (
    TEXTS,
    SLICES,
    BY_PRINCIPLE,
    CONFUSION,
    EXAMPLES,
    FLAGGED,
    ITEMS,
    PEOPLE,
    ANSWERS,
    ENDPOINTS,
    PACING,
)
"""The first is left out first."""
