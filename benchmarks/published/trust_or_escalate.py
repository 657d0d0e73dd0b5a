"""Preferences with probabilities of three judges (ICLR 2025); the values are stated of these files."""

from pathlib import Path

import numpy as np
from benchmarks.published.figure import Figure, Ours, compared
from benchmarks.published.tidy import by_unit, labels, of_rater, raters, verdicts

from evenhand.stats.confidence.calibration_error import expected_calibration_error
from evenhand.stats.estimate import Undefined

BINS = 10
STATED = {
    "mistral-7b-instruct, agreement": "0.750",
    "mistral-7b-instruct, calibration error": "0.099",
    "gpt-3.5-turbo, agreement": "0.756",
    "gpt-3.5-turbo, calibration error": "0.051",
    "gpt-4-turbo, agreement": "0.784",
    "gpt-4-turbo, calibration error": "0.130",
}


def figures(data: Path) -> list[Figure]:
    """Return the agreement of each judge with people, and the calibration error of its confidence in ten bins."""
    folder = data / "trust_or_escalate"
    people, judged = by_unit(labels(folder)), verdicts(folder)
    ours: dict[str, Ours] = {}
    for judge in raters(judged):
        given = of_rater(judged, judge)
        right = np.array([row["label"] == people[row["item_id"], row["criterion"]] for row in given])
        confidence = np.array([max(float(row["p_first"]), float(row["p_second"])) for row in given])
        rng = np.random.default_rng(0)
        error = expected_calibration_error(np.minimum(confidence, 1.0), right, most=BINS, rng=rng, draws=200)
        assert not isinstance(error, Undefined), error
        ours |= {f"{judge}, agreement": float(right.mean()), f"{judge}, calibration error": error.plain}
    return compared("trust_or_escalate", STATED, ours)
