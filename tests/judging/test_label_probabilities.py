import json
import math
from collections.abc import Collection, Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.judging.builders import token

from evenhand.judging.label_probabilities import label_probabilities
from evenhand.providers.interface import TokenChoice

COMPLY = ("complies", "violates", "not_applicable", "cannot_tell")
ln = math.log


def shares(
    tokens: Sequence[TokenChoice],
    label: str,
    labels: Sequence[str],
    *,
    closing: str = '"',
    start: int | None = None,
) -> tuple[dict[str, float], float]:
    """The recovered shares and the missing mass, for an answer that stands behind `{"label": "` or at `start`."""
    text = "".join(each.token for each in tokens)
    at = text.index(': "') + 3 if start is None else start
    distribution, missing = label_probabilities(
        tokens, text=text, start=at, label=label, labels=labels, closing=closing
    )
    return dict(distribution), missing


def choice(text: str, **alternatives: float) -> TokenChoice:
    """A chosen token among alternatives, all given by their probabilities."""
    return token(text, ln(alternatives[text]), *((name, ln(share)) for name, share in alternatives.items()))


HEAD, TAIL = token('{"label": "'), token('", "nonce": "x"}')


# -- Worked by hand ---------------------------------------------------------------------------------------


def test_labels_of_one_token_each() -> None:
    tokens = [
        HEAD,
        choice("violates", violates=0.7, complies=0.2, not_applicable=0.05, cannot_tell=0.05),
        TAIL,
    ]
    found, missing = shares(tokens, "violates", COMPLY)
    assert found == pytest.approx(
        {"violates": 0.7, "complies": 0.2, "not_applicable": 0.05, "cannot_tell": 0.05}
    )
    assert missing == pytest.approx(0)


def test_parts_of_labels_are_credited_to_the_label_they_begin() -> None:
    tokens = [HEAD, choice("vi", vi=0.6, com=0.3, cannot=0.06, not_app=0.04), token("olates"), TAIL]
    found, missing = shares(tokens, "violates", COMPLY)
    assert found == pytest.approx(
        {"violates": 0.6, "complies": 0.3, "cannot_tell": 0.06, "not_applicable": 0.04}
    )
    assert missing == pytest.approx(0)


def test_a_label_that_begins_another_is_told_apart_by_the_closing_mark() -> None:
    # "no" or "not_applicable": P(no") = 0.5 * 0.8, P(not_applicable) = 0.5 * 0.2, P(yes) = 0.5
    tokens = [HEAD, choice("no", no=0.5, yes=0.5), choice('"', **{'"': 0.8, "t_applicable": 0.2}), token("}")]
    found, missing = shares(tokens, "no", ("yes", "no", "not_applicable"))
    assert found == pytest.approx({"no": 0.4, "not_applicable": 0.1, "yes": 0.5})
    assert missing == pytest.approx(0)


def test_the_longer_label_is_told_apart_as_well() -> None:
    tokens = [
        HEAD,
        choice("no", no=0.5, yes=0.5),
        choice("t_a", **{'"': 0.8, "t_a": 0.2}),
        token("pplicable"),
        TAIL,
    ]
    found, _ = shares(tokens, "not_applicable", ("yes", "no", "not_applicable"))
    assert found == pytest.approx({"no": 0.4, "not_applicable": 0.1, "yes": 0.5})


@pytest.mark.parametrize(("end", "shares_of_ten"), [(",", 0.1), ("}", 0.1), ("\n", 0.1)])
def test_numbers_that_begin_others_are_told_apart_by_what_follows(end: str, shares_of_ten: float) -> None:
    tokens = [token('{"score": '), choice("1", **{"1": 0.5, "2": 0.5}), choice(end, **{end: 0.8, "0": 0.2})]
    found, missing = shares(tokens, "1", ("1", "2", "10"), closing="", start=len('{"score": '))
    assert found == pytest.approx({"1": 0.4, "10": shares_of_ten, "2": 0.5})
    assert missing == pytest.approx(0)


def test_ten_as_one_token_is_not_taken_for_one() -> None:
    tokens = [token("VERDICT x "), choice("10", **{"10": 0.6, "2": 0.3, "1\n": 0.1})]
    found, missing = shares(tokens, "10", ("1", "2", "10"), closing="", start=10)
    assert found == pytest.approx({"10": 0.6, "2": 0.3, "1": 0.1})
    assert missing == pytest.approx(0)


def test_a_reply_that_ends_where_a_longer_label_could_still_come_leaves_its_mass_unclaimed() -> None:
    tokens = [token("VERDICT x "), choice("1", **{"1": 0.6, "2": 0.4})]
    found, missing = shares(tokens, "1", ("1", "2", "10"), closing="", start=10)
    assert found == {"2": pytest.approx(1)}
    assert missing == pytest.approx(0.6)


def test_the_same_reply_with_a_line_end_settles_it() -> None:
    tokens = [
        token("VERDICT x "),
        choice("1", **{"1": 0.6, "2": 0.4}),
        choice("\n", **{"\n": 0.75, "0": 0.25}),
    ]
    found, missing = shares(tokens, "1", ("1", "2", "10"), closing="", start=10)
    assert found == pytest.approx({"1": 0.45, "10": 0.15, "2": 0.4})
    assert missing == pytest.approx(0)


def test_a_number_with_decimals_is_no_whole_number() -> None:
    tokens = [token("VERDICT x "), choice("7", **{"7": 0.5, "7.5": 0.3, "8": 0.2}), token("\n")]
    found, missing = shares(tokens, "7", tuple(str(number) for number in range(11)), closing="", start=10)
    assert found == pytest.approx({"7": 0.5 / 0.7, "8": 0.2 / 0.7})
    assert missing == pytest.approx(0.3)


def test_a_token_may_hold_the_opening_mark_and_the_start_of_the_label() -> None:
    lead = ': "'
    alternatives = {f"{lead}com": 0.3, f"{lead}cannot": 0.1, ":": 0.05}
    spanning = token(f"{lead}vio", ln(0.55), *((text, ln(share)) for text, share in alternatives.items()))
    tokens = [token('{"label"'), spanning, token("lates"), TAIL]
    found, missing = shares(tokens, "violates", COMPLY)
    assert found == pytest.approx(
        {"violates": 0.55 / 0.95, "complies": 0.3 / 0.95, "cannot_tell": 0.1 / 0.95}
    )
    assert missing == pytest.approx(0.05)


def test_a_label_split_over_many_tokens_takes_the_product_along_the_path() -> None:
    path = [choice("no", no=0.9, yes=0.1), choice("t", t=0.5, **{'"': 0.5}), choice("_", _=0.8, s=0.2)]
    tokens = [HEAD, *path, token("applicable"), TAIL]
    found, missing = shares(tokens, "not_applicable", ("yes", "no", "not_sure", "not_applicable"))
    # yes .1; no .9*.5 = .45; "nots" no label: .9*.5*.2 = .09 missing; "not_" still two labels until "applicable"
    total = 0.1 + 0.45 + 0.36
    assert found == pytest.approx({"yes": 0.1 / total, "no": 0.45 / total, "not_applicable": 0.36 / total})
    assert missing == pytest.approx(0.09)


def test_a_whole_label_is_itself_where_the_longer_one_has_a_token_of_its_own() -> None:
    pair = ("a", "b", "tie", "both_bad")
    for taken in ("a", "b"):
        tokens = [HEAD, choice(taken, a=0.5, b=0.3, tie=0.1, both=0.1), token('"}')]
        found, missing = shares(tokens, taken, pair)
        assert found == pytest.approx({"a": 0.5, "b": 0.3, "tie": 0.1, "both_bad": 0.1})
        assert missing == pytest.approx(0)


def test_a_whole_label_may_be_the_start_of_a_longer_one_that_is_not_in_sight() -> None:
    tokens = [HEAD, choice("a", a=0.6, b=0.4), token('"}')]
    found, missing = shares(tokens, "a", ("a", "b", "tie", "both_bad"))
    assert found == pytest.approx({"a": 1})
    assert missing == pytest.approx(0.4)


def test_an_alternative_that_could_still_be_several_labels_is_missing_mass() -> None:
    tokens = [HEAD, choice("yes", yes=0.6, no=0.4), TAIL]
    found, missing = shares(tokens, "yes", ("yes", "no", "not_applicable"))
    assert found == pytest.approx({"yes": 1})
    assert missing == pytest.approx(0.4)


def test_the_chosen_token_counts_where_the_alternatives_leave_it_out() -> None:
    tokens = [HEAD, token("violates", ln(0.6), ("complies", ln(0.4))), TAIL]
    assert shares(tokens, "violates", COMPLY)[0] == pytest.approx({"violates": 0.6, "complies": 0.4})


def test_the_chosen_token_counts_once_where_the_alternatives_name_it() -> None:
    tokens = [HEAD, token("violates", ln(0.6), ("violates", ln(0.6)), ("complies", ln(0.4))), TAIL]
    assert shares(tokens, "violates", COMPLY)[0] == pytest.approx({"violates": 0.6, "complies": 0.4})


def test_what_comes_before_and_after_the_answer_says_nothing_about_it() -> None:
    before = token('{"label": "', ln(0.5), ('{"label": "complies', ln(0.5)))
    after = token('", "nonce": "x"}', ln(0.5), ('complies"}', ln(0.3)))
    tokens = [before, choice("violates", violates=0.7, complies=0.3), after]
    found, missing = shares(tokens, "violates", COMPLY)
    assert found == pytest.approx({"violates": 0.7, "complies": 0.3})
    assert missing == pytest.approx(0)


def test_another_spelling_of_the_label_counts_for_it() -> None:
    tokens = [HEAD, choice("vio", vio=0.5, violates=0.2, v=0.1, complies=0.2), token("lates"), TAIL]
    assert shares(tokens, "violates", COMPLY)[0] == pytest.approx({"violates": 0.8, "complies": 0.2})


def test_two_tokens_of_one_spelling_count_both_and_a_repeated_line_once() -> None:
    alternatives = [("complies", ln(0.2)), ("complies", ln(0.1)), ("complies", ln(0.1))]
    tokens = [HEAD, token("violates", ln(0.7), *alternatives), TAIL]
    assert shares(tokens, "violates", COMPLY)[0] == pytest.approx({"violates": 0.7, "complies": 0.3})


def test_mass_on_no_label_is_missing() -> None:
    tokens = [HEAD, choice("violates", violates=0.5, maybe=0.2, **{"\x00": 0.1, "": 0.1}), TAIL]
    found, missing = shares(tokens, "violates", ("complies", "violates"))
    assert found == pytest.approx({"violates": 1})
    assert missing == pytest.approx(0.5)


@pytest.mark.parametrize("logprob", [-9999.0, -math.inf])
def test_a_token_of_no_probability_claims_nothing(logprob: float) -> None:
    tokens = [HEAD, token("violates", 0.0, ("complies", logprob)), TAIL]
    assert shares(tokens, "violates", COMPLY) == ({"violates": 1.0}, 0.0)


def test_an_answer_of_no_probability_leaves_everything_missing() -> None:
    assert shares([HEAD, token("violates", -9999.0), TAIL], "violates", COMPLY) == ({}, 1.0)


def test_a_label_with_quotation_marks_is_found_as_json_spells_it() -> None:
    spelled = json.dumps('say "yes"')[1:-1]
    tokens = [HEAD, token(spelled, ln(0.8), ("no", ln(0.2))), TAIL]
    assert shares(tokens, 'say "yes"', ('say "yes"', "no"))[0] == pytest.approx({'say "yes"': 0.8, "no": 0.2})


# -- Nothing that is no probability counts ----------------------------------------------------------------


@pytest.mark.parametrize("logprob", [math.nan, math.inf, 0.5, 70.0])
def test_what_is_no_log_probability_makes_all_unusable(logprob: float) -> None:
    assert shares([HEAD, token("violates", ln(0.5), ("complies", logprob)), TAIL], "violates", COMPLY) == (
        {},
        1.0,
    )
    assert shares([HEAD, token("violates", logprob), TAIL], "violates", COMPLY) == ({}, 1.0)


def test_shares_that_add_up_to_more_than_one_are_unusable() -> None:
    tokens = [HEAD, token("violates", ln(0.9), ("complies", ln(0.8))), TAIL]
    assert shares(tokens, "violates", COMPLY) == ({}, 1.0)


def test_a_little_more_than_one_is_rounding() -> None:
    tokens = [HEAD, token("violates", ln(0.9), ("complies", ln(0.105))), TAIL]
    found, missing = shares(tokens, "violates", COMPLY)
    assert math.fsum(found.values()) == pytest.approx(1)
    assert missing == 0


@pytest.mark.parametrize("text", ['{"label": "violates"} ', '{"label": "Violates"}', ""])
def test_tokens_that_do_not_spell_the_reply_are_unusable(text: str) -> None:
    tokens = [HEAD, token("violates"), token('"}')]
    found = label_probabilities(tokens, text=text, start=11, label="violates", labels=COMPLY, closing='"')
    assert found == ((), 1.0)


def test_a_reply_without_tokens_is_unusable() -> None:
    found = label_probabilities([], text="violates", start=0, label="violates", labels=COMPLY, closing="")
    assert found == ((), 1.0)


# -- Any tokens ------------------------------------------------------------------------------------------

label_sets = st.sampled_from(
    [
        COMPLY,
        ("yes", "no", "not_applicable", "not_sure", "n"),
        tuple(str(number) for number in range(1, 11)),
        ("a", "b", "tie", "both_bad"),
        ("aa", "aaa", "aaaa", "ab", "b"),
    ]
)


def _piece(text: str, prefix: str, vocabulary: Collection[str]) -> str:
    """The token that leads from `prefix` on to `text`: the longest one of the vocabulary that fits."""
    rest = text[len(prefix) :]
    return max((word for word in vocabulary if rest.startswith(word)), key=len, default=rest[:1])


def _is_clear(text: str, spelled: Iterable[str], prefix: str, pieces: Iterable[str]) -> bool:
    """Whether only one label can be meant: the others that begin so are seen to go on in a longer piece."""
    begun = [each for each in spelled if each.startswith(text)]
    others = [each for each in begun if each != f'{text}"']
    longer = [prefix + piece for piece in pieces if len(prefix + piece) > len(text)]
    own_pieces = all(any(each.startswith(piece) for piece in longer) for each in others)
    return len(begun) == 1 or (len(others) < len(begun) and own_pieces)


@settings(max_examples=300)
@given(st.data(), label_sets)
def test_shares_are_exact_when_every_alternative_is_listed(
    data: st.DataObject, labels: tuple[str, ...]
) -> None:
    """A model that spells labels in the longest words of its vocabulary, and lists every token it could have taken.

    A piece off the path that several labels begin with can belong to any of them; only its mass is missing.
    """
    weights = data.draw(st.lists(st.integers(1, 100), min_size=len(labels), max_size=len(labels)))
    truth = {f'{label}"': weight / sum(weights) for label, weight in zip(labels, weights, strict=True)}
    parts = sorted(
        {text[start:end] for text in truth for start in range(len(text)) for end in range(start + 1, 9)}
    )
    vocabulary = data.draw(st.sets(st.sampled_from(parts), max_size=20))
    answer = data.draw(st.sampled_from(list(truth)))
    tokens, prefix, left, unclear = [HEAD], "", dict(truth), set()
    while prefix != answer:
        own = {text: _piece(text, prefix, vocabulary) for text in left}
        pieces = {
            piece: math.fsum(left[text] for text in left if own[text] == piece) / math.fsum(left.values())
            for piece in own.values()
        }
        taken = own[answer]
        tokens.append(
            token(taken, ln(pieces[taken]), *((piece, ln(share)) for piece, share in pieces.items()))
        )
        off_path = {text for text in left if own[text] != taken}
        unclear |= {text for text in off_path if not _is_clear(prefix + own[text], truth, prefix, pieces)}
        left = {text: share for text, share in left.items() if text not in off_path}
        prefix += taken
    found, missing = shares([*tokens, token("}")], answer[:-1], labels)
    clear = {text[:-1]: share for text, share in truth.items() if text not in unclear}
    assert found == pytest.approx(
        {label: share / math.fsum(clear.values()) for label, share in clear.items()}
    )
    assert missing == pytest.approx(math.fsum(truth[text] for text in unclear), abs=1e-9)


@given(
    st.lists(st.tuples(st.text('aby1"0 ,}', max_size=4), st.floats(max_value=0)), max_size=5),
    st.lists(st.tuples(st.text('aby1"0 ,}', max_size=4), st.floats(max_value=0)), max_size=5),
    st.sampled_from(["", '"']),
)
def test_shares_are_probabilities_whatever_the_endpoint_sends(
    first: list[tuple[str, float]], second: list[tuple[str, float]], closing: str
) -> None:
    tokens = [token("a", ln(0.5), *first), token("b", ln(0.5), *second), token(f"{closing}}}")]
    found, missing = shares(tokens, "ab", ("a", "ab", "abb", "1", "10"), closing=closing, start=0)
    assert all(0 < share <= 1 for share in found.values())
    assert 0 <= missing <= 1
    assert not found or math.fsum(found.values()) == pytest.approx(1)
