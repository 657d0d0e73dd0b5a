"""Long asynchronous work: on the fastest event loop there is, and with fewer garbage collections."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from evenhand.workflows.garbage import collecting_less

Result = TypeVar("Result")


def run_long(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end and return what it returns."""
    with collecting_less(), asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(work)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop: uvloop's where `evenhand[speed]` is installed, else None for asyncio's own."""
    if sys.platform == "win32" or find_spec("uvloop") is None:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return make
