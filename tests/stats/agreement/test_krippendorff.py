import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stats.agreement.kit import Answers, estimate, noisy_answers, rng, seeds

from evenhand.stats.agreement.krippendorff import Level, krippendorff_alpha
from evenhand.stats.estimate import Undefined

# Krippendorff (2019), Content Analysis, 12.3.4: four observers, twelve units, gaps; labels from 1 to 5 (here minus 1).
KRIPPENDORFF_2019 = (
    np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ]
    ).T
    - 1
)
LEVELS: list[Level] = ["nominal", "ordinal", "interval", "ratio"]


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_the_textbook(level: Level, published: float) -> None:
    measured = krippendorff_alpha(
        KRIPPENDORFF_2019, categories=5, level=level, values=np.arange(1.0, 6.0), rng=rng()
    )
    assert estimate(measured).value == pytest.approx(published, abs=5e-4)
    assert measured.n == 11  # one unit has one observer


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from(LEVELS), st.sampled_from([0.0, 0.3, 0.7]))
def test_alpha_equals_krippendorffs_package(seed: int, level: Level, gaps: float) -> None:
    answers = noisy_answers(seed, items=25, gaps=gaps)
    theirs = krippendorff.alpha(
        reliability_data=np.where(answers < 0, np.nan, answers).T, level_of_measurement=level
    )
    measured = krippendorff_alpha(answers, categories=4, level=level, rng=rng(), draws=20)
    assert estimate(measured).value == pytest.approx(theirs, abs=1e-10)


def test_many_labels_are_counted_like_few() -> None:
    answers = noisy_answers(5, categories=4)
    spread = np.where(answers < 0, -1, answers * 20)  # 61 labels do not fit one integer per item
    few = krippendorff_alpha(answers, categories=4, level="interval", rng=rng())
    many = krippendorff_alpha(spread, categories=61, level="interval", rng=rng())
    assert estimate(many).value == pytest.approx(estimate(few).value, abs=1e-12)


def test_the_order_of_raters_does_not_matter() -> None:
    answers = noisy_answers(7)
    assert krippendorff_alpha(answers, categories=4, rng=rng()) == krippendorff_alpha(
        answers[:, ::-1], categories=4, rng=rng()
    )


@pytest.mark.parametrize("level", LEVELS)
def test_full_agreement_is_not_certainty(level: Level) -> None:
    answers = np.repeat(np.arange(60)[:, np.newaxis] % 3, 2, axis=1)
    measured = estimate(krippendorff_alpha(answers, categories=3, level=level, rng=rng()))
    assert measured.value == pytest.approx(1, abs=1e-12)
    assert 0.7 < measured.interval.low < 0.99


@pytest.mark.parametrize(
    ("answers", "n", "reason"),
    [
        (np.array([[0, -1], [-1, 1]]), 0, "no item was answered by two raters"),
        (np.empty((0, 2), dtype=np.int64), 0, "no item was answered by two raters"),
        (np.array([[1, 1], [1, 1], [0, -1]]), 2, "only one label was given, so nothing could differ"),
    ],
)
def test_alpha_without_a_meaning_says_why(answers: Answers, n: int, reason: str) -> None:
    assert krippendorff_alpha(answers, categories=2, rng=rng()) == Undefined(n=n, reason=reason)


def test_impossible_input_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 1"):
        krippendorff_alpha(np.array([[0, 2]]), categories=2, rng=rng())
    with pytest.raises(ValueError, match="items, raters"):
        krippendorff_alpha(np.array([0, 1]), categories=2, rng=rng())
    with pytest.raises(ValueError, match="not negative"):
        krippendorff_alpha(
            np.array([[0, 1]]), categories=2, level="ratio", values=np.array([-1.0, 1.0]), rng=rng()
        )
    with pytest.raises(ValueError, match="one for each"):
        krippendorff_alpha(np.array([[0, 1]]), categories=2, values=np.array([1.0]), rng=rng())
    with pytest.raises(ValueError, match="clusters"):
        krippendorff_alpha(np.array([[0, 1]]), categories=2, clusters=np.array([1, 2]), rng=rng())
    with pytest.raises(ValueError, match="expected nominal"):
        krippendorff_alpha(np.array([[0, 1]]), categories=2, level="cardinal", rng=rng())  # type: ignore[arg-type]
