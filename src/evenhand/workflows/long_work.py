"""Long asynchronous work: on the fastest event loop there is, and with fewer garbage collections.

A run makes millions of short-lived objects, nearly all of which die by themselves. Python's cyclic collector, left as
it is, spends a tenth of a run's processor time on looking through them and through everything that was imported.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

_THRESHOLDS: Final = (20_000, 20, 50)
"""New objects before the youngest are looked through, and how often that before the older ones are."""


def run_long(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end and return what it returns."""
    with _collecting_less(), asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(work)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop: uvloop's where `evenhand[speed]` is installed, else None for asyncio's own."""
    if sys.platform == "win32" or find_spec("uvloop") is None:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return make


@contextmanager
def _collecting_less() -> Iterator[None]:
    """Leave what is there now out of collections, collect less often, and put both back in the end."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
