import pytest

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.rates.rogan_gladen import rogan_gladen


def rate(positive: int, judged: int, sensitivity: tuple[int, int], specificity: tuple[int, int]) -> Measured:
    return rogan_gladen(
        positive,
        judged,
        true_positives=sensitivity[0],
        positives=sensitivity[1],
        true_negatives=specificity[0],
        negatives=specificity[1],
    )


def test_example_of_lee_et_al() -> None:
    # arXiv 2511.21140, the example of their programme: 400 of 1,000, se 180/200, sp 140/200.
    # (.4 + .7 - 1) / (.7 + .9 - 1) = 1/6; the limits as their programme prints them.
    found = rate(400, 1000, (180, 200), (140, 200))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(1 / 6, abs=1e-12)
    assert found.interval.low == pytest.approx(0.05635072484160894, abs=1e-8)
    assert found.interval.high == pytest.approx(0.2627330257859588, abs=1e-8)


def test_limits_worked_by_hand() -> None:
    # z^2 = 3.841459: n = 103.841459, p = 51.920729/103.841459 = .5, se = sp = 46/52, se + sp - 1 = 40/52, theta = .5;
    # the shifts cancel; half = 1.959964 * sqrt(.25/103.841459 + 2 * .25 * (46/52)(6/52)/52) / (40/52) = .148329
    found = rate(50, 100, (45, 50), (45, 50))
    assert isinstance(found, Estimate)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.351671, 0.648329), abs=1e-6)


def test_a_perfect_judge_still_leaves_doubt() -> None:
    found = rate(300, 1000, (40, 40), (40, 40))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.3)
    assert found.interval.high - found.interval.low > 0.06


@pytest.mark.parametrize(("positive", "edge"), [(0, 0.0), (100, 1.0)])
def test_rate_stays_between_0_and_1(positive: int, edge: float) -> None:
    found = rate(positive, 100, (40, 50), (40, 50))
    assert isinstance(found, Estimate)
    assert found.value == edge
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((5, 10, (5, 10), (5, 10)), "no better than chance"),
        ((5, 10, (2, 10), (3, 10)), "no better than chance"),
        ((5, 10, (0, 0), (3, 10)), "both positive and negative"),
        ((0, 0, (9, 10), (9, 10)), "needs judged items"),
    ],
)
def test_a_judge_that_says_nothing_gives_no_rate(
    counts: tuple[int, int, tuple[int, int], tuple[int, int]], reason: str
) -> None:
    found = rate(*counts)
    assert isinstance(found, Undefined)
    assert reason in found.reason


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="11 of 10"):
        rate(5, 10, (11, 10), (5, 10))
