"""From a stored body to its reply: one pure reader per protocol, no SDK."""

from collections.abc import Callable, Mapping
from typing import Final

from evenhand.errors import UnknownNameError
from evenhand.providers.interface import Reply
from evenhand.providers.read_chat import read_chat
from evenhand.providers.read_decisions import read_decisions, read_systemone
from evenhand.providers.read_messages import read_messages
from evenhand.providers.read_responses import read_responses

READERS: Final[Mapping[str, Callable[[bytes], Reply]]] = {
    "openai-chat": read_chat,
    "openai-responses": read_responses,
    "anthropic": read_messages,
    "litellm": read_chat,
    "openai-decisions": read_decisions,
    "systemone": read_systemone,
}
"""Readers by protocol."""


def read_reply(protocol: str, body: bytes) -> Reply:
    """Read the bytes of a reply's body.

    Raises:
        UnreadableReplyError: They are not a reply of this protocol.
        UnknownNameError: There is no such protocol.
    """
    reader = READERS.get(protocol)
    if reader is None:
        raise UnknownNameError("protocol", protocol, READERS)
    return reader(body)
