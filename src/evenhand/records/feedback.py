"""Feedback files as people write them: how training data is made from a constitution."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier
from evenhand.records.suite import Selection

MOST_ROUNDS = 10


class PrincipleDraw(FileRecord):
    """Which principles a case or a pair meets."""

    choose: Literal["random", "stratified", "violated", "all"] = "random"
    """random: each draw is independent; stratified: principles come up equally often over the cases; violated: those
    the panel found violated in a run; all: every one that applies."""
    count: int = Field(default=1, ge=1, le=50)
    """How many are drawn, without repetition; `all` ignores it."""
    select: Selection = Selection()
    """Which principles may be drawn."""


class Revise(FileRecord):
    """How replies are revised."""

    suite: str
    """Suite with the cases and their first replies, its constitution, and the panel that judges before and after; a
    path from this file."""
    generator: str
    """Generator file that critiques and revises, as a path from this file."""
    rounds: int = Field(default=1, ge=1, le=MOST_ROUNDS)
    """How often a reply is revised, each time under principles drawn anew."""
    principles: PrincipleDraw = PrincipleDraw()
    """Which principle each round is about; `count` above 1 makes a critique and a revision for each of them in turn."""
    critique: bool = True
    """Whether a critique is written before each revision; without it the reply is revised at once."""
    most_cases: int | None = Field(default=None, ge=1)
    """So many cases, drawn by the seed; none takes all."""


class Prefer(FileRecord):
    """How pairs are labelled."""

    suite: str
    """Suite with the pairs and the pairwise panel that compares them, as a path from this file."""
    principles: PrincipleDraw = PrincipleDraw()
    """Which principles each pair meets; with several their probabilities are averaged."""
    clamp: tuple[float, float] | None = None
    """Least and most a soft probability may say, such as [0.4, 0.6] for answers after a chain of thought, whose
    probabilities are close to 0 or 1; none leaves them as they are. Raw ones are always kept beside."""
    tie_within: float = Field(default=0.0, ge=0, lt=0.5)
    """A probability no further than this from a half is a tie."""

    @model_validator(mode="after")
    def _pairs_violate_nothing(self) -> Self:
        if self.principles.choose == "violated":
            raise ValueError(
                "principles of pairs can not be the violated ones: those are found in single replies, and a comparison "
                "finds none; choose random, stratified or all"
            )
        return self

    @model_validator(mode="after")
    def _clamp_is_a_range_around_a_half(self) -> Self:
        if self.clamp is not None and not 0 <= self.clamp[0] < 0.5 < self.clamp[1] <= 1:
            raise ValueError("clamp is two probabilities around a half, such as [0.4, 0.6]")
        return self


class PreferenceSettings(FileRecord):
    """How the ratings of a run are read as preference labels; what was asked does not depend on it."""

    feedback: Identifier
    """The feedback file, by its id."""
    path: str
    """Where it was read from, as a path from the workspace."""
    clamp: tuple[float, float] | None = None
    """Least and most a soft probability may say."""
    tie_within: float = 0.0
    """A probability no further than this from a half is a tie."""


class FeedbackLimits(FileRecord):
    """Walls of making feedback."""

    usd: float | None = Field(default=None, ge=0)
    """Most US dollars the generator may spend in one run; judging has the limits of its suite."""


class Feedback(FileRecord):
    """How training data is made from a constitution: by revision, by preference, or both."""

    schema_: Literal["feedback/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    id: Identifier
    """Name of the feedback."""
    title: str = ""
    """Name for people."""
    seed: int = Field(default=0, ge=0)
    """Seed of every draw of principles and cases."""
    revise: Revise | None = None
    """How replies are revised."""
    prefer: Prefer | None = None
    """How pairs are labelled."""
    limits: FeedbackLimits = FeedbackLimits()
    """Walls."""

    @model_validator(mode="after")
    def _says_what_to_make(self) -> Self:
        if self.revise is None and self.prefer is None:
            raise ValueError("a feedback file needs revise or prefer, or both")
        return self


__all__ = [
    "MOST_ROUNDS",
    "Feedback",
    "FeedbackLimits",
    "Prefer",
    "PreferenceSettings",
    "PrincipleDraw",
    "Revise",
]
