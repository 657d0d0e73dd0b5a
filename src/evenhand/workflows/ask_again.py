"""Which judges of a suite can be asked again, and how often: what a run of several readings rests on."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.catalog.suites import LoadedSuite
from evenhand.errors import UsageError
from evenhand.judging.readings import ONE_READING, Readings, repeats_of
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.run import MOST_READINGS


def plan_readings(loaded: LoadedSuite, count: int) -> Readings:
    """Return how a panel is asked `count` times over, and which of its judges say the same each time.

    A judge that asks a model may answer differently. One that computes its answer never does. A recorded judge holds
    as many readings as its recording has repeats for; where it holds one, that is its answer in every reading.

    Raises:
        UsageError: The number is impossible, no judge can be asked again, or a recording holds some readings and fewer
            than are wanted.
    """
    if not 1 <= count <= MOST_READINGS:
        raise UsageError(f"{count} is no number of readings", hint=f"ask 1 to {MOST_READINGS} times")
    if count == 1:
        return ONE_READING
    held = _held_readings(loaded)
    most = _most_readings(loaded, held, count)
    if most == 1:
        raise UsageError(
            f"none of the judges of panel {loaded.panel.id} asks a model or has recorded repeats, so each would say "
            "the same again",
            hint="leave out the readings",
        )
    if most < count:
        judge = next(judge for judge, has in held.items() if has == most)
        raise UsageError(
            f"the recording of judge {judge} holds {most} readings, not {count}", hint=f"ask {most} times"
        )
    return Readings(
        count=count, once=frozenset(judge.id for judge in loaded.judges if not _may_differ(judge, held))
    )


def most_readings(loaded: LoadedSuite, wanted: int) -> int:
    """Return how often a panel can be asked, at most `wanted` times; 1 where no judge can be asked again."""
    return _most_readings(loaded, _held_readings(loaded), wanted)


def _most_readings(loaded: LoadedSuite, held: Mapping[str, int], wanted: int) -> int:
    if not any(_may_differ(judge, held) for judge in loaded.judges):
        return 1
    return min([wanted, *(has for has in held.values() if has > 1)])


def _may_differ(judge: Judge, held: Mapping[str, int]) -> bool:
    return isinstance(judge, ModelJudge) or held.get(judge.id, 1) > 1


def _held_readings(loaded: LoadedSuite) -> Mapping[str, int]:
    """Return how many readings the recording of each recorded judge has repeats for."""
    return {
        judge.id: (1 + max(_repeats(judge, loaded.recordings[judge.id]), default=0)) // repeats_of(judge)
        for judge in loaded.judges
        if isinstance(judge, RecordedJudge)
    }


def _repeats(judge: RecordedJudge, paths: tuple[Path, ...]) -> Iterator[int]:
    """Yield the repeat of every line of a recording."""
    if judge.ratings is not None:
        yield from (line.repeat for line in read_ratings(paths[0], judge.ratings))
        return
    for path, spec in zip(paths, judge.replies, strict=True):
        yield from (line.repeat for line in read_replies(path, spec))
