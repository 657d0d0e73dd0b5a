"""Make the judges of a suite that need no call."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.judging.offline.nearest import NearestRater
from evenhand.judging.offline.pattern import PatternRater
from evenhand.judging.offline.recorded import RecordedRater, recorded_ratings, recorded_replies
from evenhand.judging.ports import OfflineJudge
from evenhand.records.judge import NearestJudge, PatternJudge, RecordedJudge
from evenhand.workflows.prepare import Prepared


def offline_judges(prepared: Prepared) -> Mapping[str, OfflineJudge]:
    """Return the offline judges of a prepared suite by name.

    Raises:
        UsageError: A pattern can not be used.
        FileError: A recording has findings.
    """
    made: dict[str, OfflineJudge] = {}
    renamed = prepared.loaded.constitution.renamed
    for judge in prepared.loaded.judges:
        match judge:
            case PatternJudge():
                made[judge.id] = PatternRater(judge, renamed)
            case NearestJudge():
                made[judge.id] = NearestRater(judge, prepared.loaded.constitution)
            case RecordedJudge():
                made[judge.id] = _recorded(judge, prepared.loaded.recordings[judge.id], renamed)
            case _:
                continue
    return made


def _recorded(judge: RecordedJudge, paths: Sequence[Path], renamed: Mapping[str, str]) -> RecordedRater:
    if judge.ratings is not None:
        return recorded_ratings(judge, read_ratings(paths[0], judge.ratings, renamed))
    sources = [read_replies(path, spec, renamed) for path, spec in zip(paths, judge.replies, strict=True)]
    return recorded_replies(judge, sources)
