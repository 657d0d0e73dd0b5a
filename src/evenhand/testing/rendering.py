"""A judge's answer as the text a model would have generated: schema-shaped JSON, or free text with a last line."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Final

from evenhand.testing.exchange import JudgeAnswer, JudgeRequest, ScriptError, properties
from evenhand.testing.protocol import verdict_line

_encode: Final[Callable[[object], str]] = json.JSONEncoder(ensure_ascii=False).encode
_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """Text of an answer and where in it the label stands."""

    text: str
    """All of the text."""
    label: str = ""
    """The label as written."""
    label_at: int | None = None
    """Index of the label's first character; None when the text holds no label of its own."""
    distribution: Mapping[str, float] | None = None
    """Probability of each label, spelled as it would stand in the text."""


def generate(request: JudgeRequest, answer: JudgeAnswer) -> Generated:
    """Write the answer in the form the request asks for.

    Raises:
        ScriptError: The label is not one the schema allows.
    """
    if answer.raw is not None:
        return Generated(text=answer.raw)
    if request.structured:
        return structured_text(request, answer)
    return free_text(request, answer)


def decided(request: JudgeRequest, answer: JudgeAnswer) -> Generated:
    """The label alone with the probability of each: a decision endpoint generates no text.

    Where the judge gives no distribution, its stated confidence is the label's probability, the rest is shared evenly.

    Raises:
        ScriptError: The label is not one of the choices, or the judge answers in text.
    """
    label = _plain(answer.label)
    if answer.raw is not None or label not in request.labels:
        said = "in text" if answer.raw is not None else repr(label)
        raise ScriptError(f"the scripted judge answered {said}, but the choices are {list(request.labels)}")
    sure = 1.0 if answer.confidence is None else answer.confidence
    others = [other for other in request.labels if other != label]
    shares = answer.distribution or {label: sure, **{other: (1.0 - sure) / len(others) for other in others}}
    return Generated(text=label, label=label, label_at=0, distribution=shares)


def free_text(request: JudgeRequest, answer: JudgeAnswer) -> Generated:
    """Quotes and reason as prose, the verdict on the last line."""
    label = _plain(answer.label)
    quotes = "".join(f'The text says: "{quote}"\n' for quote in answer.quotes)
    line = verdict_line(request.nonce, label) if request.nonce else label
    text = f"{quotes}{answer.reason}\n{line}"
    return Generated(
        text=text, label=label, label_at=len(text) - len(label), distribution=answer.distribution
    )


def structured_text(request: JudgeRequest, answer: JudgeAnswer) -> Generated:
    """A JSON object with the schema's keys in the schema's order, or evenhand's own keys without a schema."""
    wanted = properties(request.schema) or _default_keys(answer)
    parts: list[str] = []
    length, label_at, label = 1, None, ""
    for key, spec in wanted.items():
        known = _KNOWN_KEYS.get(key)
        value = _spell(smallest(spec) if known is None else known(request, answer, spec))
        part = f"{encode_basestring(key)}: {value}"
        if known is _verdict or known is _score:
            quoted = value.startswith('"')
            label = value[1:-1] if quoted else value
            label_at = length + len(part) - len(value) + quoted
        parts.append(part)
        length += len(part) + 2
    shares = answer.distribution and {
        encode_basestring(k)[1:-1]: share for k, share in answer.distribution.items()
    }
    return Generated(text="{" + ", ".join(parts) + "}", label=label, label_at=label_at, distribution=shares)


def _spell(value: object) -> str:
    return encode_basestring(value) if isinstance(value, str) else _encode(value) if value != [] else "[]"


def _default_keys(answer: JudgeAnswer) -> Mapping[str, object]:
    verdict = "label" if isinstance(answer.label, str) else "score"
    keys = ("quotes", "reason", verdict, *(("confidence",) if answer.confidence is not None else ()), "nonce")
    return {key: {} for key in keys}


def _plain(label: str | float) -> str:
    return label if isinstance(label, str) else f"{label:g}"


def _verdict(_request: JudgeRequest, answer: JudgeAnswer, spec: object) -> object:
    label = _plain(answer.label)
    allowed = spec.get("enum") if isinstance(spec, dict) else None
    if not isinstance(allowed, list):
        return label
    for choice in allowed:
        if str(choice) == label:
            return choice
    raise ScriptError(f"the scripted judge answered {label!r}, but the schema allows only {allowed}")


def _score(_request: JudgeRequest, answer: JudgeAnswer, _spec: object) -> object:
    try:
        number = float(answer.label)
    except ValueError:
        raise ScriptError(
            f"the scripted judge answered {answer.label!r}, but the schema asks for a number"
        ) from None
    return int(number) if number.is_integer() else number


def _confidence(_request: JudgeRequest, answer: JudgeAnswer, _spec: object) -> object:
    if answer.confidence is not None:
        return answer.confidence
    return 1.0 if answer.distribution is None else answer.distribution.get(_plain(answer.label), 0.0)


_KNOWN_KEYS: Final[Mapping[str, Callable[[JudgeRequest, JudgeAnswer, object], object]]] = {
    "quotes": lambda _request, answer, _spec: list(answer.quotes),
    "reason": lambda _request, answer, _spec: answer.reason,
    "label": _verdict,
    "score": _score,
    "confidence": _confidence,
    "nonce": lambda request, _answer, _spec: request.nonce or "",
}


def smallest(spec: object, depth: int = 0) -> object:
    """The smallest value a simple schema allows, so that schemas that are not ours are obeyed too.

    Reads `const`, `enum`, `anyOf`, `type`, `properties`, `minimum` and `minItems`; anything deeper than 32 levels is
    answered with null.
    """
    if not isinstance(spec, Mapping) or depth > _DEEPEST:
        return None
    if "const" in spec:
        return spec["const"]
    if isinstance(allowed := spec.get("enum"), list) and allowed:
        return allowed[0]
    if isinstance(either := spec.get("anyOf"), list) and either:
        return smallest(either[0], depth + 1)
    return _smallest_of_type(spec, depth)


def _smallest_of_type(spec: Mapping[str, object], depth: int) -> object:
    match spec.get("type"):
        case "object":
            return {key: smallest(part, depth + 1) for key, part in properties(spec).items()}
        case "array":
            count = spec.get("minItems", 0)
            return [smallest(spec.get("items"), depth + 1)] * (count if isinstance(count, int) else 0)
        case "integer" | "number":
            return spec.get("minimum", 0)
        case "boolean":
            return False
        case "string":
            return ""
        case _:
            return None
