import numpy as np
import pytest

from evenhand.stats.confusion import confusion, confusion_table, pooled


def test_rows_are_the_first_rater_and_columns_the_second() -> None:
    table = confusion_table({("no", "yes"): 3, ("yes", "yes"): 2}, ["yes", "no"])
    assert table.tolist() == [[2, 0], [3, 0]]


def test_a_label_that_is_not_listed_is_refused() -> None:
    with pytest.raises(KeyError, match="maybe"):
        confusion_table({("maybe", "yes"): 1}, ["yes", "no"])


def test_codes_become_a_table_and_gaps_are_counted() -> None:
    first, second = np.array([0, 0, 1, -1, 2, -1]), np.array([0, 1, 1, 2, -1, -1])
    found = confusion(first, second, categories=3)
    assert found.table.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert found.missing == 3


def test_clusters_get_a_table_each() -> None:
    first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 1, -1])
    found = confusion(first, second, categories=2, clusters=np.array([7, 3, 7, 9]))
    assert found.table.tolist() == [[[0, 1], [0, 0]], [[1, 0], [0, 1]]]
    assert pooled(found.table).tolist() == confusion(first, second, categories=2).table.tolist()
    assert found.missing == 1


@pytest.mark.parametrize(
    ("first", "second", "clusters", "message"),
    [
        ([0, 2], [0, 1], None, "expected 0 to 1"),
        ([0, 1], [0, -2], None, "expected 0 to 1"),
        ([0, 1], [0], None, "expected \\(n,\\) twice"),
        ([0, 1], [0, 1], [1], "clusters"),
    ],
)
def test_impossible_codes_are_refused(
    first: list[int], second: list[int], clusters: list[int] | None, message: str
) -> None:
    given = None if clusters is None else np.array(clusters)
    with pytest.raises(ValueError, match=message):
        confusion(np.array(first), np.array(second), categories=2, clusters=given)
