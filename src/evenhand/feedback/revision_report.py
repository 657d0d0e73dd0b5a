"""The record of a revision run: what it rests on and what it came to. Its reports are made of it alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.feedback.effect_results import RevisionEffects

SCHEMA: Final = "revision-report/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What calls took. All of the run's executions together."""

    calls: int
    """Calls that left, preflight included."""
    reused: int
    """Texts or ratings that earlier runs had paid for."""
    possible_duplicates: int
    """Calls sent before a crash whose reply was never stored."""
    input_tokens: int
    output_tokens: int
    nanousd: int
    at_risk_nanousd: int
    """Worst-case price of calls that may have been billed without an answer reaching the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorStamp:
    """Who wrote the revisions."""

    id: str
    version: str
    model: str
    """Asked for, as ACCOUNT/MODEL."""
    served_model: str
    """Who answered preflight; empty where that is not known."""
    prompts: Mapping[str, str]
    """Digest of the prompt template of each kind of step, and of the system message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeStamp:
    """Who judged before and after."""

    id: str
    version: str
    model: str
    """Empty for a judge that asks no model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionStamp:
    """What the numbers rest on."""

    feedback: str
    """Id of the feedback file."""
    run: str
    """The revision run."""
    judged_by: str
    """The run that judged before and after."""
    judged_suite: str
    """The suite it judged, as a path in the workspace."""
    suite: str
    """The suite whose replies were revised, as a path in the workspace."""
    constitution: str
    constitution_version: str
    constitution_hash: str
    panel: str
    generator: GeneratorStamp
    judges: tuple[JudgeStamp, ...]
    rounds: int
    critique: bool
    choose: str
    """How principles were drawn."""
    count: int
    """How many a round."""
    violated_in: str
    """The run whose verdicts were drawn from; empty where none was."""
    seed: int
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionReport:
    """Everything a report of revisions says."""

    stamp: RevisionStamp
    effects: RevisionEffects
    generating: Spent
    judging: Spent
    own_family: tuple[str, ...]
    """Judges that judge what their own model family wrote, in words; hostile where names are."""
    notes: tuple[str, ...] = ()
    """What readers of the numbers have to know; hostile where names are."""


__all__ = [
    "SCHEMA",
    "GeneratorStamp",
    "JudgeStamp",
    "RevisionReport",
    "RevisionStamp",
    "Spent",
]
