import json
from collections.abc import Callable
from typing import Any

import anthropic
import pytest

from evenhand.testing import Finish, JudgeAnswer, LoopbackServer, Support, dialects, faults, judges

Start = Callable[..., LoopbackServer]
OLD_VERSION = {"anthropic-version": "2023-06-01"}


@pytest.fixture
def ask(serve: Start, anthropic_sdk: anthropic.Anthropic) -> Callable[..., Any]:
    """Asks a fresh server through the SDK."""

    def send(*args: Any, text: str = "Hello", **options: Any) -> Any:
        server_options = {key: options.pop(key) for key in ("dialect", "strikes", "models") if key in options}
        client = anthropic_sdk.with_options(base_url=serve(*args, **server_options).base_url)
        messages: Any = [{"role": "user", "content": text}]
        return client.messages.create(**{"model": "m", "max_tokens": 500, "messages": messages, **options})

    return send


def tool(schema: dict[str, object]) -> dict[str, object]:
    return {"name": "verdict", "description": "Give the verdict.", "input_schema": schema}


@pytest.mark.parametrize("choice", [{"type": "tool", "name": "verdict"}, {"type": "any"}])
def test_a_forced_tool_is_used_with_the_schema(
    ask: Callable[..., Any], schema: dict[str, object], prompt: Any, nonce: str, choice: Any
) -> None:
    judge = judges.rule("password")
    reply = ask(
        judge, text=prompt("my password"), system="Be fair.", tools=[tool(schema)], tool_choice=choice
    )
    block = reply.content[0]
    assert (block.type, block.name, reply.stop_reason) == ("tool_use", "verdict", "tool_use")
    assert (block.input["label"], block.input["nonce"]) == ("violates", nonce)


def test_an_output_format_gives_the_verdict_as_text(
    ask: Callable[..., Any], schema: dict[str, object]
) -> None:
    reply = ask(output_config={"format": {"type": "json_schema", "schema": schema}})
    assert json.loads(reply.content[0].text)["label"] == "complies"
    assert (reply.stop_reason, reply.stop_sequence, reply.role) == ("end_turn", None, "assistant")


def test_every_id_of_a_reply_names_the_call(ask: Callable[..., Any]) -> None:
    reply = ask()
    assert (reply.id, reply._request_id) == ("msg_" + "0" * 23 + "1", "req_" + "0" * 23 + "1")
    assert reply.usage.input_tokens == 2


def test_system_text_blocks_are_read(ask: Callable[..., Any]) -> None:
    def judge(request: Any) -> JudgeAnswer:
        return JudgeAnswer(raw=request.system)

    blocks = [{"type": "text", "text": "Be fair."}, {"type": "text", "text": "Be brief."}]
    assert ask(judge, system=blocks).content[0].text == "Be fair.\nBe brief."


@pytest.mark.parametrize(
    ("finish", "reason"),
    [(Finish.LENGTH, "max_tokens"), (Finish.PAUSE, "pause_turn"), (Finish.STOP, "end_turn")],
)
def test_a_judge_may_end_in_several_ways(ask: Callable[..., Any], finish: Finish, reason: str) -> None:
    assert ask(lambda _request: JudgeAnswer(label="complies", finish=finish)).stop_reason == reason


@pytest.mark.parametrize(
    ("fault", "category"), [(faults.refused("No."), None), (faults.filtered(), "general_harms")]
)
def test_a_refusal_has_no_content_and_says_why(
    ask: Callable[..., Any], fault: Any, category: str | None
) -> None:
    reply = ask(strikes=[faults.always(fault)])
    assert (reply.content, reply.stop_reason, reply.stop_details.category) == ([], "refusal", category)


def test_a_tool_call_that_was_cut_has_no_input(ask: Callable[..., Any], schema: dict[str, object]) -> None:
    reply = ask(tools=[tool(schema)], tool_choice={"type": "any"}, max_tokens=5)
    assert (reply.content[0].input, reply.stop_reason) == ({}, "max_tokens")


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_sampling_parameters_depend_on_the_api_version(ask: Callable[..., Any], name: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=f"{name}: Extra inputs are not permitted"):
        ask(extra_body={name: 0}, extra_headers={"anthropic-version": "2026-10-21"})
    assert ask(extra_body={name: 0}, extra_headers=OLD_VERSION).content
    refusing = dialects.Dialect(temperature=Support.REFUSED)
    with pytest.raises(anthropic.BadRequestError):
        ask(dialect=refusing, extra_body={name: 0}, extra_headers=OLD_VERSION)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"tools": [{"name": "t", "input_schema": {}}], "tool_choice": {"type": "any"}},
            "tools: Extra inputs",
        ),
        ({"output_config": {"format": {"type": "json_schema", "schema": {}}}}, "output_config.format: Extra"),
        ({"messages": []}, "'messages': expected a list"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "text parts only"),
    ],
)
def test_a_refused_request_says_what_is_wrong(ask: Callable[..., Any], options: Any, message: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=message) as caught:
        ask(dialect=dialects.PLAIN, **options)
    assert caught.value.type == "invalid_request_error"


def test_a_limit_is_required(post: Callable[..., Any], serve: Start) -> None:
    reply = post(serve(), "messages", max_tokens=None)
    assert (reply.status, reply.document["error"]["message"]) == (
        400,
        "Invalid request: 'max_tokens': field required",
    )


def test_a_context_that_is_too_long_is_refused(ask: Callable[..., Any]) -> None:
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        ask(dialect=dialects.Dialect(context_tokens=3), text="x" * 100)


def test_a_model_that_does_not_exist_is_a_404(ask: Callable[..., Any]) -> None:
    with pytest.raises(anthropic.NotFoundError, match="model: m"):
        ask(models=("other",))
