"""The key never leaves the request: no error, repr, log, traceback or exception chain holds it (faults.md E11)."""

import base64
import logging
import traceback
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from tests.providers.kit import PROTOCOLS, TRANSPORTS, Transport, endpoint

from evenhand.testing import faults

KEY = "sk-Sentinel/+q=0123456789abcdefXYZ~"
SPELLINGS = (
    KEY,
    quote(KEY, safe=""),
    quote_plus(KEY),
    repr(KEY),
    base64.b64encode(KEY.encode()).decode(),
    KEY[:8],
)
ECHO = f"bad key {KEY} {SPELLINGS[1]} {SPELLINGS[2]} {SPELLINGS[4]} in Authorization: Bearer {KEY}"
FAILING = [
    "unauthorized",
    "server_error",
    "reset_after_body",
    "short_body",
    "gzip_bomb",
    "redirect",
]


@pytest.fixture
def everything_logged() -> Iterator[list[str]]:
    """All log lines of all packages, with tracebacks, at the lowest level."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Keep(level=0)
    names = ["", "openai", "anthropic", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp", "LiteLLM"]
    before = {name: logging.getLogger(name).level for name in names}
    root.addHandler(handler)
    for name in names:
        logging.getLogger(name).setLevel(1)
    yield lines
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def holders(error: BaseException) -> Iterator[str]:
    """Everything an error could be shown as, its chain and attributes included."""
    yield from (str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error)))
    for linked in (error.__cause__, error.__context__):
        if linked is not None:
            yield from holders(linked)


def assert_no_key(texts: Iterator[str] | list[str]) -> None:
    found = [text for text in texts if any(spelling in text for spelling in SPELLINGS)]
    assert found == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("fault", FAILING)
async def test_no_failure_shows_the_key(
    protocol: str, transport: Transport, fault: str, everything_logged: list[str]
) -> None:
    async with endpoint(protocol, faults.always(faults.NAMED[fault]()), transport=transport, key=KEY) as at:
        error = await at.refusal()
        assert error.__context__ is None
        assert_no_key(holders(error))
        assert_no_key([repr(at.provider), repr(at.provider.versions())])
        assert {call.auth for call in at.server.ledger.calls} == {"bearer"}
    assert_no_key(everything_logged)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_endpoint_that_sends_the_key_back_does_not_get_it_shown(
    protocol: str, transport: Transport, everything_logged: list[str]
) -> None:
    echo = faults.vendor_error(
        "unauthorized", message=ECHO, headers=(("x-request-id", KEY), ("request-id", KEY))
    )
    async with endpoint(protocol, faults.always(echo), transport=transport, key=KEY) as at:
        error = await at.refusal()
    assert "[key]" in str(error)
    assert_no_key(holders(error))
    assert_no_key([error.request_id])
