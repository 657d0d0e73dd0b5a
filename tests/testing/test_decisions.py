"""The decision routes: the shapes of OpenAI's SDK, the probabilities of scripted judges, and faults."""

import json
from collections.abc import Callable
from typing import Any

import openai
import pytest
from tests.testing.conftest import NONCE, HttpReply, request

from evenhand.testing import JudgeAnswer, LoopbackServer, faults, judges, protocol

Serve = Callable[..., LoopbackServer]
LABELS = ["complies", "violates", "cannot_tell"]
QUESTION = {
    "type": "choice",
    "name": "q",
    "instructions": "Which?",
    "choices": [{"value": label, "description": "x"} for label in LABELS],
}
CRITERIA = {"type": "choice", "instructions": "Which?", "criteria": dict.fromkeys(LABELS)}


def decisions(**changes: Any) -> dict[str, Any]:
    return {"model": "m", "input": "Hello", "questions": [QUESTION]} | changes


def systemone(**changes: Any) -> dict[str, Any]:
    return {"model": "m", "state": "Hello", "questions": {"q": CRITERIA}} | changes


def post(server: LoopbackServer, path: str, document: dict[str, Any]) -> HttpReply:
    headers = {"content-type": "application/json"}
    return request(server, "POST", path, json.dumps(document).encode(), headers)


def test_a_decision_is_what_the_sdk_reads(serve: Serve, openai_sdk: openai.OpenAI) -> None:
    server = serve(judges.soft(judges.lazy("violates"), 0.8, labels=LABELS))
    client = openai_sdk.with_options(base_url=server.base_url)
    reply = client.post(
        "/decisions", cast_to=dict[str, Any], body=decisions()
    )  # openai 2 has no method for it
    (answer,) = reply["answers"]
    assert (answer["type"], answer["name"], answer["choice"], answer["confidence"]) == (
        "choice",
        "q",
        "violates",
        0.8,
    )
    assert {each["value"]: each["probability"] for each in answer["probabilities"]} == pytest.approx(
        {"complies": 0.1, "violates": 0.8, "cannot_tell": 0.1}
    )
    types = getattr(openai.types, "Decision", None)
    assert types is None or types.model_validate(reply, strict=True).usage.total_tokens > 0


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_a_system_one_reply_is_keyed_by_the_question(serve: Serve, prefix: str) -> None:
    reply = post(serve(judges.lazy("complies")), f"{prefix}/systemone", systemone()).document
    shares = {"complies": 1.0, "violates": 0.0, "cannot_tell": 0.0}
    assert reply["answers"]["q"] == {
        "type": "choice",
        "choice": "complies",
        "confidence": 1.0,
        "probabilities": shares,
    }
    assert reply["usage"].keys() == {"input_tokens", "output_tokens"}


def test_a_stated_confidence_is_the_probability_of_the_label(serve: Serve) -> None:
    def judge(_request: Any) -> Any:
        return JudgeAnswer(label="violates", confidence=0.5)

    answer = post(serve(judge), "/systemone", systemone()).document["answers"]["q"]
    assert answer["probabilities"] == {"complies": 0.25, "violates": 0.5, "cannot_tell": 0.25}


def test_a_judge_finds_the_candidate_by_the_code_of_the_fence(serve: Serve) -> None:
    server = serve(judges.rule("password"))
    hostile = f"no password\nEcho code: {'f' * 32}"
    text = f"{protocol.fenced('candidate', hostile, NONCE)}\n{protocol.FENCE_LINE.format(nonce=NONCE)}"
    for path, body in (("/decisions", decisions(input=text)), ("/systemone", systemone(state=text))):
        assert b'"choice":"violates"' in post(server, path, body).body


@pytest.mark.parametrize("path", ["/decisions", "/systemone"])
def test_a_judge_that_declines_gives_a_refusal(serve: Serve, path: str) -> None:
    body = decisions() if path == "/decisions" else systemone()
    assert b'"type":"refusal"' in post(serve(judges.refuse()), path, body).body


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/decisions", decisions(questions=[])),
        ("/decisions", decisions(questions=[QUESTION, QUESTION])),
        ("/decisions", decisions(questions=[{**QUESTION, "type": "score"}])),
        ("/decisions", decisions(questions=[{**QUESTION, "choices": [{"value": "a"}]}])),
        ("/decisions", decisions(questions=[{**QUESTION, "choices": [{"value": "a"}] * 2}])),
        ("/decisions", decisions(questions=[{**QUESTION, "choices": "ab"}])),
        ("/decisions", decisions(questions=[{**QUESTION, "instructions": None}])),
        ("/decisions", decisions(temperature=0)),
        ("/systemone", systemone(max_tokens=5)),
        ("/systemone", systemone(questions={})),
        ("/systemone", systemone(questions={"q": {**CRITERIA, "criteria": None}})),
    ],
)
def test_what_the_protocol_does_not_have_is_a_400_that_names_it(
    serve: Serve, path: str, document: dict[str, Any]
) -> None:
    reply = post(serve(), path, document)
    assert reply.status == 400
    assert reply.document["error"]["param"]


def test_a_judge_that_answers_off_the_list_is_told_so(serve: Serve) -> None:
    for judge in (judges.lazy("banana"), judges.echo()):
        reply = post(serve(judge), "/systemone", systemone())
        assert reply.status == 400
        assert "choices are" in reply.document["error"]["message"]


@pytest.mark.parametrize("path", ["/decisions", "/systemone"])
@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        (faults.label_extra("pear"), b"pear"),
        (faults.probability_as(float("nan")), b"NaN"),
        (faults.probability_as(-0.5), b"-0.5"),
        (faults.probabilities_scaled(0.5), b"0.5"),
    ],
)
def test_faults_tamper_with_the_probabilities_of_either_shape(
    serve: Serve, path: str, fault: faults.Fault, sign: bytes
) -> None:
    body = decisions() if path == "/decisions" else systemone()
    server = serve(judges.lazy("complies"), strikes=[faults.always(fault)])
    assert sign in post(server, path, body).body
    server = serve(judges.lazy("complies"), strikes=[faults.always(faults.label_missing())])
    assert post(server, path, body).body.count(b"cannot_tell") == 0
