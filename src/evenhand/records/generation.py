"""Generation runs: what a generator was asked to write, what it wrote, and what that cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, JsonValue

from evenhand.records.canonical import FileRecord, content_hash
from evenhand.records.generator import Generator, StepKind
from evenhand.records.judge import Price
from evenhand.records.rating import FailureKind
from evenhand.records.run import Endpoint, PinnedFile, RunState

Purpose = Literal["revise", "reword", "infer"]
"""What a generation run writes for: revised replies, other wordings of a judge's prompt, or principles."""

WRITTEN = "written"
"""State of a step that brought a text; the others are kinds of failure."""

_OBSERVED = frozenset({"endpoint", "versions", "command", "again", "max_usd"})
"""Parts of a manifest that say how it was made or how far; they do not decide what is asked."""


class GenerationManifest(FileRecord):
    """Everything that decides what a generation run asks, pinned."""

    schema_: Literal["generation/v1"] = Field(default="generation/v1", alias="schema")
    """Kind and version of this record."""
    purpose: Purpose
    """What is written."""
    title: str
    """What it is for, for people, such as the id of a feedback file."""
    generator: Generator
    """The generator as it was."""
    templates: Mapping[StepKind, str]
    """Its prompts."""
    settings: Mapping[str, JsonValue]
    """What else decides the questions: the constitution, draws, seeds and rounds, as their purpose writes them."""
    files: tuple[PinnedFile, ...] = ()
    """Files that were read, by digest."""
    chains: int = Field(ge=0)
    """Chains in the plan."""
    most_steps: int = Field(ge=1)
    """Most steps of a chain."""
    price: Price
    """Price of the model."""
    prices_as_of: str = ""
    """Date of the price table, YYYY-MM-DD."""
    endpoint: Endpoint | None = None
    """What preflight found."""
    versions: Mapping[str, str] = Field(default_factory=dict)
    """Versions of evenhand, Python and the SDKs used."""
    command: str = ""
    """The command line that started the run."""
    again: bool = False
    """Whether every question was asked again, whatever earlier runs held."""
    max_usd: float | None = Field(default=None, ge=0)
    """Most US dollars the run may spend in all of its executions; None is no cap."""

    def inputs_hash(self) -> str:
        """Hash over everything but what was only observed: equal hashes mean the same questions."""
        content: dict[str, Any] = self.canonical()
        return content_hash({name: value for name, value in content.items() if name not in _OBSERVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRun:
    """One execution as the ledger holds it."""

    id: str
    state: RunState
    reason: str
    """Why it stopped, for people; empty while running and when finished."""
    created: str
    """UTC time, ISO 8601."""
    manifest: GenerationManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStep:
    """A text that did not come, or can not be used."""

    kind: FailureKind
    detail: str = ""
    """What was wrong, for people; hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One text asked of a generator, in its terminal state."""

    seq: int
    """Number in the run: the chain's number times the most steps of a chain, plus the place in the chain."""
    chain: str
    """Name of the chain."""
    place: int
    """Place in the chain, from 0."""
    kind: StepKind
    principle_id: str
    """The principle it is about; empty where there is none."""
    key: bytes
    """Digest of everything that could change the text: the prompt, the model, the settings. 32 bytes."""
    outcome: str | FailedStep
    """The text, which is hostile, or why there is none."""
    reused: int | None = None
    """The attempt of an earlier run whose reply was used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationAccount:
    """Where every planned chain went, and what the calls cost."""

    chains: int
    """Chains in the plan."""
    steps: Mapping[str, int] = field(default_factory=dict)
    """Settled steps by state: `WRITTEN`, or the kind of failure."""
    calls: int = 0
    """Calls that left, preflight included."""
    unanswered: int = 0
    """Calls that brought no reply."""
    possible_duplicates: int = 0
    """Calls sent before a crash whose reply was never stored: possibly billed."""
    reused: int = 0
    """Steps answered by a reply of an earlier run; nothing was paid."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanousd: int = 0
    at_risk_nanousd: int = 0
    """Worst-case price of calls that may have been billed and whose own price is not known."""

    @property
    def possibly_spent_nanousd(self) -> int:
        """What all calls cost, with the worst case of those whose price is not known."""
        return self.cost_nanousd + self.at_risk_nanousd


__all__ = [
    "WRITTEN",
    "FailedStep",
    "GenerationAccount",
    "GenerationManifest",
    "GenerationRun",
    "Purpose",
    "Step",
]
