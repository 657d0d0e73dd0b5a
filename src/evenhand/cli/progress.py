"""How far a run is, while it runs: a table that moves on a terminal, a plain line now and then elsewhere."""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from evenhand.cli.moving import SECONDS_BETWEEN_LINES, Moving
from evenhand.cli.output import Mark, Screen, Style, one_line, plural
from evenhand.cli.pace_lines import account_line, account_state
from evenhand.judging.budget import usd
from evenhand.judging.progress import JudgeProgress, Progress
from evenhand.records.run import Run
from evenhand.workflows.judge_notices import answer_notices, endpoint_notices, judge_notices

if TYPE_CHECKING:
    from rich.console import RenderableType

_WINDOW_S = 60.0
_MOST_ROWS = 12
_MOST_BATCHES = 4


class Pace:
    """How fast units are settled, over the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing seen."""
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, settled: int) -> None:
        """Note how many units are settled now."""
        now = self._clock()
        self._seen.append((now, settled))
        while now - self._seen[0][0] > _WINDOW_S and len(self._seen) > 2:
            self._seen.popleft()

    def seconds_left(self, remaining: int) -> float | None:
        """Return the time `remaining` units need at this pace; None while it is not known."""
        if not remaining or len(self._seen) < 2:
            return None
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return remaining * (end - start) / (last - first) if last > first and end > start else None


class Watcher:
    """Shows something that goes on until `close`; what it shows is known to those that extend it."""

    def __init__(self, screen: Screen, *, every_s: float = SECONDS_BETWEEN_LINES) -> None:
        """Hold where to write, and how often elsewhere than on a terminal."""
        self._screen = screen
        self._pace = Pace()
        self._moving = Moving(screen, every_s=every_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop showing; what was shown last stays on the terminal."""
        self._moving.close()


class RunWatch(Watcher):
    """Shows a run from when it starts until `close`."""

    def watch(self, run: Run, progress: Progress) -> None:
        """Begin to show `progress`, which keeps moving."""
        progress.tell = self._moving.tell
        self._screen.say(starting_line(run, progress))
        for notice in (*endpoint_notices(run.manifest), *answer_notices(run.manifest)):
            self._screen.say("note: ", notice)
        for notice in judge_notices(run.manifest.aliases, run.manifest.own_family):
            self._screen.problem(Mark("warning: ", Style.WARNING), notice)
        self._pace.note(progress.settled)
        self._moving.start(lambda: self._line(progress), lambda: self._table(progress))

    def _line(self, progress: Progress) -> str:
        self._pace.note(progress.settled)
        return progress_line(progress, self._pace)

    def _table(self, progress: Progress) -> "RenderableType":
        self._pace.note(progress.settled)
        return progress_table(progress, self._pace)


def progress_table(progress: Progress, pace: Pace) -> "RenderableType":
    """Return the table of a moment: one row a judge, and the totals below."""
    from rich.console import Group  # noqa: PLC0415 - terminals only
    from rich.table import Table  # noqa: PLC0415 - terminals only
    from rich.text import Text  # noqa: PLC0415 - terminals only

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    spares = any(judge.spared for judge in progress.judges.values())
    for title in ("judge", "done", "", "reused", *(["spared"] if spares else []), "under way", "failed"):
        table.add_column(title, justify="left" if title in {"judge", "", "failed"} else "right")
    for name, judge in _shown(progress):
        styles = ("", "", "green", "", *([""] if spares else []), "", "yellow" if judge.failed else "")
        cells = _judge_cells(name, judge, spares=spares)
        table.add_row(*(Text(one_line(cell), style) for cell, style in zip(cells, styles, strict=True)))
    accounts = map(account_line, progress.look()[:_MOST_ROWS])
    lines = (totals(progress, pace), *accounts, *batch_lines(progress))
    return Group(table, *(Text(one_line(line), style="dim") for line in lines))


def _shown(progress: Progress) -> list[tuple[str, JudgeProgress]]:
    """Return the judges a screen has room for, those furthest behind first, and all others as one."""
    judges = list(progress.judges.items())
    if len(judges) <= _MOST_ROWS:
        return judges
    judges.sort(key=lambda named: named[1].settled / max(1, named[1].planned))
    rest = JudgeProgress()
    for _, judge in judges[_MOST_ROWS:]:
        rest.planned += judge.planned
        rest.rated += judge.rated
        rest.reused += judge.reused
        rest.spared += judge.spared
        rest.in_flight += judge.in_flight
        rest.failed.update(dict(judge.failed))
    return [*judges[:_MOST_ROWS], (f"{len(judges) - _MOST_ROWS} more", rest)]


def _judge_cells(name: str, judge: JudgeProgress, *, spares: bool) -> tuple[str, ...]:
    done, bar = f"{judge.settled:,}/{judge.planned:,}", _bar(judge.settled, judge.planned)
    spared = (f"{judge.spared:,}",) if spares else ()
    in_flight, failed = f"{judge.in_flight:,}", failures_by_kind(judge.failed)
    return name, done, bar, f"{judge.reused:,}", *spared, in_flight, failed


def _bar(done: int, planned: int, width: int = 20) -> str:
    full = width * done // planned if planned else width
    return "━" * full + "╌" * (width - full)


def starting_line(run: Run, progress: Progress) -> str:
    """Return what is said when work on a run begins: its name, and how much of it is done where some is."""
    if not progress.settled:
        return f"run {run.id} starts: {plural(progress.planned, 'rating')} to make"
    return f"run {run.id} goes on: {progress.settled:,} of {progress.planned:,} done"


def progress_line(progress: Progress, pace: Pace) -> str:
    """Return a moment in one line."""
    share = progress.settled / progress.planned if progress.planned else 1.0
    failed = sum((Counter(dict(judge.failed)) for judge in progress.judges.values()), Counter[str]())
    spared = sum(judge.spared for judge in progress.judges.values())
    not_asked = f"spared {spared:,}, " if spared else ""
    return (
        f"{progress.settled:,}/{progress.planned:,} ({share:.0%}), failed {failures_by_kind(failed)}, {not_asked}"
        f"{totals(progress, pace)}{_held_back(progress)}{_batches(progress)}"
    )


def _held_back(progress: Progress) -> str:
    """Return which accounts are held back, and by what."""
    states = ((now.account, account_state(now)) for now in progress.look())
    return "".join(f"; account {name} {state}" for name, state in states if state)


def _batches(progress: Progress) -> str:
    return "".join(f"; {line}" for line in batch_lines(progress))


def batch_lines(progress: Progress) -> list[str]:
    """Return how the batches under way stand, one line each, and the others as one."""
    batches = progress.batches.copy()
    under_way = [(number, batch) for number, batch in batches.items() if not batch.ended]
    lines = [
        f"batch {number} at {batch.account}: {batch.word}, {batch.done:,} of {plural(batch.rows, 'row')}"
        for number, batch in under_way[:_MOST_BATCHES]
    ]
    if more := len(batches) - len(lines):
        waiting = len(under_way) - len(lines)
        lines.append(
            f"{more - waiting:,} batches read" + (f", {waiting:,} more under way" if waiting else "")
        )
    return lines


def failures_by_kind(failed: Counter[str]) -> str:
    """Return failed ratings in words, such as `3 failed (2 malformed, 1 truncated)`."""
    counts = dict(failed)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))
    return f"{sum(counts.values()):,} ({kinds})" if kinds else "0"


def totals(progress: Progress, pace: Pace) -> str:
    """Return what is said of a run as a whole: undecided verdicts, disagreement, money, time."""
    items = progress.items_decided + progress.items_undecided
    mean = f"{progress.disagreement_total / items:.2f}" if items else "-"
    remaining = progress.planned - progress.settled
    left = duration(pace.seconds_left(remaining)) if remaining else "done"
    return (
        f"{progress.items_undecided:,} of {items:,} items undecided, mean disagreement {mean}, "
        f"spent {usd(progress.cost_nanousd)} USD, {left}"
    )


def duration(seconds: float | None) -> str:
    """Return a time left in words."""
    if seconds is None:
        return "time left unknown"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"about {hours} h {minutes:02} min left"
    return f"about {minutes} min {rest:02} s left" if minutes else f"about {rest} s left"
