"""Ctrl-C and SIGTERM end a run in order: calls in flight get a few seconds, and what they brought is stored."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

_DRAIN_SECONDS = 3.0
"""How long calls in flight may go on after an interrupt."""


class Work(Protocol):
    """What takes a run to its end."""

    def stop(self, reason: str) -> None:
        """Begin nothing new."""

    async def run(self) -> tuple[str, ...]:
        """Run, and return why units are left open."""


async def run_until_stopped(work: Work, signals: Sequence[str]) -> tuple[str, ...]:
    """Run; an interrupt that cuts calls in flight short is an end like another, and what they brought is stored."""
    try:
        return await work.run()
    except asyncio.CancelledError:
        if not signals:
            raise
        return (f"interrupted by {signals[0]}, calls in flight were cut short",)


@contextmanager
def interruptible(work: Work) -> Iterator[list[str]]:
    """Let Ctrl-C and SIGTERM end the run: calls in flight get a few seconds, a second signal none.

    Yields:
        A list that is empty until a signal came.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    signals: list[str] = []
    assert task is not None

    with ExitStack() as restore:

        def interrupt(name: str) -> None:
            if signals:
                task.cancel()
            else:
                restore.callback(loop.call_later(_DRAIN_SECONDS, task.cancel).cancel)
            signals.append(name)
            work.stop(f"interrupted by {name}")

        for each in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(each, interrupt, each.name)
            except (NotImplementedError, RuntimeError, ValueError):
                continue  # Windows, or not the main thread: the default handling stays
            restore.callback(loop.remove_signal_handler, each)
        yield signals
