import json
from dataclasses import replace

import pytest

from evenhand.testing import JudgeAnswer, JudgeRequest, Message, ScriptError
from evenhand.testing.rendering import generate, smallest

NONCE = "0123456789abcdef" * 2
LABEL = {"enum": ["complies", "violates"]}
REQUEST = JudgeRequest(
    protocol="chat",
    number=1,
    attempt=1,
    model="m",
    messages=(Message(role="user", text=f"Judge.\nEcho code: {NONCE}"),),
    structured=True,
)


def asking(**properties: object) -> JudgeRequest:
    return replace(REQUEST, schema={"type": "object", "properties": properties})


def test_a_structured_answer_has_the_keys_of_the_schema_in_its_order() -> None:
    request = asking(
        nonce={"type": "string"}, label=LABEL, quotes={"type": "array"}, confidence={"type": "number"}
    )
    text = generate(
        request, JudgeAnswer(label="violates", quotes=('a "b"',), distribution={"violates": 0.75})
    ).text
    assert list(json.loads(text).items()) == [
        ("nonce", NONCE),
        ("label", "violates"),
        ("quotes", ['a "b"']),
        ("confidence", 0.75),
    ]


def test_without_a_schema_a_json_answer_has_evenhands_keys() -> None:
    document = json.loads(generate(REQUEST, JudgeAnswer(label="complies")).text)
    assert list(document) == ["quotes", "reason", "label", "nonce"]


@pytest.mark.parametrize(("label", "written"), [(3, 3), ("3", 3), (2.5, 2.5), ("0.25", 0.25)])
def test_a_score_is_written_as_a_number(label: str | float, written: float) -> None:
    answer = generate(asking(score={"type": "number"}), JudgeAnswer(label=label))
    assert json.loads(answer.text) == {"score": written}


@pytest.mark.parametrize("structured", [True, False])
def test_the_place_of_the_label_is_known(*, structured: bool) -> None:
    answer = generate(
        replace(REQUEST, structured=structured), JudgeAnswer(label="complies", reason="complies, yes")
    )
    assert answer.label_at is not None
    assert answer.text[answer.label_at :].startswith("complies")
    assert answer.text[answer.label_at - 1] == ('"' if structured else " ")


@pytest.mark.parametrize(
    ("key", "spec", "label"), [("label", LABEL, "maybe"), ("score", {"type": "number"}, "high")]
)
def test_a_label_the_schema_does_not_allow_is_a_mistake_in_the_script(
    key: str, spec: object, label: str
) -> None:
    with pytest.raises(ScriptError, match=label):
        generate(asking(**{key: spec}), JudgeAnswer(label=label))


def test_free_text_ends_with_the_verdict_line() -> None:
    text = generate(replace(REQUEST, structured=False), JudgeAnswer(label="complies", reason="Fine.")).text
    assert text == f"Fine.\nVERDICT {NONCE} complies"


def test_raw_text_is_sent_word_for_word() -> None:
    assert generate(REQUEST, JudgeAnswer(raw="{oops")).text == "{oops"


@pytest.mark.parametrize(
    ("schema", "smallest_value"),
    [
        (
            {
                "type": "object",
                "properties": {"a": {"type": "integer", "minimum": 3}, "b": {"type": "boolean"}},
            },
            {"a": 3, "b": False},
        ),
        ({"type": "array", "items": {"enum": ["x"]}, "minItems": 2}, ["x", "x"]),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"const": 7}, 7),
        ({"type": "object", "properties": {"a": {"type": "array", "items": {}}}}, {"a": []}),
        ({"type": "string"}, ""),
        (True, None),
    ],
)
def test_a_schema_that_is_not_ours_is_obeyed_with_its_smallest_value(
    schema: object, smallest_value: object
) -> None:
    assert smallest(schema) == smallest_value


def test_a_bottomless_schema_has_a_bottom() -> None:
    schema: dict[str, object] = {"type": "array", "minItems": 1}
    schema["items"] = schema
    assert str(smallest(schema)).count("[") == 33
