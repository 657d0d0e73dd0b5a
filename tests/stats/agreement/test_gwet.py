import numpy as np
import pytest
from tests.stats.agreement.kit import GWET_FOUR_RATERS, TWO_RATERS, Answers, estimate, rng

from evenhand.stats.agreement.gwet import gwet_ac1, gwet_ac2
from evenhand.stats.agreement.weights import Weighting
from evenhand.stats.estimate import Undefined


# irrCAC 0.4.4 (pandas 2.3.3, scipy 1.17.1), CAC(frame, weights=..., digits=15).gwet()["est"]["coefficient_value"].
# The first is also Gwet's own figure of .77544 for his four raters.
@pytest.mark.parametrize(
    ("answers", "categories", "weights", "expected"),
    [
        (GWET_FOUR_RATERS, 5, "nominal", 0.775444068126995),
        (GWET_FOUR_RATERS, 5, "linear", 0.858739136432611),
        (GWET_FOUR_RATERS, 5, "quadratic", 0.914000723551605),
        (TWO_RATERS, 4, "nominal", 0.560117302052786),
        (TWO_RATERS, 4, "linear", 0.642248722316866),
        (TWO_RATERS, 4, "quadratic", 0.728618421052631),
    ],
)
def test_ac2_equals_irrcac(answers: Answers, categories: int, weights: Weighting, expected: float) -> None:
    measured = estimate(gwet_ac2(answers, categories=categories, weights=weights, rng=rng()))
    assert measured.value == pytest.approx(expected, abs=1e-12)


def test_ac1_is_ac2_with_nominal_weights() -> None:
    assert gwet_ac1(TWO_RATERS, categories=4, rng=rng()) == gwet_ac2(
        TWO_RATERS, categories=4, weights="nominal", rng=rng()
    )


def test_ac1_worked_by_hand() -> None:
    # p_o = 118/125; shares (118 + 3.5)/125 and 3.5/125; p_e = 2 x .972 x .028 = .054432; (.944 - .054432) / .945568
    table = [(0, 0)] * 118 + [(0, 1)] * 5 + [(1, 0)] * 2
    measured = estimate(gwet_ac1(np.array(table), categories=2, rng=rng()))
    assert measured.value == pytest.approx((0.944 - 0.054432) / 0.945568, abs=1e-12)
    assert measured.n == 125


def test_one_label_for_everything_is_full_agreement_but_not_certainty() -> None:
    measured = estimate(gwet_ac1(np.zeros((50, 3), dtype=np.int64), categories=2, rng=rng()))
    assert measured.value == measured.interval.high == 1.0
    assert 0.85 < measured.interval.low < 0.99


@pytest.mark.parametrize("answers", [np.empty((0, 3), dtype=np.int64), np.array([[0, -1], [-1, 1]])])
def test_without_a_pair_of_answers_there_is_no_coefficient(answers: Answers) -> None:
    assert gwet_ac1(answers, categories=2, rng=rng()) == Undefined(
        n=0, reason="no item was answered by two raters"
    )


def test_one_category_has_no_coefficient() -> None:
    measured = gwet_ac1(np.zeros((5, 2), dtype=np.int64), categories=1, rng=rng())
    assert isinstance(measured, Undefined)
