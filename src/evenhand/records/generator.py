"""Generators as people write them: models that write text, such as critiques and revisions, and never judge."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from evenhand.records.canonical import FileRecord, Identifier
from evenhand.records.judge import ModelParams, Price

StepKind = Literal["critique", "revise", "reword", "infer", "vote"]
"""What a generator may be asked to write: a critique of a reply, a revision of it, another wording of a judge's
prompt, principles that explain decisions of people, and the side that a principle takes."""


TEMPLATE_MODE = "generator"
"""What a template of a generator is checked as."""

_PRINCIPLE = (
    "principle.id",
    "principle.title",
    "principle.text",
    "principle.exceptions",
    "principle.scope",
    "principle.rationale",
    "principle.critique",
    "principle.revision",
)

STEP_FIELDS: Mapping[StepKind, tuple[str, ...]] = {
    "critique": (*_PRINCIPLE, "case.prompt", "case.response"),
    "revise": (*_PRINCIPLE, "case.prompt", "case.response", "case.critique"),
    "reword": (*_PRINCIPLE, "case.template", "case.mistakes"),
    "infer": (*_PRINCIPLE, "case.decisions"),
    "vote": ("case.principle", "case.prompt", "case.first", "case.second"),
}
"""The closed set of names each kind of prompt may use; `case.` begins the names of hostile texts, which are fenced."""


class Generator(FileRecord):
    """A model that writes text."""

    schema_: Literal["generator/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    id: Identifier
    """Name of the generator."""
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    """Version of the generator; any change of prompts or settings deserves a new one."""
    title: str = ""
    """What it does, for people."""
    owner: str = ""
    """Who answers for it."""
    model: str = Field(pattern=r"^[A-Za-z0-9_.-]+/\S+$", max_length=200)
    """ACCOUNT/MODEL, such as openai/gpt-x: an account of the settings, then the provider's model name."""
    allow_alias: bool = False
    """Whether `model` may be a floating alias such as `latest`, which its vendor moves to other models."""
    system: str = ""
    """System message; the same template language as the prompts."""
    prompts: Mapping[StepKind, str] = Field(min_length=1)
    """Prompt template for each kind of text it writes, as a path beside this file: {revise: reviser.revise.j2}."""
    params: ModelParams = ModelParams()
    """Sampling parameters."""
    timeout_s: float = Field(default=120, gt=0, le=3600)
    """Seconds one text may take in all, retries included, waits for its account not."""
    attempts: int = Field(default=4, ge=1, le=20)
    """Most calls for one text when calls fail for passing reasons; those of an outage do not count."""
    max_chars: int = Field(default=100_000, gt=0)
    """Longest text it is shown, and longest it may write; a longer one is a failed step, never cut silently."""
    price: Price | None = None
    """Price of the model, where the price table does not know it."""


__all__ = ["STEP_FIELDS", "TEMPLATE_MODE", "Generator", "StepKind"]
