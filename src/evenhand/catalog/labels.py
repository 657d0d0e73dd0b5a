"""Human labels from JSONL files, in the words of the suite."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from evenhand.catalog.first_seen import FirstSeen
from evenhand.catalog.json_lines import Complaint, JsonLines
from evenhand.records.label import NO_DETAIL, HumanLabel, LabelDetail, LabelKind, LabelLine
from evenhand.records.suite import LabelFile

NOT_RENAMED: Mapping[str, str] = MappingProxyType({})
"""No principle was called otherwise before."""

_DETAILS = frozenset(LabelDetail.model_fields)


def read_labels(
    path: Path, spec: LabelFile, renamed: Mapping[str, str] = NOT_RENAMED
) -> Iterator[HumanLabel]:
    """Yield the labels of a file.

    Args:
        path: JSONL file (`.gz` for gzip).
        spec: Which of the file's words stand for principles and labels, and which annotators are settled labels.
        renamed: Ids of principles by their earlier names, which the file may use.

    Raises:
        FileError: Lines are wrong, or one annotator labels an item twice.
    """
    return (label for _, label in numbered_labels(path, spec, renamed))


def numbered_labels(
    path: Path, spec: LabelFile, renamed: Mapping[str, str] = NOT_RENAMED
) -> Iterator[tuple[int, HumanLabel]]:
    """Yield the labels of a file as `read_labels`, each with the number of its line.

    Raises:
        FileError: Lines are wrong, or one annotator labels an item twice.
    """
    seen = FirstSeen()

    def check(line: LabelLine, number: int) -> Iterator[Complaint]:
        if not line.label:
            yield "D012", "the label is empty", "label"
        item = (line.case, line.candidate, renamed.get(line.principle, line.principle), line.annotator)
        if before := seen.add(item, number):
            yield "D013", f"{line.annotator} labels this item twice, first in {before}", "annotator"

    lines = JsonLines(path, LabelLine, check=check)
    seen.begin_file(lines.shown)
    principles = ids_by_name(spec.principles, renamed)
    for line in lines:
        for principle in principles.get(line.principle, (line.principle,)):
            yield lines.number, _label(line, principle, spec)


def _label(line: LabelLine, principle: str, spec: LabelFile) -> HumanLabel:
    return HumanLabel(
        case_id=line.case,
        candidate_id=line.candidate,
        principle_id=principle,
        annotator=line.annotator,
        kind=LabelKind.RESOLVED if line.annotator in spec.resolved else LabelKind.PERSON,
        label=spec.labels.get(line.label, line.label),
        note=line.note,
        detail=_detail(line, spec),
    )


def _detail(line: LabelLine, spec: LabelFile) -> LabelDetail:
    """Return how a label came about: what its line says, or else its file."""
    said = line.model_fields_set & _DETAILS
    if not said and not _says_something(spec):
        return NO_DETAIL
    return LabelDetail(
        inclusion=spec.inclusion if line.inclusion is None else line.inclusion,
        design=line.design or spec.design,
        stratum=line.stratum,
        blind=spec.blind if line.blind is None else line.blind,
        at=line.at,
        seconds=line.seconds,
        defensible=None
        if line.defensible is None
        else tuple(spec.labels.get(label, label) for label in line.defensible),
    )


def _says_something(spec: LabelFile) -> bool:
    return spec.inclusion is not None or spec.blind is not None or bool(spec.design)


def ids_by_name(
    names: Mapping[str, str], renamed: Mapping[str, str] = NOT_RENAMED
) -> Mapping[str, tuple[str, ...]]:
    """Return the principles that a file's names stand for; one name may stand for several.

    This is the one place where files of labels and recordings learn that a principle was called otherwise before.

    Args:
        names: The file's name of a principle, by its id or an earlier name of it.
        renamed: Ids of principles by their earlier names.
    """
    ids: dict[str, tuple[str, ...]] = {earlier: (now,) for earlier, now in renamed.items()}
    written: dict[str, tuple[str, ...]] = {}
    for principle, name in names.items():
        now = renamed.get(principle, principle)
        written[name] = tuple(dict.fromkeys((*written.get(name, ()), now)))
    return {**ids, **written}
