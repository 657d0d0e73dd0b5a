"""A granted request, a script and perhaps a fault give an outcome: bytes to send and facts for the ledger."""

import json
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from evenhand.testing.api import Api, Asked, Reply, Usage
from evenhand.testing.delivery import Delivery, Drip, Hang, Reset, Send
from evenhand.testing.exchange import Finish, JsonObject, JudgeRequest
from evenhand.testing.faults.kinds import (
    BodyFault,
    DocumentFault,
    ErrorFault,
    Fault,
    Headers,
    PaceFault,
    ReplyFault,
    SocketFault,
)
from evenhand.testing.ledger import CHARACTERS_PER_TOKEN, count_tokens
from evenhand.testing.rendering import Generated, decided, generate
from evenhand.testing.script import Script
from evenhand.testing.vendor_errors import Rejection
from evenhand.testing.wire import response

_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request that was read and granted."""

    api: Api
    """Its protocol."""
    asked: Asked
    """What it asks for."""
    request: JudgeRequest
    """The request as the judge sees it."""
    tokens_in: int
    """Prompt tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ends."""

    delivery: Delivery
    """What happens on the connection."""
    status: int
    """HTTP status; 0 when there is no reply."""
    billed: bool
    """Whether a vendor would charge for it."""
    tokens_out: int = 0
    """Generated tokens."""


def settle(received: Received, script: Script, fault: Fault | None) -> Outcome:
    """Decide how a call ends.

    Raises:
        ScriptError: The judge's answer or the fault does not fit the request.
    """
    if isinstance(fault, ErrorFault):
        return _vendor_error(received, fault, script.latency)
    reply = compose(received, script)
    spent = count_tokens(reply.text)
    if isinstance(fault, ReplyFault):
        reply = fault.edit(reply)
    status, delivery = _deliver(reply, received, script, fault)
    return Outcome(delivery=delivery, status=status, billed=fault is None or fault.billed, tokens_out=spent)


def compose(received: Received, script: Script) -> Reply:
    """Ask the judge, and cut its answer where the request's token limit ends."""
    request, asked = received.request, received.asked
    answer = script.judge(request)
    refused = answer.finish in {Finish.REFUSAL, Finish.CONTENT_FILTER}
    written = decided if asked.structure.via == "decision" else generate
    generated = Generated(text=answer.reason) if refused and answer.raw is None else written(request, answer)
    generated, finish = _within(generated, answer.finish, asked.token_limit)
    spent = count_tokens(generated.text)
    return Reply(
        number=request.number,
        created=int(time.time()),
        model=asked.model,
        fingerprint=script.fingerprint,
        text=generated.text,
        finish=finish,
        usage=Usage(input=received.tokens_in, output=spent, total=received.tokens_in + spent),
        label=generated.label,
        label_at=generated.label_at,
        distribution=generated.distribution,
        label_piece=script.dialect.label_piece,
    )


def _within(generated: Generated, finish: Finish, limit: int | None) -> tuple[Generated, Finish]:
    if limit is None or count_tokens(generated.text) <= limit:
        return generated, finish
    return Generated(text=generated.text[: (limit - 1) * CHARACTERS_PER_TOKEN]), Finish.LENGTH


def _deliver(reply: Reply, received: Received, script: Script, fault: Fault | None) -> tuple[int, Delivery]:
    """HTTP status and what happens on the connection."""
    if isinstance(fault, SocketFault):
        return 0, Hang() if fault.moment == "hang" else Reset()
    if isinstance(fault, BodyFault):
        return fault.status, Send(data=_own_body(received, fault), delay=script.latency)
    document = received.api.write(reply, received.asked, script.dialect)
    if isinstance(fault, DocumentFault):
        document = fault.edit(document)
    data = _response(200, document, received)
    if isinstance(fault, PaceFault):
        return 200, _paced(data, fault, script.latency)
    return 200, Send(data=data, delay=script.latency)


def _own_body(received: Received, fault: BodyFault) -> bytes:
    headers = (*fault.headers, (received.api.id_header, request_id(received.request.number)))
    return response(fault.status, fault.body(), content_type=fault.content_type, headers=headers)


def _paced(data: bytes, fault: PaceFault, latency: float) -> Delivery:
    if fault.drip:
        return Drip(data=data, interval=fault.drip, size=fault.piece)
    if fault.share < 1.0:
        body = data.index(b"\r\n\r\n") + 4
        return Send(
            data=data[: body + int((len(data) - body) * fault.share)], delay=latency + fault.delay, close=True
        )
    return Send(data=data, delay=latency + fault.delay)


def _vendor_error(received: Received, fault: ErrorFault, latency: float) -> Outcome:
    rejection = Rejection(kind=fault.kind, model=received.asked.model)
    data = error_response(received.api, received.request.number, rejection, fault)
    return Outcome(delivery=Send(data=data, delay=latency), status=rejection.status, billed=fault.billed)


def error_response(api: Api, number: int, rejection: Rejection, fault: ErrorFault | None = None) -> bytes:
    """A vendor's error as a whole response, with a fault's headers and message."""
    document = api.error(rejection, request_id(number))
    headers: Headers = ((api.id_header, request_id(number)),)
    if fault is not None:
        headers = (*headers, *fault.headers, *_retry_date(fault))
        if fault.message:
            document = _with_message(document, fault.message)
    return response(rejection.status, _encode(document).encode(), headers=headers)


def _retry_date(fault: ErrorFault) -> Headers:
    return (
        ()
        if fault.date_in is None
        else (("retry-after", formatdate(time.time() + fault.date_in, usegmt=True)),)
    )


def _with_message(document: JsonObject, message: str) -> JsonObject:
    error = document["error"]
    assert isinstance(error, dict)
    return {**document, "error": {**error, "message": message}}


def _response(status: int, document: JsonObject, received: Received) -> bytes:
    headers = ((received.api.id_header, request_id(received.request.number)),)
    return response(status, _encode(document).encode(), headers=headers)


def request_id(number: int) -> str:
    """The request id of a call; it names the call in the ledger."""
    return f"req_{number:024x}"
