"""The files that declare an imported set: constitution, judges, panel, suite."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from evenhand.records.canonical import FileRecord, canonical_json
from evenhand.records.constitution import Constitution
from evenhand.records.judge import RecordedJudge
from evenhand.records.panel import Panel
from evenhand.records.rating import Order
from evenhand.records.scale import NumericScale
from evenhand.records.suite import Suite
from evenhand.records.tidy import TidyMapping
from evenhand.workflows.tidy.scales import InferredScale

RESOLVED = ("final", "adjudicated", "gold", "aggregate_worst")
"""Annotators that are settled labels, not people, in the folders that hold this layout."""
_BEARABLE = 0.05
"""The share of failed ratings a suite bears by default."""

Record = TypeVar("Record", bound=FileRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What the files of one set say."""

    name: str
    """Name of the set."""
    source: str
    """The folder it came from, by its own name."""
    constitution: str
    """The caller's constitution, as a path from the suite file; empty where the import writes one."""
    criteria: Mapping[str, Sequence[str]]
    """Principles of each criterion."""
    judged: Sequence[str]
    """Criteria that judges were asked about."""
    labels: Mapping[str, str]
    """Label of the scale for a label of the folder, where they differ."""
    mapping: TidyMapping
    pairwise: bool
    repeats: int
    has_labels: bool
    """Whether there are human labels."""
    all_labelled: bool
    """Whether everything that is judged has one, so that each item was certain to be labelled."""
    failed_share: float
    """Share of the planned ratings that the recording does not hold, or holds as failed."""

    def written_constitution(self, scales: Mapping[str, InferredScale]) -> Constitution:
        """Return the constitution: one principle a criterion, that does not claim to know its wording."""
        names, own = _shared_scales({self.criteria[name][0]: spec for name, spec in scales.items()})
        content = {
            "schema": "constitution/v1",
            "id": self.name,
            "title": f"Criteria of the imported set {self.name}",
            "version": "0.1.0",
            "status": "draft",
            "summary": (
                "Written by an import of recorded verdicts. The criteria are named; what the raters were told they "
                "mean did not come with the data, except where it stands here in quotation marks."
            ),
            "scales": {name: spec.scale.canonical() for name, spec in own.items()},
            "principles": [
                {
                    "id": ids[0],
                    "title": criterion,
                    "text": self._text(criterion),
                    "scale": names.get(ids[0], "pair"),
                }
                for criterion, ids in self.criteria.items()
            ],
        }
        return _checked(Constitution, content)

    def _text(self, criterion: str) -> str:
        if wording := self.mapping.texts.get(criterion):
            return f'"{wording}"'
        asked = "Which candidate is better by" if self.pairwise else "Rated by"
        return (
            f'{asked} the criterion "{criterion}" of the set {self.source}. The wording that its raters saw was not '
            "part of the import."
        )

    def judge(self, judge_id: str, title: str, orders: Sequence[Order]) -> RecordedJudge:
        """Return a recorded judge."""
        content = {
            "schema": "judge/v1",
            "id": judge_id,
            "version": "1.0.0",
            "kind": "recorded",
            "title": f"{title}, recorded in {self.source}",
            "who": title,
            "mode": "pairwise" if self.pairwise else "absolute",
            "repeats": self.repeats,
            "orders": [order for order in Order if order in orders] if self.pairwise else list(Order),
            "ratings": {
                "path": f"../../suites/{self.name}/recorded/{judge_id}.jsonl",
                "principles": self._principle_names(),
                "labels": dict(self.labels),
            },
        }
        return _checked(RecordedJudge, content)

    def panel(self, judge_ids: Sequence[str], scales: Mapping[str, InferredScale]) -> Panel:
        """Return the panel of all judges: a majority, or the mean where a scale has no labels to vote for."""
        numeric = any(isinstance(spec.scale, NumericScale) for spec in scales.values())
        content = {
            "schema": "panel/v1",
            "id": f"{self.name}.all",
            "title": f"Every judge recorded in {self.source}",
            "judges": list(judge_ids),
            "rule": "mean" if numeric else "majority",
        }
        return _checked(Panel, content)

    def suite(self) -> Suite:
        """Return the suite."""
        constitution = self.constitution or f"../constitutions/{self.name}.yaml"
        names = {"principles": self._principle_names(), "labels": dict(self.labels)}
        drawn = {"inclusion": 1} if self.all_labelled else {}
        labels = [{"path": f"{self.name}/labels.jsonl", "resolved": list(RESOLVED), **names, **drawn}]
        content: dict[str, Any] = {
            "schema": "suite/v1",
            "id": self.name,
            "title": f"Imported set {self.name}",
            "summary": "Outputs, recorded verdicts and human labels from a tidy folder.",
            "constitution": constitution,
            "panel": f"../judges/{self.name}/all.panel.yaml",
            "principles": {"include": [pid for name in self.judged for pid in self.criteria[name]]},
            "cases": [{"path": f"{self.name}/cases.jsonl"}],
            "labels": labels if self.has_labels else [],
        }
        if self.failed_share > _BEARABLE:
            content["limits"] = {"failed_share": min(1.0, math.ceil(self.failed_share * 100) / 100)}
        return _checked(Suite, content)

    def _principle_names(self) -> dict[str, str]:
        pairs = ((pid, criterion) for criterion, ids in self.criteria.items() for pid in ids)
        return {pid: criterion for pid, criterion in pairs if pid != criterion}


def _shared_scales(
    scales: Mapping[str, InferredScale],
) -> tuple[dict[str, str], dict[str, InferredScale]]:
    """Return the scale's name for each principle, and the different scales by the principle they were first seen at."""
    first: dict[bytes, str] = {}
    names = {
        pid: first.setdefault(canonical_json(spec.scale.canonical()), pid) for pid, spec in scales.items()
    }
    return names, {name: scales[name] for name in dict.fromkeys(names.values())}


def _checked(record: type[Record], content: Mapping[str, Any]) -> Record:
    return record.model_validate_json(canonical_json(content))


def comment_line(name: str) -> str:
    """Return the comment above every file an import writes."""
    words = (
        f"Written by `evenhand import tidy` for the set {name}. Yours to edit; only --force writes it again."
    )
    return f"# {words}"


def declared_files(
    declaration: Declaration,
    judges: Mapping[str, tuple[str, Sequence[Order]]],
    scales: Mapping[str, InferredScale],
) -> Iterator[tuple[str, FileRecord]]:
    """Yield the path, from the workspace, and the content of each file that declares the set.

    Args:
        declaration: What they say.
        judges: Name in the folder and orders asked in, by judge id.
        scales: Scale of each criterion; empty where the caller has a constitution, or candidates are compared.
    """
    name = declaration.name
    if not declaration.constitution:
        yield f"constitutions/{name}.yaml", declaration.written_constitution(scales)
    for judge_id, (title, orders) in judges.items():
        yield f"judges/{name}/{judge_id}.yaml", declaration.judge(judge_id, title, orders)
    if judges:
        yield f"judges/{name}/all.panel.yaml", declaration.panel(tuple(judges), scales)
    yield f"suites/{name}.yaml", declaration.suite()
