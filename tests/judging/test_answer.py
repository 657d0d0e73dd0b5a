import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging.answer_kit import (
    ALL_MEANS,
    FORM,
    LINE,
    NONCE,
    OBJECT_MEANS,
    TRUE_LABEL,
    failure,
    read,
    written,
)
from tests.judging.builders import PAIR_WITHOUT_TIES, STARS, TEN, reply, token

from evenhand.judging.answer import (
    MAX_ANSWER_CHARS,
    MAX_QUOTES,
    Answer,
    AnswerForm,
    read_answer,
    value_starts,
)
from evenhand.judging.fence import new_nonce
from evenhand.providers.interface import Finish, Means
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.scale import COMPLY, PAIR, NominalScale, NumericScale, Scale
from evenhand.testing.attacks import STALE_NONCE

# -- What is asked for is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("means", OBJECT_MEANS)
def test_an_answer_in_the_shape_asked_for_is_read(means: Means) -> None:
    form = AnswerForm(scale=COMPLY, means=means, confidence=True)
    text = written(form, quotes=["a passage"], label="complies", confidence=0.75)
    answer = read(f"\n {text} \n", form)
    assert isinstance(answer, Answer)
    assert (answer.label, answer.quotes, answer.reason, answer.stated) == (
        "complies",
        ("a passage",),
        "Because.",
        0.75,
    )


def test_a_last_line_is_read_with_its_reasons() -> None:
    answer = read(f"It says so.\nTwice.\r\nVERDICT {NONCE} violates\n\n", LINE)
    assert isinstance(answer, Answer)
    assert (answer.label, answer.reason, answer.quotes) == ("violates", "It says so.\nTwice.", ())


@pytest.mark.parametrize(
    ("written_score", "label"),
    [("7", "7"), ("7.0", "7"), ("7.25", "7.25"), ("0", "0"), ("-0.0", "0"), ("1e1", "10"), ("0.1", "0.1")],
)
@pytest.mark.parametrize("means", ["json_schema", "last_line"])
def test_one_number_has_one_spelling(means: Means, written_score: str, label: str) -> None:
    form = AnswerForm(scale=TEN, means=means, quotes=False)
    line = f"Reasons.\nVERDICT {NONCE} {written_score}"
    text = line if means == "last_line" else f'{{"reason": "", "score": {written_score}, "nonce": "{NONCE}"}}'
    answer = read(text, form)
    assert isinstance(answer, Answer)
    assert answer.label == label


def test_keys_may_come_in_another_order_for_only_the_words_ask_for_one() -> None:
    turned = json.dumps(dict(reversed(json.loads(written()).items())))
    assert isinstance(read(turned), Answer)


@pytest.mark.parametrize(
    "text", [written(), written(quotes=['{"label": 1}']), "\n\t" + written().replace(": ", " :\n ")]
)
def test_the_answer_says_where_it_starts_when_there_are_tokens_to_look_it_up_in(text: str) -> None:
    answer = read_answer(reply(text, tokens=(token(text),)), FORM, NONCE)
    assert isinstance(answer, Answer)
    assert text[answer.start :].startswith(TRUE_LABEL + answer.closing)


def test_the_start_of_a_last_line_is_behind_its_nonce() -> None:
    text = f"violates it.\nVERDICT {NONCE} violates"
    answer = read(text, LINE)
    assert isinstance(answer, Answer)
    assert (text[answer.start :], answer.closing) == ("violates", "")


def test_an_answer_may_be_as_long_as_the_limits_say() -> None:
    assert isinstance(read(written(quotes=["a"] * MAX_QUOTES)), Answer)
    room = MAX_ANSWER_CHARS - len(written(reason=""))
    assert isinstance(read(written(reason="x" * room)), Answer)
    assert failure(written(reason="x" * (room + 1))) is FailureKind.MALFORMED


# -- Everything else is a failed rating of its kind -------------------------------------------------------


def _without(key: str) -> str:
    return json.dumps({name: value for name, value in json.loads(written()).items() if name != key})


NOT_AN_ANSWER = {
    "words": "I think it violates the rule.",
    "words before": f"Here you are: {written()}",
    "words after": f"{written()} That is all.",
    "a second object": f"{written()}{written()}",
    "a second object on a line": f"{written()}\n{written()}",
    "a code block": f"```json\n{written()}\n```",
    "a byte order mark": f"\ufeff{written()}",
    "a no-break space": f"\u00a0{written()}",
    "unterminated": written()[:-1],
    "closed twice": f"{written()}}}",
    "a list": f"[{written()}]",
    "a string": json.dumps(written()),
    "a number": "7",
    "null": "null",
    "nested in a field": json.dumps({"answer": json.loads(written())}),
    "YAML": f"quotes: []\nreason: r\nlabel: violates\nnonce: {NONCE}",
    "a Python dict": str(json.loads(written())),
    "a trailing comma": f"{written()[:-1]},}}",
    "a comment": f"{written()[:-1]} /* end */}}",
    "single quotes": written().replace('"', "'"),
    "an extra key": written(note=""),
    "another key of the language": written(confidence=0.5),
    "a key twice": written()[:-1] + ', "label": "complies"}',
    "a key twice, once escaped": written()[:-1] + ', "\\u006cabel": "complies"}',
    "a nested key twice": written(reason="x").replace('"x"', '{"a": 1, "a": 2}'),
    "a key in other letters": written().replace('"label"', '"Label"'),
    "a key with a space": written().replace('"label"', '"label "'),
    **{f"no {key}": _without(key) for key in FORM.keys},
    "no key at all": "{}",
    "a label off the scale": written(label="passes"),
    "a label in capitals": written(label="VIOLATES"),
    "a label with a space": written(label="violates "),
    "a label with a zero-width space": written(label="violates\u200b"),
    "an empty label": written(label=""),
    "two labels in one": written(label="complies, violates"),
    "a list of labels": written(label=["violates"]),
    "null as label": written(label=None),
    "true as label": written(label=True),
    "a wrong nonce": written(nonce=STALE_NONCE),
    "the nonce in capitals": written(nonce=NONCE.upper()),
    "the nonce with a space": written(nonce=f"{NONCE} "),
    "a part of the nonce": written(nonce=NONCE[:31]),
    "the mask of a nonce": written(nonce="0" * 32),
    "no nonce but null": written(nonce=None),
    "a list with the nonce": written(nonce=[NONCE]),
    "the nonce in the reason only": written(nonce="", reason=NONCE),
    "the nonce in a quote only": written(nonce="", quotes=[NONCE]),
    "a reason that is no text": written(reason=7),
    "no reason but null": written(reason=None),
    "quotes that are no list": written(quotes="a passage"),
    "a quote that is no text": written(quotes=[["a"]]),
    "too many quotes": written(quotes=["a"] * (MAX_QUOTES + 1)),
    "half a character in the reason": written(reason="\ud83d"),
    "half a character in a quote": written(quotes=["\udc00 x"]),
    "NaN": written(reason=0).replace('"reason": 0', '"reason": NaN'),
    "deep nesting": '{"quotes":' * 100_000,
    "deep lists": "[" * 100_000,
    "deep nesting in a value": written(reason=0).replace('"reason": 0', '"reason": ' + "[" * 900 + "]" * 900),
    "too long": written(reason="x" * MAX_ANSWER_CHARS),
    "a control character in a string": written(reason="a\nb").replace("\\n", "\n"),
    "a web page": "<!doctype html><title>Sign in</title>",
}  # fmt: skip


@pytest.mark.parametrize("means", OBJECT_MEANS)
@pytest.mark.parametrize("text", NOT_AN_ANSWER.values(), ids=NOT_AN_ANSWER)
def test_what_is_not_exactly_the_answer_is_malformed(text: str, means: Means) -> None:
    assert failure(text, AnswerForm(scale=COMPLY, means=means)) is FailureKind.MALFORMED


NOT_A_SCORE = [
    *('"9"', '"0.9"', "true", "false", "null", "[9]", "NaN", "Infinity", "-Infinity", "1e999", "-1e999"),
    *("11", "-1", "10.000001", "9" * 400, "9" * 5000),
    *("07", "+7", ".5", "7.", "0x7", "1_0", "\u0667", "7,5"),
]


@pytest.mark.parametrize("score", NOT_A_SCORE, ids=lambda score: score[:12])
@pytest.mark.parametrize("means", ["tool", "last_line"])
def test_a_score_is_a_finite_number_of_the_range(means: Means, score: str) -> None:
    form = AnswerForm(scale=TEN, means=means, quotes=False)
    text = (
        f"VERDICT {NONCE} {score}"
        if means == "last_line"
        else f'{{"reason":"","score":{score},"nonce":"{NONCE}"}}'
    )
    assert failure(text, form) is FailureKind.MALFORMED


@pytest.mark.parametrize("confidence", ["-0.1", "1.5", '"0.9"', "true", "null", "NaN", "1e999", "9" * 400])
def test_a_confidence_is_a_number_from_0_to_1(confidence: str) -> None:
    form = AnswerForm(scale=COMPLY, means="json_schema", confidence=True)
    text = written(form, confidence=0).replace('"confidence": 0', f'"confidence": {confidence}')
    assert failure(text, form) is FailureKind.MALFORMED


NOT_A_LAST_LINE = {
    "words after": f"VERDICT {NONCE} violates\nThat is all.",
    "words behind": f"VERDICT {NONCE} violates, I think",
    "a full stop": f"VERDICT {NONCE} violates.",
    "words before in the line": f"So VERDICT {NONCE} violates",
    "bold": f"**VERDICT {NONCE} violates**",
    "quoted": f"> VERDICT {NONCE} violates",
    "indented": f"  VERDICT {NONCE} violates",
    "lower case": f"verdict {NONCE} violates",
    "a colon": f"VERDICT: {NONCE} violates",
    "two spaces": f"VERDICT  {NONCE} violates",
    "a tab": f"VERDICT\t{NONCE} violates",
    "two spaces before the label": f"VERDICT {NONCE}  violates",
    "no label": f"VERDICT {NONCE} ",
    "no nonce": "VERDICT violates",
    "a wrong nonce": f"VERDICT {STALE_NONCE} violates",
    "a nonce that goes on": f"VERDICT {NONCE}0 violates",
    "a label off the scale": f"VERDICT {NONCE} passes",
    "a label in quotation marks": f'VERDICT {NONCE} "violates"',
    "an object": written(),
    "two verdicts": f"VERDICT {NONCE} complies\nVERDICT {NONCE} violates",
    "the nonce in the reasons": f"The code is {NONCE}.\nVERDICT {NONCE} violates",
    "a fence quoted": f"<<<END DATA reply {NONCE}>>>\nVERDICT {NONCE} violates",
    "ended by a carriage return": f"Reasons\rVERDICT {NONCE} violates",
    "ended by a line separator": f"Reasons\u2028VERDICT {NONCE} violates",
    "half a character": f"\ud83d\nVERDICT {NONCE} violates",
    "too long": "x" * MAX_ANSWER_CHARS + f"\nVERDICT {NONCE} violates",
    "nothing but the word": "VERDICT",
}


@pytest.mark.parametrize("text", NOT_A_LAST_LINE.values(), ids=NOT_A_LAST_LINE)
def test_what_is_not_exactly_the_last_line_is_malformed(text: str) -> None:
    assert failure(text, LINE) is FailureKind.MALFORMED


@pytest.mark.parametrize("form", [FORM, LINE], ids=["object", "last line"])
@pytest.mark.parametrize(
    ("finish", "kind"),
    [
        (Finish.LENGTH, FailureKind.TRUNCATED),
        (Finish.REFUSED, FailureKind.REFUSED),
        (Finish.FILTERED, FailureKind.FILTERED),
        (Finish.OTHER, FailureKind.MALFORMED),
    ],
)
def test_only_a_normal_end_makes_a_rating_however_whole_the_answer_looks(
    form: AnswerForm, finish: Finish, kind: FailureKind
) -> None:
    text = f"VERDICT {NONCE} violates" if form is LINE else written()
    assert isinstance(read(text, form), Answer)
    assert failure(text, form, finish) is kind


def test_every_end_but_the_normal_one_has_its_failure() -> None:
    for finish in set(Finish) - {Finish.NORMAL}:
        assert isinstance(read(written(), finish=finish), FailedRating)


def test_a_refusal_beside_an_answer_is_a_refusal() -> None:
    outcome = read_answer(reply(written(), refusal="I can't judge this."), FORM, NONCE)
    assert outcome == FailedRating(kind=FailureKind.REFUSED, detail="I can't judge this.")


@pytest.mark.parametrize("text", ["", " ", "\n\t\r\n", "\u3000"])
@pytest.mark.parametrize("form", [FORM, LINE], ids=["object", "last line"])
def test_a_reply_without_text_is_empty(text: str, form: AnswerForm) -> None:
    assert failure(text, form) is FailureKind.EMPTY


@pytest.mark.parametrize(
    ("finish", "refusal", "text"),
    [
        (Finish.NORMAL, "no" * 5_000 + "\ud83d", ""),
        (Finish.NORMAL, "", json.dumps({"k" * 5_000: 1, "\ud83d": 2})),
        (Finish.NORMAL, "", written(label="\ud83d" * 50)),
    ],
)
def test_what_is_told_of_a_failure_is_short_and_can_be_stored(
    finish: Finish, refusal: str, text: str
) -> None:
    outcome = read_answer(reply(text, finish, refusal=refusal), FORM, NONCE)
    assert isinstance(outcome, FailedRating)
    assert len(outcome.detail.encode()) < 5_000


TEN_MEGABYTES = {
    "letters": "x" * 10_000_000,
    "brackets": "[" * 10_000_000,
    "objects": '{"a":' * 2_000_000,
    "lines": "\n" * 10_000_000,
    "a key": f'{{"{"a" * 10_000_000}": 1}}',
}


@pytest.mark.parametrize("text", TEN_MEGABYTES.values(), ids=TEN_MEGABYTES)
@pytest.mark.parametrize("form", [FORM, LINE], ids=["object", "last line"])
def test_ten_megabytes_are_refused(text: str, form: AnswerForm) -> None:
    assert isinstance(read(text, form), FailedRating)  # quadratic, it would run into the time limit of a test


# -- Properties -------------------------------------------------------------------------------------------

scales: st.SearchStrategy[Scale] = st.sampled_from([COMPLY, PAIR, PAIR_WITHOUT_TIES, STARS, TEN])
forms = st.builds(
    AnswerForm, scale=scales, means=st.sampled_from(ALL_MEANS), quotes=st.booleans(), confidence=st.booleans()
)


def json_values(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | numbers | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=6,
    )


stored_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.text(), forms)
def test_text_without_the_nonce_is_never_an_answer(text: str, form: AnswerForm) -> None:
    assert isinstance(read_answer(reply(text), form, new_nonce()), FailedRating)


@given(json_values(st.sampled_from([*FORM.keys, "score", "confidence"])), forms)
def test_json_without_the_nonce_is_never_an_answer(value: Any, form: AnswerForm) -> None:
    assert isinstance(read_answer(reply(json.dumps(value)), form, new_nonce()), FailedRating)


@given(
    st.dictionaries(
        st.sampled_from(FORM.keys), st.sampled_from(["violates", NONCE, [], [NONCE], None]) | st.text()
    )
)
def test_an_answer_has_the_nonce_in_its_own_key(value: dict[str, Any]) -> None:
    if isinstance(read(json.dumps(value)), Answer):
        assert value["nonce"] == NONCE
        assert value["label"] in COMPLY.labels


@given(st.data(), forms, stored_text, st.lists(stored_text, max_size=4), st.floats(0, 1), st.booleans())
def test_every_answer_of_the_shape_asked_for_is_read(
    data: st.DataObject, form: AnswerForm, reason: str, quotes: list[str], stated: float, ascii_only: object
) -> None:
    numeric = isinstance(form.scale, NumericScale)
    given_answer = data.draw(
        st.floats(0, 10) | st.integers(0, 10) if numeric else st.sampled_from(form.scale.labels)
    )
    fields = {
        "quotes": quotes,
        "reason": reason,
        form.answer_key: given_answer,
        "confidence": stated,
        "nonce": NONCE,
    }
    if form.means == "last_line":
        text = f"{reason}\nVERDICT {NONCE} {given_answer}"
    else:
        kept = {key: fields[key] for key in form.keys}
        text = json.dumps(kept, ensure_ascii=bool(ascii_only), indent=data.draw(st.sampled_from([None, 2])))
    answer = read(text, form)
    assert isinstance(answer, Answer)
    assert (float(answer.label) == given_answer) if numeric else (answer.label == given_answer)


@given(
    st.dictionaries(st.text(), json_values(st.text()), max_size=5),
    st.booleans(),
    st.sampled_from([None, 0, 3]),
)
def test_value_starts_points_at_the_values(
    value: dict[str, Any], ascii_only: object, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=bool(ascii_only), indent=indent)
    starts = value_starts(text)
    assert set(starts) == set(value)
    decoder = json.JSONDecoder()
    assert {key: decoder.raw_decode(text, start)[0] for key, start in starts.items()} == value


# -- What is asked for ------------------------------------------------------------------------------------


@given(forms)
def test_the_schema_asks_for_exactly_the_keys_that_are_read(form: AnswerForm) -> None:
    schema = form.schema
    assert schema["required"] == list(schema["properties"]) == list(form.keys)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("means", ALL_MEANS)
def test_the_words_name_every_label_and_end_with_the_echo_code(means: Means) -> None:
    words = AnswerForm(scale=COMPLY, means=means).instructions(NONCE)
    assert all(label in words for label in COMPLY.labels)
    assert words.endswith(f"\nEcho code: {NONCE}")


def test_each_means_is_asked_for_in_its_own_words() -> None:
    asked = {means: AnswerForm(scale=COMPLY, means=means).instructions(NONCE) for means in ALL_MEANS}
    assert f"VERDICT {NONCE} ANSWER" in asked["last_line"]
    assert "JSON" not in asked["last_line"]
    for means in OBJECT_MEANS:
        assert "VERDICT" not in asked[means]
        assert all(f'- "{key}": ' in asked[means] for key in FORM.keys)


@pytest.mark.parametrize("means", ["json_schema", "last_line"])
@pytest.mark.parametrize(
    ("ends", "words"),
    [((0, 1_000_000), "0 to 1000000"), ((0.1234567, 2), "0.1234567 to 2"), ((-1.5, 1e21), "-1.5 to 1e+21")],
)
def test_a_range_is_written_in_full(means: Means, ends: tuple[float, float], words: str) -> None:
    scale = NumericScale(type="numeric", minimum=ends[0], maximum=ends[1])
    assert f"a number from {words}" in AnswerForm(scale=scale, means=means).instructions(NONCE)


# -- Edges that mutants found ------------------------------------------------------------------------------


def test_the_schema_is_exactly_this() -> None:
    text = {"type": "string"}
    assert AnswerForm(scale=COMPLY, means="json_schema", confidence=True).schema == {
        "type": "object",
        "properties": {
            "quotes": {"type": "array", "items": text},
            "reason": text,
            "label": {"type": "string", "enum": list(COMPLY.labels)},
            "confidence": {"type": "number"},
            "nonce": text,
        },
        "required": ["quotes", "reason", "label", "confidence", "nonce"],
        "additionalProperties": False,
    }
    assert AnswerForm(scale=TEN, means="tool", quotes=False).schema["properties"] == {
        "reason": text,
        "score": {"type": "number"},
        "nonce": text,
    }


def test_a_decision_lists_each_answer_with_its_meaning_and_with_none_where_none_is_written() -> None:
    scale = NominalScale(type="nominal", values=("yes", "no"), describe={"yes": "It does."})
    assert AnswerForm(scale=scale, means="decision").schema == {
        "oneOf": [{"const": "yes", "description": "It does."}, {"const": "no", "description": ""}]
    }


def test_an_answer_may_be_two_hundred_thousand_characters_long_and_no_longer() -> None:
    longest = 200_000 - len(written(reason=""))
    assert isinstance(read(written(reason="x" * longest)), Answer)
    assert failure(written(reason="x" * (longest + 1))) is FailureKind.MALFORMED


def test_the_detail_of_a_failure_holds_five_hundred_characters() -> None:
    found = read_answer(reply("", Finish.REFUSED, refusal="r" * 600), FORM, NONCE)
    assert isinstance(found, FailedRating)
    assert found.detail == "r" * 500


def test_fifty_quotes_are_read_and_one_more_is_malformed() -> None:
    assert isinstance(read(written(quotes=["q"] * 50)), Answer)
    assert failure(written(quotes=["q"] * 51)) is FailureKind.MALFORMED
