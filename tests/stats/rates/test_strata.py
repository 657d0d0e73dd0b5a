import numpy as np
import pytest

from evenhand.stats.rates.strata import choose_strata

NAN = float("nan")


def test_each_verdict_is_a_stratum() -> None:
    found = choose_strata(np.array([1, 1, 1, 0, 0]), np.array([1, 0, -1, 0, -1]))
    assert [each.name for each in found.strata] == ["negative", "positive"]
    assert (found.population.tolist(), found.labelled.tolist(), found.successes.tolist()) == (
        [2, 3],
        [1, 2],
        [0, 1],
    )
    assert found.verdicts.tolist() == [0, 1]
    assert found.stratum.tolist() == [1, 1, 1, 0, 0]
    assert found.fits
    assert found.inclusion is None


def test_undecided_and_failed_items_are_one_stratum_while_sparse() -> None:
    found = choose_strata(np.array([1, 0, -1, -2, -2]), np.array([1, 0, 1, 0, -1]))
    assert [each.name for each in found.strata] == ["undecided or failed", "negative", "positive"]
    assert found.verdicts.tolist() == [-1, 0, 1]
    assert "one stratum" in found.notes[0]


def test_undecided_and_failed_items_stay_apart_with_twenty_labels_each() -> None:
    verdicts, truth = np.repeat([1, 0, -1, -2], 20), np.tile([0, 1], 40)
    found = choose_strata(verdicts, truth)
    assert [each.name for each in found.strata] == ["failed", "undecided", "negative", "positive"]
    assert found.notes == ()


def test_undecided_and_failed_items_asked_at_different_rates_are_never_merged() -> None:
    found = choose_strata(
        np.array([1, 0, -1, -2]), np.array([1, 0, 1, 0]), inclusion=np.array([0.1, 0.1, 0.5, 0.9])
    )
    assert len(found.strata) == 4
    assert found.fits


def test_a_verdict_with_one_label_is_not_merged() -> None:
    found = choose_strata(np.array([1] * 30 + [0] * 3), np.array([1] * 30 + [0, -1, -1]))
    assert found.labelled.tolist() == [1, 30]


def test_a_stratum_without_labels_is_named() -> None:
    found = choose_strata(np.array([1, 1, 0, 0, 0]), np.array([1, 0, -1, -1, -1]))
    assert found.notes == (
        "no human label among the 3 items of the stratum negative: nothing is known of them",
    )


def test_two_rates_within_a_verdict_make_two_strata() -> None:
    verdicts, inclusion = np.repeat([1, 0], 50), np.tile([0.5, 0.9], 50)
    found = choose_strata(verdicts, np.tile([0, 1], 50), inclusion=inclusion)
    assert [each.name for each in found.strata] == [
        "negative (asked 0.5)",
        "negative (asked 0.9)",
        "positive (asked 0.5)",
        "positive (asked 0.9)",
    ]
    assert found.fits
    assert found.inclusion is not None
    assert found.inclusion.tolist() == [0.5, 0.9, 0.5, 0.9]


@pytest.mark.parametrize(
    ("labels", "rates", "reason"),
    [
        (10, (0.5, 0.9), "a stratum has 10 labels, fewer than 20"),
        (30, (0.5, 0.7, 0.9), "6 strata, more than 4"),
    ],
)
def test_many_or_sparse_strata_do_not_fit(labels: int, rates: tuple[float, ...], reason: str) -> None:
    n = labels * len(rates)
    found = choose_strata(
        np.repeat([1, 0], n), np.zeros(2 * n, dtype=np.int64), inclusion=np.tile(rates, 2 * labels)
    )
    assert not found.fits
    assert reason in found.reason


def test_rates_equal_up_to_rounding_are_one() -> None:
    inclusion = np.array([0.1 + 0.2, 0.3, 0.3, 0.3])
    found = choose_strata(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 1]), inclusion=inclusion)
    assert len(found.strata) == 2


def test_labelled_items_speak_for_unlabelled_ones_whose_rate_is_unknown() -> None:
    found = choose_strata(
        np.array([1, 1, 0, 0]), np.array([1, -1, 0, -1]), inclusion=np.array([0.1, NAN, 0.4, NAN])
    )
    assert found.fits
    assert found.inclusion is not None
    assert found.inclusion.tolist() == [0.4, 0.1]


def test_unknown_rates_do_not_fit_when_they_vary_within_a_verdict() -> None:
    found = choose_strata(
        np.array([1, 1, 1, 0]), np.array([1, 0, -1, 0]), inclusion=np.array([0.1, 0.4, NAN, 0.4])
    )
    assert not found.fits
    assert "varies within a verdict" in found.reason
    assert len(found.strata) == 2


def test_an_item_that_could_not_be_drawn_is_a_stratum_of_its_own() -> None:
    found = choose_strata(np.array([1, 1, 0]), np.array([1, 0, -1]), inclusion=np.array([0.5, 0.5, 0.0]))
    assert found.fits
    assert found.labelled.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("verdicts", "truth", "message"),
    [
        ([1, 0], [1], "one entry an item"),
        ([1, 2], [1, 0], "verdicts are"),
        ([1, 0], [1, 2], "labels are"),
    ],
)
def test_impossible_input_is_refused(verdicts: list[int], truth: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        choose_strata(np.array(verdicts), np.array(truth))
