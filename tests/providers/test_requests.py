"""What leaves for each protocol: exactly the fields asked for."""

from dataclasses import replace
from typing import Any

import pytest
from tests.providers.kit import SCHEMA, request

from evenhand.errors import CallClass, CallError
from evenhand.providers.anthropic_messages import messages_body
from evenhand.providers.interface import Means, Turn
from evenhand.providers.openai_chat import chat_body
from evenhand.providers.openai_responses import responses_body

SET = {"temperature": 0.2, "top_p": 0.9, "seed": 7, "reasoning_effort": "low"}


def test_a_plain_chat_completion_has_four_fields_at_most() -> None:
    assert chat_body(request()) == {
        "model": "gpt-x",
        "messages": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Is it good?"}],
        "max_tokens": 200,
    }


def test_no_system_message_is_sent_where_there_is_none() -> None:
    bare = replace(
        request(), system="", turns=(Turn(role="user", content="q"), Turn(role="assistant", content="a"))
    )
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    assert chat_body(bare)["messages"] == turns
    assert responses_body(bare)["input"] == turns
    assert "instructions" not in responses_body(bare)
    assert "system" not in messages_body(bare)


@pytest.mark.parametrize(
    ("means", "fields"),
    [
        ("last_line", {}),
        ("json_schema", {"response_format": {
            "type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}}),
        ("json_object", {"response_format": {"type": "json_object", "schema": SCHEMA}}),
        ("tool", {
            "tools": [{"type": "function", "function": {"name": "answer", "parameters": SCHEMA, "strict": True}}],
            "tool_choice": {"type": "function", "function": {"name": "answer"}}}),
    ],
)  # fmt: skip
def test_a_chat_completion_asks_for_the_shape(means: Means, fields: dict[str, Any]) -> None:
    body = chat_body(request(means))
    assert {key: body[key] for key in body.keys() - {"model", "messages", "max_tokens"}} == fields


@pytest.mark.parametrize(
    ("means", "fields"),
    [
        ("last_line", {}),
        ("json_schema", {"text": {"format": {
            "type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True}}}),
        ("json_object", {"text": {"format": {"type": "json_object", "schema": SCHEMA}}}),
        ("tool", {"tools": [{"type": "function", "name": "answer", "parameters": SCHEMA, "strict": True}],
                  "tool_choice": {"type": "function", "name": "answer"}}),
    ],
)  # fmt: skip
def test_a_response_asks_for_the_shape(means: Means, fields: dict[str, Any]) -> None:
    body = responses_body(request(means))
    fixed = {"model", "input", "instructions", "max_output_tokens", "store"}
    assert {key: body[key] for key in body.keys() - fixed} == fields
    assert body["store"] is False


@pytest.mark.parametrize(
    ("means", "fields"),
    [
        ("last_line", {}),
        ("json_schema", {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}),
        ("tool", {"tools": [{"name": "answer", "input_schema": SCHEMA}],
                  "tool_choice": {"type": "tool", "name": "answer"}}),
    ],
)  # fmt: skip
def test_a_message_asks_for_the_shape(means: Means, fields: dict[str, Any]) -> None:
    body = messages_body(request(means))
    assert {key: body[key] for key in body.keys() - {"model", "messages", "system", "max_tokens"}} == fields


def test_messages_have_no_json_object_and_say_so_before_sending() -> None:
    with pytest.raises(CallError) as caught:
        messages_body(request("json_object"))
    assert (caught.value.call_class, caught.value.parameter) == (CallClass.UNSUPPORTED, "means")


def test_parameters_are_sent_when_they_are_set_and_the_protocol_has_them() -> None:
    asked = replace(request(logprobs=5), **SET)  # type: ignore[arg-type] # a table of fields of several types
    assert SET.items() <= chat_body(asked).items()
    assert {"logprobs": True, "top_logprobs": 5}.items() <= chat_body(asked).items()
    assert responses_body(asked)["reasoning"] == {"effort": "low"}
    assert responses_body(asked)["include"] == ["message.output_text.logprobs"]
    assert "seed" not in responses_body(asked)
    assert messages_body(asked)["output_config"] == {"effort": "low"}
    assert messages_body(asked)["temperature"] == 0.2
    assert not messages_body(asked).keys() & {"seed", "logprobs", "top_logprobs"}


def test_the_token_limit_goes_into_the_field_preflight_found() -> None:
    body = chat_body(replace(request(), token_limit_field="max_completion_tokens"))
    assert body["max_completion_tokens"] == 200
    assert "max_tokens" not in body
