"""Reading a judge's replies: from stored bytes to an outcome, and to what the call came to."""

from dataclasses import dataclass

from evenhand.judging.budget import cost_nanousd
from evenhand.judging.parse import ReadReply, parse_reply
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.providers.interface import ChatRequest, Reply
from evenhand.records.attempt import Served
from evenhand.records.judge import ModelJudge, Price
from evenhand.records.rating import Usage
from evenhand.records.run import Unit

_BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A model judge whose replies can be read; asking it is another matter."""

    judge: ModelJudge
    prompter: Prompter
    price: Price | None
    evidence_required: frozenset[str]
    """Principles whose failing labels need a quote."""

    def read(self, body: bytes, nonce: str, unit: Unit, prompt: Prompt) -> ReadReply:
        """Read the bytes of a reply to `unit`."""
        return parse_reply(
            body,
            protocol=self.prompter.endpoint.protocol,
            form=prompt.form,
            nonce=nonce,
            unit=unit,
            evidence_required=unit.item.principle_id in self.evidence_required,
        )


def served_by(
    attempt: int, reply: Reply | None, body: bytes, request: ChatRequest, price: Price | None
) -> Served:
    """Return what a reply's envelope says about its call; tokens are estimated where it says nothing."""
    usage = reply.usage if reply and reply.usage else _estimated_usage(request, reply, body)
    return Served(
        attempt=attempt,
        usage=usage,
        cost_nanousd=cost_nanousd(price, usage),
        served_model=reply.served_model if reply else "",
        fingerprint=reply.fingerprint if reply else "",
    )


def _estimated_usage(request: ChatRequest, reply: Reply | None, body: bytes) -> Usage:
    """Return a rough count where the provider reported none, marked as such; never more than the reply could have."""
    read = len(request.system) + sum(len(turn.content) for turn in request.turns)
    written = len(reply.text or reply.refusal) if reply else len(body)
    return Usage(
        input_tokens=read // _BYTES_PER_TOKEN + 1,
        output_tokens=min(written // _BYTES_PER_TOKEN + 1, request.max_tokens),
        estimated=True,
    )
