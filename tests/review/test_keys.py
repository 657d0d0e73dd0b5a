from evenhand.review.keys import BY_ACTION, KEYS, answer_keys, key_hint, remapped


def test_no_action_and_no_key_stands_twice() -> None:
    assert len(BY_ACTION) == len(KEYS)
    assert len({key.key for key in KEYS}) == len(KEYS)


def test_digits_count_the_labels_of_a_scale_in_words() -> None:
    assert answer_keys(("complies", "violates", "cannot_tell")) == {
        "complies": "1",
        "violates": "2",
        "cannot_tell": "3",
    }


def test_a_tenth_label_has_the_zero_and_further_ones_have_no_digit() -> None:
    keys = answer_keys([f"label {place}" for place in range(12)])
    assert keys["label 9"] == "0"
    assert "label 10" not in keys


def test_a_number_is_answered_by_its_own_digit() -> None:
    assert answer_keys(("0", "1", "2", "cannot_tell")) == {"0": "0", "1": "1", "2": "2"}


def test_ten_has_the_zero_where_zero_is_no_answer() -> None:
    assert answer_keys([str(number) for number in range(1, 11)])["10"] == "0"
    assert "10" not in answer_keys([str(number) for number in range(11)])


def test_a_key_can_be_changed_and_two_can_be_swapped() -> None:
    table = {key.action: key.key for key in remapped({"skip": "f", "flag": "s"})}
    assert (table["skip"], table["flag"]) == ("f", "s")
    assert table["commit"] == "Enter"


def test_a_key_that_is_taken_changes_nothing() -> None:
    assert remapped({"skip": "f"}) == KEYS


def test_digits_enter_and_arrows_stay() -> None:
    assert remapped({"commit": "a", "choose": "b", "next": "n"}) == KEYS


def test_what_is_no_single_visible_character_is_no_key() -> None:
    for key in ("", "ab", " ", "\n", "\u200b", "5", "Enter"):
        assert remapped({"skip": key}) == KEYS


def test_hints_are_what_is_printed_on_the_keyboard() -> None:
    assert [key_hint(key) for key in ("s", "Enter", "ArrowLeft", "?")] == ["S", "Enter", "←", "?"]
