"""What moves while work goes on: a table on a terminal, a plain line now and then elsewhere."""

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from evenhand.cli.output import Mark, Screen, Style, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

SECONDS_BETWEEN_LINES = 30.0
_FRAMES_PER_SECOND = 4


class Moving:
    """Shows how far something is, from `start` until `close`."""

    def __init__(self, screen: Screen, *, every_s: float = SECONDS_BETWEEN_LINES) -> None:
        """Hold where to write, and how often elsewhere than on a terminal."""
        self._screen = screen
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._live: Live | None = None

    def start(self, line: Callable[[], str], table: Callable[[], "RenderableType"]) -> None:
        """Begin to show a moment: as `table` on a terminal, as `line` elsewhere."""
        self._ended.clear()
        if self._screen.is_live:
            self._live = _live(self._screen, table)
            self._live.start()
        else:
            self._thread = threading.Thread(target=self._write_lines, args=(line,), daemon=True)
            self._thread.start()

    def tell(self, line: str) -> None:
        """Write a warning; above the table where there is one."""
        if self._live:
            self._live.console.print(f"warning: {one_line(line)}")
        else:
            self._screen.problem(Mark("warning: ", Style.WARNING), line)

    def close(self) -> None:
        """Stop showing; what was shown last stays on the terminal."""
        self._ended.set()
        if self._thread:
            self._thread.join()
        if self._live:
            self._live.stop()
        self._thread = self._live = None

    def _write_lines(self, line: Callable[[], str]) -> None:
        while not self._ended.wait(self._every_s):
            self._screen.say(line())


def _live(screen: Screen, render: Callable[[], "RenderableType"]) -> "Live":
    from rich.console import Console  # noqa: PLC0415 - terminals only
    from rich.live import Live  # noqa: PLC0415 - terminals only

    console = Console(
        stderr=True, no_color=not screen.has_color(sys.stderr), markup=False, emoji=False, highlight=False
    )
    return Live(
        console=console,
        get_renderable=render,
        refresh_per_second=_FRAMES_PER_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    )
