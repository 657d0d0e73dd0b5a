"""How many more labels are needed, out of real runs; answers and labels are made up by the tests."""

import math
import random
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.calibration_kit import RecordedSuite, cases, label

from evenhand.errors import MeasureError, UsageError
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.store.ledger import open_ledger
from evenhand.store.splits import find_lock, split_uses
from evenhand.workflows.plan_labels import PlannedLabels, plan_more_labels

COUNT, LABELLED = 200, 120


def make(
    folder: Path, *, labelled: int = LABELLED, suite: str = "splits: {gate: 1}\n", **fields: Any
) -> Path:
    dice = random.Random(5)
    fails = [dice.random() < 0.3 for _ in range(COUNT)]

    def text(number: int, right: float) -> str:
        return "violates" if fails[number] == (dice.random() < right) else "complies"

    ratings = {
        judge: [{"case": f"c{number}", "label": text(number, 0.85)} for number in range(COUNT)]
        for judge in ("one", "two", "three")
    }
    labels = [label(f"c{number}", text(number, 1), **fields) for number in range(labelled)]
    RecordedSuite(folder / "w", cases(COUNT), ratings, labels, suite=suite).run()
    return folder / "w"


def plan(folder: Path, half_width: float = 0.05, **more: Any) -> PlannedLabels:
    return plan_more_labels(folder, "latest", half_width=half_width, **more)


def rate_labels(found: PlannedLabels) -> float:
    labels = found.targets[0].labels
    assert isinstance(labels, Estimate)
    return labels.value


def test_half_the_width_takes_four_times_the_labels(tmp_path: Path) -> None:
    folder = make(tmp_path, inclusion=0.6)
    wide, narrow = plan(folder), plan(folder, 0.025)
    assert rate_labels(narrow) == pytest.approx(4 * rate_labels(wide), rel=0.02)
    assert [each.target for each in wide.targets] == ["rate", "sensitivity", "specificity"]
    assert (wide.labelled, wide.certifying, wide.unlabelled) == (LABELLED, LABELLED, COUNT - LABELLED)
    assert wide.warnings == ()


def test_only_the_share_that_certifies_counts_so_more_items_are_labelled(tmp_path: Path) -> None:
    found = plan(make(tmp_path, suite="", inclusion=0.6))
    rate = found.targets[0]
    assert found.share == 0.4
    assert rate.more == pytest.approx((rate_labels(found) - found.certifying) / 0.4, abs=1.5)
    assert (rate.most_more or 0) >= (rate.more or 0) > 0


def test_time_and_cost_follow_from_the_pace_that_was_seen(tmp_path: Path) -> None:
    found = plan(make(tmp_path, inclusion=0.6, seconds=30), half_width=0.02, usd_per_hour=60)
    rate = found.targets[0]
    assert rate.work is not None
    assert rate.more is not None
    assert rate.work.likely_minutes == pytest.approx(rate.more / 2)
    assert rate.work.money == pytest.approx(rate.more / 2)
    assert rate.most_usd == pytest.approx((rate.most_more or 0) / 2)
    assert found.seconds_per_label == 30


def test_a_pace_that_was_not_seen_can_be_given(tmp_path: Path) -> None:
    folder = make(tmp_path, inclusion=0.6)
    assert plan(folder).targets[0].work is None
    given = plan(folder, half_width=0.02, seconds_per_label=60)
    assert given.targets[0].work is not None
    assert given.targets[0].work.likely_minutes == given.targets[0].more


def test_a_plan_says_what_it_takes_for_granted(tmp_path: Path) -> None:
    (few, drawn) = plan(make(tmp_path, labelled=30)).warnings
    assert "30 labels, fewer than 60" in few
    assert "how the labelled items were drawn is not recorded" in drawn


def test_labels_of_one_mind_give_no_plan(tmp_path: Path) -> None:
    ratings = {judge: [{"case": f"c{number}", "label": "complies"} for number in range(9)] for judge in "ab"}
    labels = [label(f"c{number}", "complies") for number in range(9)]
    RecordedSuite(tmp_path / "w", cases(9), ratings, labels, suite="splits: {gate: 1}\n").run()
    sensitivity = plan(tmp_path / "w").targets[1]
    assert isinstance(sensitivity.labels, Undefined) == (sensitivity.more is None)


def test_a_plan_certifies_nothing_and_writes_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path)
    plan(folder)
    ledger = open_ledger(folder / ".evenhand/ledger.sqlite")
    assert find_lock(ledger, "s") is None
    assert split_uses(ledger, "s") == ()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"half_width": 0}, {"half_width": 0.5}),
        *({"usd_per_hour": -1}, {"usd_per_hour": math.nan}, {"usd_per_hour": math.inf}),
        *({"seconds_per_label": 0}, {"seconds_per_label": math.inf}, {"seconds_per_label": math.nan}),
    ],
)
def test_numbers_out_of_their_range_are_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        plan_more_labels(tmp_path, "latest", **{"half_width": 0.05, **wrong})  # type: ignore[arg-type] # a table


def test_without_labels_there_is_nothing_to_plan_with(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="no human labels"):
        plan(make(tmp_path, labelled=0))
