import json
import math
from collections.abc import Callable
from typing import Any

import openai
import pytest

from evenhand.testing import Finish, JudgeAnswer, LoopbackServer, dialects, faults, judges

Start = Callable[..., LoopbackServer]


@pytest.fixture
def respond(serve: Start, openai_sdk: openai.OpenAI) -> Callable[..., Any]:
    """Asks a fresh server through the SDK."""

    def ask(*args: Any, **options: Any) -> Any:
        server_options = {key: options.pop(key) for key in ("dialect", "strikes") if key in options}
        client = openai_sdk.with_options(base_url=serve(*args, **server_options).base_url)
        return client.responses.create(**{"model": "m", "input": "Hello", **options})

    return ask


def text_format(schema: dict[str, object]) -> dict[str, object]:
    return {"format": {"type": "json_schema", "name": "verdict", "schema": schema, "strict": True}}


def test_a_structured_verdict_comes_back_as_text(
    respond: Callable[..., Any], schema: dict[str, object], prompt: Any, nonce: str
) -> None:
    reply = respond(judges.rule("password"), input=prompt("my password"), text=text_format(schema))
    assert json.loads(reply.output_text)["label"] == "violates"
    assert json.loads(reply.output_text)["nonce"] == nonce
    assert (reply.status, reply.error, reply.incomplete_details) == ("completed", None, None)
    assert reply.usage.total_tokens == reply.usage.input_tokens + reply.usage.output_tokens


def test_instructions_and_message_lists_are_read(respond: Callable[..., Any]) -> None:
    seen: list[tuple[str, str]] = []

    def judge(request: Any) -> JudgeAnswer:
        seen.extend((message.role, message.text) for message in request.messages)
        return JudgeAnswer(raw="ok")

    parts = [{"type": "input_text", "text": "Hello"}]
    respond(judge, instructions="Be fair.", input=[{"role": "user", "content": parts}])
    assert seen == [("system", "Be fair."), ("user", "Hello")]


@pytest.mark.parametrize("choice", [{"type": "function", "name": "verdict"}, "required"])
def test_a_forced_tool_is_called(respond: Callable[..., Any], schema: dict[str, object], choice: Any) -> None:
    tool = {"type": "function", "name": "verdict", "parameters": schema, "strict": True}
    call = respond(tools=[tool], tool_choice=choice).output[0]
    assert (call.type, call.name, json.loads(call.arguments)["label"]) == (
        "function_call",
        "verdict",
        "complies",
    )


def test_logprobs_come_when_they_are_included(respond: Callable[..., Any], schema: dict[str, object]) -> None:
    judge = judges.soft(judges.lazy("violates"), 0.9, labels=["complies", "violates"])
    include = ["message.output_text.logprobs"]
    reply = respond(judge, text=text_format(schema), include=include, top_logprobs=2)
    tokens = reply.output[0].content[0].logprobs
    decided = next(token for token in tokens if token.token == "violates")
    assert [math.exp(top.logprob) for top in decided.top_logprobs] == pytest.approx([0.9, 0.1])
    assert respond(judge, text=text_format(schema), top_logprobs=2).output[0].content[0].logprobs == []


@pytest.mark.parametrize(
    ("finish", "reason"), [(Finish.LENGTH, "max_output_tokens"), (Finish.CONTENT_FILTER, "content_filter")]
)
def test_an_answer_that_was_stopped_is_incomplete(
    respond: Callable[..., Any], finish: Finish, reason: str
) -> None:
    reply = respond(lambda _request: JudgeAnswer(label="complies", finish=finish))
    assert (reply.status, reply.incomplete_details.reason) == ("incomplete", reason)


def test_a_limit_cuts_the_answer(respond: Callable[..., Any]) -> None:
    reply = respond(judges.echo(), input="x" * 100, max_output_tokens=6)
    assert (reply.output_text, reply.status, reply.max_output_tokens) == ("x" * 20, "incomplete", 6)


def test_a_refusal_is_a_content_part_of_its_own(respond: Callable[..., Any]) -> None:
    part = respond(judges.refuse()).output[0].content[0]
    assert (part.type, part.refusal[:9]) == ("refusal", "I'm sorry")


def test_an_unknown_ending_is_said_as_it_is(respond: Callable[..., Any]) -> None:
    assert respond(strikes=[faults.always(faults.finished("banana"))]).status == "banana"


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"include": ["message.output_text.logprobs"]}, "include"),
        ({"tool_choice": "required", "tools": []}, "tools"),
        ({"input": []}, "input"),
        ({"model": ""}, "model"),
    ],
)
def test_a_refused_parameter_is_named(respond: Callable[..., Any], options: Any, parameter: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        respond(dialect=dialects.PLAIN, **options)
    assert caught.value.param == parameter
