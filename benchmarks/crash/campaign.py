"""The campaign: kill a run again and again, resume it, and hold it against one that was never killed."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.crash.children import start
from benchmarks.crash.evidence import Snapshot, differing, fields, look, replies_by_unit, report
from benchmarks.crash.points import Point
from benchmarks.crash.setting import Server, Size, write_workspace


@dataclass(kw_only=True)
class Totals:
    """What a campaign found. Every zero is worth what stands beside it."""

    kills: int = 0
    kills_before_the_first_call: int = 0
    """Kills before the process had sent anything: starting, or on the way back into the run."""
    runs: int = 0
    """Runs taken to their end after their kills."""
    ratings: int = 0
    """Ratings that were acknowledged before a kill, over all kills."""
    lost: int = 0
    """Of them, those that were gone or changed at the end."""
    in_flight: int = 0
    """Calls in flight, over all kills."""
    most_in_flight: int = 0
    """The most at one kill."""
    asked_again: int = 0
    """Calls the server billed again."""
    most_asked_again: int = 0
    """The most that were billed again after one kill."""
    paid_twice_unexplained: int = 0
    """Calls billed again that were not in flight at a kill."""
    bought_after_received: int = 0
    """Units whose reply was stored and that were asked all the same."""
    unknown_to_us: int = 0
    """Calls the server billed beyond the attempts in our ledger."""
    unsound: int = 0
    """Ledgers that failed SQLite's check after a kill."""
    fields: int = 0
    """Fields compared between resumed and uninterrupted reports."""
    differing: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Runs that did not come to their end."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost and nothing paid twice without need."""
        bad = (self.lost, self.paid_twice_unexplained, self.bought_after_received, self.unknown_to_us)
        return not (any(bad) or self.unsound or self.differing or self.failures)


@dataclass(kw_only=True)
class Campaign:
    """One server, one reference run, and as many killed runs as are asked for."""

    folder: Path
    server: Server
    size: Size
    seed: int
    totals: Totals = field(default_factory=Totals)
    _runs: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    def __post_init__(self) -> None:
        """Take a run to its end without a kill: what the others are held against."""
        self._dice = random.Random(self.seed)
        slow = write_workspace(
            self.folder / "in-order",
            self.server.base_url,
            Size(cases=self.size.cases, concurrency=1, latency_ms=0),
        )
        self._finish(slow, resume=False)
        asked = self.server.billed()[-self.size.units :]
        self._unit_of = {digest: unit for unit, digest in enumerate(asked)}
        assert len(self._unit_of) == self.size.units, "each unit asks a question of its own"
        whole = self._fresh()
        began = time.monotonic()
        self._finish(whole, resume=False)
        self.seconds = time.monotonic() - began
        self._expected = fields(report(whole))

    def random_kills(self, count: int, tell: Callable[[int], None]) -> None:
        """Kill at seeded moments until there were so many kills, each run to its end."""
        while self.totals.kills < count:
            self._one_run(count)
            tell(self.totals.kills)

    def _one_run(self, count: int) -> None:
        folder, seen, resume = self._fresh(), list[Snapshot](), False
        while self.totals.kills < count:
            before = self.server.calls()
            child = start(folder, resume=resume)
            time.sleep(self._dice.uniform(0, 1.2 * self.seconds))
            if not child.kill():
                break
            self._after_kill(folder, seen, started=self.server.calls() > before)
            resume = look(folder) is not None
        self._end(folder, seen)

    def at_point(self, point: Point) -> None:
        """Kill a run once at a point, and resume it."""
        folder, seen = self._fresh(), list[Snapshot]()
        nth = self._dice.randint(2, max(2, self.size.units // 3))
        self._die_at(folder, point, nth, seen, resume=False)
        self._end(folder, seen)

    def in_resume(self, point: Point, times: int) -> None:
        """Kill a run in the middle, then so often at one point of its resumption."""
        folder, seen = self._fresh(), list[Snapshot]()
        child = start(folder, resume=False)
        while self.server.calls() < self.size.units // 2:
            time.sleep(0.002)
        if child.kill():
            self._after_kill(folder, seen, started=True)
        for _ in range(times):
            self._die_at(folder, point, 1, seen, resume=True)
        self._end(folder, seen)

    def _die_at(self, folder: Path, point: Point, nth: int, seen: list[Snapshot], *, resume: bool) -> None:
        before = self.server.calls()
        code = start(folder, resume=resume, before=lambda: point.arm(nth)).wait()
        if code == -9:
            self._after_kill(folder, seen, started=self.server.calls() > before)
        else:
            self.totals.failures.append(f"{point.name}: never reached (exit {code})")

    def _after_kill(self, folder: Path, seen: list[Snapshot], *, started: bool) -> None:
        totals = self.totals
        totals.kills += 1
        totals.kills_before_the_first_call += not started
        found = look(folder)
        if found is None:
            return
        seen.append(found)
        totals.ratings += len(found.ratings)
        totals.in_flight += len(found.in_flight)
        totals.most_in_flight = max(totals.most_in_flight, len(found.in_flight))
        totals.unsound += not found.sound

    def _end(self, folder: Path, seen: list[Snapshot]) -> None:
        """Resume to the end, and compare."""
        if not self._finish(folder, resume=look(folder) is not None):
            return
        last = look(folder)
        assert last is not None
        totals = self.totals
        totals.runs += 1
        for snapshot in seen:
            totals.lost += sum(last.ratings.get(unit) != was for unit, was in snapshot.ratings.items())
        self._hold_against_server(folder, seen, last)
        found = fields(report(folder))
        totals.fields += len(found)
        totals.differing += differing(found, self._expected)
        shutil.rmtree(folder)

    def _hold_against_server(self, folder: Path, seen: list[Snapshot], last: Snapshot) -> None:
        totals, billed = self.totals, self.server.billed()
        asked = Counter(self._unit_of[digest] for digest in billed if digest in self._unit_of)
        cut_short = Counter(unit for snapshot in seen for unit in snapshot.in_flight if unit >= 0)
        totals.asked_again += sum(count - 1 for count in asked.values())
        again = {unit for unit, count in asked.items() if count > 1}
        most = max((len(again & snapshot.in_flight) for snapshot in seen), default=0)
        totals.most_asked_again = max(totals.most_asked_again, most)
        totals.paid_twice_unexplained += sum(
            max(0, count - 1 - cut_short[unit]) for unit, count in asked.items()
        )
        totals.bought_after_received += sum(count - 1 for count in replies_by_unit(folder).values())
        totals.unknown_to_us += max(0, len(billed) - last.attempts)

    def _fresh(self) -> Path:
        self.server.reset()
        return write_workspace(self.folder / f"run-{next(self._runs)}", self.server.base_url, self.size)

    def _finish(self, folder: Path, *, resume: bool) -> bool:
        code = start(folder, resume=resume).wait()
        if code:
            trace = folder / "child-error.txt"
            text = trace.read_text(encoding="utf-8") if trace.exists() else ""
            self.totals.failures.append(f"exit {code} in {folder.name}: {text}")
        return code == 0
