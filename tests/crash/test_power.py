"""Power cuts at every sync of a recorded run: what was said to be stored is there, and the file is sound."""

import shutil
from pathlib import Path

import pytest
from benchmarks.crash.power import FULL, cut_everywhere, record

SEED = 20261127
UNITS = 6


@pytest.fixture
def strace() -> str:
    """The path of strace."""
    return shutil.which("strace") or pytest.skip("needs strace on PATH")


@pytest.mark.usefixtures("strace")
def test_what_was_said_to_be_stored_outlives_a_power_cut_at_any_sync(tmp_path: Path) -> None:
    found = cut_everywhere(record(tmp_path, UNITS), tmp_path / "cut", SEED, parts=2)
    assert (found.lost, found.unsound) == (0, 0), f"seed {SEED}: {found}"
    assert found.syncs > 20
    assert found.units > found.cuts / 2


@pytest.mark.usefixtures("strace")
def test_without_full_syncs_the_same_cuts_lose_units(tmp_path: Path) -> None:
    assert FULL == 2
    found = cut_everywhere(record(tmp_path, UNITS, synchronous=0), tmp_path / "cut", SEED, parts=2)
    assert found.lost or found.unsound
