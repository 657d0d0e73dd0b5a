"""What a server of this protocol family can do, so that capability detection meets every kind of answer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from evenhand.testing.vendor_errors import Rejection


class Support(StrEnum):
    """How a server treats one feature of a request."""

    YES = "yes"
    """It does what was asked."""
    REFUSED = "refused"
    """400 that names the parameter."""
    CRASHES = "crashes"
    """500 with a validation error, as llama-cpp-python answers a `json_schema`."""
    IGNORED = "ignored"
    """200 as if it had not been asked, as `transformers serve` does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The features of one server. The default speaks everything."""

    json_schema: Support = Support.YES
    """`response_format`, `text.format` or `output_config.format` of type `json_schema`."""
    json_object: Support = Support.YES
    """`json_object`: some JSON object."""
    json_object_schema: Support = Support.YES
    """A `schema` key beside `json_object`, as llama.cpp reads it."""
    tools: Support = Support.YES
    """A forced tool call."""
    logprobs: Support = Support.YES
    """Log-probabilities."""
    max_top_logprobs: int = 20
    """More alternatives than this are refused with a 400."""
    temperature: Support = Support.YES
    """The sampling parameters `temperature`, `top_p` and `top_k`."""
    seed: Support = Support.YES
    """`seed`."""
    max_tokens: Support = Support.YES
    """`max_tokens` of chat completions, which reasoning models refuse."""
    max_completion_tokens: Support = Support.YES
    """`max_completion_tokens` of chat completions, which older servers do not know."""
    forced_tool_finish: Literal["stop", "tool_calls"] = "stop"
    """Finish reason of chat completions after a tool call forced by name: `stop` at OpenAI."""
    context_tokens: int | None = None
    """Longest prompt, in tokens of this server; a longer one is refused with a 400."""
    label_piece: int | None = None
    """Characters per token within a label; None makes each label one token."""
    strict_version: bool = True
    """Whether the messages route refuses sampling parameters under an `anthropic-version` after 2023-06-01."""


EVERYTHING: Final = Dialect()
"""Every feature, as a permissive local server."""
REASONING: Final = Dialect(temperature=Support.REFUSED, max_tokens=Support.REFUSED, logprobs=Support.REFUSED)
"""A reasoning model at OpenAI."""
LLAMA_CPP: Final = Dialect(json_schema=Support.CRASHES, forced_tool_finish="tool_calls", strict_version=False)
"""llama-cpp-python 0.3.36: `json_schema` is a 500, `json_object` with a `schema` works."""
TRANSFORMERS: Final = Dialect(
    json_schema=Support.IGNORED, json_object=Support.IGNORED, tools=Support.IGNORED, logprobs=Support.IGNORED
)
"""`transformers serve` 5.23: asks for structure and log-probabilities are silently ignored."""
PLAIN: Final = Dialect(
    json_schema=Support.REFUSED, json_object=Support.REFUSED, tools=Support.REFUSED, logprobs=Support.REFUSED
)
"""Free text only; everything else is refused."""

DIALECTS: Final[dict[str, Dialect]] = {
    "everything": EVERYTHING,
    "reasoning": REASONING,
    "llama-cpp": LLAMA_CPP,
    "transformers": TRANSFORMERS,
    "plain": PLAIN,
}
"""Dialects by name, for the command line."""


def grants(support: Support, parameter: str, value: object = "", hint: str = "") -> bool:
    """Whether the feature is served; False when it is ignored.

    Args:
        support: How the server treats it.
        parameter: Name of the request's parameter, for the refusal.
        value: What was asked, for the message.
        hint: What to do instead, for the message.

    Raises:
        Rejection: The server refuses the parameter.
    """
    if support is Support.REFUSED:
        raise Rejection(kind="unsupported_parameter", parameter=parameter, value=value, hint=hint)
    if support is Support.CRASHES:
        raise Rejection(kind="validation_crash", parameter=parameter, value=value)
    return support is Support.YES
