"""How a baseline lies in its file: a head of one key a line, then one line a case, so that a diff shows what changed.

Keys are sorted, but for `cases`, which comes last, and the answers of a scale, whose order means something. All of it
is ASCII: no character in it acts on a terminal or hides in a diff.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from evenhand.records.baseline import BASELINE_SCHEMA, Baseline, BaselineCase, BaselineHead

ABOUT: Final = "about"
ABOUT_TEXT: Final = (
    "What a run said of each case; written by evenhand baseline accept, not by hand. One line a case. said: the panel,"
    " then each judge in the order of judges. null: no opinion (the panel is undecided, the judge can not tell). false:"
    " missing, because ratings failed. again: the panel in each reading of a case that was judged several times."
)
"""Explains the file to who reads it in a diff; the first key."""

CASES_LINE: Final = '"cases":{'
"""The line after which the cases come."""

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_UNSORTED: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_TOGETHER: Final = 1_000
"""Cases that are handed over at once."""


def baseline_lines(baseline: Baseline) -> Iterator[bytes]:
    """Yield the bytes of the file, the same for the same content wherever and in whatever order it was put together.

    Raises:
        ValueError: A number is not finite.
    """
    yield _bytes(["{", *_head(baseline.head), CASES_LINE])
    lines: list[str] = []
    last = len(baseline.cases) - 1
    for at, name in enumerate(sorted(baseline.cases)):
        line = f"{_text(name)}:{_ENCODER.encode(_case(baseline.cases[name]))}"
        lines.append(line if at == last else line + ",")
        if len(lines) >= _TOGETHER:
            yield _bytes(lines)
            lines = []
    yield _bytes([*lines, "}", "}"])


def _head(head: BaselineHead) -> Iterator[str]:
    content = {**head.canonical(), "schema": BASELINE_SCHEMA, ABOUT: ABOUT_TEXT}
    for key in sorted(content):
        value = content[key]
        if key == "judges":
            yield from _block(key, "[", [_ENCODER.encode(judge) for judge in value], "]")
        elif key == "principles":
            marks = [f"{_text(name)}:{_principle(value[name])}" for name in sorted(value)]
            yield from _block(key, "{", marks, "}")
        else:
            yield f"{_text(key)}:{_ENCODER.encode(value)},"


def _block(key: str, opens: str, lines: list[str], closes: str) -> Iterator[str]:
    yield f"{_text(key)}:{opens}"
    yield from (f"{line}," for line in lines[:-1])
    yield from lines[-1:]
    yield f"{closes},"


def _principle(mark: Mapping[str, Any]) -> str:
    """Sort the keys, and leave the answers in the order of their scale."""
    return _UNSORTED.encode({key: mark[key] for key in sorted(mark)})


def _case(case: BaselineCase) -> dict[str, Any]:
    content = {
        "prompt": case.prompt,
        "outputs": case.outputs,
        "said": case.said,
        "again": case.again,
        "reference": case.reference,
        "slice": case.slice,
        "source": case.source,
        "tags": case.tags,
    }
    return {key: value for key, value in content.items() if value or key in {"prompt", "outputs", "said"}}


def _text(value: str) -> str:
    return _ENCODER.encode(value)


def _bytes(lines: list[str]) -> bytes:
    """Join lines; DEL is the one character of ASCII that JSON leaves as it is and a terminal does not show."""
    return ("\n".join(lines) + "\n").replace("\x7f", "\\u007f").encode("ascii")
