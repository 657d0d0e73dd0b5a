"""A suite that is judged again and again by recorded judges; every answer and label here is made up by the tests."""

import random
from collections.abc import Iterator
from pathlib import Path

from tests.workflows.calibration_kit import Line, RecordedSuite, cases, label

ANCHORS = 200


class WatchedSuite:
    """A recorded suite whose judge is right on a share of its anchors, and may answer anew in each run."""

    def __init__(self, folder: Path, *, suite: str = "splits: {gate: 1}\n") -> None:
        dice = random.Random(7)
        self.fails = [dice.random() < 0.3 for _ in range(ANCHORS)]
        self.hard = [dice.random() for _ in range(ANCHORS)]
        labels = [label(f"c{place}", self.text(place, is_right=True)) for place in range(ANCHORS)]
        self.suite = RecordedSuite(folder / "w", cases(ANCHORS), {"one": []}, labels, suite=suite)
        self._dice = random.Random(11)

    @property
    def folder(self) -> Path:
        return self.suite.folder

    def text(self, place: int, *, is_right: bool) -> str:
        return "violates" if self.fails[place] == is_right else "complies"

    def run(self, times: int = 1, *, wrong: float = 0.1, lost: int = 0) -> str:
        """Judge anew; `lost` anchors get no answer. Return the name of the last run."""
        for _ in range(times):
            self.suite.ratings = {"one": list(self._lines(wrong, lost))}
            self.suite.run()
        return self.suite.runs[-1].id

    def run_from_store(self) -> str:
        """Judge again from the same recorded answers."""
        self.suite.run()
        return self.suite.runs[-1].id

    def _lines(self, wrong: float, lost: int) -> Iterator[Line]:
        for place in range(lost, ANCHORS):
            is_right = (self.hard[place] >= wrong) != (self._dice.random() < 0.02)
            yield {"case": f"c{place}", "label": self.text(place, is_right=is_right)}
