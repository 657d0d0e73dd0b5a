import json
import math
from collections.abc import Callable
from typing import Any

import openai
import pytest
from pydantic import BaseModel, ConfigDict

from evenhand.testing import Dialect, Finish, JudgeAnswer, LoopbackServer, Support, dialects, faults, judges

Start = Callable[..., LoopbackServer]


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quotes: list[str]
    reason: str
    label: str
    nonce: str


@pytest.fixture
def chat(serve: Start, openai_sdk: openai.OpenAI) -> Callable[..., Any]:
    """Asks a fresh server through the SDK."""

    def ask(*args: Any, text: str = "Hello", **options: Any) -> Any:
        server_options = {key: options.pop(key) for key in ("dialect", "strikes", "models") if key in options}
        client = openai_sdk.with_options(base_url=serve(*args, **server_options).base_url)
        return client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": text}], **options
        )

    return ask


def json_schema(schema: dict[str, object]) -> dict[str, object]:
    return {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": schema}}


def tool(schema: dict[str, object]) -> dict[str, object]:
    return {"type": "function", "function": {"name": "verdict", "parameters": schema, "strict": True}}


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_the_sdk_parses_a_structured_verdict(
    serve: Start, openai_sdk: openai.OpenAI, prompt: Any, nonce: str, prefix: str
) -> None:
    server = serve(judges.rule("password"))
    client = openai_sdk.with_options(base_url=server.base_url + prefix)
    messages: Any = [
        {"role": "system", "content": "Be fair."},
        {"role": "user", "content": prompt("my password")},
    ]
    reply = client.chat.completions.parse(model="m", messages=messages, response_format=Verdict)
    parsed = reply.choices[0].message.parsed
    assert parsed == Verdict(
        quotes=["password"], reason="The text contains 'password'.", label="violates", nonce=nonce
    )
    assert (reply.choices[0].finish_reason, reply.model, reply.system_fingerprint) == (
        "stop",
        "m",
        "fp_scripted",
    )


def test_every_id_of_a_reply_names_the_call(chat: Callable[..., Any]) -> None:
    reply = chat()
    assert (reply.id, reply._request_id) == ("chatcmpl-" + "0" * 23 + "1", "req_" + "0" * 23 + "1")
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_text_parts_are_read_as_one_text(chat: Callable[..., Any]) -> None:
    parts: Any = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert chat(judges.echo(), text=parts).choices[0].message.content == "one\ntwo"


def test_a_forced_tool_is_called_with_the_schema(chat: Callable[..., Any], schema: dict[str, object]) -> None:
    by_name = {"type": "function", "function": {"name": "verdict"}}
    for choice, finish in ((by_name, "stop"), ("required", "tool_calls")):
        answer = chat(tools=[tool(schema)], tool_choice=choice).choices[0]
        call = answer.message.tool_calls[0].function
        assert (call.name, json.loads(call.arguments)["label"]) == ("verdict", "complies")
        assert (answer.finish_reason, answer.message.content) == (finish, None)


def test_a_tool_that_is_not_forced_is_not_called(chat: Callable[..., Any], schema: dict[str, object]) -> None:
    message = chat(judges.echo(), tools=[tool(schema)], tool_choice="auto").choices[0].message
    assert (message.content, message.tool_calls) == ("Hello", None)


def test_json_mode_gives_an_object_and_obeys_the_schema_of_llama_cpp(
    chat: Callable[..., Any], schema: dict[str, object]
) -> None:
    plain = chat(response_format={"type": "json_object"}).choices[0].message.content
    shaped = chat(response_format={"type": "json_object", "schema": {"properties": {"label": {}}}})
    assert json.loads(plain)["label"] == "complies"
    assert json.loads(shaped.choices[0].message.content) == {"label": "complies"}


def test_logprobs_carry_the_distribution_of_the_judge(
    chat: Callable[..., Any], schema: dict[str, object]
) -> None:
    judge = judges.soft(judges.lazy("violates"), 0.7, labels=["complies", "violates", "cannot_tell"])
    reply = chat(judge, response_format=json_schema(schema), logprobs=True, top_logprobs=3)
    tokens = reply.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == reply.choices[0].message.content
    decided = next(token for token in tokens if token.token == "violates")
    shares = {top.token: math.exp(top.logprob) for top in decided.top_logprobs}
    assert shares == pytest.approx({"violates": 0.7, "complies": 0.15, "cannot_tell": 0.15})


def test_a_refusal_is_said_in_its_own_field(chat: Callable[..., Any]) -> None:
    choice = chat(judges.refuse(), logprobs=True).choices[0]
    assert (choice.message.content, choice.finish_reason, choice.logprobs) == (None, "stop", None)
    assert choice.message.refusal.startswith("I'm sorry")


@pytest.mark.parametrize(
    ("finish", "word"),
    [(Finish.LENGTH, "length"), (Finish.CONTENT_FILTER, "content_filter"), (Finish.PAUSE, "pause_turn")],
)
def test_a_judge_may_end_in_another_way(chat: Callable[..., Any], finish: Finish, word: str) -> None:
    assert (
        chat(lambda _request: JudgeAnswer(label="complies", finish=finish)).choices[0].finish_reason == word
    )


@pytest.mark.parametrize("parameter", ["max_tokens", "max_completion_tokens"])
def test_an_answer_longer_than_its_limit_is_cut(chat: Callable[..., Any], parameter: str) -> None:
    reply = chat(judges.echo(), text="x" * 100, **{parameter: 6})
    assert (reply.choices[0].message.content, reply.choices[0].finish_reason) == ("x" * 20, "length")
    assert reply.usage.completion_tokens == 6


REFUSALS = [
    (dialects.REASONING, {"temperature": 0}, "temperature"),
    (dialects.REASONING, {"top_p": 0.5}, "top_p"),
    (dialects.REASONING, {"max_tokens": 9}, "max_tokens"),
    (dialects.REASONING, {"logprobs": True}, "logprobs"),
    (Dialect(seed=Support.REFUSED), {"seed": 1}, "seed"),
    (Dialect(max_completion_tokens=Support.REFUSED), {"max_completion_tokens": 9}, "max_completion_tokens"),
    (Dialect(max_top_logprobs=5), {"logprobs": True, "top_logprobs": 6}, "top_logprobs"),
    (Dialect(context_tokens=1), {}, "messages"),
    (dialects.PLAIN, {"response_format": {"type": "json_object"}}, "response_format"),
    (dialects.EVERYTHING, {"n": 2}, "n"),
    (dialects.EVERYTHING, {"stream": True}, "stream"),
    (dialects.EVERYTHING, {"response_format": {"type": "xml"}}, "response_format"),
    (dialects.EVERYTHING, {"tool_choice": "required"}, "tool_choice"),
    (dialects.EVERYTHING, {"max_tokens": 0}, "max_tokens"),
]


@pytest.mark.parametrize(("dialect", "options", "parameter"), REFUSALS)
def test_a_refused_parameter_is_named(
    chat: Callable[..., Any], dialect: Dialect, options: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        chat(dialect=dialect, **options)
    assert (caught.value.param, caught.value.type) == (parameter, "invalid_request_error")


def test_a_reasoning_model_says_which_parameter_to_use(chat: Callable[..., Any]) -> None:
    with pytest.raises(openai.BadRequestError, match="Use 'max_completion_tokens' instead") as caught:
        chat(dialect=dialects.REASONING, max_tokens=9)
    assert caught.value.code == "unsupported_parameter"
    assert chat(dialect=dialects.REASONING, temperature=1, max_completion_tokens=500).choices


def test_llama_cpp_answers_a_json_schema_with_a_500(
    chat: Callable[..., Any], schema: dict[str, object]
) -> None:
    with pytest.raises(openai.InternalServerError, match="1 validation error") as caught:
        chat(dialect=dialects.LLAMA_CPP, response_format=json_schema(schema))
    assert caught.value.type == "internal_server_error"


def test_transformers_serve_ignores_what_it_does_not_know(
    chat: Callable[..., Any], schema: dict[str, object]
) -> None:
    reply = chat(dialect=dialects.TRANSFORMERS, response_format=json_schema(schema), logprobs=True)
    assert reply.choices[0].logprobs is None
    assert not reply.choices[0].message.content.startswith("{")


def test_a_model_that_does_not_exist_is_a_404(chat: Callable[..., Any]) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        chat(models=("other",))
    assert caught.value.code == "model_not_found"


def test_a_label_off_the_menu_is_a_400_that_says_so(
    chat: Callable[..., Any], schema: dict[str, object]
) -> None:
    with pytest.raises(openai.BadRequestError, match="answered 'maybe'"):
        chat(judges.lazy("maybe"), response_format=json_schema(schema))


def test_the_served_model_can_change_in_the_middle(serve: Start, openai_sdk: openai.OpenAI) -> None:
    swapped = [faults.after_call(faults.model_swapped("cheaper"), 1)]
    client = openai_sdk.with_options(base_url=serve(strikes=swapped).base_url)
    messages: Any = [{"role": "user", "content": "x"}]
    served = [client.chat.completions.create(model="m", messages=messages).model for _ in range(2)]
    assert served == ["m", "cheaper"]
