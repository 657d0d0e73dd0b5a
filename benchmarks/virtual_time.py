"""An event loop whose time passes only while nobody has anything to do: hours of waiting in milliseconds."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Selector(selectors.SelectSelector):
    """Waits for no one: what a loop would sleep, its clock jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if timeout is None and not ready:
            raise RuntimeError("all tasks wait for something that will never happen")
        if timeout and not ready:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual seconds, from 0. `asyncio.sleep`, timers and time-outs follow its clock."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual.now

    def jump(self, seconds: float) -> None:
        """Let time pass in which nothing ran, as when a machine sleeps."""
        self._virtual.now += seconds


def now() -> float:
    """Virtual seconds of the running loop."""
    return asyncio.get_running_loop().time()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run `main` on virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
