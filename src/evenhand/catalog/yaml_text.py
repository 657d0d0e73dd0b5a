"""Writing YAML that reads back exactly, in our loader and in any other.

Text is written plain where nothing could take it for something else, as a literal block where it has several lines,
and in double quotes everywhere else.
"""

import json
import re
from collections.abc import Iterator

from evenhand.catalog.source import Json
from evenhand.catalog.yaml_file import UNPRINTABLE

_WIDTH = 100

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ .,;()/+@'!?-]*(?<! )")
_FLOW_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ./+@-]*(?<! )")
_LONGEST_KEY = 900
_AMBIGUOUS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
_BLANK_START = re.compile(r"[ \t\n]")


def dump_yaml(data: Json) -> str:
    """Return plain data as a YAML document, keys in their order.

    Raises:
        ValueError: A number is not finite, or text holds half a character.
    """
    if isinstance(data, dict) and data:
        return "\n".join(_mapping(data, 0)) + "\n"
    if isinstance(data, list) and data:
        return "\n".join(_sequence(data, 0)) + "\n"
    return _scalar(data) + "\n"


def _mapping(data: dict[str, Json], depth: int) -> Iterator[str]:
    for key, value in data.items():
        name, indent = _key(key), "  " * depth
        if len(name) > _LONGEST_KEY:
            yield f"{indent}? {name}"
            name = ""
        yield from _entry(f"{indent}{name}:", value, depth)


def _sequence(data: list[Json], depth: int) -> Iterator[str]:
    for value in data:
        indent = "  " * depth
        if isinstance(value, dict) and value:
            lines = _mapping(value, depth + 1)
            yield f"{indent}- {next(lines)[2 * depth + 2 :]}"
            yield from lines
        elif isinstance(value, list) and value:
            yield f"{indent}- {_flow(value)}"
        else:
            yield from _entry(f"{indent}-", value, depth)


def _entry(head: str, value: Json, depth: int) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        flow = _flow(value) if _is_small(value) else ""
        if flow and len(head) + len(flow) < _WIDTH:
            yield f"{head} {flow}"
        else:
            yield head
            yield from _mapping(value, depth + 1) if isinstance(value, dict) else _sequence(value, depth + 1)
    elif isinstance(value, str) and _fits_block(value):
        yield f"{head} |{'' if value.endswith(chr(10)) else '-'}"
        yield from (
            f"{'  ' * (depth + 1)}{line}" if line else "" for line in value.removesuffix("\n").split("\n")
        )
    else:
        yield f"{head} {_scalar(value)}"


def _is_small(value: Json) -> bool:
    """Tell whether a value stands well on one line: a list of plain words or numbers."""
    return isinstance(value, list) and all(
        not isinstance(item, dict | list) and not (isinstance(item, str) and "\n" in item) for item in value
    )


def _flow(value: Json) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'? {_key(key)} : {_flow(item)}' for key, item in value.items())}}}"
    return _scalar(value, _FLOW_PLAIN)


def _key(key: str) -> str:
    return _scalar(key, _FLOW_PLAIN)


def _scalar(value: Json, plain: re.Pattern[str] = _PLAIN) -> str:
    if isinstance(value, float):
        text = json.dumps(value, allow_nan=False)
        return text if "." in text else text.replace("e", ".0e")
    if not isinstance(value, str):
        return json.dumps(value)
    if plain.fullmatch(value) and value.lower() not in _AMBIGUOUS and len(value) < _WIDTH:
        return value
    return _quote(value)


def _quote(value: str) -> str:
    value.encode()  # half a character has no place in a file, escaped or not
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in text)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _fits_block(value: str) -> bool:
    """Tell whether text reads back exactly from a literal block."""
    if "\n" not in value or _BLANK_START.match(value) or UNPRINTABLE.search(value) or "\ufeff" in value:
        return False
    lines = value.removesuffix("\n").split("\n")
    return bool(lines[-1].strip())
