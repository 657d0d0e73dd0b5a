"""Finds out what an endpoint can do before a run leans on it, by a few tiny calls; never from judging replies.

The question contradicts the schema it is sent with: only an endpoint that enforces the schema answers in its shape.
One that ignores it answers in prose, which shows. Every call goes through `asker`, and so through the one retry loop
and into the ledger.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from evenhand.errors import CallClass, CallError, ProviderStopError
from evenhand.providers.capabilities import Findings, Wants
from evenhand.providers.interface import (
    ChatRequest,
    Finish,
    Means,
    RawReply,
    Reply,
    Turn,
    UnreadableReplyError,
)
from evenhand.providers.read_reply import read_reply

Asker = Callable[[ChatRequest], Awaitable[RawReply]]
"""Asks through the retry loop and the ledger."""

MAX_CALLS: Final = 8
"""Most calls for one (account, model)."""
TINY_TOKENS: Final = 256
"""Token limit of a call; one with the judge's own limit follows where a model spent these on thinking."""
LOGPROB_STEPS: Final = (20, 5, 2, 1)
"""How many alternatives are asked for, until the endpoint takes it."""

QUESTION: Final = "Reply with the single word ready, in lower case, and nothing else. Do not use JSON."
CODES: Final = ("amber-27", "birch-64")
SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"code": {"type": "string", "enum": list(CODES)}},
    "required": ["code"],
    "additionalProperties": False,
}

_DECISION: Final[Mapping[str, Any]] = {
    "oneOf": [{"const": code, "description": f"The text names {code}."} for code in CODES]
}
_SCHEMAS: Final[Mapping[Means, Mapping[str, Any] | None]] = {"last_line": None, "decision": _DECISION}
"""What goes with a means where it is not `SCHEMA`."""
_WAYS_OUT: Final[Mapping[Means, str]] = {
    "last_line": "",
    "decision": "check that the endpoint serves a decision model, and the account's protocol and base_url",
}

_LADDERS: Final[Mapping[str, tuple[Means, ...]]] = {
    "anthropic": ("json_schema", "tool", "last_line"),
    "openai-decisions": ("decision",),
    "systemone": ("decision",),
}
_LADDER: Final[tuple[Means, ...]] = ("json_schema", "json_object", "tool", "last_line")
_NO_SAMPLING: Final = frozenset({"temperature", "top_p", "seed", "reasoning_effort", "logprobs"})
_NOT_IN_PROTOCOL: Final[Mapping[str, frozenset[str]]] = {
    "openai-responses": frozenset({"seed"}),
    "anthropic": frozenset({"seed", "logprobs"}),
    "openai-decisions": _NO_SAMPLING,
    "systemone": _NO_SAMPLING,
}
_RENAMED_LIMIT: Final = frozenset({"openai-chat", "litellm"})
_NEW_LIMIT: Final = "max_completion_tokens"
"""What reasoning models call `max_tokens` in chat completions."""
_OPTIONAL: Final = ("temperature", "top_p", "seed", "reasoning_effort")
"""Parameters a judge may set; each is left out where the endpoint refuses it."""


async def preflight(protocol: str, model: str, wants: Wants, asker: Asker) -> Findings:
    """Find out what the endpoint does with `model`.

    Raises:
        CallError: The endpoint refuses the key, the model or the money, or cannot be reached.
        ProviderStopError: It answers, but not in its protocol, or not in the way the judge insists on.
    """
    return await _Preflight(protocol, model, wants, asker).find_out()


class _Preflight:
    """The next question, and what is known so far."""

    def __init__(self, protocol: str, model: str, wants: Wants, asker: Asker) -> None:
        absent = _NOT_IN_PROTOCOL.get(protocol, frozenset())
        self._protocol = protocol
        self._wants = wants
        self._asker = asker
        self._calls = 0
        self._left_out: list[str] = [
            name for name in _OPTIONAL if name in absent and getattr(wants, name) is not None
        ]
        self._notes: list[str] = []
        self._ignored: list[str] = []
        self._rungs = _rungs(protocol, wants)
        self._steps: tuple[int, ...] = LOGPROB_STEPS if wants.logprobs and "logprobs" not in absent else ()
        self._request = ChatRequest(
            model=model,
            system="",
            turns=(Turn(role="user", content=QUESTION),),
            means=self._rungs[0],
            schema=_SCHEMAS.get(self._rungs[0], SCHEMA),
            max_tokens=min(TINY_TOKENS, wants.max_tokens),
            temperature=None if "temperature" in absent else wants.temperature,
            top_p=None if "top_p" in absent else wants.top_p,
            seed=None if "seed" in absent else wants.seed,
            reasoning_effort=None if "reasoning_effort" in absent else wants.reasoning_effort,
            logprobs=self._steps[0] if self._steps else 0,
            timeout_s=wants.timeout_s,
        )

    async def find_out(self) -> Findings:
        while True:
            reply = await self._ask()
            if reply is not None and self._satisfied_by(reply):
                return self._findings(reply)

    async def _ask(self) -> Reply | None:
        """Ask once; None where the endpoint refused a part of the request, which is then changed."""
        if self._calls == MAX_CALLS:
            raise ProviderStopError(
                f"what {self._request.model!r} can do was not found out in {MAX_CALLS} calls: {'; '.join(self._notes)}",
                hint="set answer.means and fewer parameters in the judge file",
            )
        self._calls += 1
        try:
            return self._read(await self._asker(self._request))
        except CallError as error:
            if error.call_class is not CallClass.UNSUPPORTED:
                raise
            self._yield_to(error)
            return None

    def _read(self, raw: RawReply) -> Reply | None:
        try:
            return read_reply(self._protocol, raw.body)
        except UnreadableReplyError as error:
            if self._request.means == "tool":
                self._next_rung(f"the reply to a forced tool call is not one call ({error})")
                return None
            raise ProviderStopError(
                f"the answer to {self._request.model!r} is not a reply of the {self._protocol} protocol: {error}",
                hint="check the account's protocol and base_url",
            ) from error

    # -- What a refusal changes ------------------------------------------------------------------

    def _yield_to(self, error: CallError) -> None:
        """Change the request so that it no longer holds what was refused."""
        match error.parameter:
            case "max_tokens" if self._can_rename_limit():
                self._change(token_limit_field=_NEW_LIMIT)
            case "logprobs" | "top_logprobs" if self._request.logprobs:
                self._fewer_logprobs(error)
            case ("temperature" | "top_p" | "seed" | "reasoning_effort") as name if self._sends(name):
                self._leave_out(name)
            case _:
                self._yield_unnamed(error)

    def _can_rename_limit(self) -> bool:
        return self._protocol in _RENAMED_LIMIT and self._request.token_limit_field != _NEW_LIMIT

    def _sends(self, name: str) -> bool:
        return getattr(self._request, name) is not None

    def _leave_out(self, name: str) -> None:
        self._left_out.append(name)
        self._notes.append(f"the endpoint refuses {name}")
        self._change(**{name: None})

    def _fewer_logprobs(self, error: CallError) -> None:
        """Ask for fewer alternatives where their number was refused, for none where the whole thing was."""
        self._steps = self._steps[1:] if error.parameter == "top_logprobs" else ()
        if not self._steps:
            self._notes.append("the endpoint refuses log-probabilities")
        self._change(logprobs=self._steps[0] if self._steps else 0)

    def _yield_unnamed(self, error: CallError) -> None:
        """The refusal names nothing we can leave out: blame the output mode, then everything optional."""
        optional = [name for name in _OPTIONAL if self._sends(name)]
        if self._request.means == self._rungs[-1] and (optional or self._request.logprobs):
            for name in optional:
                self._leave_out(name)
            self._steps = ()
            self._change(logprobs=0)
            return
        self._next_rung(f"the endpoint refuses {self._request.means}", f": {error}")

    def _next_rung(self, why: str, details: str = "") -> None:
        self._notes.append(why)
        at = self._rungs.index(self._request.means) + 1
        if at == len(self._rungs):
            raise ProviderStopError(
                f"{self._request.model!r} cannot be asked for answers by {self._request.means}: {why}{details}",
                hint=_WAYS_OUT.get(self._request.means, "set answer.means: auto in the judge file"),
            )
        means = self._rungs[at]
        self._change(means=means, schema=_SCHEMAS.get(means, SCHEMA))

    def _change(self, **fields: Any) -> None:
        self._request = replace(self._request, **fields)

    # -- What a reply shows ----------------------------------------------------------------------

    def _satisfied_by(self, reply: Reply) -> bool:
        """Whether the reply shows that the request works as it is; if not, the next one is made ready."""
        if self._spent_on_thinking(reply):
            self._change(max_tokens=self._wants.max_tokens)
            return False
        if self._request.means == "last_line" or _decides(reply):
            return True
        if _is_shaped(reply):
            return True
        if self._request.means != "decision":
            self._ignored.append(self._request.means)
        self._next_rung(self._what_is_wrong(reply))
        return False

    def _what_is_wrong(self, reply: Reply) -> str:
        if self._request.means != "decision":
            return f"the endpoint ignores {self._request.means}"
        if reply.finish is Finish.REFUSED:
            return "the model declines a harmless question"
        return "the reply is no probability for each of the labels asked for, and for nothing else"

    def _spent_on_thinking(self, reply: Reply) -> bool:
        cut_off = reply.finish is Finish.LENGTH and not reply.text.strip()
        return cut_off and self._request.max_tokens < self._wants.max_tokens

    def _findings(self, reply: Reply) -> Findings:
        logprobs = self._logprobs(reply)
        return Findings(
            protocol=self._protocol,
            model=self._request.model,
            served_model=reply.served_model,
            means=self._request.means,
            logprobs=logprobs,
            left_out=tuple(self._left_out),
            token_limit_field=self._request.token_limit_field,
            ignored=tuple(self._ignored),
            notes=tuple(self._notes),
            calls=self._calls,
        )

    def _logprobs(self, reply: Reply) -> int:
        """Return how many alternatives to ask for: as many as here, if tokens came that spell the reply."""
        came = reply.tokens and "".join(token.token for token in reply.tokens) == reply.text
        if came or not self._request.logprobs:
            return self._request.logprobs
        self._ignored.append("logprobs")
        self._notes.append(
            "the endpoint ignores log-probabilities, or sends them for other tokens than it wrote"
        )
        return 0


def _rungs(protocol: str, wants: Wants) -> tuple[Means, ...]:
    ladder = _LADDERS.get(protocol, _LADDER)
    if wants.means == "auto":
        return ladder
    if ladder == ("decision",):
        raise ProviderStopError(
            f"a decision endpoint can not be asked for answers by {wants.means}: its model writes nothing",
            hint="set answer.means: auto in the judge file",
        )
    return (wants.means,)


def _decides(reply: Reply) -> bool:
    """Whether the reply is a probability for each of `CODES` and for nothing else."""
    shares = dict(reply.decision)
    return set(shares) == set(CODES) and min(shares.values()) >= 0 and abs(sum(shares.values()) - 1) < 0.02


def _is_shaped(reply: Reply) -> bool:
    """Whether the reply is exactly in the shape of `SCHEMA`, whole and ended of itself."""
    if reply.finish is not Finish.NORMAL:
        return False
    try:
        value = json.loads(reply.text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and set(value) == {"code"} and value["code"] in CODES
