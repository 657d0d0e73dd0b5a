"""Reads the bodies of both decision protocols: the answer to the one question asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from evenhand.providers.decisions import QUESTION
from evenhand.providers.envelope import (
    list_of,
    number_of,
    object_of,
    optional_text,
    responses_usage,
    text_of,
)
from evenhand.providers.interface import Finish, Reply, UnreadableReplyError
from evenhand.providers.strict_json import read_object

_Object = Mapping[str, Any]


def read_decisions(body: bytes) -> Reply:
    """Read a decision with exactly one answer, that of the question asked.

    Raises:
        UnreadableReplyError: `body` is not one.
    """
    document = read_object(body)
    answers = list_of(document.get("answers"), "answers")
    if len(answers) != 1:
        raise UnreadableReplyError(f"{len(answers)} answers instead of one")
    answer = object_of(answers[0], "answer")
    if answer.get("name") not in {QUESTION, None}:
        raise UnreadableReplyError("the answer is one to another question")
    return _reply(document, answer, listed=True)


def read_systemone(body: bytes) -> Reply:
    """Read a System One reply with exactly one answer, that of the question asked.

    Raises:
        UnreadableReplyError: `body` is not one.
    """
    document = read_object(body)
    answers = object_of(document.get("answers"), "answers")
    if set(answers) != {QUESTION}:
        raise UnreadableReplyError("the answers are not those to the one question asked")
    return _reply(document, object_of(answers[QUESTION], "answer"), listed=False)


def _reply(document: _Object, answer: _Object, *, listed: bool) -> Reply:
    kind = optional_text(answer.get("type"), "type")
    usage, model = responses_usage(document.get("usage")), optional_text(document.get("model"), "model")
    if kind == "refusal":
        return Reply(
            text="",
            finish=Finish.REFUSED,
            finish_text=kind,
            refusal="the model declined to answer the question",
            usage=usage,
            served_model=model,
        )
    if kind != "choice":
        raise UnreadableReplyError("the answer is not a choice")
    shares = answer.get("probabilities")
    return Reply(
        text=text_of(answer.get("choice"), "choice"),
        finish=Finish.NORMAL,
        finish_text=kind,
        decision=tuple(_listed(shares) if listed else _mapped(shares)),
        usage=usage,
        served_model=model,
    )


def _listed(shares: Any) -> Iterator[tuple[str, float]]:
    """Yield the labels of a list of objects; a label that is no text, such as true, is none of ours."""
    seen: set[str] = set()
    for share in list_of(shares, "probabilities"):
        label = text_of(object_of(share, "probability").get("value"), "value")
        if label in seen:
            raise UnreadableReplyError("a label has two probabilities")
        seen.add(label)
        yield label, number_of(share.get("probability"), "a probability")


def _mapped(shares: Any) -> Iterator[tuple[str, float]]:
    for label, share in object_of(shares, "probabilities").items():
        yield text_of(label, "label"), number_of(share, "a probability")
