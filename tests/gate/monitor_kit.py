"""Histories for monitors; every answer in them is made up by the tests."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from evenhand.gate.monitor.history import Answer, History, ItemName, LabelledItem, WatchedRun

YES, NO, MISSING = Answer.AGREES, Answer.DIFFERS, Answer.MISSING


def name(case: int | str) -> ItemName:
    return f"c{case}", "1", "p"


def day_of(day: int) -> str:
    return (date(2026, 3, 1) + timedelta(days=day)).isoformat()


def answers(right: int, wrong: int, missing: int = 0) -> dict[ItemName, Answer]:
    """Answers on the items c0, c1 and so on."""
    said = [YES] * right + [NO] * wrong + [MISSING] * missing
    return {name(place): answer for place, answer in enumerate(said)}


def run(
    day: int,
    said: Mapping[ItemName, Answer],
    *,
    whole: bool = True,
    again: Sequence[ItemName] | None = None,
    changes: tuple[str, ...] = (),
    most_missing: float = 0.05,
) -> WatchedRun:
    """The run of a day, which asked everything unless told otherwise."""
    return WatchedRun(
        run=f"run-{day}",
        finished=f"{day_of(day)}T06:00:00+00:00",
        whole=whole,
        most_missing=most_missing,
        answers=said,
        again=frozenset(said if again is None else again),
        changes=changes,
    )


def live(day: int, right: int, wrong: int, missing: int = 0, *, inclusion: float = 1.0) -> list[LabelledItem]:
    """Labels of a day on items of its own."""
    said = [YES] * right + [NO] * wrong + [MISSING] * missing
    return [
        LabelledItem(
            item=name(f"live-{day}-{place}"),
            run=f"run-{day}",
            day=day_of(day),
            answer=answer,
            inclusion=inclusion,
            design="" if math.isnan(inclusion) else "d",
        )
        for place, answer in enumerate(said)
    ]


def history(runs: Sequence[WatchedRun], labelled: Sequence[LabelledItem] = ()) -> History:
    return History(suite="s", runs=tuple(runs), labelled=tuple(labelled))
