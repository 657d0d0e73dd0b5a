"""Long work leaves the process as it found it."""

import asyncio
import gc
from importlib.util import find_spec

import pytest

from evenhand.workflows.long_work import run_long


async def thresholds() -> tuple[int, int, int]:
    await asyncio.sleep(0)
    return gc.get_threshold()


def test_the_collector_rests_while_the_work_goes_on_and_is_as_before_afterwards() -> None:
    before = gc.get_threshold()
    assert run_long(thresholds())[0] > before[0]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_the_collector_is_as_before_after_an_error() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    before = gc.get_threshold()
    with pytest.raises(ValueError, match="no"):
        run_long(fails())
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_uvloop_carries_the_work_where_it_is_installed() -> None:
    async def loop_name() -> str:
        return type(asyncio.get_running_loop()).__module__.partition(".")[0]

    assert run_long(loop_name()) == ("uvloop" if find_spec("uvloop") else "asyncio")
