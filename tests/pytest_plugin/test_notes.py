"""What the processes of a session tell each other: one at a time, whole or not at all."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evenhand.pytest_plugin.notes import locked_notes

HOLD = """
import sys, time
from pathlib import Path
from evenhand.pytest_plugin.notes import locked_notes
with locked_notes(Path(sys.argv[1])) as notes:
    notes.add("kind", "of one that died")
    print("held", flush=True)
    time.sleep(600)
"""


def test_notes_are_read_in_the_order_they_were_written(tmp_path: Path) -> None:
    for number in range(3):
        with locked_notes(tmp_path) as notes:
            notes.add("kind", {"number": number})
            notes.add("other", None)
    with locked_notes(tmp_path) as notes:
        assert notes.all("kind") == [{"number": 0}, {"number": 1}, {"number": 2}]


def test_what_was_noted_before_an_error_is_nowhere(tmp_path: Path) -> None:
    def fail() -> None:
        with locked_notes(tmp_path) as notes:
            notes.add("kind", 1)
            raise ValueError("in between")

    with pytest.raises(ValueError, match="in between"):
        fail()
    with locked_notes(tmp_path) as notes:
        assert notes.all("kind") == []


def test_only_one_holds_the_notes_at_a_time(tmp_path: Path) -> None:
    def add(_: int) -> None:
        with locked_notes(tmp_path) as notes:
            notes.add("kind", len(notes.all("kind")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with locked_notes(tmp_path) as notes:
        assert notes.all("kind") == list(range(40))


def test_a_process_that_dies_gives_way_and_leaves_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with locked_notes(tmp_path) as notes:
        assert notes.all("kind") == []
