"""Runs: one execution, its manifest of hashes, its units and their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from evenhand.records.calibration import CalibrationMap
from evenhand.records.canonical import FileRecord, content_hash
from evenhand.records.constitution import Constitution
from evenhand.records.feedback import PreferenceSettings
from evenhand.records.judge import Judge, Price
from evenhand.records.narrow import Narrow
from evenhand.records.own_family import OwnFamily
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.rating import Order
from evenhand.records.suite import Item, Suite

MOST_READINGS = 20
"""So often a panel can be asked over."""


class PinnedFile(FileRecord):
    """A file the run read, and its content at that time."""

    role: Literal["cases", "labels", "recording", "template", "base"]
    """What it was read as."""
    path: str
    """Path from the workspace."""
    sha256: str
    """Digest of its bytes."""


class Endpoint(FileRecord):
    """What preflight found out about one judge's endpoint."""

    judge: str
    """The judge."""
    account: str
    """The account."""
    protocol: str
    """The protocol spoken."""
    transport: Literal["sdk", "native"] = "sdk"
    """What carries the calls; it decides no answer, so a run may go on with the other one."""
    base_url: str = ""
    """Address asked; empty means the vendor's own."""
    model: str
    """Model asked for."""
    served_model: str = ""
    """Model that answered."""
    means: Literal["json_schema", "json_object", "tool", "last_line", "decision"]
    """How the answer's shape is enforced."""
    logprobs: int = 0
    """How many alternatives per token the endpoint returns; 0 means none."""
    left_out: tuple[str, ...] = ()
    """Parameters the endpoint refuses and that are therefore not sent."""
    token_limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"  # noqa: S105 - a field's name
    """The field the endpoint takes for the most tokens of a reply."""
    ignored: tuple[str, ...] = ()
    """Ways to shape an answer, and `logprobs`, that the endpoint silently ignores."""
    notes: tuple[str, ...] = ()
    """Observations for people."""
    imported: bool = False
    """Whether this is what an imported file says; replies are found by it, and no call is ever made by it."""


class Manifest(FileRecord):
    """Everything that decides a run's results, pinned."""

    schema_: Literal["manifest/v1"] = Field(default="manifest/v1", alias="schema")
    """Kind and version of this record."""
    suite: Suite
    """The suite as it was."""
    suite_path: str
    """Where it was read from, as a path from the workspace."""
    constitution: Constitution
    """The constitution as it was."""
    panel: Panel
    """The panel as it was."""
    calibration: CalibrationMap | None = None
    """The calibration map the panel names, as it was; None where it names none."""
    fit: PanelFit | None = None
    """The panel's fit, as it was; None where its rule is not learned."""
    judges: tuple[Judge, ...]
    """The judges as they were, in the panel's order."""
    templates: Mapping[str, str] = Field(default_factory=dict)
    """Prompt templates by judge."""
    files: tuple[PinnedFile, ...] = ()
    """Case, label and recording files, and those that the constitution extends, by digest."""
    endpoints: tuple[Endpoint, ...] = ()
    """What preflight found."""
    prices: Mapping[str, Price] = Field(default_factory=dict)
    """Price of each model judge, by judge."""
    prices_as_of: str = ""
    """Date of the price table, YYYY-MM-DD."""
    aliases: Mapping[str, str] = Field(default_factory=dict)
    """Why the name of a judge's model floats, by judge; none for the others."""
    own_family: tuple[OwnFamily, ...] = ()
    """Judges whose own model family wrote items they judge."""
    mode: Literal["absolute", "pairwise"] = "absolute"
    """Whether candidates are rated one by one or compared."""
    planned_items: int = Field(ge=0)
    """Items in the plan."""
    units_per_item: int = Field(ge=0)
    """Units of each item: judges, orders and repeats, of all readings."""
    readings: int = Field(default=1, ge=1, le=MOST_READINGS)
    """How often the whole panel was asked, to see how often judges change their mind."""
    asked_once: tuple[str, ...] = ()
    """Judges that say the same in every reading, and were asked for one alone."""
    narrow: Narrow | None = None
    """The part of the suite that was judged; null is the whole."""
    preference: PreferenceSettings | None = None
    """How the ratings are read as preference labels; null where the run was not started for them."""
    versions: Mapping[str, str] = Field(default_factory=dict)
    """Versions of evenhand, Python and the SDKs used."""
    command: str = ""
    """The command line that started the run."""
    again: bool = False
    """Whether every question was asked again, whatever earlier runs and recordings held."""
    max_usd: float | None = Field(default=None, ge=0)
    """The cap in US dollars that was given last, when the run began or when it went on; null leaves it to the suite."""

    @property
    def cap_usd(self) -> float | None:
        """What the run may spend in US dollars, in all of its executions; None is no cap."""
        return self.suite.limits.usd if self.max_usd is None else self.max_usd

    @property
    def planned_units(self) -> int:
        """Units in the plan."""
        return self.planned_items * self.units_per_item

    def label_source(self, file: PinnedFile) -> str:
        """Return what the ledger knows the labels of a file by: its content, and the words the suite reads it in."""
        specs = [spec.canonical() for spec in self.suite.labels]
        renamed = {"renamed": dict(self.constitution.renamed)} if self.constitution.renamed else {}
        return content_hash({"sha256": file.sha256, "read_as": specs, **renamed})

    def inputs_hash(self) -> str:
        """Hash over everything but what was only observed: equal hashes mean the same plan."""
        return content_hash(self.inputs())

    def inputs(self) -> dict[str, Any]:
        """Return what `inputs_hash` is over."""
        content = self.canonical()
        content["suite"].pop("gate", None)  # it says what follows from verdicts, not how they come about
        # the constitution holds what its bases say; how their files are laid out decides nothing
        files = [file for file in content.pop("files", ()) if file["role"] != "base"]
        content |= {"files": files} if files else {}
        return {name: value for name, value in content.items() if name not in _OBSERVED}


_OBSERVED = frozenset(
    {"versions", "command", "endpoints", "again", "aliases", "own_family", "max_usd", "preference"}
)
"""Parts of a manifest that say how it was made, how far, or what was noticed; they do not decide the plan."""


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    """Ended early; `resume` goes on."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution as the ledger holds it."""

    id: str
    state: RunState
    reason: str
    """Why it stopped, for people; empty while running and when finished."""
    created: str
    """UTC time, ISO 8601."""
    finished: str
    """UTC time, ISO 8601; empty until it is finished."""
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One question to one judge: item, judge, order and repeat."""

    seq: int
    """Position in the plan, from 0; the same for every run of the same inputs."""
    item: Item
    judge: Judge
    order: Order = Order.GIVEN
    repeat: int = 0

    def coordinates(self) -> Mapping[str, Any]:
        """Return the unit's place in the suite as plain values."""
        return {
            "case_id": self.item.case.id,
            "candidate_id": self.item.candidate_id,
            "principle_id": self.item.principle_id,
            "judge": self.judge.id,
            "order": self.order.value,
            "repeat": self.repeat,
        }


class AttemptState(StrEnum):
    """Where one paid call stands."""

    RESERVED = "reserved"
    """Its worst-case price is set aside."""
    SENT = "sent"
    """It may have left; without `received` its outcome is unknown."""
    RECEIVED = "received"
    """The reply's bytes are stored."""
    PARSED = "parsed"
    """The reply was read into a rating or a failed rating."""
    FAILED = "failed"
    """No reply came; the class says why."""
    UNKNOWN = "unknown"
    """Sent before a crash, reply never stored; possibly billed."""
