"""Whatever the judges answer and the people say: a finite number in its interval, or the reason why there is none."""

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.aggregation.choose_panel import choose_panel
from evenhand.stats.aggregation.compare_rules import compare_rules
from evenhand.stats.aggregation.condorcet import condorcet_gap
from evenhand.stats.aggregation.dawid_skene import dawid_skene
from evenhand.stats.chance_adjusted import chance_adjusted_agreement
from evenhand.stats.dependence import error_dependence
from evenhand.stats.estimate import Estimate, Undefined

Codes = NDArray[np.int64]


@st.composite
def labelled_panels(draw: st.DrawFn) -> tuple[Codes, Codes, int, Codes | None, NDArray[np.float64] | None]:
    """Draw answers, truth, categories, and perhaps clusters and weights: few items, gaps, judges who never vary."""
    items, judges, categories = draw(st.integers(1, 25)), draw(st.integers(1, 4)), draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    answers = rng.integers(-draw(st.integers(0, 1)), categories, size=(items, judges))
    truth = rng.integers(-draw(st.integers(0, 1)), categories, size=items)
    copied = draw(st.integers(0, judges))
    answers[:, :copied] = draw(
        st.sampled_from([truth[:, np.newaxis], answers[:, :1], np.zeros((items, 1), dtype=np.int64)])
    )
    clusters = draw(st.sampled_from([None, np.arange(items) // 3]))
    weights = draw(st.sampled_from([None, rng.uniform(0.5, 5.0, size=items)]))
    return answers, truth, categories, clusters, weights


def measured_in(value: object) -> Iterator[Estimate | Undefined]:
    """Yield every estimate, and every reason for none, anywhere in a result."""
    if isinstance(value, Estimate | Undefined):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from measured_in(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from measured_in(getattr(value, field.name))


def check(result: object) -> None:
    found = list(measured_in(result))
    assert found
    for each in found:
        if isinstance(each, Undefined):
            assert each.reason
        else:
            assert math.isfinite(each.value)
            assert math.isfinite(each.interval.low)
            assert math.isfinite(each.interval.high)
            assert each.interval.low <= each.interval.high


@settings(max_examples=30, deadline=None)
@given(labelled_panels())
@pytest.mark.parametrize("what", ["dependence", "capa", "condorcet", "rules", "choice"])
def test_every_number_is_finite_or_says_why_not(
    what: str, panel: tuple[Codes, Codes, int, Codes | None, NDArray[np.float64] | None]
) -> None:
    answers, truth, categories, clusters, weights = panel
    rng = np.random.default_rng(0)
    results: dict[str, Callable[[], object]] = {
        "dependence": lambda: error_dependence(
            answers,
            truth,
            rng=rng,
            draws=30,
            clusters=clusters,
            weights=weights,
            families=np.arange(answers.shape[1]) // 2,
        ),
        "capa": lambda: chance_adjusted_agreement(
            answers, truth, categories=categories, rng=rng, draws=30, clusters=clusters
        ),
        "condorcet": lambda: condorcet_gap(
            answers, truth, categories=categories, rng=rng, draws=30, clusters=clusters, weights=weights
        ),
        "rules": lambda: compare_rules(
            answers, truth, categories=categories, rng=rng, draws=30, clusters=clusters, weights=weights
        ),
        "choice": lambda: choose_panel(
            answers,
            truth,
            size=1 + answers.shape[1] // 2,
            categories=categories,
            rng=rng,
            draws=10,
            splits=2,
            clusters=clusters,
        ),
    }
    check(results[what]())


@settings(max_examples=30, deadline=None)
@given(labelled_panels())
def test_dawid_skene_is_finite_on_any_panel(
    panel: tuple[Codes, Codes, int, Codes | None, NDArray[np.float64] | None],
) -> None:
    answers, truth, categories, _, _ = panel
    for known in (None, truth):
        fitted = dawid_skene(answers, categories=categories, truth=known)
        assert np.isfinite(fitted.posteriors).all()
        assert np.isfinite(fitted.objective).all()
