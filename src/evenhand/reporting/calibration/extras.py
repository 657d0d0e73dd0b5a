"""What a short calibration report leaves out first, by the names it says so with."""

from evenhand.reporting.extras import BY_PRINCIPLE, CONFUSION, ITEMS, PEOPLE, SLICES, TEXTS

REASONS = "reasons for each word of trust"
COEFFICIENTS = "chance-corrected coefficients"
CONFIDENCE = "confidence of the judges"
PAIRS = "judges two by two"
SOURCES = "sources of the labels"
CHOICES = "cut-offs"
ERRORS = "errors worth reading"

DROP_ORDER = (
    TEXTS,
    ITEMS,
    CONFUSION,
    COEFFICIENTS,
    CONFIDENCE,
    REASONS,
    BY_PRINCIPLE,
    PAIRS,
    SLICES,
    PEOPLE,
    ERRORS,
    SOURCES,
    CHOICES,
)
"""The first is left out first."""
