"""A log that was left in the middle: a torn end is a power cut, a bad frame before it is damage."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.judging.run_kit import SmallRun
from tests.store.test_lease import POSIX, other_process, tell

from evenhand.errors import LedgerError
from evenhand.store.ledger import open_ledger
from evenhand.store.log_check import lost_commits

SEED = 20261127
FLIPS = 40
BEGUN = 30


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A ledger whose writer was killed, with commits that lie in the log only."""
    run = SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1")
    with other_process(run, lease_s=600) as killed:
        for _ in range(BEGUN):
            assert tell(killed, "begin") == "done\n"
        killed.kill()
        killed.wait()
    assert log_of(run.ledger.path).stat().st_size > 0
    return run.ledger.path


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def attempts(path: Path) -> int:
    with open_ledger(path).read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM attempts").scalar_one())


@POSIX
def test_a_log_that_was_left_is_whole(left: Path) -> None:
    assert lost_commits(log_of(left)) == 0
    assert attempts(left) == BEGUN


@POSIX
def test_no_flipped_byte_of_the_log_makes_commits_vanish_in_silence(left: Path, tmp_path: Path) -> None:
    dice, whole = random.Random(SEED), log_of(left).read_bytes()
    silent = []
    for number in range(FLIPS):
        copy = tmp_path / f"copy-{number}"
        copy.mkdir()
        shutil.copy(left, copy / left.name)
        damaged = bytearray(whole)
        place = dice.randrange(len(damaged))
        damaged[place] ^= 1 << dice.randrange(8)
        log_of(copy / left.name).write_bytes(damaged)
        try:
            found = attempts(copy / left.name)
        except LedgerError:
            continue
        if found < BEGUN - 1:
            silent.append((place, found))
    assert silent == [], f"of {FLIPS}, seed {SEED}"


@POSIX
def test_a_torn_last_commit_is_taken_for_what_it_is(left: Path) -> None:
    log = log_of(left)
    log.write_bytes(log.read_bytes()[:-3000])
    assert lost_commits(log) == 0
    assert attempts(left) >= BEGUN - 1


@POSIX
def test_damage_is_told_again_at_every_opening(left: Path) -> None:
    content = bytearray(log_of(left).read_bytes())
    content[len(content) // 3] ^= 1
    log_of(left).write_bytes(content)
    for _ in range(2):
        with pytest.raises(LedgerError, match="commits that were on disk"):
            open_ledger(left)


@POSIX
def test_the_log_of_a_process_at_work_is_left_to_it(tmp_path: Path) -> None:
    run = SmallRun(folder=tmp_path, base_url="http://127.0.0.1:9/v1")
    with other_process(run, lease_s=600) as working:
        for _ in range(5):
            assert tell(working, "begin") == "done\n"
            assert attempts(run.ledger.path) > 0
        assert isinstance(working, subprocess.Popen)


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 32, b"\xff" * 50_000, bytes(range(256)) * 40])
def test_noise_is_no_log_and_no_error(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "ledger.sqlite-wal"
    log.write_bytes(content)
    assert lost_commits(log) >= 0
