"""Decision endpoints: what leaves, what comes back, what is refused; over real HTTP on loopback."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from tests.providers.kit import (
    DECIDING,
    FAST,
    Endpoint,
    MemoryLog,
    Transport,
    endpoint,
    failure,
    request,
)

from evenhand.errors import CallClass, CallError, ProviderStopError
from evenhand.providers.anthropic_messages import messages_body
from evenhand.providers.capabilities import Findings, Wants
from evenhand.providers.decisions import decisions_body, systemone_body
from evenhand.providers.interface import ChatRequest, Finish, RawReply, UnreadableReplyError
from evenhand.providers.openai_chat import chat_body
from evenhand.providers.openai_responses import responses_body
from evenhand.providers.preflight import preflight
from evenhand.providers.read_reply import read_reply
from evenhand.providers.retry import ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.testing import faults, judges

each_protocol = pytest.mark.parametrize("protocol", DECIDING)
each_transport = pytest.mark.parametrize("transport", ["auto", "native"])
ASKED = request("decision")
SOFT = judges.soft(judges.lazy("complies"), 0.75, labels=["complies", "violates"])


# -- What leaves -----------------------------------------------------------------------------------


def test_a_decision_asks_one_question_of_choice_over_the_labels() -> None:
    assert decisions_body(replace(ASKED, temperature=0.5, seed=3)) == {
        "model": "gpt-x",
        "input": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Is it good?"}],
        "questions": [
            {
                "type": "choice",
                "name": "answer",
                "instructions": "Which of these answers fits best?",
                "choices": [
                    {"value": "complies", "description": "It keeps to the principle."},
                    {"value": "violates"},
                ],
            }
        ],
    }


def test_a_system_one_request_puts_the_conversation_into_its_state() -> None:
    assert systemone_body(ASKED) == {
        "model": "gpt-x",
        "state": "You judge.\n\nIs it good?",
        "questions": {
            "answer": {
                "type": "choice",
                "instructions": "Which of these answers fits best?",
                "criteria": {"complies": "It keeps to the principle.", "violates": None},
            }
        },
    }


@pytest.mark.parametrize("body", [chat_body, responses_body, messages_body])
def test_a_protocol_that_writes_text_refuses_a_decision_before_sending(body: Any) -> None:
    with pytest.raises(CallError, match="writes text") as caught:
        body(ASKED)
    assert (caught.value.call_class, caught.value.parameter) == (CallClass.UNSUPPORTED, "means")


# -- What comes back -------------------------------------------------------------------------------


@each_protocol
@each_transport
async def test_a_reply_is_a_probability_for_each_label(protocol: str, transport: Transport) -> None:
    async with endpoint(protocol, transport=transport, judge=SOFT, key="sk-0123456789") as at:
        raw = await at.provider.ask(ASKED)
        assert {call.auth for call in at.server.ledger.calls} == {"bearer"}
    reply = read_reply(protocol, raw.body)
    assert (reply.text, reply.finish, reply.served_model) == ("complies", Finish.NORMAL, "gpt-x")
    assert reply.decision == (("complies", 0.75), ("violates", 0.25))
    assert raw.request_id.startswith("req_")
    assert reply.usage is not None
    assert reply.usage.input_tokens > 0


@each_protocol
async def test_a_refusal_is_no_choice(protocol: str) -> None:
    async with endpoint(protocol, judge=judges.refuse()) as at:
        reply = read_reply(protocol, (await at.provider.ask(ASKED)).body)
    assert (reply.finish, reply.decision) == (Finish.REFUSED, ())
    assert "declined" in reply.refusal


@each_protocol
@pytest.mark.parametrize(
    "fault", ["html_page", "empty_body", "broken_json", "nested_body", "probability_nan", "no_answers"]
)
async def test_a_body_that_is_no_decision_is_unreadable(protocol: str, fault: str) -> None:
    kinds: dict[str, Callable[[], faults.Fault]] = {
        **faults.NAMED,
        "no_answers": lambda: faults.document_edited(lambda document: {**document, "answers": []}),
    }
    async with endpoint(protocol, faults.always(kinds[fault]())) as at:
        raw = await at.provider.ask(ASKED)
    with pytest.raises(UnreadableReplyError):
        read_reply(protocol, raw.body)


def decision(answer: Any, **more: Any) -> bytes:
    return json.dumps({"model": "m", "answers": [answer], **more}).encode()


CHOICE = {
    "type": "choice",
    "name": "answer",
    "choice": "a",
    "confidence": 0.2,
    "probabilities": [{"value": "a", "probability": 0.6}, {"value": "b", "probability": 0.4}],
}


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "predicate", "probability": 0.5},
        {"type": "score"},
        {"type": None},
        {"name": "another"},
        {"choice": True},
        {"choice": None},
        {"probabilities": {"a": 1.0}},
        {"probabilities": None},
        {"probabilities": [{"value": True, "probability": 1.0}]},
        {"probabilities": [{"value": "a", "probability": "1"}]},
        {"probabilities": [{"value": "a", "probability": True}]},
        {"probabilities": [{"value": "a", "probability": 10**400}]},
        {"probabilities": [{"value": "a", "probability": 0.5}, {"value": "a", "probability": 0.5}]},
        {"probabilities": [["a", 1.0]]},
    ],
)
def test_an_answer_of_another_shape_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReplyError):
        read_reply("openai-decisions", decision(CHOICE | changes))


def test_a_question_without_a_name_is_answered_without_one() -> None:
    reply = read_reply("openai-decisions", decision({**CHOICE, "name": None}))
    assert reply.decision == (("a", 0.6), ("b", 0.4))


def test_what_transformers_serve_answers_is_read() -> None:
    """The bytes that `transformers serve` 5.23 sent for the tiny model."""
    body = (
        b'{"model":"./tiny","answers":{"answer":{"type":"choice","choice":"violates",'
        b'"confidence":0.12491214275360107,"probabilities":{"complies":0.43754395842552185,'
        b'"violates":0.5624560713768005}}},"usage":{"input_tokens":131,"output_tokens":0}}'
    )
    reply = read_reply("systemone", body)
    assert (reply.text, reply.served_model) == ("violates", "./tiny")
    assert reply.decision == (("complies", 0.43754395842552185), ("violates", 0.5624560713768005))
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (131, 0)


# -- Failures: the one classifier ------------------------------------------------------------------

ONE_REQUEST = {
    "unauthorized": CallClass.AUTH,
    "model_missing": CallClass.CONFIG,
    "quota_exhausted": CallClass.MONEY,
    "bad_request": CallClass.UNSUPPORTED,
    "small_bomb": CallClass.MALFORMED,
}
KINDS: dict[str, Callable[[], faults.Fault]] = {
    **faults.NAMED,
    "small_bomb": partial(faults.gzip_bomb, 20 << 20),
}


async def retried(at: Endpoint) -> RawReply:
    return await ask_with_retries(
        at.provider, ASKED, FAST, MemoryLog(), throttle=Throttle(account="acme", concurrency=4)
    )


@each_protocol
@each_transport
@pytest.mark.parametrize(("fault", "call_class"), ONE_REQUEST.items())
async def test_what_trying_again_cannot_mend_is_one_request(
    protocol: str, transport: Transport, fault: str, call_class: CallClass
) -> None:
    async with endpoint(protocol, faults.always(KINDS[fault]()), transport=transport) as at:
        with pytest.raises(CallError) as caught:
            await retried(at)
        assert (caught.value.call_class, at.calls) == (call_class, 1)


@each_protocol
@each_transport
@pytest.mark.parametrize("fault", ["server_error", "reset_before_body", "reset_after_body", "short_body"])
async def test_a_passing_failure_is_asked_exactly_as_often_as_configured(
    protocol: str, transport: Transport, fault: str
) -> None:
    async with endpoint(protocol, faults.always(faults.NAMED[fault]()), transport=transport) as at:
        with pytest.raises(CallError) as caught:
            await retried(at)
        assert at.calls == FAST.attempts
    assert caught.value.call_class is CallClass.TRANSIENT


# -- Preflight -------------------------------------------------------------------------------------


async def found(at: Endpoint, wants: Wants | None = None) -> Findings:
    return await preflight(at.provider.protocol, "gpt-x", wants or Wants(), at.provider.ask)


@each_protocol
@each_transport
async def test_one_call_shows_what_a_decision_endpoint_does(protocol: str, transport: Transport) -> None:
    async with endpoint(protocol, transport=transport, judge=judges.lazy("amber-27")) as at:
        findings = await found(at, Wants(temperature=0.2, seed=3))
        assert at.calls == findings.calls == 1
    assert (findings.means, findings.logprobs) == ("decision", 0)
    assert findings.left_out == ("temperature", "seed")


@each_protocol
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (faults.label_missing(), "for each of the labels"),
        (faults.label_extra(), "for nothing else"),
        (faults.probabilities_scaled(0.5), "no probability"),
        (faults.probability_as(-0.5), "no probability"),
        (faults.refused(), "declines"),
        (faults.vendor_error("bad_request"), "refuses decision"),
        (faults.html_page(), f"not a reply of the {'{protocol}'} protocol"),
        (faults.probability_as(math.inf), "not a reply"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_an_endpoint_that_does_not_decide_stops_the_run_and_says_why(
    protocol: str, fault: faults.Fault, why: str
) -> None:
    async with endpoint(protocol, faults.always(fault), judge=judges.lazy("amber-27")) as at:
        with pytest.raises(ProviderStopError, match=why.format(protocol=protocol)) as caught:
            await found(at)
        assert at.calls == 1
    assert "protocol" in caught.value.hint


@each_protocol
async def test_a_judge_that_insists_on_text_is_told_that_there_is_none(protocol: str) -> None:
    async def asker(_asked: ChatRequest) -> RawReply:
        raise failure(CallClass.UNSUPPORTED)

    with pytest.raises(ProviderStopError, match="json_schema: its model writes nothing") as caught:
        await preflight(protocol, "m", Wants(means="json_schema"), asker)
    assert "auto" in caught.value.hint
