"""CPU, wall time and memory of `evenhand review sample` on a made-up run, as a process of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.calibration_road import JUDGES, LABELS, PRINCIPLES, write_run, write_workspace

_PER_COMMIT = 50_000
_DRAWN = 1_000


def measure_draw(items: int) -> str:
    """Return the lines of a draw from so many verdicts, a second one by strata, and a top-up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Made in a process of its own: one that is started begins with the peak of the one that starts it.
        _python(
            "-c", f"from benchmarks.review_speed import write_verdicts; write_verdicts({name!r}, {items})"
        )
        bytes_ = (folder / ".evenhand" / "ledger.sqlite").stat().st_size
        lines = [
            f"{items:,} verdicts of {JUDGES} judges, {items * JUDGES:,} ratings, {bytes_ / 2**20:,.0f} MiB on disk",
            f"{'':34} {'CPU s':>7} {'wall s':>7} {'peak MiB':>9}",
            _draw(folder, "first draw"),
            _draw(folder, "by principle and topic", "--new-design", "--by", "principle", "--by", "topic"),
            _draw(folder, "top-up of that", "--top-up"),
        ]
    return "\n".join(lines)


def _draw(workspace: Path, what: str, *words: str) -> str:
    command = ["-m", "evenhand", "review", "sample", "--workspace", str(workspace), "--items", str(_DRAWN)]
    started = time.perf_counter()
    with (workspace / "printed.txt").open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(
            [sys.executable, *command, "--quiet", *words], stdout=printed, stderr=printed
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((workspace / "printed.txt").read_text(encoding="utf-8"))
    cpu = usage.ru_utime + usage.ru_stime
    return f"{what:34} {cpu:7.1f} {wall:7.1f} {usage.ru_maxrss / 1024:9.0f}"


def _python(*words: str) -> None:
    subprocess.run([sys.executable, *words], check=True, cwd=Path(__file__).resolve().parent.parent)


# -- The run ---------------------------------------------------------------------------------------


def write_verdicts(folder: str, items: int) -> None:
    """Write a finished run of so many items with its ratings and verdicts straight into a ledger."""
    from evenhand.store import tables
    from evenhand.store.ledger import chunks, open_ledger

    place = Path(folder)
    write_workspace(place, items // PRINCIPLES)
    write_run(place, _ratings)
    ledger = open_ledger(place / ".evenhand" / "ledger.sqlite")
    run = ledger.run_number(ledger.run("latest").id)
    with ledger.writing():
        for rows in chunks(_verdicts(run, items), _PER_COMMIT):
            with ledger.write() as connection:
                connection.execute(tables.verdicts.insert(), rows)


def _says_no(item: int, judge: int) -> bool:
    """Tell whether a judge says that an item violates: one in seven for all, one in eleven for one or another."""
    return (item * 2_654_435_761 >> 8) % 7 == 0 or (item * (judge + 3)) % 11 == 0


def _ratings(run: int, units: int) -> Iterator[dict[str, object]]:
    same = {"order": "given", "repeat": 0, "key": b"", "state": "rated", "basis": "answer"}
    for unit in range(units):
        item, judge = divmod(unit, JUDGES)
        label = LABELS[_says_no(item, judge)]
        yield {"run": run, "unit": unit, "item": item, "judge": f"j{judge}", "label": label, **same}


def _verdicts(run: int, items: int) -> Iterator[dict[str, object]]:
    for item in range(items):
        against = sum(_says_no(item, judge) for judge in range(JUDGES))
        label = LABELS[2 * against > JUDGES]
        apart = 0.0 if against in {0, JUDGES} else 0.4
        yield {"run": run, "item": item, "label": label, "disagreement": apart, "distribution": "[]"}
