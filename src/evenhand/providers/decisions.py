"""Decision endpoints: no text is generated, the reply is a probability for each answer of a closed list.

Two protocols do this. `openai-decisions` is OpenAI's `/v1/decisions` (also of litellm, SGLang and Fireworks);
`systemone` is the `/v1/systemone` of `transformers serve` (also of vLLM, llama.cpp and litellm). Both ask one question
of kind `choice` over the labels of the scale, whatever its type: it alone gives back labels by their names, "cannot
tell" among them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.openai_chat import chat_messages
from evenhand.providers.openai_sdk import open_openai

QUESTION: Final = "answer"
"""Name of the one question."""
INSTRUCTIONS: Final = "Which of these answers fits best?"
"""What is asked; the prompt before it says everything else."""


class OpenAIDecisions:
    """One account that speaks decisions. SDKs before openai 3 have no method for it, and none is needed."""

    protocol = "openai-decisions"

    def __init__(self, connection: Connection) -> None:
        """Open a client, of the SDK unless the transport is native; nothing is sent."""
        self._client, self._versions = open_openai(connection)

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once.

        Raises:
            CallError: The call failed.
        """
        return await self._client.post("/decisions", decisions_body(request), request.timeout_s)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    def versions(self) -> Mapping[str, str]:
        """Return the versions of the SDK and its transport, for the manifest."""
        return self._versions


class SystemOne:
    """One account that speaks System One; the OpenAI SDK posts its bodies unless the transport is native."""

    protocol = "systemone"

    def __init__(self, connection: Connection) -> None:
        """Open a client; nothing is sent."""
        self._client, self._versions = open_openai(connection)

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once.

        Raises:
            CallError: The call failed.
        """
        return await self._client.post("/systemone", systemone_body(request), request.timeout_s)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    def versions(self) -> Mapping[str, str]:
        """Return the versions of the SDK and its transport, for the manifest."""
        return self._versions


def decisions_body(request: ChatRequest) -> dict[str, Any]:
    """Return the body of a decision. The protocol has no sampling parameters and no token limit."""
    choices = [
        {"value": label, **({"description": words} if words else {})} for label, words in _answers(request)
    ]
    question = {"type": "choice", "name": QUESTION, "instructions": INSTRUCTIONS, "choices": choices}
    return {"model": request.model, "input": chat_messages(request), "questions": [question]}


def systemone_body(request: ChatRequest) -> dict[str, Any]:
    """Return the body of a System One request, whose state is the whole conversation as text."""
    criteria = {label: words or None for label, words in _answers(request)}
    question = {"type": "choice", "instructions": INSTRUCTIONS, "criteria": criteria}
    state = "\n\n".join(message["content"] for message in chat_messages(request))
    return {"model": request.model, "state": state, "questions": {QUESTION: question}}


def _answers(request: ChatRequest) -> Iterator[tuple[str, str]]:
    for answer in (request.schema or {})["oneOf"]:
        yield answer["const"], answer["description"]
