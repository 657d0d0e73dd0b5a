from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.gate.flips import CellFlips, CellReadings, FlipRate, count_flips, flip_rates
from evenhand.records.baseline import Said
from evenhand.stats.estimate import Estimate, Undefined

SAID = st.sampled_from(["complies", "violates", "borderline", None, False])
READINGS = st.lists(SAID, max_size=6)


def cell(*said: Said, case: str = "a", principle: str = "privacy", cluster: str = "") -> CellReadings:
    return CellReadings(case=case, candidate="1", principle=principle, said=said, cluster=cluster)


CELLS = st.lists(
    st.builds(
        lambda said, case, principle, cluster: cell(*said, case=case, principle=principle, cluster=cluster),
        READINGS,
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["privacy", "honesty"]),
        st.sampled_from(["", "doc-1", "doc-2"]),
    ),
    max_size=12,
)


def estimate(rate: FlipRate) -> Estimate:
    assert isinstance(rate.rate, Estimate), rate
    return rate.rate


# -- One cell --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "flips", "pairs"),
    [
        (("complies", "violates"), 1, 1),
        (("complies",) * 5, 0, 10),
        # The 2 of one label meet the 3 of the other.
        (("complies", "violates", "violates", "complies", "violates"), 6, 10),
        # Undecided is an answer: it differs from each label and equals itself.
        (("complies", None, None), 2, 3),
        # What is missing is compared with nothing.
        (("complies", False, "violates"), 1, 1),
        (("complies", False, False), 0, 0),
        ((False, False), 0, 0),
        (("complies",), 0, 0),
        ((), 0, 0),
    ],
)
def test_two_readings_that_differ_are_one_flip(said: tuple[Said, ...], flips: int, pairs: int) -> None:
    assert count_flips(said) == CellFlips(flips=flips, pairs=pairs)


def test_a_cell_without_a_pair_has_no_share() -> None:
    assert count_flips(["complies"]).share is None
    assert count_flips(["complies", "violates", "violates"]).share == pytest.approx(2 / 3)


@given(READINGS)
def test_flips_are_counted_as_if_every_pair_was_looked_at(said: Sequence[Said]) -> None:
    answered = [each for each in said if each is not False]
    pairs = list(combinations(answered, 2))
    counted = CellFlips(flips=sum(one != other for one, other in pairs), pairs=len(pairs))
    assert count_flips(said) == counted


@given(READINGS.flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_order_of_the_readings_says_nothing(drawn: tuple[list[Said], list[Said]]) -> None:
    said, mixed = drawn
    assert count_flips(mixed) == count_flips(said)


# -- Many cells ------------------------------------------------------------------------------------


def test_each_cell_counts_once_however_often_it_was_read() -> None:
    rates = flip_rates(
        [
            cell("complies", "violates", case="a"),
            cell(*["complies"] * 5, case="b"),
            cell(None, None, case="c"),
        ]
    )
    assert estimate(rates.overall).value == pytest.approx(1 / 3)
    assert (rates.overall.cells, rates.overall.flaky) == (3, 1)
    assert (rates.overall.flips, rates.overall.pairs) == (1, 1 + 10 + 1)


def test_principles_have_rates_of_their_own() -> None:
    cells = [cell("complies", "violates", case=f"{n}") for n in range(4)]
    cells += [cell("complies", "complies", case=f"{n}", principle="honesty") for n in range(4)]
    rates = flip_rates(cells)
    assert list(rates.by_principle) == ["privacy", "honesty"]
    assert {name: estimate(rate).value for name, rate in rates.by_principle.items()} == {
        "privacy": 1.0,
        "honesty": 0.0,
    }
    assert estimate(rates.overall).value == pytest.approx(0.5)


def test_a_panel_that_never_flipped_may_still_flip() -> None:
    calm = estimate(flip_rates([cell(*["complies"] * 5, case=f"{n}") for n in range(20)]).overall)
    assert (calm.value, calm.interval.low, calm.n) == (0.0, 0.0, 20)
    assert 0.1 < calm.interval.high < 0.2, "twenty calm cells exclude no rate below a tenth"


def test_cells_of_one_source_are_worth_less_than_as_many_of_their_own() -> None:
    def spread(cluster: str) -> float:
        said = {0: ("complies", "violates"), 1: ("complies", "complies")}
        cells = [
            cell(*said[n % 2], case=f"{n}", cluster=cluster and f"doc-{n % 2}{n // 10}") for n in range(40)
        ]
        interval = estimate(flip_rates(cells).overall).interval
        return interval.high - interval.low

    assert spread("by source") > 1.5 * spread("")


def test_a_source_and_a_case_of_one_name_are_not_one_cluster() -> None:
    cells = [cell("complies", "violates", case="a"), cell("complies", "violates", case="b", cluster="a")]
    assert estimate(flip_rates(cells).overall).n == 2


def test_without_a_pair_there_is_no_rate_and_the_reason_says_so() -> None:
    missing: tuple[Said, ...] = (False, "complies", False)
    for cells in ([], [cell("complies")], [cell(*missing)]):
        found = flip_rates(cells).overall
        assert (found.rate, found.pairs) == (
            Undefined(n=0, reason="no cell has two readings to compare"),
            0,
        )


@given(CELLS)
def test_a_rate_lies_in_its_interval_and_counts_add_up(cells: list[CellReadings]) -> None:
    rates = flip_rates(cells)
    parts = rates.by_principle.values()
    for count in ("cells", "flaky", "flips", "pairs"):
        assert sum(getattr(part, count) for part in parts) == getattr(rates.overall, count)
    for rate in (rates.overall, *parts):
        assert 0 <= rate.flaky <= rate.cells
        assert rate.flaky <= rate.flips <= rate.pairs
        if isinstance(rate.rate, Estimate):
            low, high = rate.rate.interval.low, rate.rate.interval.high
            assert 0 <= low <= rate.rate.value + 1e-12
            assert rate.rate.value - 1e-12 <= high <= 1
            assert (rate.rate.value == 0) == (rate.flips == 0)
            assert rate.rate.n == rate.cells


@given(CELLS)
def test_the_rate_is_the_mean_share_of_the_cells(cells: list[CellReadings]) -> None:
    shares = [share for each in cells if (share := count_flips(each.said).share) is not None]
    rate = flip_rates(cells).overall.rate
    if isinstance(rate, Estimate):
        assert rate.value == pytest.approx(sum(shares) / len(shares))
    else:
        assert len({each.cluster or each.case for each in cells if count_flips(each.said).pairs}) <= 1


def test_the_interval_holds_the_rate_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(20261128)
    runs, cells_each, held = 300, 30, 0
    rate = 0.3 * 2 * (1 / 2 - 1 / 3)  # three cells in ten waver, each with a chance drawn evenly from 0 to 1
    for _ in range(runs):
        chances = np.where(rng.random(cells_each) < 0.3, rng.random(cells_each), 0.0)
        drawn = rng.random((cells_each, 5)) < chances[:, None]
        cells = [
            cell(*["violates" if each else "complies" for each in row], case=f"{number}")
            for number, row in enumerate(drawn)
        ]
        found = estimate(flip_rates(cells).overall).interval
        held += found.low <= rate <= found.high
    assert held / runs > 0.92
