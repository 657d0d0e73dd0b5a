"""What the vendor protocols have in common: a neutral request, a neutral reply, and one record per protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evenhand.testing.dialect import Dialect
from evenhand.testing.exchange import Finish, JsonObject, Message
from evenhand.testing.logprobs import Token, tokens
from evenhand.testing.vendor_errors import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The form an answer has to have."""

    via: Literal["text", "json", "tool", "decision"] = "text"
    """How it travels: as text, as a JSON text, as the arguments of a tool call, or as probabilities of labels."""
    schema: Mapping[str, object] | None = None
    """JSON Schema it has to obey."""
    tool: str = ""
    """Name of the forced tool, or of the question a decision answers."""
    tool_by_name: bool = False
    """Whether the tool was forced by its name rather than as any tool."""


FREE_TEXT: Final = Structure()
"""No form at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, read by its protocol and granted by the dialect."""

    model: str
    """Model asked for."""
    messages: tuple[Message, ...]
    """System text first."""
    structure: Structure = FREE_TEXT
    """Form the answer has to have."""
    top_logprobs: int | None = None
    """Alternatives wanted per token; None when no log-probabilities were asked for."""
    token_limit: int | None = None
    """Longest answer in tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the reply states them."""

    input: int
    """Prompt tokens."""
    output: int
    """Generated tokens."""
    total: int
    """Their sum, unless a fault says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer before a protocol writes it down. Faults that tamper with answers edit this record."""

    number: int
    """Number of the call; every id in the reply derives from it."""
    created: int
    """Unix time."""
    model: str
    """Model that says it served the call."""
    fingerprint: str
    """`system_fingerprint` of chat completions."""
    text: str
    """The generated text; for a tool call, its arguments."""
    finish: Finish | str
    """How it ended; a word that is not a `Finish` is sent as it stands."""
    usage: Usage | None
    """Stated tokens; None leaves the usage out."""
    label: str = ""
    """Label within the text."""
    label_at: int | None = None
    """Where the label stands in the text."""
    distribution: Mapping[str, float] | None = None
    """Probability per label."""
    label_piece: int | None = None
    """Characters per token within the label."""

    def tokens(self, top: int) -> list[Token]:
        """The text as tokens with log-probabilities and `top` alternatives each."""
        return tokens(
            self.text,
            label=self.label,
            label_at=self.label_at,
            distribution=self.distribution,
            top=top,
            piece=self.label_piece,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One vendor protocol."""

    name: str
    """`chat`, `responses`, `messages`, `decisions` or `systemone`."""
    id_header: str
    """Response header that carries the request id."""
    read: Callable[[JsonObject, Mapping[str, str], Dialect], Asked]
    """Body and headers of a request to the neutral form; raises `Rejection` for what the dialect refuses."""
    write: Callable[[Reply, Asked, Dialect], JsonObject]
    """A reply as the vendor's JSON document."""
    error: Callable[[Rejection, str], JsonObject]
    """An error as the vendor's JSON document; the second argument is the request id."""
