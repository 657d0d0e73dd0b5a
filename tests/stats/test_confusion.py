import pytest

from evenhand.stats.confusion import confusion_table


def test_rows_are_the_first_rater_and_columns_the_second() -> None:
    table = confusion_table({("no", "yes"): 3, ("yes", "yes"): 2}, ["yes", "no"])
    assert table.tolist() == [[2, 0], [3, 0]]


def test_a_label_that_is_not_listed_is_refused() -> None:
    with pytest.raises(KeyError, match="maybe"):
        confusion_table({("maybe", "yes"): 1}, ["yes", "no"])
