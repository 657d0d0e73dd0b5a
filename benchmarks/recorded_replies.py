"""Read raw replies that were obtained elsewhere by declared formats, and hold the labels against the recorded ones.

    python benchmarks/recorded_replies.py [FOLDER]

FOLDER holds `llmbar` and `judgebench` in the tidy layout; by default it is the recorded data beside the checkout. Both
sets are imported into a temporary workspace. Then each judge with raw replies is made twice, once from its recorded
labels and once from its replies and `benchmarks/recorded_formats/SET.yaml`, and both rate every unit of the plan.
"""

import json
import sys
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from evenhand.catalog.cases import read_cases
from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.judging.offline.recorded import RecordedRater, recorded_ratings, recorded_replies
from evenhand.records.canonical import FileRecord
from evenhand.records.judge import RecordedJudge, ReplyFormat
from evenhand.records.rating import FailureKind, Order, Outcome, Rating
from evenhand.records.run import Unit
from evenhand.records.scale import PAIR, NumericScale
from evenhand.records.suite import Case, Item
from evenhand.workflows.import_tidy import import_tidy

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
FORMATS = ROOT / "benchmarks" / "recorded_formats"
SETS = ("llmbar", "judgebench")
PRINCIPLE = "preference"
_SHOWN = 5

Record = TypeVar("Record", bound=FileRecord)


class Source(FileRecord):
    """One source of replies of a judge."""

    stage: str = ""
    """Stage of the replies."""
    format: str
    """Name of the format they are read by."""


class JudgeFormats(FileRecord):
    """How the replies of some judges are read."""

    match: tuple[str, ...] = Field(min_length=1)
    """Names of judges, or patterns of them."""
    replies: tuple[Source, ...] = Field(min_length=1)
    """Sources of replies; the first with a line for a unit is read."""
    scale: NumericScale | None = None
    """Scale of replies that rate one candidate; without one they compare two."""


class RecordedFormats(FileRecord):
    """How the replies of a set are read."""

    schema_: Literal["recorded-formats/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    formats: Mapping[str, ReplyFormat]
    """Formats by name."""
    judges: tuple[JudgeFormats, ...]
    """Judges; the first entry that fits holds."""

    def of(self, judge: str) -> JudgeFormats | None:
        """Return how a judge's replies are read; None where nothing is declared for it."""
        fits = (each for each in self.judges if any(fnmatchcase(judge, name) for name in each.match))
        return next(fits, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reply, or the two replies, to one unit say."""

    label: str
    """The label; empty where none can be read."""
    note: str = ""
    """Why none can be read, or why a label was derived without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A unit whose reply and whose recorded label say different things."""

    judge: str
    where: str
    """Case and order."""
    read: str
    recorded: str
    note: str

    @property
    def kind(self) -> str:
        """What differs, in words."""
        return f"the reply says {self.read or 'nothing readable'}, the record {self.recorded or 'nothing readable'}"


@dataclass(kw_only=True)
class Comparison:
    """Labels read from one judge's replies beside its recorded labels."""

    judge: str
    rates: bool
    """Whether the replies rate one candidate each, so that a label has to be derived from two of them."""
    equal: int = 0
    both_unreadable: int = 0
    without_reply: int = 0
    """Recorded labels without a reply."""
    differences: list[Difference] = field(default_factory=list)

    @property
    def replies(self) -> int:
        """Units that have a reply."""
        return self.equal + self.both_unreadable + len(self.differences)

    def add(self, unit: Unit, reading: Reading | None, recorded: str) -> None:
        """Count one unit; None is no reply, and an empty label an unreadable one."""
        if reading is None:
            self.without_reply += 1
        elif reading.label == recorded:
            self.equal += bool(recorded)
            self.both_unreadable += not recorded
        else:
            self.differences.append(
                Difference(
                    judge=self.judge,
                    where=f"{unit.item.case.id} ({unit.order})",
                    read=reading.label,
                    recorded=recorded,
                    note=reading.note,
                )
            )


class ImportedReplies:
    """One imported set, ready to be compared."""

    def __init__(self, source: Path, workspace: Path) -> None:
        """Import `source` and read its cases and its declared formats."""
        name = source.name
        (self.report,) = import_tidy(source, workspace, name=name).sets
        self.formats = read_formats(FORMATS / f"{name}.yaml")
        self._suite = workspace / "suites" / name
        self._judges = workspace / "judges" / name
        self._cases = list(read_cases([self._suite / "cases.jsonl"]))

    def compare(self, names: Container[str] | None = None) -> Iterator[Comparison]:
        """Yield a comparison for each judge that has raw replies, or those of them with these names."""
        for judge_id, name in self.report.judges.items():
            path = self._suite / "replies" / f"{judge_id}.jsonl"
            if not path.is_file() or (names is not None and name not in names):
                continue
            declared = self.formats.of(name)
            if declared is None:
                raise SystemExit(f"no format is declared for the judge {name!r}")
            yield self._compare(judge_id, name, path, declared)

    def _compare(self, judge_id: str, name: str, path: Path, declared: JudgeFormats) -> Comparison:
        judge = _load(RecordedJudge, self._judges / f"{judge_id}.yaml")
        assert judge.ratings is not None
        recorded = recorded_ratings(judge, read_ratings(self._judges / judge.ratings.path, judge.ratings))
        replied = self._from_replies(judge, path, declared)
        comparison = Comparison(judge=name, rates=declared.scale is not None)
        for unit in self._units(judge):
            known = recorded.rate(unit)
            if not _is(known, FailureKind.NOT_RECORDED):
                comparison.add(unit, _reading(replied, unit, declared.scale), _label(known))
        return comparison

    def _from_replies(self, judge: RecordedJudge, path: Path, declared: JudgeFormats) -> RecordedRater:
        content = judge.canonical() | {
            "mode": "absolute" if declared.scale else "pairwise",
            "replies": [
                {
                    "path": path.name,
                    "stage": each.stage,
                    "format": self.formats.formats[each.format].canonical(),
                }
                for each in declared.replies
            ],
        }
        del content["ratings"]
        reader = RecordedJudge.model_validate_json(json.dumps(content))
        return recorded_replies(reader, [read_replies(path, spec) for spec in reader.replies])

    def _units(self, judge: RecordedJudge) -> Iterator[Unit]:
        for seq, case in enumerate(self._cases):
            item = _item(case, seq)
            for order in judge.orders:
                yield Unit(seq=seq, item=item, judge=judge, order=order)


def _item(case: Case, seq: int) -> Item:
    return Item(seq=seq, case=case, candidates=case.outputs[:2], principle_id=PRINCIPLE, scale=PAIR)


def _reading(rater: RecordedRater, unit: Unit, scale: NumericScale | None) -> Reading | None:
    if scale is None:
        outcome = rater.rate(unit)
        missing = _is(outcome, FailureKind.NOT_RECORDED)
        return None if missing else Reading(label=_label(outcome), note=_why(outcome))
    outcomes = [_rate_one(rater, unit, place, scale) for place in (0, 1)]
    if any(_is(outcome, FailureKind.NOT_RECORDED) for outcome in outcomes):
        return None
    note = "; ".join(filter(None, map(_why, outcomes)))
    first, second = map(_label, outcomes)
    return Reading(label=_derived(first, second, unit.order), note=note)


def _derived(first: str, second: str, order: Order) -> str:
    """Return the label LLMBar derived from two ratings. This is their rule; no reply says it, so no format can.

    The higher rating wins. Equal ratings go to the candidate shown last. If one can not be read, the candidate shown
    first wins.
    """
    shown_first, shown_last = ("a", "b") if order is Order.GIVEN else ("b", "a")
    if not (first and second):
        return shown_first
    if float(first) == float(second):
        return shown_last
    return "a" if float(first) > float(second) else "b"


def _rate_one(rater: RecordedRater, unit: Unit, place: int, scale: NumericScale) -> Outcome:
    candidates = (unit.item.candidates[place],)
    item = Item(seq=0, case=unit.item.case, candidates=candidates, principle_id=PRINCIPLE, scale=scale)
    return rater.rate(Unit(seq=0, item=item, judge=unit.judge))


def _label(outcome: Outcome) -> str:
    return outcome.label if isinstance(outcome, Rating) else ""


def _why(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Rating) else outcome.detail


def _is(outcome: Outcome, kind: FailureKind) -> bool:
    return not isinstance(outcome, Rating) and outcome.kind is kind


def read_formats(path: Path) -> RecordedFormats:
    """Return the declared formats of a file."""
    return _load(RecordedFormats, path)


def _load(record: type[Record], path: Path) -> Record:
    document = parse_yaml(path.read_text(encoding="utf-8"), str(path))
    return record.model_validate_json(json.dumps(document.data))


def show(name: str, comparisons: Sequence[Comparison]) -> None:
    """Print one set."""
    print(f"\n{name}: labels read from raw replies beside recorded labels")
    print(
        f"{'judge':44} {'replies':>8} {'equal':>8} {'differ':>7} {'unreadable in both':>19} {'no reply':>9}"
    )
    for each in comparisons:
        print(
            f"{each.judge + ' *' * each.rates:44} {each.replies:8} {each.equal:8} {len(each.differences):7} "
            f"{each.both_unreadable:19} {each.without_reply:9}"
        )
    if any(each.rates for each in comparisons):
        print(
            "* Each reply rates one candidate. The format reads the ratings; the label is derived from two of them"
        )
        print("  by the authors' tie rule, which no reply says and no declared format can express.")
    differences = [difference for each in comparisons for difference in each.differences]
    replies, equal = sum(each.replies for each in comparisons), sum(each.equal for each in comparisons)
    print(f"total: {replies} units with a reply, {equal} equal labels, {len(differences)} differ")
    for kind in dict.fromkeys(difference.kind for difference in differences):
        _show_kind(kind, [difference for difference in differences if difference.kind == kind])


def _show_kind(kind: str, differences: Sequence[Difference]) -> None:
    print(f"difference: {kind}: {len(differences)}")
    for each in differences[:_SHOWN]:
        print(f"    {each.judge}, {each.where}{': ' + each.note if each.note else ''}")


def main() -> None:
    """Compare both sets."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    with tempfile.TemporaryDirectory() as workspace:
        for name in SETS:
            show(name, list(ImportedReplies(data / name, Path(workspace)).compare()))


if __name__ == "__main__":
    main()
