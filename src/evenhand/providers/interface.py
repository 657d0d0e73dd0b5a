"""What a provider is: one async call that returns bytes, and a pure reader of those bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

from evenhand.records.attempt import RawReply
from evenhand.records.rating import Usage

Means = Literal["json_schema", "json_object", "tool", "last_line", "decision"]
"""How the shape of an answer is enforced, best first. `json_object` carries the schema beside it; `decision` is the one
of decision endpoints, where the model writes nothing and the answer is a probability for each label."""

TokenLimitField = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a request."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One question to a model, the same for every protocol."""

    model: str
    """Model as the provider names it."""
    system: str
    """System message; empty sends none."""
    turns: tuple[Turn, ...]
    """The conversation, last turn from the user."""
    means: Means
    """How the answer's shape is enforced."""
    schema: Mapping[str, Any] | None
    """JSON Schema of the answer; None with `last_line`. With `decision` it lists the answers under `oneOf`, each a
    `const` with its `description`."""
    max_tokens: int
    """Most tokens of the reply."""
    token_limit_field: TokenLimitField = "max_tokens"  # noqa: S105 - a field's name
    """Which field of the OpenAI protocol carries `max_tokens`."""
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    logprobs: int = 0
    """How many alternatives per token to ask for; 0 asks for none."""
    timeout_s: float = 60.0
    """Seconds this one call may take."""


class Finish(StrEnum):
    """Why a reply ended."""

    NORMAL = "normal"
    """Of itself: stop, end_turn, tool_calls, tool_use, completed."""
    LENGTH = "length"
    """At a token limit."""
    REFUSED = "refused"
    """The model declined."""
    FILTERED = "filtered"
    """A content filter stopped it."""
    OTHER = "other"
    """Anything else, pause_turn and reasons unknown today included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChoice:
    """One generated token and its alternatives."""

    token: str
    logprob: float
    """Natural logarithm of its probability."""
    alternatives: tuple[tuple[str, float], ...]
    """Tokens with their log-probabilities, the generated one included where the endpoint lists it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply's envelope, read. The text itself is not yet trusted or parsed."""

    text: str
    """The answer: message text, the arguments of the one forced tool call as JSON text, or the label decided on."""
    finish: Finish
    finish_text: str
    """The provider's own word for it."""
    refusal: str = ""
    """Text of a refusal, where the protocol has a field for it."""
    tokens: tuple[TokenChoice, ...] = ()
    """Generated tokens of `text`, where log-probabilities came."""
    decision: tuple[tuple[str, float], ...] = ()
    """What a decision endpoint gives each label, as it came: finite numbers, each label once, nothing else checked."""
    usage: Usage | None = None
    """Tokens counted by the provider; None where it reported none."""
    served_model: str = ""
    fingerprint: str = ""


class UnreadableReplyError(ValueError):
    """A body that is not a reply of its protocol; a malformed reply, never a crash."""


class Provider(Protocol):
    """One endpoint of one account."""

    @property
    def protocol(self) -> str:
        """Name of the protocol, a key of `read_reply`."""
        ...

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once; SDK retries are off.

        Raises:
            CallError: The call failed; carries its class, and whether it may have been billed.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


__all__ = [
    "ChatRequest",
    "Finish",
    "Means",
    "Provider",
    "RawReply",
    "Reply",
    "TokenChoice",
    "TokenLimitField",
    "Turn",
    "UnreadableReplyError",
]
