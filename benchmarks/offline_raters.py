"""CPU per 1,000 ratings of the offline judges on real replies, and the memory a recording takes.

    python benchmarks/offline_raters.py [FOLDER]

FOLDER holds `xstest_refusals` and `rb2_repeats` in the tidy layout; by default it is the recorded data beside the
checkout. Pattern and nearest-example judges rate the replies of the first; the recordings are those of the second and
100,000 made-up lines, each of a case of its own.
"""

import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from evenhand.catalog.cases import read_cases
from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.judges import load_judge
from evenhand.catalog.recordings import read_ratings
from evenhand.judging.offline.nearest import NearestRater
from evenhand.judging.offline.pattern import PatternRater
from evenhand.judging.offline.recorded import RecordedRater, recorded_ratings
from evenhand.judging.ports import OfflineJudge
from evenhand.records.constitution import Constitution
from evenhand.records.judge import NearestJudge, PatternJudge, RecordedJudge
from evenhand.records.rating import Order
from evenhand.records.recording import RecordedRating
from evenhand.records.run import Unit
from evenhand.records.suite import Item
from evenhand.workflows.import_tidy import import_tidy

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
MADE_UP_LINES = 100_000
JUDGE_HEAD = '{"schema": "judge/v1", "id": "made-up", "version": "1.0.0", '


def rating_figures(data: Path, root: Path) -> Iterator[str]:
    """Yield a line for each judge that reads the replies."""
    import_tidy(data / "xstest_refusals", root, name="xstest")
    constitution = load_constitution(ROOT / "constitutions/refusals.md")
    patterns = load_judge(ROOT / "judges/refusal-patterns.yaml", ROOT).judge
    assert isinstance(patterns, PatternJudge)
    nearest = NearestJudge.model_validate_json(JUDGE_HEAD + '"kind": "nearest"}')
    units = list(reply_units(root / "suites/xstest/cases.jsonl", constitution, patterns))
    chars = sum(len(str(unit.item.candidates[0].text)) for unit in units) / len(units)
    yield f"{len(units)} replies of {chars:.0f} characters on average"
    for name, judge in (
        ("pattern", PatternRater(patterns)),
        ("nearest", NearestRater(nearest, constitution)),
    ):
        yield f"{name:10} {cpu_per_thousand(judge, units):8.1f} CPU ms for 1,000 ratings"


def reply_units(path: Path, constitution: Constitution, judge: PatternJudge) -> Iterator[Unit]:
    """Yield a unit for each reply, under the first principle."""
    principle = constitution.principles[0]
    for seq, case in enumerate(read_cases([path])):
        item = Item(
            seq=seq,
            case=case,
            candidates=case.outputs,
            principle_id=principle.id,
            scale=constitution.scale_of(principle),
        )
        yield Unit(seq=seq, item=item, judge=judge)


def cpu_per_thousand(judge: OfflineJudge, units: Sequence[Unit]) -> float:
    """Return CPU milliseconds for 1,000 ratings; what is made on first use is made before."""
    judge.rate(units[0])
    started = time.process_time()
    for unit in units:
        judge.rate(unit)
    return (time.process_time() - started) * 1e6 / len(units)


def recording_figures(data: Path, root: Path) -> Iterator[str]:
    """Yield a line for each recording."""
    (found,) = import_tidy(data / "rb2_repeats", root, name="rb2").sets
    judges = [load_judge(root / f"judges/rb2/{judge_id}.yaml", root) for judge_id in found.judges]

    def all_judges() -> list[RecordedRater]:
        return [
            recorded_ratings(each.judge, read_ratings(each.recording_paths[0], each.judge.ratings))
            for each in judges
            if isinstance(each.judge, RecordedJudge) and each.judge.ratings
        ]

    yield recording_line(f"rb2_repeats, {len(judges)} judges", all_judges)
    made_up = RecordedJudge.model_validate_json(
        JUDGE_HEAD + '"kind": "recorded", "ratings": {"path": "none"}}'
    )
    yield recording_line("made-up cases, no reasons", lambda: [recorded_ratings(made_up, made_up_lines(""))])
    yield recording_line(
        "made-up cases, each with a reason of 200 characters",
        lambda: [recorded_ratings(made_up, made_up_lines("because " * 25))],
    )


def made_up_lines(reason: str) -> Iterable[RecordedRating]:
    """Return lines of different cases; reasons differ, so that none is shared."""
    return (
        RecordedRating(
            case_id=f"case-{number:06}",
            candidate_id="",
            principle_id="p",
            order=Order.GIVEN,
            repeat=0,
            label="complies",
            failure=None,
            distribution=(),
            reason=f"{number:06}{reason[6:]}" if reason else "",
        )
        for number in range(MADE_UP_LINES)
    )


def recording_line(name: str, make: Callable[[], list[RecordedRater]]) -> str:
    """Return size and time of a recording; time is taken without the tracing that takes the size."""
    started = time.process_time()
    lines = sum(rater.lines for rater in make())
    seconds = time.process_time() - started
    gc.collect()
    tracemalloc.start()
    kept = make()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    each = size / lines
    return f"{name:52} {lines:8} lines {size / 1e6:7.1f} MB {each:6.0f} bytes a line {seconds:6.1f} CPU s to read"


def main() -> None:
    """Print all figures."""
    data = Path(next(islice(sys.argv, 1, None), DATA))
    with tempfile.TemporaryDirectory() as folder:
        for line in (*rating_figures(data, Path(folder)), *recording_figures(data, Path(folder))):
            print(line)


if __name__ == "__main__":
    main()
