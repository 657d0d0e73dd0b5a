import contextlib
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UnknownNameError
from evenhand.providers.interface import Finish, Reply, TokenChoice, UnreadableReplyError
from evenhand.providers.read_reply import READERS, read_reply
from evenhand.records.rating import Usage
from evenhand.records.settings import Protocol


def chat(choice: dict[str, Any] | None = None, message: dict[str, Any] | None = None, **fields: Any) -> Reply:
    told = {"role": "assistant", "content": "hello", **(message or {})}
    choices = [{"index": 0, "message": told, "finish_reason": "stop", **(choice or {})}]
    return read_reply("openai-chat", json.dumps({"choices": choices, **fields}).encode())


def responses(*output: dict[str, Any], **fields: Any) -> Reply:
    document = {"status": "completed", "output": list(output), **fields}
    return read_reply("openai-responses", json.dumps(document).encode())


def said(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": list(parts), **fields}


def text(words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": words, **fields}


def messages(*content: dict[str, Any], **fields: Any) -> Reply:
    document = {"type": "message", "content": list(content), "stop_reason": "end_turn", **fields}
    return read_reply("anthropic", json.dumps(document).encode())


def block(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(name: str = "answer", arguments: Any = '{"label": "a"}') -> dict[str, Any]:
    return {"type": "function", "id": "1", "function": {"name": name, "arguments": arguments}}


# -- Chat completions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("stop", Finish.NORMAL),
        ("tool_calls", Finish.NORMAL),
        ("function_call", Finish.NORMAL),
        ("length", Finish.LENGTH),
        ("content_filter", Finish.FILTERED),
        ("banana", Finish.OTHER),
        ("STOP", Finish.OTHER),
        (None, Finish.OTHER),
    ],
)
def test_only_known_words_of_a_chat_completion_are_a_normal_end(word: str | None, finish: Finish) -> None:
    reply = chat({"finish_reason": word})
    assert (reply.finish, reply.finish_text) == (finish, word or "")


def test_a_chat_completion_carries_its_envelope() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
    reply = chat(model="gpt-x-2026", system_fingerprint="fp_1", usage=usage, new_field={"x": [1]})
    assert reply == Reply(
        text="hello",
        finish=Finish.NORMAL,
        finish_text="stop",
        usage=Usage(input_tokens=9, output_tokens=2, cached_tokens=4),
        served_model="gpt-x-2026",
        fingerprint="fp_1",
    )


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ("", ""),
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        (
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "b"},
            ],
            "b",
        ),
    ],
)
def test_text_parts_are_joined_and_thinking_is_skipped(content: object, read: str) -> None:
    assert chat(message={"content": content, "reasoning_content": "hm"}).text == read


def test_the_arguments_of_the_one_tool_call_are_the_text() -> None:
    reply = chat({"finish_reason": "tool_calls"}, {"content": "I call it now.", "tool_calls": [call()]})
    assert (reply.text, reply.finish) == ('{"label": "a"}', Finish.NORMAL)


def test_a_refusal_is_no_normal_end() -> None:
    reply = chat(message={"content": None, "refusal": "I can't."})
    assert (reply.finish, reply.refusal, reply.text) == (Finish.REFUSED, "I can't.", "")


@pytest.mark.parametrize(
    "usage",
    [None, 7, {}, {"prompt_tokens": -1, "completion_tokens": 2}, {"prompt_tokens": "9", "completion_tokens": 2},
     {"prompt_tokens": True, "completion_tokens": 2}, {"prompt_tokens": 9.0, "completion_tokens": 2}],
)  # fmt: skip
def test_a_count_that_makes_no_sense_is_no_count(usage: object) -> None:
    assert chat(usage=usage).usage is None


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"message": "upstream failed"}},
        {"choices": []},
        {"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]},
        {"choices": {"message": {"content": "a"}}},
        {"choices": [None]},
        {"choices": [{"text": "a"}]},
        {"choices": [{"message": "a"}]},
        {"choices": [{"message": {"content": 5}}]},
        {"choices": [{"message": {"content": {"label": "a"}}}]},
        {"choices": [{"message": {"content": [{"type": "image_url"}]}}]},
        {"choices": [{"message": {"content": "\ud800"}}]},
        {"choices": [{"message": {"content": "a"}, "finish_reason": 1}]},
        {"choices": [{"message": {"tool_calls": [call("other")]}}]},
        {"choices": [{"message": {"tool_calls": [call(), call()]}}]},
        {"choices": [{"message": {"tool_calls": [call(arguments={"label": "a"})]}}]},
        {"choices": [{"message": {"tool_calls": "answer"}}]},
        {"choices": [{"message": {"content": "a"}}], "model": ["gpt"]},
        {
            "choices": [
                {"message": {"content": "a"}, "logprobs": {"content": [{"token": "a", "logprob": "0"}]}}
            ]
        },
        {"choices": [{"message": {"content": "a"}, "logprobs": {"content": [{"token": 1, "logprob": 0}]}}]},
        {"choices": [{"message": {"content": "a"}, "logprobs": {"content": "a"}}]},
    ],
)
def test_a_body_that_is_no_chat_completion_is_unreadable(document: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReplyError):
        read_reply("openai-chat", json.dumps(document).encode())


LOGPROBS = [
    {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": [
        {"token": "a", "logprob": -0.1, "bytes": [97]}, {"token": "b", "logprob": -2, "bytes": None}]},
    {"token": "!", "logprob": 0, "top_logprobs": []},
]  # fmt: skip
TOKENS = (
    TokenChoice(token="a", logprob=-0.1, alternatives=(("a", -0.1), ("b", -2.0))),
    TokenChoice(token="!", logprob=0.0, alternatives=()),
)


def test_log_probabilities_are_read_with_their_alternatives() -> None:
    assert chat({"logprobs": {"content": LOGPROBS}}).tokens == TOKENS
    assert responses(said(text("a!", logprobs=LOGPROBS))).tokens == TOKENS


@pytest.mark.parametrize("absent", [None, {}, {"content": None}, {"content": []}, {"tokens": ["a"]}, []])
def test_log_probabilities_that_did_not_come_are_none(absent: object) -> None:
    assert chat({"logprobs": absent}).tokens == ()


# -- Responses -------------------------------------------------------------------------------------


def cut_off(reason: str) -> dict[str, Any]:
    return {"status": "incomplete", "incomplete_details": {"reason": reason}}


@pytest.mark.parametrize(
    ("fields", "finish", "word"),
    [
        ({}, Finish.NORMAL, "completed"),
        (cut_off("max_output_tokens"), Finish.LENGTH, "max_output_tokens"),
        (cut_off("content_filter"), Finish.FILTERED, "content_filter"),
        (cut_off("banana"), Finish.OTHER, "banana"),
        ({"status": "incomplete", "incomplete_details": None}, Finish.OTHER, "incomplete"),
        ({"status": "failed", "error": {"code": "server_error"}}, Finish.OTHER, "failed server_error"),
        ({"status": "in_progress"}, Finish.OTHER, "in_progress"),
        ({"status": None}, Finish.OTHER, ""),
    ],
)  # fmt: skip
def test_a_response_ends_as_its_status_says(fields: dict[str, Any], finish: Finish, word: str) -> None:
    reply = responses(said(text("a")), **fields)
    assert (reply.finish, reply.finish_text) == (finish, word)


def test_reasoning_and_commentary_are_no_part_of_a_response() -> None:
    reply = responses(
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        said(text("I look at it."), phase="commentary"),
        said(text("a"), text("b"), phase="final_answer"),
        model="gpt-y",
        usage={"input_tokens": 5, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 1}},
    )
    assert (reply.text, reply.served_model) == ("ab", "gpt-y")
    assert reply.usage == Usage(input_tokens=5, output_tokens=3, cached_tokens=1)


def test_a_response_may_be_a_tool_call_or_a_refusal() -> None:
    called = responses({"type": "function_call", "name": "answer", "arguments": "{}", "call_id": "1"})
    refused = responses(said({"type": "refusal", "refusal": "I can't."}))
    assert called.text == "{}"
    assert (refused.text, refused.finish, refused.refusal) == ("", Finish.REFUSED, "I can't.")


@pytest.mark.parametrize(
    "output",
    [None, "a", [5], [said(text("a")), said(text("b"))], [{"type": "message", "content": "a"}],
     [said({"type": "output_text", "text": None})], [{"type": "function_call", "name": "other", "arguments": "{}"}],
     [{"type": "function_call", "name": "answer", "arguments": {}}]],
)  # fmt: skip
def test_a_body_that_is_no_response_is_unreadable(output: object) -> None:
    with pytest.raises(UnreadableReplyError):
        read_reply("openai-responses", json.dumps({"status": "completed", "output": output}).encode())


# -- Messages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("end_turn", Finish.NORMAL),
        ("tool_use", Finish.NORMAL),
        ("max_tokens", Finish.LENGTH),
        ("model_context_window_exceeded", Finish.LENGTH),
        ("refusal", Finish.REFUSED),
        ("pause_turn", Finish.OTHER),
        ("stop_sequence", Finish.OTHER),
        ("banana", Finish.OTHER),
        (None, Finish.OTHER),
    ],
)
def test_only_known_words_of_a_message_are_a_normal_end(word: str | None, finish: Finish) -> None:
    assert messages(block("a"), stop_reason=word).finish is finish


def test_a_message_is_its_text_without_the_thinking() -> None:
    reply = messages(
        {"type": "thinking", "thinking": "hm", "signature": "x"}, block("a"), block("b"), model="claude-y"
    )
    assert (reply.text, reply.served_model) == ("ab", "claude-y")


def test_a_forced_tool_call_of_a_message_is_json_text_again() -> None:
    use = {"type": "tool_use", "name": "answer", "input": {"label": "ä", "score": 1}}
    reply = messages(block("I answer."), use, stop_reason="tool_use")
    assert reply.text == '{"label": "ä", "score": 1}'


def test_a_refused_message_has_no_text_and_perhaps_a_reason() -> None:
    bare = messages(stop_reason="refusal")
    told = messages(stop_reason="refusal", stop_details={"type": "refusal", "explanation": "No."})
    assert (bare.text, bare.refusal, bare.finish) == ("", "", Finish.REFUSED)
    assert told.refusal == "No."


def test_cached_input_of_a_message_is_part_of_its_input() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 2,
        "cache_read_input_tokens": 30,
        "cache_creation_input_tokens": 5,
    }
    assert messages(block("a"), usage=usage).usage == Usage(
        input_tokens=45, output_tokens=2, cached_tokens=30
    )


@pytest.mark.parametrize(
    "content",
    [None, "a", [5], [{"type": "image"}], [{"type": "text", "text": 5}],
     [{"type": "tool_use", "name": "other", "input": {}}], [{"type": "tool_use", "name": "answer", "input": "{}"}],
     [{"type": "tool_use", "name": "answer", "input": {}}] * 2, [{"type": "server_tool_use", "name": "answer"}]],
)  # fmt: skip
def test_a_body_that_is_no_message_is_unreadable(content: object) -> None:
    with pytest.raises(UnreadableReplyError):
        read_reply("anthropic", json.dumps({"content": content, "stop_reason": "end_turn"}).encode())


# -- All protocols ---------------------------------------------------------------------------------

NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400)])
"""Numbers, those that no float can hold among them."""
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["choices", "message", "content", "output", "type", "text", "message", "logprobs", "usage", "tool_calls",
             "function", "name", "arguments", "input", "status", "error", "stop_reason", "finish_reason", "answer"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.sampled_from(sorted(READERS)), JSON)
def test_a_reader_reads_or_says_unreadable_and_never_crashes(protocol: str, document: object) -> None:
    body = json.dumps(document).encode()
    with contextlib.suppress(UnreadableReplyError):
        assert isinstance(read_reply(protocol, body), Reply)


def bodies_with(number: float) -> dict[str, dict[str, Any]]:
    """Bodies of replies that are in order but for one number, by protocol."""
    token = {"token": "a", "logprob": number, "top_logprobs": []}
    listed = {"token": "a", "logprob": 0, "top_logprobs": [{"token": "b", "logprob": number}]}
    choice = {"finish_reason": "stop", "message": {"content": "aa"}, "logprobs": {"content": [token, listed]}}
    answer = {"type": "choice", "choice": "a"}
    return {
        "openai-chat": {"choices": [choice]},
        "litellm": {"choices": [choice]},
        "openai-responses": {"status": "completed", "output": [said(text("aa", logprobs=[listed, token]))]},
        "openai-decisions": {
            "answers": [{**answer, "probabilities": [{"value": "a", "probability": number}]}]
        },
        "systemone": {"answers": {"answer": {**answer, "probabilities": {"a": number}}}},
    }


@given(st.sampled_from(sorted(bodies_with(0))), NUMBERS)
def test_a_number_is_read_as_a_float_or_the_reply_is_unreadable(protocol: str, number: float) -> None:
    body = json.dumps(bodies_with(number)[protocol]).encode()
    if abs(number) < 1e300:
        assert isinstance(read_reply(protocol, body), Reply)
        return
    with contextlib.suppress(UnreadableReplyError):
        read_reply(protocol, body)


@pytest.mark.parametrize("protocol", sorted(bodies_with(0)))
def test_a_number_beyond_all_floats_makes_a_reply_unreadable(protocol: str) -> None:
    with pytest.raises(UnreadableReplyError, match="is not finite"):
        read_reply(protocol, json.dumps(bodies_with(10**400)[protocol]).encode())


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=200))
def test_random_bytes_are_unreadable(protocol: str, body: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        read_reply(protocol, body)


def test_every_protocol_an_account_may_speak_has_a_reader() -> None:
    assert set(READERS) == set(get_args(Protocol))


def test_an_unknown_protocol_suggests_a_near_one() -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_reply("openai_chat", b"{}")
    assert "openai-chat" in caught.value.hint


# -- Edges that mutants found ----------------------------------------------------------------------


def test_tokens_of_a_message_without_a_cache_are_the_plain_ones() -> None:
    reply = messages(block("a"), usage={"input_tokens": 7, "output_tokens": 0})
    assert reply.usage == Usage(input_tokens=7, output_tokens=0, cached_tokens=0)


def test_cached_tokens_of_a_message_are_part_of_its_input() -> None:
    usage = {
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_read_input_tokens": 4,
        "cache_creation_input_tokens": 8,
    }
    assert messages(block("a"), usage=usage).usage == Usage(input_tokens=13, output_tokens=2, cached_tokens=4)


def test_a_chat_completion_without_a_cache_has_no_cached_tokens() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 0}
    assert chat(usage=usage).usage == Usage(input_tokens=3, output_tokens=0, cached_tokens=0)


def test_a_message_that_did_not_refuse_has_no_refusal_whatever_its_details() -> None:
    assert messages(block("a"), stop_details={"explanation": "because"}).refusal == ""


@pytest.mark.parametrize("kind", ["thinking", "reasoning", "redacted_thinking"])
def test_thinking_in_the_parts_of_a_chat_message_is_skipped(kind: str) -> None:
    assert chat(message={"content": [{"type": kind, "data": "x"}, {"type": "text", "text": "a"}]}).text == "a"


@pytest.mark.parametrize("kind", ["thinking", "redacted_thinking"])
def test_thinking_in_a_message_is_skipped(kind: str) -> None:
    assert messages({"type": kind, "data": "x"}, block("a")).text == "a"


def test_details_of_a_response_count_only_where_it_is_incomplete() -> None:
    reply = responses(said(text("a")), incomplete_details={"reason": "max_output_tokens"})
    assert (reply.finish, reply.finish_text) == (Finish.NORMAL, "completed")


@pytest.mark.parametrize("count", [-1, True, 1.0, "1", None])
def test_a_count_that_is_no_whole_number_is_no_count(count: object) -> None:
    assert chat(usage={"prompt_tokens": count, "completion_tokens": 1}).usage is None
