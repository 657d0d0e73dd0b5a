"""The wording of evenhand's judge prompts that a scripted judge has to understand.

`evenhand.judging.prompt` defines the same strings from its own side (neither imports the other); a test holds the
two together. Every reader here is linear in the length of the text, because candidates are hostile.
"""

from dataclasses import dataclass
from typing import Final

NONCE_DIGITS: Final = 32
"""A nonce is 128 random bits, written as this many lower-case hex digits."""
NONCE_LINE: Final = "Echo code: {nonce}"
"""The line, outside any fence and last in the prompt, that names the nonce to echo."""
FENCE_LINE: Final = "Fence code: {nonce}"
"""The same line where nothing can be echoed, for decision endpoints."""
FENCE_OPEN: Final = "<<<DATA {name} {nonce}>>>"
FENCE_CLOSE: Final = "<<<END DATA {name} {nonce}>>>"
"""Data stands between an opening and a closing line of the same name and nonce."""
VERDICT_LINE: Final = "VERDICT {nonce} {label}"
"""Last line of a free-text answer, where the endpoint has no structured output."""
ANSWER_KEYS: Final = ("quotes", "reason", "label", "confidence", "nonce")
"""Keys of a structured answer, in order; numeric scales have `score` in the place of `label`."""
CANDIDATE_NAMES: Final = ("candidate", "reply", "response", "output", "answer")
"""A fenced block whose name starts with one of these holds a candidate; the others hold context."""

_NONCE_PREFIXES: Final = tuple(line.partition("{")[0] for line in (NONCE_LINE, FENCE_LINE))
_OPEN_PREFIX: Final = FENCE_OPEN.partition("{")[0]
_HEX: Final = frozenset("0123456789abcdef")
_MASK: Final = "0" * NONCE_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced piece of data."""

    name: str
    """Name on the fence."""
    text: str
    """What stands between the two marks, unchanged."""


def fenced(name: str, text: str, nonce: str) -> str:
    """Put `text` between the two marks of a fence."""
    return (
        f"{FENCE_OPEN.format(name=name, nonce=nonce)}\n{text}\n{FENCE_CLOSE.format(name=name, nonce=nonce)}"
    )


def verdict_line(nonce: str, label: str) -> str:
    """The last line of a free-text answer."""
    return VERDICT_LINE.format(nonce=nonce, label=label)


def find_nonce(text: str) -> str | None:
    """The nonce of the last well-formed line that names one, or None when the prompt has none."""
    found = [named for prefix in _NONCE_PREFIXES if (named := _last_named(text, prefix))]
    return max(found)[1] if found else None


def _last_named(text: str, prefix: str) -> tuple[int, str] | None:
    """Where the last well-formed line with this prefix starts, and the nonce it names."""
    end = len(text)
    while (start := text.rfind(prefix, 0, end)) >= 0:
        line_end = text.find("\n", start)
        value = text[start + len(prefix) : line_end if line_end >= 0 else len(text)].rstrip()
        starts_line = start == 0 or text[start - 1] == "\n"
        if starts_line and len(value) == NONCE_DIGITS and _HEX.issuperset(value):
            return start, value
        end = start
    return None


def mask_nonce(text: str, nonce: str | None) -> str:
    """`text` with the nonce zeroed, so that two askings of one question are equal."""
    return text.replace(nonce, _MASK) if nonce else text


def split_fences(text: str, nonce: str | None) -> tuple[tuple[Block, ...], str]:
    """Separate the fenced data from everything else.

    Only marks that carry `nonce` count. A fence that never closes reaches to the end of the text, the safe reading.

    Returns:
        The blocks in order, and the text outside all of them.
    """
    if nonce is None:
        return (), text
    blocks: list[Block] = []
    outside: list[str] = []
    position = 0
    while (found := _next_open(text, nonce, position)) is not None:
        line, body, name = found
        outside.append(text[position:line])
        close = "\n" + FENCE_CLOSE.format(name=name, nonce=nonce)
        end = text.find(close, body)
        blocks.append(Block(name=name, text=text[body:] if end < 0 else text[body:end]))
        position = len(text) if end < 0 else end + len(close)
    outside.append(text[position:])
    return tuple(blocks), "".join(outside)


def _next_open(text: str, nonce: str, start: int) -> tuple[int, int, str] | None:
    """Start of the line, start of the data and name of the next opening mark."""
    tail = f" {nonce}>>>\n"
    at = start
    while (end := text.find(tail, at)) >= 0:
        line = max(text.rfind("\n", at, end) + 1, at)
        if text.startswith(_OPEN_PREFIX, line):
            return line, end + len(tail), text[line + len(_OPEN_PREFIX) : end]
        at = end + len(tail)
    return None
