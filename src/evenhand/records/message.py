"""Text as cases hold it: one plain string, or a conversation."""

from typing import Any, Literal

from evenhand.records.canonical import FileRecord

Role = Literal["system", "user", "assistant", "tool"]


class Message(FileRecord):
    """One turn of a conversation."""

    role: Role
    """Who speaks."""
    content: str
    """What is said, as plain text."""


Text = str | tuple[Message, ...]
"""Plain text, or the turns of a conversation."""


def plain(text: Text | None) -> Any:
    """Return `text` as plain JSON values, different for any two texts that are different."""
    return text if text is None or isinstance(text, str) else [turn.canonical() for turn in text]


def flatten(text: Text) -> str:
    """Return `text` as one string; turns are introduced by their role in brackets."""
    if isinstance(text, str):
        return text
    return "\n\n".join(f"[{turn.role}]\n{turn.content}" for turn in text)
