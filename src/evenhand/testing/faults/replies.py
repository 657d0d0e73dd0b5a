"""Answers that arrive in a correct envelope and are wrong inside."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from evenhand.testing.api import Reply, Usage
from evenhand.testing.exchange import Finish, JsonObject, ScriptError
from evenhand.testing.faults.kinds import DocumentFault, ReplyFault
from evenhand.testing.protocol import NONCE_DIGITS

_NONCE: Final = re.compile(rf"\b[0-9a-f]{{{NONCE_DIGITS}}}\b")
_LISTS: Final = ("choices", "output", "content")


def truncated(share: float = 0.5) -> ReplyFault:
    """The answer stops at the token limit after this share of its text; 1.0 leaves a whole-looking answer."""

    def edit(reply: Reply) -> Reply:
        return replace(_with_text(reply, reply.text[: int(len(reply.text) * share)]), finish=Finish.LENGTH)

    return ReplyFault(name="truncated", edit=edit)


def finished(finish: Finish | str) -> ReplyFault:
    """The answer is whole but says it ended in another way; a word of no vendor is sent as it stands."""
    return ReplyFault(name=f"finish_{finish}", edit=lambda reply: replace(reply, finish=finish))


def refused(text: str = "I'm sorry, but I can't help with that.") -> ReplyFault:
    """The model declines: `refusal` at OpenAI, `stop_reason` refusal without content at Anthropic."""
    return ReplyFault(
        name="refused", edit=lambda reply: replace(_with_text(reply, text), finish=Finish.REFUSAL)
    )


def filtered() -> ReplyFault:
    """A content filter cut the answer off before its first word."""
    return ReplyFault(
        name="filtered", edit=lambda reply: replace(_with_text(reply, ""), finish=Finish.CONTENT_FILTER)
    )


def said(text: str, *, name: str = "said") -> ReplyFault:
    """The model says exactly this instead."""
    return ReplyFault(name=name, edit=lambda reply: _with_text(reply, text))


def wrapped() -> ReplyFault:
    """A right answer inside a code block with friendly words around it."""
    return ReplyFault(
        name="wrapped",
        edit=lambda reply: _with_text(reply, f"Sure!\n```json\n{reply.text}\n```\nAnything else?"),
    )


def unclosed() -> ReplyFault:
    """Invalid JSON: the last character is missing, and the answer claims a normal end."""
    return ReplyFault(name="unclosed", edit=lambda reply: _with_text(reply, reply.text[:-1]))


def duplicate_key(key: str, value: str) -> ReplyFault:
    """The JSON object says `key` twice, first with `value`. A tool call at Anthropic cannot carry this."""

    def edit(reply: Reply) -> Reply:
        return _with_text(reply, f"{{{json.dumps(key)}: {json.dumps(value)}, {reply.text.lstrip()[1:]}")

    return ReplyFault(name="duplicate_key", edit=edit)


def number_as(literal: str) -> ReplyFault:
    """The score (or else the confidence) is written as this literal: `NaN`, `1e999` or `"0.9"` in quotes."""

    def edit(document: JsonObject) -> str:
        key = "score" if "score" in document else "confidence"
        return json.dumps({**document, key: "\x00"}).replace('"\\u0000"', literal)

    return _json_fault("number_as", edit)


def extra_key(key: str = "note", value: object = "also") -> ReplyFault:
    """The JSON object has a key nobody asked for."""
    return _json_fault("extra_key", lambda document: json.dumps({**document, key: value}))


def missing_key(key: str) -> ReplyFault:
    """The JSON object lacks a key."""
    return _json_fault(
        "missing_key", lambda document: json.dumps({k: v for k, v in document.items() if k != key})
    )


def wrong_nonce() -> ReplyFault:
    """Every nonce in the answer is another one."""
    return ReplyFault(
        name="wrong_nonce", edit=lambda reply: _with_text(reply, _NONCE.sub("f" * NONCE_DIGITS, reply.text))
    )


def nested(depth: int = 100_000) -> ReplyFault:
    """An answer of that many nested brackets."""
    return said("[" * depth + "]" * depth, name="nested")


def huge(characters: int = 10_000_000) -> ReplyFault:
    """A reason of that many characters."""
    return _json_fault("huge", lambda document: json.dumps({**document, "reason": "x" * characters}))


def model_swapped(model: str) -> ReplyFault:
    """Another model says it served the call."""
    return ReplyFault(name="model_swapped", edit=lambda reply: replace(reply, model=model))


def fingerprint_changed(fingerprint: str) -> ReplyFault:
    """Another system fingerprint (chat completions only; the others have none)."""
    return ReplyFault(name="fingerprint_changed", edit=lambda reply: replace(reply, fingerprint=fingerprint))


def usage_missing() -> ReplyFault:
    """The reply does not say what it used."""
    return ReplyFault(name="usage_missing", edit=lambda reply: replace(reply, usage=None))


def usage_scaled(factor: int = 10) -> ReplyFault:
    """The reply claims to have used that many times as much."""

    def edit(reply: Reply) -> Reply:
        used = reply.usage or Usage(input=0, output=0, total=0)
        return replace(
            reply,
            usage=Usage(input=used.input * factor, output=used.output * factor, total=used.total * factor),
        )

    return ReplyFault(name="usage_scaled", edit=edit)


def usage_inconsistent() -> ReplyFault:
    """A negative prompt and a total that is no sum."""
    return ReplyFault(
        name="usage_inconsistent", edit=lambda reply: replace(reply, usage=Usage(input=-1, output=3, total=1))
    )


def no_choices() -> DocumentFault:
    """`choices: []`, `output: []` or `content: []`."""
    return _document_fault("no_choices", lambda document: _with_list(document, []))


def wrong_types() -> DocumentFault:
    """An object where a list belongs, and a word where the usage belongs."""
    return _document_fault(
        "wrong_types", lambda document: {**_with_list(document, {"0": None}), "usage": "much"}
    )


def label_missing() -> DocumentFault:
    """A decision leaves its last choice out."""
    return _shares_fault("label_missing", lambda shares: dict(list(shares.items())[:-1]))


def label_extra(label: str = "banana") -> DocumentFault:
    """A decision gives a label that was not among the choices a probability of nothing."""
    return _shares_fault("label_extra", lambda shares: {**shares, label: 0.0})


def probability_as(value: float) -> DocumentFault:
    """A decision gives its last choice this probability: `math.nan`, `math.inf`, or a negative one."""
    return _shares_fault("probability_as", lambda shares: {**shares, list(shares)[-1]: value})


def probabilities_scaled(factor: float = 0.5) -> DocumentFault:
    """The probabilities of a decision add up to `factor`."""
    return _shares_fault(
        "probabilities_scaled", lambda shares: {label: factor * share for label, share in shares.items()}
    )


def document_edited(
    edit: Callable[[JsonObject], JsonObject], *, name: str = "document_edited"
) -> DocumentFault:
    """Any change to the vendor's JSON document."""
    return DocumentFault(name=name, edit=edit)


def reply_edited(edit: Callable[[Reply], Reply], *, name: str = "reply_edited") -> ReplyFault:
    """Any change to the neutral reply."""
    return ReplyFault(name=name, edit=edit)


def _shares_fault(name: str, edit: Callable[[dict[str, float]], dict[str, float]]) -> DocumentFault:
    """A change to the probabilities of a decision, in the shape of either protocol."""

    def edited(document: JsonObject) -> JsonObject:
        answers = document.get("answers")
        if isinstance(answers, dict):
            return {**document, "answers": {key: with_map(answer) for key, answer in answers.items()}}
        if isinstance(answers, list):
            return {**document, "answers": [with_list(answer) for answer in answers]}
        raise ScriptError(f"the fault {name} changes a decision, and this is none")

    def with_map(answer: JsonObject) -> JsonObject:
        shares = answer["probabilities"]
        assert isinstance(shares, dict)
        return {**answer, "probabilities": edit(shares)}

    def with_list(answer: JsonObject) -> JsonObject:
        listed = answer["probabilities"]
        assert isinstance(listed, list)
        shares = edit({each["value"]: each["probability"] for each in listed})
        pairs = [{"value": label, "probability": share} for label, share in shares.items()]
        return {**answer, "probabilities": pairs}

    return DocumentFault(name=name, edit=edited)


def _document_fault(name: str, edit: Callable[[JsonObject], JsonObject]) -> DocumentFault:
    return DocumentFault(name=name, edit=edit)


def _with_list(document: JsonObject, value: object) -> JsonObject:
    return {key: value if key in _LISTS else kept for key, kept in document.items()}


def _with_text(reply: Reply, text: str) -> Reply:
    return replace(reply, text=text, label="", label_at=None)


def _json_fault(name: str, edit: Callable[[JsonObject], str]) -> ReplyFault:
    def edited(reply: Reply) -> Reply:
        try:
            document = json.loads(reply.text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ScriptError(f"the fault {name} changes a JSON answer, and this one is free text")
        return _with_text(reply, edit(document))

    return ReplyFault(name=name, edit=edited)
