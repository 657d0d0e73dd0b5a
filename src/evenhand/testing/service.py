"""The rules of the server without a socket: routing, keys, models, faults and the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from evenhand.testing.anthropic_messages import MESSAGES
from evenhand.testing.api import Api, Asked
from evenhand.testing.batches.desk import AskRow, BatchDesk, RowAnswer
from evenhand.testing.batches.routes import answer_route, find_route
from evenhand.testing.decisions import DECISIONS, SYSTEM_ONE
from evenhand.testing.delivery import Delivery, Drip, Reset, Send
from evenhand.testing.exchange import JsonObject, Judge, JudgeRequest, ScriptError
from evenhand.testing.faults.kinds import Fault
from evenhand.testing.faults.schedule import Arrival, choose
from evenhand.testing.ledger import Call, Ledger, count_tokens, request_hash
from evenhand.testing.model_list import models_document
from evenhand.testing.openai_chat import CHAT
from evenhand.testing.openai_responses import RESPONSES
from evenhand.testing.parameters import bad_request, read_document
from evenhand.testing.protocol import find_nonce
from evenhand.testing.replying import Outcome, Received, error_response, settle
from evenhand.testing.script import Script
from evenhand.testing.vendor_errors import Rejection
from evenhand.testing.wire import Head, json_response

APIS: Final[Mapping[str, Api]] = {
    prefix + path: api
    for path, api in (
        ("/chat/completions", CHAT),
        ("/responses", RESPONSES),
        ("/messages", MESSAGES),
        ("/decisions", DECISIONS),
        ("/systemone", SYSTEM_ONE),
    )
    for prefix in ("", "/v1")
}
"""Protocols by path; the OpenAI SDK may be given the address with or without `/v1`."""


class JudgeService:
    """Answers requests by a script and keeps the ledger."""

    def __init__(self, script: Script, ledger: Ledger) -> None:
        self._script = script
        self._ledger = ledger
        self._early = [strike for strike in script.strikes if strike.before_body]
        self._late = [strike for strike in script.strikes if not strike.before_body]
        self._desk = BatchDesk(script.batches, ledger.unbill)

    def enter(self, head: Head) -> tuple[int, Delivery | None]:
        """Number a call, and reset it at once if a fault says so; requests that are not calls have number 0."""
        if head.method != "POST" or head.path not in APIS:
            return 0, None
        number = self._ledger.enter()
        fault = self._fault(number, None) if self._early else None
        if fault is None:
            return number, None
        self._record(number, head, Outcome(delivery=Reset(), status=0, billed=fault.billed), fault=fault)
        return number, Reset()

    def leave(self, number: int, *, answered: bool) -> None:
        """A call is over."""
        self._ledger.leave()
        if not answered and not self._script.bill_abandoned:
            self._ledger.unbill(number)

    def answer(self, number: int, head: Head, body: bytes) -> Delivery:
        """Answer a complete request and enter it in the ledger."""
        if number == 0:
            return self._batch(head, body)
        return self._ask(number, head, body, self._script).delivery

    def _ask(
        self,
        number: int,
        head: Head,
        body: bytes,
        script: Script,
        *,
        batch: str = "",
        fault: Fault | None = None,
    ) -> Outcome:
        try:
            self._authorize(head.headers)
            return self._judge(number, head, read_document(body), script, batch=batch, fault=fault)
        except Rejection as rejection:
            data = error_response(APIS[head.path], number, rejection)
            outcome = Outcome(
                delivery=Send(data=data, delay=self._script.latency), status=rejection.status, billed=False
            )
        self._record(number, head, outcome, batch=batch)
        return outcome

    def _judge(
        self,
        number: int,
        head: Head,
        document: JsonObject,
        script: Script,
        *,
        batch: str,
        fault: Fault | None,
    ) -> Outcome:
        api = APIS[head.path]
        asked = api.read(document, head.headers, self._script.dialect)
        text = "\n".join(message.text for message in asked.messages)
        self._check(asked, tokens_in := count_tokens(text))
        digest = request_hash(document, find_nonce(text))
        request = self._request(number, api.name, asked, self._ledger.attempt(digest))
        fault = fault or self._fault(number, request)
        received = Received(api=api, asked=asked, request=request, tokens_in=tokens_in)
        outcome = _settled(received, script, fault)
        self._record(number, head, outcome, received=received, digest=digest, fault=fault, batch=batch)
        return outcome

    def _request(self, number: int, protocol: str, asked: Asked, attempt: int) -> JudgeRequest:
        return JudgeRequest(
            protocol=protocol,
            number=number,
            attempt=attempt,
            model=asked.model,
            messages=asked.messages,
            schema=asked.structure.schema,
            structured=asked.structure.via != "text",
        )

    def _authorize(self, headers: Mapping[str, str]) -> None:
        expected = self._script.api_key
        if expected is not None and expected not in {headers.get("x-api-key"), _bearer(headers)}:
            raise Rejection(kind="unauthorized")

    def _check(self, asked: Asked, tokens_in: int) -> None:
        if self._script.models and asked.model not in self._script.models:
            raise Rejection(kind="model_missing", model=asked.model)
        longest = self._script.dialect.context_tokens
        if longest is not None and tokens_in > longest:
            raise Rejection(kind="context_exceeded", parameter="messages", value=longest)

    def _fault(self, number: int, request: JudgeRequest | None) -> Fault | None:
        if not self._script.strikes:
            return None
        arrival = Arrival(number=number, elapsed=self._ledger.elapsed(), request=request)
        return choose(self._early if request is None else self._late, arrival)

    def _record(
        self,
        number: int,
        head: Head,
        outcome: Outcome,
        *,
        received: Received | None = None,
        digest: str = "",
        fault: Fault | None = None,
        batch: str = "",
    ) -> None:
        ledger = self._ledger
        ledger.record(
            Call(
                number=number,
                arrived=ledger.elapsed(),
                protocol=APIS[head.path].name,
                auth=_auth(head.headers),
                request_hash=digest,
                attempt=received.request.attempt if received else 0,
                model=received.asked.model if received else "",
                status=outcome.status,
                billed=outcome.billed,
                tokens_in=received.tokens_in if received else 0,
                tokens_out=outcome.tokens_out,
                fault=fault.name if fault else "",
                in_flight=ledger.in_flight,
                batch=batch,
            )
        )

    def _batch(self, head: Head, body: bytes) -> Delivery:
        """Serve a batch endpoint, or whatever else is not a call."""
        route = find_route(head) if self._script.batches.served else None
        if route is None:
            return Send(data=self._control(head))
        try:
            self._authorize(head.headers)
            return answer_route(route, head, body, self._desk, self._row_asker)
        except Rejection as rejection:
            return Send(data=error_response(route.vendor, 0, rejection))

    def _row_asker(self, head: Head, path: str) -> AskRow:
        """Have the rows of a batch answered as live calls to `path` would be."""
        as_live = replace(head, method="POST", path=path)

        def ask(body: bytes, batch: str, fault: Fault | None, judge: Judge | None) -> RowAnswer:
            script = self._script if judge is None else replace(self._script, judge=judge)
            number = self._ledger.enter()
            outcome = self._ask(number, as_live, body, script, batch=batch, fault=fault)
            self._ledger.leave()
            return RowAnswer(number=number, status=outcome.status, body=_body_of(outcome.delivery))

        return ask

    def _control(self, head: Head) -> bytes:
        """Everything that is not a call: models, the ledger, and paths that do not exist."""
        route = head.path.removeprefix("/v1").rstrip("/")
        if head.method == "GET" and (route == "/models" or route.startswith("/models/")):
            return self._models(head, route.removeprefix("/models").removeprefix("/"))
        if (head.method, head.path) == ("GET", "/_ledger"):
            return json_response(
                self._ledger.document(head.parameter("hash"), with_calls=head.parameter("calls") != "0")
            )
        if (head.method, head.path) == ("POST", "/_reset"):
            self._ledger.reset()
            return json_response({"reset": True})
        known = head.path in APIS or head.path in {"/_ledger", "/_reset"}
        return error_response(
            CHAT, 0, Rejection(kind="wrong_method" if known else "not_found", value=head.method)
        )

    def _models(self, head: Head, name: str) -> bytes:
        api = MESSAGES if "anthropic-version" in head.headers else CHAT
        try:
            self._authorize(head.headers)
            return json_response(models_document(api.name, self._script.models, name))
        except Rejection as rejection:
            return error_response(api, 0, rejection)


def _body_of(delivery: Delivery) -> bytes:
    return delivery.data.partition(b"\r\n\r\n")[2] if isinstance(delivery, Send | Drip) else b""


def _settled(received: Received, script: Script, fault: Fault | None) -> Outcome:
    try:
        return settle(received, script, fault)
    except ScriptError as error:
        raise bad_request("script", str(error)) from error


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def _auth(headers: Mapping[str, str]) -> str:
    if "x-api-key" in headers:
        return "x-api-key"
    return "bearer" if "authorization" in headers else "none"
