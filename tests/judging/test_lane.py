"""The lane of an account: whatever happens to it, its workers end once they are sent home."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.judging import builders

from evenhand.judging.lane import Lane
from evenhand.providers.throttle import Throttle
from evenhand.records.attempt import Settled
from evenhand.records.rating import FailedRating, FailureKind

WORKERS = 3


def lane() -> Lane:
    return Lane("loop", workers=WORKERS, throttle=Throttle(concurrency=WORKERS))


async def work(lane: Lane) -> list[int]:
    taken = []
    while (unit := await lane.take()) is not None:
        await asyncio.sleep(0)
        taken.append(unit.seq)
        lane.done(unit)
    return taken


async def act(lane: Lane, step: str, seq: int) -> None:
    unit = replace(builders.unit(), seq=seq)
    if step == "put":
        lane.put(unit)
    elif step == "hold":
        failed = FailedRating(kind=FailureKind.UNREACHABLE)
        lane.unanswered.hold(Settled(unit=unit, key=b"", outcome=failed))
    elif step == "clear":
        lane.clear()
    elif step == "close":
        lane.close()
    else:
        await asyncio.sleep(0)


@settings(max_examples=80, deadline=None)
@given(
    before=st.lists(st.sampled_from(["put", "hold", "clear", "wait"]), max_size=8),
    after=st.lists(st.sampled_from(["put", "hold", "clear", "close", "wait"]), max_size=8),
    closes=st.booleans(),
)
async def test_workers_that_are_sent_home_end_whatever_is_done_to_their_lane(
    before: Sequence[str], after: Sequence[str], closes: object
) -> None:
    made = lane()
    workers = [asyncio.create_task(work(made)) for _ in range(WORKERS)]
    for seq, step in enumerate(before):
        await act(made, step, seq)
    if closes:
        made.close()
    else:
        made.send_home()
    for seq, step in enumerate(after, start=len(before)):
        await act(made, step, seq)
    async with asyncio.timeout(60):
        await asyncio.gather(*workers)


async def test_units_are_taken_once_each_and_those_that_wait_before_the_end_are_still_taken() -> None:
    made = lane()
    workers = [asyncio.create_task(work(made)) for _ in range(WORKERS)]
    for seq in range(20):
        await act(made, "put", seq)
        if seq % 7 == 0:
            await asyncio.sleep(0)
    made.send_home()
    taken = [seq for worker in workers for seq in await worker]
    assert sorted(taken) == list(range(20))
    assert made.is_idle
