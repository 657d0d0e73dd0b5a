"""Writing an imported set: everything into a staging folder first, so that a bad row leaves nothing behind."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.yaml_text import dump_yaml
from evenhand.records.canonical import FileRecord
from evenhand.records.rating import Order
from evenhand.records.suite import Case
from evenhand.records.tidy import Quirk
from evenhand.workflows.tidy.cases import CaseMaker
from evenhand.workflows.tidy.declare import Declaration, comment_line, declared_files
from evenhand.workflows.tidy.lines import LineMaker, reply_lines
from evenhand.workflows.tidy.reading import Reading, Wishes

_PENDING_LINES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written."""

    files: tuple[str, ...]
    """Paths from the workspace."""
    rating_lines: int
    label_lines: int
    reply_lines: int
    quirks: tuple[Quirk, ...]


class _LineFiles:
    """JSONL files written side by side, however many: lines wait in memory and go out in batches."""

    def __init__(self, folder: Path) -> None:
        self.counts: dict[str, int] = {}
        self._folder = folder
        self._pending: dict[str, list[str]] = {}

    def write(self, lines: Iterable[tuple[str, FileRecord]]) -> int:
        """Write each line to the file beside it; return how many there were."""
        before = sum(self.counts.values())
        for path, record in lines:
            pending = self._pending.setdefault(path, [])
            pending.append(record.model_dump_json(by_alias=True, exclude_defaults=True))
            self.counts[path] = self.counts.get(path, 0) + 1
            if len(pending) >= _PENDING_LINES:
                self._flush(path)
        for path in self._pending:
            self._flush(path)
        return sum(self.counts.values()) - before

    def _flush(self, path: str) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{line}\n" for line in self._pending[path])
        self._pending[path] = []


def write_set(reading: Reading, wishes: Wishes, folder: Path) -> Written:
    """Write the files of a set below `folder`.

    Raises:
        FileError: Lines are bad.
        UsageError: An item does not fit the mapping.
    """
    maker = LineMaker(survey=reading.survey, share_labels=reading.share_labels())
    files = _LineFiles(folder)
    files.write((f"suites/{reading.name}/cases.jsonl", case) for case in _cases(reading, wishes))
    ratings = files.write(_ratings(reading, maker))
    labelled: set[tuple[str, str]] = set()
    labels = files.write(_labels(reading, maker, labelled))
    replies = files.write(_replies(reading))
    declared = [
        _write_yaml(folder, path, record, reading.name)
        for path, record in declared_files(
            _declaration(reading, wishes, labelled), _judges(reading), reading.scales
        )
    ]
    return Written(
        files=(*files.counts, *declared),
        rating_lines=ratings,
        label_lines=labels,
        reply_lines=replies,
        quirks=tuple(maker.quirks()),
    )


def _cases(reading: Reading, wishes: Wishes) -> Iterator[Case]:
    principles = {
        item: tuple(pid for name in criteria for pid in reading.criteria[name])
        for item, criteria in reading.criteria_of_items.items()
    }
    maker = CaseMaker(
        survey=reading.items, mapping=wishes.mapping, pairwise=reading.pairwise, principles=principles
    )
    return maker.cases(reading.folder.items)


def _ratings(reading: Reading, maker: LineMaker) -> Iterator[tuple[str, FileRecord]]:
    if reading.folder.verdicts:
        for judge, line in maker.ratings(reading.folder.verdicts):
            yield f"suites/{reading.name}/recorded/{reading.judge_ids[judge]}.jsonl", line


def _labels(
    reading: Reading, maker: LineMaker, labelled: set[tuple[str, str]]
) -> Iterator[tuple[str, FileRecord]]:
    """Yield the lines of human labels, and note in `labelled` which criterion of which item has one."""
    if reading.folder.humans:
        for line in maker.labels(reading.folder.humans):
            labelled.add((line.case, line.principle))
            yield f"suites/{reading.name}/labels.jsonl", line


def _replies(reading: Reading) -> Iterator[tuple[str, FileRecord]]:
    if reading.folder.replies:
        for judge, line in reply_lines(reading.folder.replies):
            if judge in reading.judge_ids and line.case in reading.items.ids:
                yield f"suites/{reading.name}/replies/{reading.judge_ids[judge]}.jsonl", line


def _declaration(reading: Reading, wishes: Wishes, labelled: Collection[tuple[str, str]]) -> Declaration:
    return Declaration(
        name=reading.name,
        source=reading.folder.path.resolve().name,
        constitution=f"../{wishes.constitution}" if wishes.constitution else "",
        criteria=reading.criteria,
        judged=reading.judged,
        labels=reading.labels,
        mapping=wishes.mapping,
        pairwise=reading.pairwise,
        repeats=reading.repeats,
        has_labels=bool(labelled),
        all_labelled=set(labelled).issuperset(reading.judged_places()),
        failed_share=reading.failed_share(),
    )


def _judges(reading: Reading) -> dict[str, tuple[str, list[Order]]]:
    return {
        reading.judge_ids[name]: (name, sorted(judge.orders)) for name, judge in reading.survey.judges.items()
    }


def _write_yaml(folder: Path, path: str, record: FileRecord, name: str) -> str:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        f"{comment_line(name)}\n{dump_yaml(record.canonical())}", encoding="utf-8", newline="\n"
    )
    return path
