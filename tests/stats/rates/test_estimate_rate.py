from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Undefined
from evenhand.stats.rates.chain_rule import chain_rule_rate
from evenhand.stats.rates.estimate_rate import estimate_rate
from evenhand.stats.rates.results import Method, RateEstimate, RateRefused
from evenhand.stats.rates.tuned import tuned_aipw_mean

NAN = float("nan")


@dataclass
class Batch:
    """Items that were judged, and some of them labelled."""

    verdicts: NDArray[np.int64]
    labels: NDArray[np.float64]
    inclusion: NDArray[np.float64] | None
    options: dict[str, object] = field(default_factory=dict)

    def rate(self, **options: object) -> RateEstimate | RateRefused:
        return estimate_rate(
            self.verdicts,
            self.labels,
            self.inclusion,
            rng=np.random.default_rng(0),
            draws=2000,
            **(self.options | options),  # type: ignore[arg-type] # options of the case
        )

    def estimate(self, **options: object) -> RateEstimate:
        found = self.rate(**options)
        assert isinstance(found, RateEstimate), found
        return found


def batch(inclusion: str = "even", n: int = 2000, seed: int = 0, *, scale: bool = False) -> Batch:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.8
    verdicts = np.where(rng.random(n) < 0.9, truth, ~truth).astype(np.int64)
    verdicts[::50] = -1
    chances = {
        "even": np.full(n, 0.1),
        "by verdict": np.where(verdicts == 1, 0.05, 0.3),
        "two levels": np.where(np.arange(n) % 4 == 0, 0.6, 0.3),
        "many levels": rng.uniform(0.05, 0.25, n),
    }[inclusion]
    values = truth * 3 + rng.normal(0, 0.5, n) if scale else truth.astype(np.float64)
    labels = np.where(rng.random(n) < chances, values, NAN)
    options: dict[str, object] = {"scores": verdicts * 3.0} if scale else {}
    return Batch(verdicts=verdicts, labels=labels, inclusion=chances, options=options)


@pytest.mark.parametrize(
    ("case", "options", "method", "reason"),
    [
        (batch("even"), {}, Method.CHAIN_RULE, "at random within few strata"),
        (batch("by verdict"), {}, Method.CHAIN_RULE, "at random within few strata"),
        (batch("two levels"), {}, Method.AIPW, "6 strata, more than 4"),
        (batch("many levels"), {}, Method.AIPW, "strata, more than 4"),
        (batch("even"), {"off_population": True}, Method.ROGAN_GLADEN, "another population"),
        (batch("even", scale=True), {}, Method.PPI, "scores of items drawn at random"),
        (batch("many levels", scale=True), {}, Method.AIPW, "unequal probabilities"),
    ],
)
def test_method_follows_from_labels_and_design(
    case: Batch, options: dict[str, object], method: Method, reason: str
) -> None:
    found = case.estimate(confidence=0.999, **options)
    assert found.method is method
    assert reason in found.reason
    truth = 2.4 if "scores" in case.options else 0.8
    assert found.estimate.interval.low <= truth <= found.estimate.interval.high
    assert (found.design.strata != ()) == (method is Method.CHAIN_RULE)


def without_probabilities() -> Batch:
    case = batch()
    return Batch(verdicts=case.verdicts, labels=case.labels, inclusion=None)


def without_labels() -> Batch:
    case = batch()
    return Batch(verdicts=case.verdicts, labels=np.full(2000, NAN), inclusion=case.inclusion)


def constant_scores() -> Batch:
    case = batch(scale=True)
    case.labels[~np.isnan(case.labels)] = 3.5
    case.options = {"scores": np.full(2000, 3.0)}
    return case


def with_two_labels() -> Batch:
    case = batch("many levels")
    labels = np.full(2000, NAN)
    labels[3], labels[5] = 1, 0
    return Batch(verdicts=case.verdicts, labels=labels, inclusion=case.inclusion)


def judged_at_random() -> Batch:
    truth = np.tile([1.0, 0.0], 40)
    verdicts = np.tile([1, 1, 0, 0], 20)
    labels = np.where(np.arange(80) < 60, truth, NAN)
    return Batch(verdicts=verdicts, labels=labels, inclusion=None, options={"off_population": True})


@pytest.mark.parametrize(
    ("case", "options", "reason", "left_out"),
    [
        (without_probabilities(), {}, "has a known inclusion probability", 203),
        (without_labels(), {}, "no item has a human label", 0),
        (with_two_labels(), {}, "2 human labels", 0),
        (judged_at_random(), {}, "no better than chance", 0),
        (constant_scores(), {}, "the labels do not vary", 0),
        (batch(scale=True), {"off_population": True}, "another population", 0),
    ],
)
def test_refusals_say_why(case: Batch, options: dict[str, object], reason: str, left_out: int) -> None:
    found = case.rate(**options)
    assert isinstance(found, RateRefused)
    assert reason in found.reason
    assert found.left_out == left_out
    assert isinstance(found.judges_only, Estimate)


def test_chain_rule_is_that_of_the_strata() -> None:
    case = batch("by verdict")
    found = case.estimate()
    strata = found.design.strata
    expected = chain_rule_rate(
        [each.population for each in strata],
        [each.successes for each in strata],
        [each.labelled for each in strata],
        inclusion=[0.3, 0.3, 0.05],
        rng=np.random.default_rng(0),
        draws=2000,
    )
    assert found.estimate == expected.estimate
    assert found.humans_only == expected.humans_only
    assert [each.name for each in strata] == [
        "undecided (asked 0.3)",
        "negative (asked 0.3)",
        "positive (asked 0.05)",
    ]


def test_aipw_takes_the_scores_given_and_otherwise_the_verdicts() -> None:
    case = batch("many levels")
    assert case.inclusion is not None
    scores = np.random.default_rng(1).random(2000)
    given, plain = case.estimate(scores=scores), case.estimate()
    assert given.estimate == tuned_aipw_mean(scores, case.labels, case.inclusion).estimate
    decided = case.verdicts[case.verdicts >= 0].mean()
    verdicts = np.where(case.verdicts < 0, decided, case.verdicts)
    assert plain.estimate == tuned_aipw_mean(verdicts, case.labels, case.inclusion).estimate


def test_four_strata_of_design_and_verdict_are_few() -> None:
    case = batch("two levels")
    case.verdicts[case.verdicts < 0] = 1
    assert case.estimate().method is Method.CHAIN_RULE
    assert len(case.estimate().design.strata) == 4


def test_raw_rate_of_the_judges_is_told_beside_it() -> None:
    case = batch()
    found = case.estimate()
    assert isinstance(found.judges_only, Estimate)
    assert found.judges_only.value == pytest.approx(case.verdicts[case.verdicts >= 0].mean())
    # .8 * .9 + .2 * .1: the judges alone are wrong and sure
    assert found.judges_only.interval.high < 0.8


def test_good_judge_narrows_and_coin_adds_nothing() -> None:
    case = batch("even", n=8000)
    found = case.estimate()
    assert found.width_ratio is not None
    assert found.width_ratio < 0.85
    case.verdicts[:] = np.random.default_rng(1).integers(0, 2, 8000)
    assert case.estimate().judge_adds_nothing


def test_labels_without_a_probability_are_left_out() -> None:
    case = batch()
    assert case.inclusion is not None
    known = case.estimate()
    extra = np.flatnonzero(np.isnan(case.labels))[:7]
    case.labels[extra], case.inclusion[extra] = 0, NAN
    found = case.estimate()
    assert found.labelled == known.labelled
    assert found.design.left_out == 7
    assert "7 labels without a known inclusion probability were left out" in found.warnings


def test_whole_numbers_mark_missing_labels_by_minus_one() -> None:
    case = batch()
    codes = np.where(np.isnan(case.labels), -1, case.labels).astype(np.int16)
    found = estimate_rate(case.verdicts, codes, case.inclusion, rng=np.random.default_rng(0), draws=2000)
    assert found == case.rate()


def test_clusters_widen_the_interval_and_are_told() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(rng.random(500) < 0.7, 4)
    case = Batch(
        verdicts=np.where(np.repeat(rng.random(500) < 0.8, 4), truth, ~truth).astype(np.int64),
        labels=np.where(np.repeat(rng.random(500) < 0.4, 4), truth, NAN),
        inclusion=np.full(2000, 0.4),
    )
    plain, clustered = case.estimate(), case.estimate(clusters=np.repeat(np.arange(500), 4))
    widths = [each.estimate.interval.high - each.estimate.interval.low for each in (plain, clustered)]
    assert widths[1] / widths[0] == pytest.approx(2, abs=0.15)
    assert clustered.design.design_effect == pytest.approx(4, abs=0.3)
    assert "labels come in clusters" in clustered.warnings[0]


def test_clusters_widen_every_method() -> None:
    for case in (batch("many levels"), batch("even", scale=True), batch("many levels", scale=True)):
        assert case.inclusion is not None
        copied = Batch(
            verdicts=np.repeat(case.verdicts, 3),
            labels=np.repeat(case.labels, 3),
            inclusion=np.repeat(case.inclusion, 3),
            options={key: np.repeat(np.asarray(value), 3) for key, value in case.options.items()},
        )
        once, thrice = case.estimate(), copied.estimate(clusters=np.repeat(np.arange(2000), 3))
        widths = [each.estimate.interval.high - each.estimate.interval.low for each in (once, thrice)]
        assert widths[1] / widths[0] == pytest.approx(1, abs=0.03)


def test_finite_population_is_surer() -> None:
    case = batch("two levels")
    case.inclusion = np.full(2000, 0.375)
    system, items = case.estimate(), case.estimate(finite=True)
    assert items.estimand == "the share of these items that is positive"
    widths = [each.estimate.interval.high - each.estimate.interval.low for each in (system, items)]
    assert widths[1] < 0.9 * widths[0]


def test_few_labels_and_verdicts_without_any_are_warned_of() -> None:
    case = batch()
    case.labels[150:] = NAN
    case.labels[case.verdicts < 0] = NAN
    found = case.estimate()
    assert any("only" in each and "human labels" in each for each in found.warnings)
    assert any(
        "no human label among the 40 items of the stratum undecided" in each for each in found.warnings
    )


def test_items_that_could_not_be_drawn_are_warned_of() -> None:
    case = batch()
    assert case.inclusion is not None
    case.labels[1900:], case.inclusion[1900:] = NAN, 0
    assert any("100 items could not be drawn at all" in each for each in case.estimate().warnings)


def test_unequal_weights_are_warned_of() -> None:
    case = batch("many levels")
    assert case.inclusion is not None
    drawn = np.flatnonzero(~np.isnan(case.labels))
    case.inclusion[drawn[0]] = 0.001
    assert any("a few labels decide the rate" in each for each in case.estimate().warnings)


def test_labels_of_another_population_are_loudly_warned_of() -> None:
    found = batch("even").estimate(off_population=True)
    assert "another population" in found.warnings[0]
    assert isinstance(found.humans_only, Undefined)
    assert found.width_ratio is None


ITEMS = st.lists(
    st.tuples(
        st.sampled_from([1, 0, -1, -2]),
        st.sampled_from([1, 0, -1]),
        st.sampled_from([0.1, 0.5, 0.9, 1.0]),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=60,
)


@given(ITEMS, st.sampled_from(["plain", "clustered", "off population"]))
def test_any_items_give_a_share_in_its_interval_or_a_reason(
    items: list[tuple[int, int, float, int]], kind: str
) -> None:
    verdicts, labels, inclusion, clusters = (np.array(each) for each in zip(*items, strict=True))
    found = estimate_rate(
        verdicts,
        labels,
        inclusion,
        rng=np.random.default_rng(0),
        clusters=clusters if kind == "clustered" else None,
        off_population=kind == "off population",
        draws=100,
    )
    if isinstance(found, RateEstimate):
        interval = found.estimate.interval
        assert 0 <= interval.low <= found.estimate.value <= interval.high <= 1
        assert interval.low < interval.high
    else:
        assert found.reason


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"verdicts": np.zeros(3, dtype=np.int64)}, {}, "one entry an item"),
        ({"inclusion": np.full(2000, 1.5)}, {}, "above 0 and up to 1"),
        ({}, {"scores": np.full(2000, NAN)}, "every item has a score"),
        ({}, {"finite": True, "clusters": np.arange(2000)}, "independent items"),
        ({"inclusion": np.linspace(0.1, 0.2, 2000)}, {"finite": True}, "needs the chain rule"),
        ({"labels": np.full(2000, 2.5)}, {}, "need the scores"),
    ],
)
def test_impossible_input_is_refused(
    change: dict[str, object], options: dict[str, object], message: str
) -> None:
    case = batch()
    for name, value in change.items():
        setattr(case, name, value)
    with pytest.raises(ValueError, match=message):
        case.rate(**options)
