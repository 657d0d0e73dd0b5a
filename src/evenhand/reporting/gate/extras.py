"""What a short report of a gate leaves out first, by the names it says so with."""

JUDGES = "judges one by one"
FLIPS = "flips"
CORRECTED = "corrected differences"
SEEN = "what the tests can see"
COMPARABILITY = "cells by principle that can not be compared"
SPEND = "spend and failed ratings"
MISSING = "missing verdicts"
CHANGED = "other cells that changed"
QUARANTINE = "quarantine"
BROKEN = "cells worse than before"
CHANGES = "what changed between baseline and run"
NOTES = "notes"
ALL_TESTS = "all tests"
METHOD = "how to derive it again"

DROP_ORDER = (
    CHANGED,
    JUDGES,
    FLIPS,
    CORRECTED,
    COMPARABILITY,
    SEEN,
    METHOD,
    MISSING,
    SPEND,
    QUARANTINE,
    ALL_TESTS,
    BROKEN,
    NOTES,
    CHANGES,
)
"""The first is left out first."""
