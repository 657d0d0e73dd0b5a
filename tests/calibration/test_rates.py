"""Rates: given where the labels carry them, refused with the reason where they do not."""

from dataclasses import replace

import numpy as np
import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.rates import (
    AMONG_OPINIONS,
    Population,
    measure_rate,
    pool_populations,
    population_of,
    share_to_certify,
)
from evenhand.calibration.results import RateResult
from evenhand.calibration.sample import FAIL, NEITHER, PASS
from evenhand.calibration.table import NONE, Split
from evenhand.stats.estimate import Estimate, Measured, Undefined

from .tables import plant_principle

GATE = (Split.GATE,)


def population(
    n: int = 4000, *, neither: float = 0.0, share: float = 0.1, seed: int = 0, unequal: bool = False
) -> tuple[Population, float]:
    """Return items judged by one rater who is right on nine in ten, and the share of passing ones they come from."""
    rng = np.random.default_rng(seed)
    truth = rng.choice([FAIL, PASS, NEITHER], size=n, p=[0.3 * (1 - neither), 0.7 * (1 - neither), neither])
    said = np.where(rng.random(n) < 0.9, truth, rng.integers(0, 3 if neither else 2, n))
    chance = np.where(said == PASS, share, 3 * share) if unequal else np.full(n, share)
    if unequal:
        chance *= rng.uniform(0.5, 1.5, n)
    drawn = rng.random(n) < chance
    made = Population(
        read_answers=said[:, np.newaxis],
        read_truth=np.where(drawn, truth, NONE),
        inclusion=chance,
        clusters=np.arange(n),
        has_rate=True,
    )
    return made, 0.7


def rate(given: Population) -> RateResult:
    return measure_rate(
        given, 0, name="rater", principle="p", measuring=Measuring(choices=Choices(draws=100))
    )


def covers(measured: Measured, truth: float) -> bool:
    return isinstance(measured, Estimate) and measured.interval.low <= truth <= measured.interval.high


def test_labels_that_pass_or_fail_give_the_chain_rule() -> None:
    given, truth = population()
    found = rate(given)
    assert found.method.startswith("chain rule")
    assert covers(found.rate, truth)
    assert covers(found.humans_only, truth)
    assert found.width_ratio is not None
    assert found.width_ratio < 0.8
    assert (found.labelled, found.judged) == (int(given.labelled.sum()), 4000)


def test_labels_drawn_with_many_probabilities_give_aipw() -> None:
    given, truth = population(unequal=True)
    found = rate(given)
    assert found.method.startswith("AIPW")
    assert covers(found.rate, truth)


def test_labels_that_do_neither_leave_their_items_out_of_the_rate() -> None:
    given, truth = population(neither=0.3, share=0.2)
    found = rate(given)
    assert found.method == AMONG_OPINIONS
    assert covers(found.rate, truth)
    assert covers(found.humans_only, truth)
    assert found.width_ratio is not None
    assert found.width_ratio < 1
    assert "neither pass nor fail" in found.warnings[-1]


# Short form: 200 populations of 1,500 items, equal and unequal draws; Monte-Carlo standard error .015.
@pytest.mark.parametrize("unequal", [False, True])
def test_the_ratio_covers_the_truth(*, unequal: bool) -> None:
    found = [population(1500, neither=0.25, seed=seed, unequal=unequal) for seed in range(200)]
    covered = np.mean([covers(rate(given).rate, truth) for given, truth in found])
    assert 0.91 <= covered <= 0.99


def test_labels_that_all_pass_or_do_neither_do_not_make_the_rate_certain() -> None:
    truth = np.where(np.arange(1000) % 10, PASS, NEITHER)
    drawn = np.arange(1000) < 60
    made = Population(
        read_answers=truth[:, np.newaxis],
        read_truth=np.where(drawn, truth, NONE),
        inclusion=np.full(1000, 0.06),
        clusters=np.arange(1000),
        has_rate=True,
    )
    found = rate(made).rate
    assert isinstance(found, Estimate)
    assert found.value == 1
    assert 0.94 < found.interval.low < 0.98  # Wilson's limit for the 54 opinions alone is .934


def test_a_rate_is_refused_with_its_reason() -> None:
    given, _ = population()
    unknown = given.inclusion.copy()
    unknown[np.flatnonzero(given.labelled)[:3]] = np.nan
    labels = int(given.labelled.sum())
    few = np.where(np.cumsum(given.labelled) <= 19, given.read_truth, NONE)
    refused = {
        "no answer of this scale": replace(given, has_rate=False),
        "no label to certify with": replace(given, read_truth=np.full(4000, NONE)),
        f"it is not known how 3 of {labels} labels": replace(given, inclusion=unknown),
        "too few": replace(given, read_truth=few),
    }
    for reason, made in refused.items():
        found = rate(made)
        assert isinstance(found.rate, Undefined)
        assert found.rate.reason.startswith(reason)
        assert (found.method, found.width_ratio, found.adds_nothing) == ("", None, False)


def test_what_the_rater_alone_says_is_there_even_where_the_rate_is_refused() -> None:
    given, _ = population()
    found = rate(replace(given, read_truth=np.full(4000, NONE)))
    assert isinstance(found.judges_alone, Estimate)
    assert found.judges_alone.n == 4000


def test_where_most_items_are_labelled_no_rater_is_said_to_add_nothing() -> None:
    census, _ = population(600, share=1.0)
    found = rate(census)
    assert found.width_ratio is not None
    assert found.width_ratio > 0.97
    assert not found.adds_nothing
    assert "600 of 600 items have a label to certify with" in found.warnings[0]
    few, _ = population(600, share=0.2)
    guesses = replace(few, read_answers=np.random.default_rng(1).integers(0, 2, (600, 1)))
    assert rate(guesses).adds_nothing
    assert not rate(guesses).warnings


def test_a_label_of_another_split_does_not_certify() -> None:
    planted = plant_principle(n=1000, labelled=0.5)
    given = population_of(planted, GATE, share_to_certify([planted], GATE))
    assert not given.labelled[planted.split != Split.GATE].any()
    share = float((planted.split == Split.GATE).mean())
    assert given.inclusion[0] == pytest.approx(0.5 * share)


def test_principles_of_unlike_gate_shares_are_still_drawn_alike() -> None:
    one, two = plant_principle("a", n=400), plant_principle("b", n=900, first_cluster=5000)
    share = share_to_certify([one, two], GATE)
    pooled = pool_populations([population_of(each, GATE, share) for each in (one, two)])
    assert np.ptp(pooled.inclusion) == 0
    assert rate(pooled).method.startswith("chain rule")


def test_principles_without_labels_are_left_out_and_counted() -> None:
    with_labels = population_of(plant_principle("a", n=500), GATE, 0.5)
    without = population_of(plant_principle("b", n=300, labelled=0.0), GATE, 0.5)
    pooled = pool_populations([with_labels, without])
    assert (len(pooled.read_truth), pooled.left_out) == (500, 1)
    assert len(pool_populations([without, without]).read_truth) == 600


def test_items_of_one_cluster_make_a_rate_less_sure() -> None:
    given, _ = population(2000, share=0.2)
    four = np.repeat(np.arange(0, 2000, 4), 4)
    copies = replace(
        given,
        read_answers=given.read_answers[four],
        read_truth=given.read_truth[four],
        inclusion=given.inclusion[four],
    )

    def width(measured: Measured) -> float:
        assert isinstance(measured, Estimate)
        return measured.interval.high - measured.interval.low

    clustered = replace(copies, clusters=np.arange(2000) // 4)
    assert width(rate(clustered).rate) > 1.5 * width(rate(copies).rate)
