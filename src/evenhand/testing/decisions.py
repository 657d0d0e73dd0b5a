"""Decision endpoints: `POST /v1/decisions` as OpenAI has it, and `POST /v1/systemone` as `transformers serve` has it.

Both ask typed questions and get probabilities, no text. This server answers one question of kind `choice` a request.
"""

import json
from collections.abc import Mapping
from typing import Final

from evenhand.testing.api import Api, Asked, Reply, Structure
from evenhand.testing.dialect import Dialect
from evenhand.testing.exchange import Finish, JsonObject, Message
from evenhand.testing.parameters import bad_request, mapping, read_messages, read_model
from evenhand.testing.vendor_errors import openai_error

_FIELDS: Final = frozenset({"model", "input", "questions", "safety_identifier", "prompt_cache_key"})
_STATE_FIELDS: Final = frozenset({"model", "state", "questions", "assets"})
_MOST_CHOICES: Final = 255


def read_decisions(body: JsonObject, _headers: Mapping[str, str], _dialect: Dialect) -> Asked:
    """Read a decision request.

    Raises:
        Rejection: A field is wrong or unknown.
    """
    model = read_model(body)
    _refuse_unknown(body, _FIELDS)
    given = body.get("input")
    messages = (Message(role="user", text=given),) if isinstance(given, str) else read_messages(body, "input")
    questions = body.get("questions")
    if not isinstance(questions, list) or len(questions) != 1:
        raise bad_request("questions", "this server answers one question a request")
    question = mapping(questions[0], "questions")
    choices = question.get("choices")
    if not isinstance(choices, list):
        raise bad_request("questions.choices", "expected a list")
    labels = [mapping(choice, "questions.choices").get("value") for choice in choices]
    return _asked(model, messages, question, labels)


def read_systemone(body: JsonObject, _headers: Mapping[str, str], _dialect: Dialect) -> Asked:
    """Read a System One request.

    Raises:
        Rejection: A field is wrong or unknown.
    """
    model = read_model(body)
    _refuse_unknown(body, _STATE_FIELDS)
    state = body.get("state")
    text = state if isinstance(state, str) else json.dumps(state)
    questions = mapping(body.get("questions"), "questions")
    if len(questions) != 1:
        raise bad_request("questions", "this server answers one question a request")
    ((name, found),) = questions.items()
    question = mapping(found, f"questions.{name}")
    criteria = mapping(question.get("criteria"), f"questions.{name}.criteria")
    return _asked(model, (Message(role="user", text=text),), {"name": name, **question}, list(criteria))


def _refuse_unknown(body: JsonObject, known: frozenset[str]) -> None:
    if unknown := sorted(set(body) - known):
        raise bad_request(unknown[0], "extra inputs are not permitted")


def _asked(
    model: str, messages: tuple[Message, ...], question: Mapping[str, object], labels: list[object]
) -> Asked:
    if question.get("type") != "choice":
        raise bad_request("questions.type", "this server answers questions of type choice")
    if not isinstance(question.get("instructions"), str):
        raise bad_request("questions.instructions", "expected text")
    if not 2 <= len(labels) <= _MOST_CHOICES or not all(isinstance(label, str) for label in labels):
        raise bad_request("questions", f"expected 2 to {_MOST_CHOICES} choices of text")
    if len(set(labels)) != len(labels):
        raise bad_request("questions", "each choice must be unique")
    schema = {"type": "object", "properties": {"label": {"type": "string", "enum": labels}}}
    name = question.get("name")
    structure = Structure(via="decision", schema=schema, tool=name if isinstance(name, str) else "")
    return Asked(model=model, messages=messages, structure=structure)


def write_decisions(reply: Reply, asked: Asked, _dialect: Dialect) -> JsonObject:
    """Write a decision."""
    name = asked.structure.tool or None
    document: JsonObject = {
        "model": reply.model,
        "answers": [{**_answer(reply, asked, listed=True), "name": name}],
    }
    if reply.usage is not None:
        document["usage"] = {
            "input_tokens": reply.usage.input,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": reply.usage.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": reply.usage.total,
        }
    return document


def write_systemone(reply: Reply, asked: Asked, _dialect: Dialect) -> JsonObject:
    """Write a System One reply."""
    document: JsonObject = {
        "model": reply.model,
        "answers": {asked.structure.tool: _answer(reply, asked, listed=False)},
    }
    if reply.usage is not None:
        document["usage"] = {"input_tokens": reply.usage.input, "output_tokens": reply.usage.output}
    return document


def _answer(reply: Reply, asked: Asked, *, listed: bool) -> JsonObject:
    if reply.finish in {Finish.REFUSAL, Finish.CONTENT_FILTER}:
        return {"type": "refusal"}
    shares = _shares(reply, asked)
    probabilities: object = shares
    if listed:
        probabilities = [{"value": label, "probability": share} for label, share in shares.items()]
    confidence = shares.get(reply.text, 0.0)
    return {"type": "choice", "choice": reply.text, "confidence": confidence, "probabilities": probabilities}


def _shares(reply: Reply, asked: Asked) -> dict[str, float]:
    """Probability of each choice: those of the judge's distribution, or all of it for the label."""
    found = reply.distribution or {reply.label: 1.0}
    return {label: found.get(label, 0.0) for label in _labels(asked)}


def _labels(asked: Asked) -> list[str]:
    schema = asked.structure.schema or {}
    label = mapping(mapping(schema["properties"], "questions")["label"], "questions")
    enum = label["enum"]
    assert isinstance(enum, list)
    return enum


DECISIONS: Final = Api(
    name="decisions", id_header="x-request-id", read=read_decisions, write=write_decisions, error=openai_error
)
"""The protocol of OpenAI."""
SYSTEM_ONE: Final = Api(
    name="systemone", id_header="x-request-id", read=read_systemone, write=write_systemone, error=openai_error
)
"""The protocol of System One models."""
