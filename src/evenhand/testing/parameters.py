"""Reading request bodies: what is wrong with a parameter is said by name, with a 400."""

import json
from collections.abc import Mapping

from evenhand.testing.api import FREE_TEXT, Structure
from evenhand.testing.dialect import Dialect, grants
from evenhand.testing.exchange import JsonObject, Message
from evenhand.testing.vendor_errors import Rejection


def read_document(body: bytes) -> JsonObject:
    """The JSON object a body is.

    Raises:
        Rejection: It is none.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise bad_request("body", "expected a JSON object")
    return document


def text_of(content: object, where: str) -> str:
    """All text of a message's content, which is a string or a list of parts.

    Raises:
        Rejection: The content is neither.
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise bad_request(where, "expected a string or a list of content parts")
    return "\n".join(_part_text(part, where) for part in content)


def _part_text(part: object, where: str) -> str:
    text = part.get("text") if isinstance(part, Mapping) else None
    if not isinstance(text, str):
        raise bad_request(where, "this server reads text parts only")
    return text


def read_messages(body: JsonObject, key: str) -> tuple[Message, ...]:
    """The messages under `key`.

    Raises:
        Rejection: They are missing, empty or not messages.
    """
    found = body.get(key)
    if not isinstance(found, list) or not found:
        raise bad_request(key, "expected a list of at least one message")
    return tuple(_message(entry, key) for entry in found)


def _message(entry: object, where: str) -> Message:
    if not isinstance(entry, Mapping) or not isinstance(role := entry.get("role"), str):
        raise bad_request(where, "every message needs a role")
    return Message(role=role, text=text_of(entry.get("content"), where))


def read_model(body: JsonObject) -> str:
    """The model asked for.

    Raises:
        Rejection: There is none, or a stream is wanted, which this server does not speak.
    """
    if body.get("stream"):
        raise bad_request("stream", "this server does not stream; leave `stream` out")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise bad_request("model", "you must provide a model parameter")
    return model


def read_count(body: JsonObject, key: str, least: int = 1) -> int | None:
    """A whole number under `key`, or None when it is absent or null.

    Raises:
        Rejection: It is not a whole number of at least `least`.
    """
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise bad_request(key, f"expected a whole number of at least {least}")
    return value


def mapping(value: object, where: str) -> Mapping[str, object]:
    """`value` as a JSON object.

    Raises:
        Rejection: It is something else.
    """
    if not isinstance(value, Mapping):
        raise bad_request(where, "expected an object")
    return value


def bad_request(parameter: str, problem: str) -> Rejection:
    """A 400 that names the parameter and says what is wrong with it."""
    return Rejection(kind="bad_request", parameter=parameter, value=f"'{parameter}': {problem}")


def check_sampling(body: JsonObject, dialect: Dialect) -> None:
    """Refuse the sampling parameters the dialect refuses; the default of 1 is always allowed.

    Raises:
        Rejection: A parameter is refused.
    """
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is not None and value != 1:
            grants(dialect.temperature, name, hint="Only the default (1) value is supported.")
    if body.get("seed") is not None:
        grants(dialect.seed, "seed")


def read_top(body: JsonObject, dialect: Dialect) -> int:
    """The number of alternatives wanted per token.

    Raises:
        Rejection: The dialect does not have that many.
    """
    top = read_count(body, "top_logprobs", 0) or 0
    if top > dialect.max_top_logprobs:
        hint = f"It must be at most {dialect.max_top_logprobs}."
        raise Rejection(kind="unsupported_value", parameter="top_logprobs", value=top, hint=hint)
    return top


def read_format(value: object, where: str, dialect: Dialect) -> Structure:
    """The structure a `response_format`, `text.format` or `output_config.format` asks for.

    Raises:
        Rejection: The dialect refuses it, or it is not one.
    """
    if value is None:
        return FREE_TEXT
    wanted = mapping(value, where)
    match wanted.get("type"):
        case "text":
            return FREE_TEXT
        case "json_schema":
            return _schema_format(wanted, where, dialect)
        case "json_object":
            return _object_format(wanted, where, dialect)
        case other:
            raise bad_request(where, f"there is no format {other!r}")


def _schema_format(wanted: Mapping[str, object], where: str, dialect: Dialect) -> Structure:
    holder = mapping(wanted.get("json_schema", wanted), where)
    schema = mapping(holder.get("schema"), f"{where}.schema")
    granted = grants(dialect.json_schema, where, "json_schema")
    return Structure(via="json", schema=schema) if granted else FREE_TEXT


def _object_format(wanted: Mapping[str, object], where: str, dialect: Dialect) -> Structure:
    if not grants(dialect.json_object, where, "json_object"):
        return FREE_TEXT
    schema = wanted.get("schema")
    if schema is None or not grants(dialect.json_object_schema, f"{where}.schema"):
        return Structure(via="json")
    return Structure(via="json", schema=mapping(schema, f"{where}.schema"))


def forced_tool(name: str | None, tools: Mapping[str, object], dialect: Dialect) -> Structure:
    """The structure of a forced tool call.

    Args:
        name: Name of the tool, or None when any of the tools will do.
        tools: Schema of the arguments by tool name.
        dialect: What the server can do.

    Raises:
        Rejection: The dialect has no tools, or there is no such tool.
    """
    if not grants(dialect.tools, "tools"):
        return FREE_TEXT
    chosen = next(iter(tools), None) if name is None else name
    if chosen is None or chosen not in tools:
        raise bad_request("tool_choice", f"there is no tool {chosen!r} among {sorted(tools)}")
    schema = mapping(tools[chosen], "tools")
    return Structure(via="tool", schema=schema, tool=chosen, tool_by_name=name is not None)


def read_tools(body: JsonObject, schema_key: str, inner: str | None = None) -> dict[str, object]:
    """Schema of the arguments of each tool, by name.

    Args:
        body: The request.
        schema_key: Where a tool keeps its schema.
        inner: Key a tool hides its definition under, if it does.

    Raises:
        Rejection: A tool has no name.
    """
    tools = body.get("tools") or []
    if not isinstance(tools, list):
        raise bad_request("tools", "expected a list")
    found: dict[str, object] = {}
    for entry in tools:
        tool = mapping(entry, "tools")
        tool = mapping(tool.get(inner), "tools") if inner else tool
        name = tool.get("name")
        if not isinstance(name, str):
            raise bad_request("tools", "every tool needs a name")
        found[name] = tool.get(schema_key) or {"type": "object"}
    return found
