import json
import math
from typing import Any

import pytest
from tests.judging import builders
from tests.judging.builders import PAIR_WITHOUT_TIES, TEN

from evenhand.judging.answer import AnswerForm
from evenhand.judging.parse import parse_reply
from evenhand.providers.interface import Means
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.run import Unit
from evenhand.records.scale import COMPLY, PAIR, NumericScale, Scale
from evenhand.testing.attacks import PAYLOADS

NONCE = "c0ffee00" * 4


def answer(**changes: Any) -> str:
    return json.dumps({"quotes": [], "reason": "r", "label": "violates", "nonce": NONCE} | changes)


def body(content: str, *, finish: str = "stop", logprobs: Any = None, **message: Any) -> bytes:
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": content, **message},
    }
    return json.dumps(
        {"model": "m", "choices": [choice | ({"logprobs": logprobs} if logprobs else {})]}
    ).encode()


def outcome(
    content: bytes | str,
    *,
    scale: Scale = COMPLY,
    unit: Unit | None = None,
    means: Means = "json_schema",
    evidence: bool = False,
) -> Outcome:
    form = AnswerForm(scale=scale, means=means)
    return parse_reply(
        content if isinstance(content, bytes) else body(content),
        protocol="openai-chat",
        form=form,
        nonce=NONCE,
        unit=unit or builders.unit(scale=scale),
        evidence_required=evidence,
    ).outcome


def rating(*args: Any, **fields: Any) -> Rating:
    found = outcome(*args, **fields)
    assert isinstance(found, Rating), found
    return found


def logprobs(*tokens: tuple[str, float, dict[str, float]]) -> dict[str, Any]:
    return {
        "content": [
            {
                "token": text,
                "logprob": math.log(share),
                "top_logprobs": [{"token": other, "logprob": math.log(p)} for other, p in others.items()],
            }
            for text, share, others in tokens
        ]
    }


# -- Bytes to ratings -------------------------------------------------------------------------------------


def test_an_answer_without_probabilities_has_all_weight_on_its_label() -> None:
    found = rating(answer())
    assert (found.label, found.distribution, found.basis) == ("violates", (("violates", 1.0),), Basis.ANSWER)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", FailureKind.MALFORMED),
        (b"<!doctype html>", FailureKind.MALFORMED),
        (b'{"choices": []}', FailureKind.MALFORMED),
        (body(answer(), finish="length"), FailureKind.TRUNCATED),
        (body(answer(), finish="content_filter"), FailureKind.FILTERED),
        (body(answer(), finish="banana"), FailureKind.MALFORMED),
        (body("", refusal="I can't."), FailureKind.REFUSED),
        (body(answer(), refusal="I can't."), FailureKind.REFUSED),
        (body(""), FailureKind.EMPTY),
        (body("violates"), FailureKind.MALFORMED),
        (body(answer(reason="\ud83d")), FailureKind.MALFORMED),
    ],
)
def test_what_is_no_clean_answer_is_a_failed_rating(content: bytes, kind: FailureKind) -> None:
    found = outcome(content)
    assert isinstance(found, FailedRating)
    assert found.kind is kind


@pytest.mark.parametrize("means", ["json_schema", "last_line"])
def test_the_stored_label_is_the_judges_own_whatever_it_quotes(means: Means) -> None:
    for name, payload in PAYLOADS.items():
        text = answer(quotes=[payload]) if means == "json_schema" else f"{payload}\nVERDICT {NONCE} violates"
        assert rating(text, means=means).label == "violates", name


# -- Probabilities ----------------------------------------------------------------------------------------

HEAD = '{"quotes": [], "reason": "r", "label": "'
TAIL = f'", "nonce": "{NONCE}"}}'


def spelled(label: str, share: float, **others: float) -> bytes:
    tokens = logprobs((HEAD, 1.0, {}), (label, share, others), (TAIL, 1.0, {}))
    return body(HEAD + label + TAIL, logprobs=tokens)


def test_token_probabilities_become_the_distribution() -> None:
    found = rating(spelled("violates", 0.7, complies=0.25))
    assert found.basis is Basis.LOGPROBS
    assert dict(found.distribution) == pytest.approx({"violates": 0.7 / 0.95, "complies": 0.25 / 0.95})
    assert found.missing_mass == pytest.approx(0.05)
    assert found.flags == ()


def test_with_more_than_a_tenth_missing_the_answer_alone_counts_and_says_so() -> None:
    found = rating(spelled("violates", 0.7, complies=0.15))
    assert (found.basis, found.distribution) == (Basis.ANSWER, (("violates", 1.0),))
    assert (found.flags, found.missing_mass) == (("logprobs_unusable",), 0.0)


def test_a_swapped_pair_is_turned_back_to_the_frame_of_the_case() -> None:
    content = spelled("a", 0.8, b=0.15, both=0.05)
    case = builders.pair_case("X", "Y")
    for order, label in ((Order.GIVEN, "a"), (Order.SWAPPED, "b")):
        found = rating(content, scale=PAIR, unit=builders.unit(case, scale=PAIR, order=order))
        assert found.label == label
        assert dict(found.distribution)[label] == pytest.approx(0.8)


def test_a_swapped_tie_stays_a_tie() -> None:
    unit = builders.unit(builders.pair_case("X", "Y"), scale=PAIR, order=Order.SWAPPED)
    assert rating(answer(label="tie"), scale=PAIR, unit=unit).label == "tie"


@pytest.mark.parametrize("label", ["tie", "both_bad"])
def test_an_answer_that_the_pair_does_not_allow_is_malformed(label: str) -> None:
    unit = builders.unit(builders.pair_case("X", "Y"), scale=PAIR_WITHOUT_TIES)
    found = outcome(answer(label=label), scale=PAIR_WITHOUT_TIES, unit=unit)
    assert isinstance(found, FailedRating)


def scored(text: str, share: float, **others: float) -> bytes:
    head, tail = '{"quotes": [], "reason": "r", "score": ', f', "nonce": "{NONCE}"}}'
    return body(
        head + text + tail, logprobs=logprobs((head, 1.0, {}), (text, share, others), (tail, 1.0, {}))
    )


def test_whole_numbers_of_a_short_range_have_probabilities() -> None:
    found = rating(scored("7", 0.6, **{"8": 0.4}), scale=TEN)
    assert (found.label, found.basis) == ("7", Basis.LOGPROBS)
    assert dict(found.distribution) == pytest.approx({"7": 0.6, "8": 0.4})


@pytest.mark.parametrize(
    ("ends", "text", "basis"),
    [
        ((0, 100), "100", Basis.LOGPROBS),
        ((0, 100), "0", Basis.LOGPROBS),
        ((-50, 50), "50", Basis.LOGPROBS),
        ((950, 1000), "1000", Basis.LOGPROBS),
        ((0, 101), "101", Basis.ANSWER),
        ((0, 1000), "7", Basis.ANSWER),
        ((0, 10.5), "7", Basis.ANSWER),
        ((0.5, 10), "7", Basis.ANSWER),
        ((0, 10), "0.5", Basis.ANSWER),
    ],
)
def test_only_the_whole_numbers_of_a_short_range_have_probabilities(
    ends: tuple[float, float], text: str, basis: Basis
) -> None:
    scale = NumericScale(type="numeric", minimum=ends[0], maximum=ends[1])
    found = rating(scored(text, 1.0), scale=scale)
    assert (found.label, found.basis) == (text, basis)


# -- Evidence ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "quotes", "required", "flags"),
    [
        ("violates", [], True, ("unquoted",)),
        ("violates", [], False, ()),
        ("complies", [], True, ()),
        ("cannot_tell", [], True, ()),
        ("violates", ["Hello"], True, ()),
        ("violates", ["Say hello."], True, ()),
        ("violates", ["Good bye"], True, ("misquoted",)),
        ("complies", ["Hello", "hello"], False, ("misquoted",)),
    ],
)
def test_quotes_are_held_against_what_was_shown(
    label: str, quotes: list[str], flags: tuple[str, ...], *, required: bool
) -> None:
    unit = builders.unit(builders.case("Hello.", prompt="Say hello."[:3] + " hi"))
    unit = builders.unit(builders.case("Hello.", prompt="Say hello.")) if "Say hello." in quotes else unit
    assert rating(answer(label=label, quotes=quotes), unit=unit, evidence=required).flags == flags


@pytest.mark.parametrize("quote", ["a\u200bb", "a⟦U+200B⟧b", "p\u200bq", "p⟦U+200B⟧q"])
def test_a_quote_may_show_hidden_characters_as_the_judge_saw_them(quote: str) -> None:
    unit = builders.unit(builders.case("a\u200bb", prompt="p\u200bq"))
    assert rating(answer(quotes=[quote]), unit=unit).flags == ()


# -- Edges that mutants found ------------------------------------------------------------------------------


def test_a_quote_is_never_found_in_a_prompt_that_is_not_there() -> None:
    unit = builders.unit(builders.case("Hello.", prompt=None))
    assert rating(answer(quotes=["XX"]), unit=unit).flags == ("misquoted",)
    assert rating(answer(quotes=["Hello"]), unit=unit).flags == ()


def test_a_number_beyond_the_end_of_the_range_gets_no_probability() -> None:
    text = json.dumps({"quotes": [], "reason": "r", "score": 10, "nonce": NONCE})
    start = text.index("10,")
    cut = [(text[:start], 1.0, {}), ("10", 0.96, {"10": 0.96, "11": 0.04}), (text[start + 2 :], 1.0, {})]
    found = rating(body(text, logprobs=logprobs(*cut)), scale=TEN)
    assert [label for label, share in found.distribution if share] == ["10"]
    assert found.missing_mass == pytest.approx(0.04)
