"""Moments at which a process kills itself: around each commit of a run, and on the way back into one."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from evenhand.judging import calling
from evenhand.providers.openai_chat import OpenAIChat
from evenhand.store import writer
from evenhand.store.lease import WriteRight
from evenhand.store.ledger import LedgerFile
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows import run_batches


@dataclass(frozen=True, kw_only=True)
class Point:
    """The n-th call of a function of ours, before it does anything or after it has returned."""

    name: str
    owner: Any
    function: str
    after: bool = False

    def arm(self, nth: int) -> None:
        """Make this process end there by SIGKILL."""
        setattr(self.owner, self.function, _deadly(getattr(self.owner, self.function), nth, after=self.after))


def _deadly(function: Callable[..., Any], nth: int, *, after: bool) -> Callable[..., Any]:
    left = [nth]

    def is_now() -> bool:
        left[0] -= 1
        return left[0] == 0

    if asyncio.iscoroutinefunction(function):

        @wraps(function)
        async def later(*args: Any, **kwargs: Any) -> Any:
            now = is_now()
            if now and not after:
                _die()
            result = await function(*args, **kwargs)
            if now:
                _die()
            return result

        return later

    @wraps(function)
    def at_once(*args: Any, **kwargs: Any) -> Any:
        now = is_now()
        if now and not after:
            _die()
        result = function(*args, **kwargs)
        if now:
            _die()
        return result

    return at_once


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


RUN_POINTS = (
    Point(name="before sent is committed", owner=RunLedger, function="begin"),
    Point(name="after sent is committed", owner=RunLedger, function="begin", after=True),
    Point(name="before the request leaves", owner=OpenAIChat, function="ask"),
    Point(name="answered, before received is committed", owner=OpenAIChat, function="ask", after=True),
    Point(name="after received is committed", owner=RunLedger, function="received", after=True),
    Point(name="after the reply is read", owner=calling, function="_ask_once", after=True),
    Point(name="before the rating is committed", owner=RunLedger, function="settle"),
    Point(name="after the rating is committed", owner=RunLedger, function="settle", after=True),
    Point(
        name="in the middle of a commit of many rows", owner=writer.Writer, function="_execute", after=True
    ),
    Point(name="committed, before the callers hear of it", owner=writer, function="_announce"),
)
RESUME_POINTS = (
    Point(name="before the lease is taken", owner=WriteRight, function="take"),
    Point(name="after the lease is taken", owner=WriteRight, function="take", after=True),
    Point(name="after the items are there", owner=LedgerFile, function="add_items", after=True),
    Point(name="after the run is called running", owner=LedgerFile, function="set_state", after=True),
    Point(name="before open calls are closed", owner=RunLedger, function="_close_open_attempts"),
    Point(name="after open calls are closed", owner=RunLedger, function="_close_open_attempts", after=True),
    Point(name="after the settled units are read", owner=run_batches, function="settled_units", after=True),
    Point(name="at the first call of the resumed run", owner=RunLedger, function="begin", after=True),
)
