"""Baselines: what a run came to on every case, as a committed file that later runs are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.constitution import Importance
from evenhand.records.scale import Reading

Said = str | Literal[False] | None
"""An answer: a label; None is no opinion (a panel that is undecided, a judge that can not tell); False is missing: no
answer, because ratings failed."""

Cells = Mapping[str, Mapping[str, tuple[Said, ...]]]
"""Answers by candidate and principle."""

BASELINE_SCHEMA = "baseline/v1"


class Accepted(FileRecord):
    """Who made a run the baseline, and why."""

    at: str
    """When, UTC, ISO 8601."""
    by: str = Field(min_length=1)
    """Who."""
    reason: str = Field(min_length=1)
    """Why."""
    run: str
    """From which run."""
    forced: bool = False
    """Whether a check was overruled."""


class PrincipleMark(FileRecord):
    """What the verdicts on a principle rest on."""

    severity: Importance
    """Its severity."""
    binding: str
    """Hash of what binds."""
    shown: str
    """Hash of all that judges are shown of it, what binds included."""
    scale: str
    """Hash of its scale, with the labels that pass."""
    readings: Mapping[str, Reading]
    """What each answer means for a rate, in the order of the scale."""
    values: tuple[float, ...] = ()
    """Number of each answer on an ordered scale without an abstention; empty elsewhere."""


class JudgeMark(FileRecord):
    """What a judge is."""

    id: str
    """Its name."""
    version: str
    """Its version."""
    hash: str
    """Hash of all that could change its answers: kind, model, prompt, parameters, how it answers, its recordings."""
    model: str = ""
    """Model asked for; empty for judges without one."""
    served: tuple[str, ...] = ()
    """Models that answered, as they name themselves; hostile text."""


class PanelMark(FileRecord):
    """What a panel is."""

    id: str
    """Its name."""
    rule: str
    """Its rule."""
    hash: str
    """Hash of the rule with its settings, its fit and its calibration map; the judges aside."""
    spares: bool = False
    """Whether it asks in steps, so that a judge may be spared: then no opinion may mean that nobody asked."""


class Counted(FileRecord):
    """Where the ratings of a run went."""

    planned: int = Field(ge=0)
    """Ratings planned."""
    rated: int = Field(ge=0)
    """Rated."""
    failed: Mapping[str, int] = Field(default_factory=dict)
    """Failed, by kind."""
    spared: int = Field(default=0, ge=0)
    """Not asked for, because an earlier step of a cascade settled the item."""


class BaselineHead(FileRecord):
    """Everything of a baseline but its cases."""

    schema_: Literal["baseline/v1"] = Field(default="baseline/v1", alias="schema")
    """Kind and version of this file."""
    suite: str
    """Name of the suite."""
    run: str
    """The run it sums up."""
    evenhand: str
    """Version of evenhand that wrote it."""
    accepted: Accepted | None = None
    """Who accepted it; None for a run that is compared."""
    constitution: str
    """Name and version of the constitution."""
    principles: Mapping[str, PrincipleMark]
    """By id."""
    judges: tuple[JudgeMark, ...]
    """In the order in which cases name their answers."""
    panel: PanelMark
    """The panel."""
    units: Counted
    """Where the ratings went."""
    readings: int = Field(default=1, ge=1)
    """How often the cells were judged that were judged several times."""
    rules: Mapping[str, str] = Field(default_factory=dict)
    """The rules of the suite's gate when it was made, each in words; empty where it had none."""

    @property
    def instrument(self) -> Mapping[str, str]:
        """What every verdict rests on besides its principle: judges and panel, by name."""
        judges = {f"judge {judge.id}": judge.hash for judge in self.judges}
        return {**judges, "the panel": self.panel.hash}


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineCase:
    """What was said of one case. One line of the file."""

    id: str
    prompt: str
    """Digest of all that raters see of it beside the output: the prompt and the right answers."""
    outputs: Mapping[str, str]
    """Digest of each candidate's text."""
    said: Cells
    """The panel's verdict, then each judge's answer, by candidate and principle."""
    reference: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Reference label of the anchors, by candidate and principle."""
    again: Cells = field(default_factory=dict)
    """Verdicts of each reading, where the cell was judged several times."""
    slice: Mapping[str, str] = field(default_factory=dict)
    """Groups it is reported by."""
    source: str = ""
    """Cases that share a source are not independent; empty is none."""
    tags: tuple[str, ...] = ()
    """Its tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A run, summed up; cases by id, in the order of the file."""

    head: BaselineHead
    cases: Mapping[str, BaselineCase]

    def called(self, renamed: Mapping[str, str]) -> "Baseline":
        """Return it with its principles under the names they have now.

        Args:
            renamed: Ids of principles by their earlier names.
        """
        if not renamed.keys() & self.head.principles.keys():
            return self
        marks = _renamed(self.head.principles, renamed)
        cases = {
            name: replace(
                case,
                said={candidate: _renamed(cells, renamed) for candidate, cells in case.said.items()},
                reference={each: _renamed(labels, renamed) for each, labels in case.reference.items()},
                again={candidate: _renamed(cells, renamed) for candidate, cells in case.again.items()},
            )
            for name, case in self.cases.items()
        }
        return Baseline(head=self.head.model_copy(update={"principles": marks}), cases=cases)

    @property
    def cells(self) -> int:
        """How many verdicts it holds."""
        return sum(len(said) for case in self.cases.values() for said in case.said.values())


_Value = TypeVar("_Value")


def _renamed(values: Mapping[str, _Value], renamed: Mapping[str, str]) -> dict[str, _Value]:
    """Return values by the names that principles have now; where both names stand, the one of now holds."""
    now = {renamed[name]: value for name, value in values.items() if name in renamed}
    return {**now, **{name: value for name, value in values.items() if name not in renamed}}
