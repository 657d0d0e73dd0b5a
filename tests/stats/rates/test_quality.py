import numpy as np
import pytest

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.rates.quality import ChainRuleQuality, chain_rule_quality


def quality(
    population: list[int], successes: list[int], labelled: list[int], verdicts: list[int]
) -> ChainRuleQuality:
    return chain_rule_quality(population, successes, labelled, verdicts, rng=np.random.default_rng(0))


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    assert measured.interval.low <= measured.value <= measured.interval.high
    return measured.value


def width(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.interval.high - measured.interval.low


def test_qualities_worked_by_hand() -> None:
    # of 800 called positive 90 % are (720), of 200 called negative 30 % are (60)
    found = quality([800, 200], [36, 6], [40, 20], [1, 0])
    assert value(found.rate) == pytest.approx(0.78)
    assert value(found.sensitivity) == pytest.approx(720 / 780)
    assert value(found.specificity) == pytest.approx(140 / 220)
    assert value(found.balanced_accuracy) == pytest.approx((720 / 780 + 140 / 220) / 2)
    assert value(found.agreement) == pytest.approx(0.86)


def test_more_labels_of_one_verdict_do_not_move_the_sensitivity() -> None:
    even, uneven = (
        quality([800, 200], [72, 6], [80, 20], [1, 0]),
        quality([800, 200], [36, 15], [40, 50], [1, 0]),
    )
    assert value(even.sensitivity) == pytest.approx(value(uneven.sensitivity))
    assert value(even.agreement) == pytest.approx(value(uneven.agreement))


def test_items_without_a_verdict_count_for_the_rate_only() -> None:
    found = quality([800, 200, 500], [36, 6, 10], [40, 20, 20], [1, 0, -1])
    assert value(found.agreement) == pytest.approx(0.86)
    assert value(found.rate) == pytest.approx((780 + 250) / 1500)


def test_two_strata_of_one_verdict_are_weighed() -> None:
    found = quality([600, 200, 200], [30, 5, 2], [30, 10, 20], [1, 1, 0])
    assert value(found.agreement) == pytest.approx(0.6 + 0.1 + 0.2 * 0.9)


def test_known_shares_of_the_verdicts_make_sensitivity_surer_than_its_labels() -> None:
    # as drawn at random from rate .95, sensitivity .95, specificity .8
    found = quality([9125, 875], [180, 10], [182, 18], [1, 0])
    alone = wilson_interval(180, 190)
    assert width(found.sensitivity) < 0.75 * (alone.high - alone.low)


@pytest.mark.parametrize(
    ("successes", "labelled", "undefined", "reason"),
    [
        (
            [0, 0, 0],
            [0, 0, 0],
            ["rate", "agreement", "sensitivity", "specificity", "balanced_accuracy"],
            "no item",
        ),
        (
            [0, 0, 5],
            [0, 0, 9],
            ["agreement", "sensitivity", "specificity", "balanced_accuracy"],
            "with a verdict",
        ),
        ([0, 0, 5], [9, 9, 9], ["sensitivity", "balanced_accuracy"], "labelled positive"),
        ([9, 9, 5], [9, 9, 9], ["specificity", "balanced_accuracy"], "labelled negative"),
    ],
)
def test_what_the_labels_do_not_show_is_undefined(
    successes: list[int], labelled: list[int], undefined: list[str], reason: str
) -> None:
    found = quality([100, 100, 50], successes, labelled, [1, 0, -1])
    names = ["rate", "agreement", "sensitivity", "specificity", "balanced_accuracy"]
    missing = {name: getattr(found, name) for name in names if isinstance(getattr(found, name), Undefined)}
    assert list(missing) == [name for name in names if name in undefined]
    assert any(reason in each.reason for each in missing.values())


def test_nothing_at_all_is_undefined() -> None:
    assert isinstance(quality([0, 0], [0, 0], [0, 0], [1, 0]).rate, Undefined)


def test_draws_belong_together() -> None:
    draws = quality([500, 500], [90, 10], [100, 100], [1, 0]).draws
    # agreement is sensitivity and specificity, weighed by the rate
    mixed = draws.rate * draws.sensitivity + (1 - draws.rate) * draws.specificity
    np.testing.assert_allclose(mixed, draws.agreement, atol=1e-12)


@pytest.mark.parametrize("verdicts", [[1, 2], [1]])
def test_impossible_verdicts_are_refused(verdicts: list[int]) -> None:
    with pytest.raises(ValueError, match="one verdict"):
        quality([10, 10], [1, 1], [2, 2], verdicts)
