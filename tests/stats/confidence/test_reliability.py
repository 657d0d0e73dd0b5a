import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, roc_auc_score

from evenhand.stats.confidence.reliability import Reliability, reliability
from evenhand.stats.estimate import Estimate, Measured, Undefined

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def measured(
    confidence: Floats,
    correct: Bools,
    *,
    weights: Floats | None = None,
    clusters: NDArray[np.int64] | None = None,
) -> Reliability:
    return reliability(
        confidence, correct, rng=np.random.default_rng(0), weights=weights, clusters=clusters, draws=500
    )


def estimate(given: Measured) -> Estimate:
    assert isinstance(given, Estimate), given
    return given


def sample(n: int, seed: int = 0) -> tuple[Floats, Bools]:
    """A judge who is somewhat too sure."""
    rng = np.random.default_rng(seed)
    confidence = 0.5 + 0.5 * np.sqrt(rng.random(n))
    return confidence, rng.random(n) < 0.5 + 0.7 * (confidence - 0.5)


def test_a_judge_too_sure_of_itself_is_overconfident() -> None:
    seen = measured(*sample(1000))
    assert estimate(seen.mean_confidence).value == pytest.approx(0.833, abs=0.02)
    assert estimate(seen.accuracy).value == pytest.approx(0.733, abs=0.05)
    assert estimate(seen.overconfidence).interval.low > 0
    assert estimate(seen.overconfidence).value == pytest.approx(
        estimate(seen.mean_confidence).value - estimate(seen.accuracy).value
    )


def test_weights_that_repeat_an_answer_are_like_the_answer_repeated() -> None:
    confidence, correct = sample(300)
    times = np.random.default_rng(1).integers(1, 4, 300)
    weighted = measured(confidence, correct, weights=times.astype(np.float64))
    repeated = measured(np.repeat(confidence, times), np.repeat(correct, times))
    for name in ("mean_confidence", "accuracy", "overconfidence", "brier", "auroc"):
        assert estimate(getattr(weighted, name)).value == pytest.approx(
            estimate(getattr(repeated, name)).value, abs=1e-12
        )


def test_answers_told_twice_tell_no_more_when_they_are_one_cluster() -> None:
    confidence, correct = sample(200)
    once = measured(confidence, correct)
    twice = measured(np.tile(confidence, 2), np.tile(correct, 2), clusters=np.tile(np.arange(200), 2))
    for name in ("mean_confidence", "accuracy", "overconfidence", "brier", "auroc"):
        first, second = estimate(getattr(once, name)), estimate(getattr(twice, name))
        assert second.value == pytest.approx(first.value, abs=1e-12)
        assert second.interval.high == pytest.approx(first.interval.high, abs=1e-3)


@pytest.mark.parametrize("right", [True, False])
def test_answers_of_one_kind_only_give_what_they_can(*, right: bool) -> None:
    confidence, _ = sample(100)
    seen = measured(confidence, np.full(100, right))
    assert estimate(seen.accuracy).value == float(right)
    assert estimate(seen.accuracy).interval.low == (pytest.approx(0.963, abs=0.001) if right else 0.0)
    assert isinstance(seen.auroc, Undefined)
    assert f"all answers are {'right' if right else 'wrong'}" in seen.auroc.reason
    assert seen.bins[0].accuracy.interval.low < 1


def test_one_confidence_for_all_is_one_bin_and_tells_nothing_apart() -> None:
    seen = measured(np.full(100, 0.8), np.arange(100) < 70)
    assert len(seen.bins) == 1
    assert isinstance(seen.auroc, Undefined)
    assert "same confidence" in seen.auroc.reason
    assert estimate(seen.brier).value == pytest.approx(0.7 * 0.2**2 + 0.3 * 0.8**2)


def test_no_answers_give_no_number() -> None:
    seen = measured(np.zeros(0), np.zeros(0, dtype=np.bool_))
    assert seen.bins == ()
    for given in (seen.accuracy, seen.brier, seen.auroc, seen.calibration_error, seen.spiegelhalter):
        assert isinstance(given, Undefined)


@pytest.mark.parametrize(
    ("confidence", "flags", "extra", "message"),
    [
        ([0.5, 1.2], [True, False], {}, "from 0 to 1"),
        ([0.5, np.nan], [True, False], {}, "from 0 to 1"),
        ([0.5], [True, False], {}, "one flag for each"),
        ([0.5, 0.6], [True, False], {"weights": np.array([1.0, 0.0])}, "above 0"),
        ([0.5, 0.6], [True, False], {"weights": np.ones(3)}, "one weight for each"),
        ([0.5, 0.6], [True, False], {"clusters": np.ones(3, dtype=np.int64)}, "one cluster for each"),
    ],
)
def test_what_is_no_confidence_is_refused(
    confidence: list[float], flags: list[bool], extra: dict[str, NDArray[np.float64]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        measured(np.array(confidence), np.array(flags), **extra)  # type: ignore[arg-type] # one of two kinds


# -- Published figures -----------------------------------------------------------------------------


def public_pairs(shared_data: Path, judge: str) -> tuple[Floats, Bools]:
    """Confidence and correctness of a judge of the 500 public pairs."""
    folder = shared_data / "trust_or_escalate"
    with gzip.open(folder / "humans.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        people = {row["item_id"]: row["label"] for row in csv.DictReader(lines)}
    with gzip.open(folder / "verdicts.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["judge"] == judge]
    # The two probabilities of a pair can sum to slightly less than 1; the published figures go by the first.
    first = np.array([float(row["p_first"]) for row in rows])
    confidence = np.maximum(first, 1 - first)
    return confidence, np.array([row["label"] == people[row["item_id"]] for row in rows])


@pytest.mark.parametrize(
    ("judge", "agreement", "error"),
    [
        ("mistral-7b-instruct", 0.750, 0.099),
        ("gpt-3.5-turbo", 0.756, 0.051),
        ("gpt-4-turbo", 0.784, 0.130),
    ],
)
def test_the_published_calibration_errors_come_out(
    judge: str, agreement: float, error: float, shared_data: Path
) -> None:
    confidence, correct = public_pairs(shared_data, judge)
    seen = reliability(confidence, correct, rng=np.random.default_rng(0), most=10)
    assert estimate(seen.accuracy).value == pytest.approx(agreement)
    assert not isinstance(seen.calibration_error, Undefined)
    assert seen.calibration_error.bins == 10
    assert seen.calibration_error.plain == pytest.approx(error, abs=0.0006)


def test_the_strongest_public_judge_is_too_sure_and_tells_right_from_wrong(shared_data: Path) -> None:
    confidence, correct = public_pairs(shared_data, "gpt-4-turbo")
    seen = measured(confidence, correct)
    assert estimate(seen.mean_confidence).value == pytest.approx(0.914, abs=0.001)
    assert estimate(seen.overconfidence).interval.low > 0.09
    assert estimate(seen.auroc).value == pytest.approx(0.764, abs=0.001)
    assert estimate(seen.auroc).value == pytest.approx(roc_auc_score(correct, confidence), abs=1e-12)
    assert estimate(seen.brier).value == pytest.approx(brier_score_loss(correct, confidence), abs=1e-12)
