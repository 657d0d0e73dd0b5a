"""The calls of a batch API: small JSON calls through the one retry loop, and result files read as they come.

A file that breaks off is not a call to make again but a reading to go on with, so its loop stands here; how long it
waits and how often it may fail is said by the same `RetryPolicy`.
"""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from evenhand.errors import CallClass, CallError
from evenhand.providers.batch_interface import BatchRow, BatchStatus, BrokenLine, Lookup, ResultLine
from evenhand.providers.batch_lines import lines_of
from evenhand.providers.classify import FailedResponse, classify_response
from evenhand.providers.error_body import printable
from evenhand.providers.interface import ChatRequest, RawReply, UnreadableReplyError
from evenhand.providers.mask import Mask
from evenhand.providers.retry import REAL_TIME, RetryPolicy, Timing, ask_with_retries
from evenhand.providers.sdk_client import SdkClient
from evenhand.providers.strict_json import read_object
from evenhand.providers.throttle import Throttle

CALL_SECONDS: Final = 60.0
"""How long one small call may take."""
UPLOAD_SECONDS: Final = 900.0
"""How long an upload may take."""
STALL_SECONDS: Final = 120.0
"""How long a download may bring nothing."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MOST_PAGES: Final = 50
_NOTHING: Final = RawReply(body=b"{}")

Send = Callable[[float], Awaitable[RawReply]]
Find = Callable[[], Awaitable[Lookup]]
ReadLine = Callable[[bytes], BatchRow]


class BatchCalls:
    """One account's client for batches."""

    def __init__(self, client: SdkClient, account: str, mask: Mask, *, timing: Timing = REAL_TIME) -> None:
        """Use `client`, whose retries are off."""
        self.client = client
        self.account = account
        self._mask = mask
        self._timing = timing

    async def get(self, path: str) -> Mapping[str, Any]:
        """Return the JSON object at `path`.

        Raises:
            CallError: The call failed.
        """
        return await self.ask(lambda seconds: self.client.call("get", path, seconds))

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Post a small document and return the JSON object that comes back.

        Raises:
            CallError: The call failed.
        """
        return await self.ask(lambda seconds: self.client.call("post", path, seconds, body=body))

    async def ask(self, send: Send, *, seconds: float = CALL_SECONDS) -> Mapping[str, Any]:
        """Send until a JSON object comes back.

        Raises:
            CallError: The last failure.
        """
        once = _OneCall(send, self._readable)
        policy = RetryPolicy(deadline_s=4 * seconds)
        await ask_with_retries(
            once,
            _placeholder(seconds),
            policy,
            _UNWRITTEN,
            throttle=Throttle(concurrency=1),
            timing=self._timing,
        )
        return once.document

    async def create(
        self, send: Send, find: Find, read: Callable[[Mapping[str, Any]], BatchStatus], *, seconds: float
    ) -> BatchStatus:
        """Create a batch: after a reply that was lost it is looked for, and nothing is sent again.

        A list that does not show it proves nothing yet, since lists lag behind.

        Raises:
            CallError: The creation failed; `maybe_billed` says that the batch may be there all the same.
        """
        creation = _Creation(send, find, lambda raw: read(self._readable(raw)))
        try:
            await self.ask(creation.once, seconds=seconds)
        except CallError:
            if creation.lost is None:
                raise
        if creation.status is None:
            raise creation.lost or CallError("the batch was not created", call_class=CallClass.TRANSIENT)
        return creation.status

    def _readable(self, raw: RawReply) -> Mapping[str, Any]:
        try:
            return read_object(raw.body)
        except UnreadableReplyError as error:
            raise CallError(
                f"account {self.account!r} answered with something else than JSON: {error}",
                call_class=CallClass.TRANSIENT,
                hint="check its base_url: is there a proxy or a sign-in page between?",
            ) from error

    async def lines(self, path: str, read: ReadLine) -> AsyncIterator[ResultLine]:
        """Read a result file; a transfer that breaks is begun again, and goes on where it broke.

        Raises:
            CallError: It could not be read to its end.
        """
        given, failures = 0, 0
        policy = RetryPolicy()
        while True:
            number = 0
            try:
                async for line in lines_of(self.client.pieces(path, STALL_SECONDS)):
                    number += 1
                    if number > given:
                        given, failures = number, 0
                        yield _read_line(line, number, read)
            except CallError as error:
                failures += 1
                if not error.call_class.retry_may_help or failures >= policy.attempts:
                    raise
                wait = (error.retry_after_s or 0.0) + policy.wait_s(failures, self._timing)
            else:
                return
            await self._timing.sleep(wait)

    def row_error(self, status: int, body: bytes) -> CallError:
        """Return what an error in the place of a row's answer means; vendors bill none."""
        failed = FailedResponse(status=status, headers={}, body=body)
        error = classify_response(failed, account=self.account, mask=self._mask, now=time.time())
        return unbilled(error)

    def said(self, text: object) -> str:
        """Return a vendor's words for people."""
        return printable(self._mask(text)) if isinstance(text, str) else ""


def unbilled(error: CallError) -> CallError:
    """Return `error` as one that surely cost nothing."""
    return CallError(
        str(error),
        call_class=error.call_class,
        status=error.status,
        parameter=error.parameter,
        hint=error.hint,
    )


def _in_doubt(error: CallError) -> CallError:
    """Return an error after which a batch may be there."""
    return CallError(
        str(error), call_class=error.call_class, status=error.status, maybe_billed=True, hint=error.hint
    )


def _read_line(line: bytes | None, number: int, read: ReadLine) -> ResultLine:
    if line is None:
        return BrokenLine(why=f"line {number} is too long")
    try:
        return read(line)
    except UnreadableReplyError as error:
        return BrokenLine(why=f"line {number}: {error}")


def checked_id(value: object, what: str) -> str:
    """Return a provider's id that may stand in an address.

    Raises:
        CallError: It is none.
    """
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise CallError(f"the provider gave no usable id of {what}", call_class=CallClass.TRANSIENT)


def whole(document: object, name: str) -> int:
    """Return a count in a provider's document, or 0."""
    value = document.get(name) if isinstance(document, Mapping) else None
    return value if type(value) is int and value >= 0 else 0


@dataclass(slots=True)
class _Creation:
    """A batch on its way, which may have come to be although its reply was lost."""

    send: Send
    find: Find
    read: Callable[[RawReply], BatchStatus]
    status: BatchStatus | None = None
    """The batch, as soon as it is known."""
    lost: CallError | None = None
    """Why the reply to the one sending never came or can not be read; None while there was no such sending."""

    async def once(self, seconds: float) -> RawReply:
        """Send it, or look for it where an earlier sending may have arrived."""
        if self.lost is None:
            return await self._sent(seconds)
        self.status = (await self.find()).status
        if self.status is None:
            raise self.lost
        return _NOTHING

    async def _sent(self, seconds: float) -> RawReply:
        is_answered = False
        try:
            raw = await self.send(seconds)
            is_answered = True
            self.status = self.read(raw)
        except CallError as error:
            if is_answered or error.maybe_billed:
                self.lost = _in_doubt(error)
            raise
        return raw


class Pages:
    """Walks a provider's list of batches, the newest first, within bounds."""

    def __init__(self, calls: BatchCalls, path: str, cursor: Literal["after", "after_id"]) -> None:
        """Walk the list at `path`."""
        self._calls = calls
        self._path = path
        self._cursor = cursor

    async def __aiter__(self) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the batches."""
        after = ""
        for _ in range(_MOST_PAGES):
            page = await self._calls.get(f"{self._path}?limit=100{after}")
            entries = page.get("data")
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, dict):
                    yield entry
            if page.get("has_more") is not True:
                return
            after = f"&{self._cursor}={checked_id(page.get('last_id'), 'a page')}"


@dataclass(slots=True)
class _OneCall:
    """A call of the batch API in the place of a provider, so that it goes through the same loop."""

    send: Send
    read: Callable[[RawReply], Mapping[str, Any]]
    document: Mapping[str, Any] = None  # type: ignore[assignment]  # set by the call that succeeds
    protocol: str = "batch"

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send once."""
        raw = await self.send(request.timeout_s)
        self.document = self.read(raw)
        return raw

    async def close(self) -> None:
        """Nothing to close."""


class _Unwritten:
    """Control calls are no attempts: nothing is written down about them."""

    async def begin(self, number: int) -> int:
        return number

    async def failed(self, token: int, error: CallError) -> None:
        pass

    async def received(self, token: int, raw: RawReply) -> None:
        pass


_UNWRITTEN: Final = _Unwritten()


def _placeholder(seconds: float) -> ChatRequest:
    """Return a request that carries nothing but its time."""
    return ChatRequest(
        model="", system="", turns=(), means="last_line", schema=None, max_tokens=1, timeout_s=seconds
    )
