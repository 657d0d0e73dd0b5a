"""What a scripted judge is asked and what it answers, the same for every vendor protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from evenhand.testing.protocol import CANDIDATE_NAMES, Block, find_nonce, mask_nonce, split_fences

JsonObject: TypeAlias = dict[str, object]


class Finish(StrEnum):
    """How a generation ended, in neutral words; each protocol has its own spelling."""

    STOP = "stop"
    LENGTH = "length"
    REFUSAL = "refusal"
    CONTENT_FILTER = "content_filter"
    PAUSE = "pause_turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the request, its text parts joined."""

    role: str
    """`system`, `developer`, `user` or `assistant`, as sent."""
    text: str
    """All text of the message."""


@dataclass(frozen=True, kw_only=True)
class JudgeRequest:
    """One call as a scripted judge sees it.

    Not slotted: the derived views below are worked out on first use and kept, so that a judge pays only for what it
    reads.
    """

    protocol: str
    """`chat`, `responses`, `messages`, `decisions` or `systemone`."""
    number: int
    """Number of the call since the server started or was reset, from 1."""
    attempt: int
    """How often this same request (nonce aside) has been asked, this time included."""
    model: str
    """Model name asked for."""
    messages: tuple[Message, ...]
    """System text first, then the conversation."""
    schema: Mapping[str, object] | None = None
    """JSON Schema the answer must obey; None in free text and in plain JSON mode."""
    structured: bool = False
    """Whether the answer has to be a JSON object."""

    @cached_property
    def text(self) -> str:
        """Everything the judge reads, messages joined by a newline."""
        return "\n".join(message.text for message in self.messages)

    @cached_property
    def system(self) -> str:
        """Text of the system and developer messages."""
        return "\n".join(m.text for m in self.messages if m.role in {"system", "developer"})

    @cached_property
    def user(self) -> str:
        """Text of the user messages."""
        return "\n".join(m.text for m in self.messages if m.role == "user")

    @cached_property
    def nonce(self) -> str | None:
        """The nonce to echo, if the prompt names one."""
        return find_nonce(self.text)

    @cached_property
    def _split(self) -> tuple[tuple[Block, ...], str]:
        return split_fences(self.text, self.nonce)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The fenced data, in order."""
        return self._split[0]

    @property
    def outside(self) -> str:
        """Everything outside the fences of the current nonce."""
        return self._split[1]

    @cached_property
    def candidates(self) -> tuple[Block, ...]:
        """The fenced blocks that hold a candidate by their name; all blocks when no name says so."""
        named = tuple(b for b in self.blocks if b.name.lower().startswith(CANDIDATE_NAMES))
        return named or self.blocks

    @cached_property
    def candidate(self) -> str:
        """Text of the candidates, joined; the user text when nothing is fenced."""
        return "\n".join(block.text for block in self.candidates) if self.blocks else self.user

    @cached_property
    def content(self) -> str:
        """The whole text with the nonce zeroed: equal for every asking of one question."""
        return mask_nonce(self.text, self.nonce)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels the schema allows, in its order; empty when it names none."""
        spec = properties(self.schema).get("label")
        allowed = spec.get("enum") if isinstance(spec, Mapping) else None
        return tuple(str(label) for label in allowed) if isinstance(allowed, list) else ()


def properties(schema: Mapping[str, object] | None) -> Mapping[str, object]:
    """The properties of an object schema; empty when there are none."""
    found = schema.get("properties") if schema is not None else None
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAnswer:
    """What a scripted judge decided."""

    label: str | float = ""
    """Label, or the number on a numeric scale."""
    reason: str = "Decided by a scripted judge."
    """Free text of the reason."""
    quotes: tuple[str, ...] = ()
    """Passages quoted from the candidate."""
    confidence: float | None = None
    """Stated confidence; by default the probability of the label."""
    distribution: Mapping[str, float] | None = None
    """Probability per label, for log-probabilities; may add up to less than 1. None puts all mass on the label."""
    raw: str | None = None
    """Text to send word for word instead of an answer built from the fields above."""
    finish: Finish = Finish.STOP
    """How the generation ends. With `REFUSAL` the reason is the text of the refusal."""


Judge: TypeAlias = Callable[[JudgeRequest], JudgeAnswer]
"""A scripted judge: a pure function of the request (whose `number` and `attempt` are part of it).

An exception in a judge is a bug in the test: the connection drops and asyncio logs the traceback."""


class ScriptError(ValueError):
    """A script does not fit the request, for instance a label the schema does not allow; answered with a 400."""
