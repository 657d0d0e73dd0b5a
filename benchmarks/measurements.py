"""The measurements behind the reports that `figures.py` writes: each a command, and what its table means."""

from collections.abc import Mapping, Sequence

from benchmarks.measured.constitutions import CONSTITUTION, FEEDBACK, TUNING
from benchmarks.measured.engine import ENGINE, FIGURES
from benchmarks.measured.judges import CALIBRATION, COVERAGE, GATE, MONITOR, REVIEW
from benchmarks.measurement import Measurement

REPORTS: Mapping[str, Sequence[Measurement]] = {
    "figures": FIGURES,
    "engine": ENGINE,
    "calibration": CALIBRATION,
    "coverage": COVERAGE,
    "review": REVIEW,
    "feedback": FEEDBACK,
    "gate": GATE,
    "monitor": MONITOR,
    "tuning": TUNING,
    "constitution": CONSTITUTION,
}
"""Measurements by the report they stand in."""
UNTIMED = frozenset({"coverage", "monitor", "tuning"})
"""Reports without times, whose measurements may run side by side."""

__all__ = ["CALIBRATION", "REPORTS", "UNTIMED"]
