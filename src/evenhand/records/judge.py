"""Judges as people write them: what a judge is, what it sees and how it answers."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier
from evenhand.records.rating import FailureKind, Order
from evenhand.records.scale import Label

Sight = Literal[
    "principle.id",
    "principle.title",
    "principle.text",
    "principle.exceptions",
    "principle.scope",
    "principle.rationale",
    "scale",
    "shots",
    "case.prompt",
    "case.response",
    "case.reference",
    "case.response_a",
    "case.response_b",
]
"""The closed set of things a judge may be shown."""

DEFAULT_SIGHT: tuple[Sight, ...] = (
    "principle.title",
    "principle.text",
    "principle.exceptions",
    "principle.scope",
    "scale",
    "shots",
    "case.prompt",
    "case.response",
    "case.response_a",
    "case.response_b",
)


_LONGEST_NGRAM = 10


class _Judge(FileRecord):
    """What every judge file holds."""

    schema_: Literal["judge/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    id: Identifier
    """Name of the judge."""
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    """Version of the judge; any change of prompt or settings deserves a new one."""
    title: str = ""
    """What it does, for people."""
    owner: str = ""
    """Who answers for it."""


class ModelParams(FileRecord):
    """Sampling parameters; only what is written is sent."""

    max_tokens: int = Field(default=1024, gt=0)
    """Most tokens of a reply."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Sampling temperature; current Anthropic models take none. Never a promise of repeatability."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Nucleus sampling share."""
    seed: int | None = None
    """Seed for providers that take one."""
    reasoning_effort: Literal["minimal", "low", "medium", "high"] | None = None
    """Effort for reasoning models that take one."""


class AnswerSettings(FileRecord):
    """How the judge answers."""

    means: Literal["auto", "json_schema", "json_object", "tool", "last_line"] = "auto"
    """How the answer's shape is enforced; auto takes the best the endpoint passes in preflight."""
    probabilities: Literal["auto", "logprobs", "repeats"] = "auto"
    """Where label probabilities come from; auto takes log-probabilities where preflight finds them."""
    confidence: Literal["none", "stated"] = "none"
    """Whether the judge is asked to state a confidence from 0 to 1 (kept, never used as a probability)."""
    quotes: bool = True
    """Whether the judge is asked for the passages its answer rests on."""
    reason: Literal["before", "none"] = "before"
    """Whether the judge writes its reason before its answer, or answers at once. After a reason that it wrote itself,
    the probabilities of an answer are close to 0 or 1; at once they spread, and there is nothing to read."""
    ties: bool = True
    """Whether a judge that compares two may answer that neither is better, or that both are bad; without it, one of the
    two must be."""
    reasks: int = Field(default=1, ge=0, le=3)
    """How often an unreadable reply is asked again, with the same prompt, before it is a failed rating."""

    @model_validator(mode="after")
    def _at_once_means_at_once(self) -> Self:
        if self.reason == "none" and self.quotes:
            raise ValueError("reason: none asks for nothing before the answer; write quotes: false with it")
        return self


class Shots(FileRecord):
    """Worked examples shown in the prompt, from the principle's examples with `use: shot`."""

    max: int = Field(default=0, ge=0, le=20)
    """Most examples shown; 0 shows none."""


class Price(FileRecord):
    """Price of a model in US dollars per million tokens."""

    input: float = Field(ge=0)
    """Per million tokens read."""
    output: float = Field(ge=0)
    """Per million tokens written."""
    batch: float = Field(default=0.5, ge=0, le=1)
    """Share of both that a call in a batch costs: half, at OpenAI and at Anthropic."""

    def in_batch(self) -> "Price":
        """Return the price of a call in a batch."""
        return Price(input=self.input * self.batch, output=self.output * self.batch)


SHORT_ANSWER_TOKENS = 25
"""A short answer, for the low end of a price that is estimated without calls."""


class ModelJudge(_Judge):
    """A judge that asks a language model."""

    kind: Literal["model"]
    """Kind of judge."""
    model: str = Field(pattern=r"^[A-Za-z0-9_.-]+/\S+$", max_length=200)
    """ACCOUNT/MODEL, such as openai/gpt-x: an account of the settings, then the provider's model name."""
    allow_alias: bool = False
    """Whether `model` may be a floating alias such as `latest`, which its vendor moves to other models."""
    mode: Literal["absolute", "pairwise"] = "absolute"
    """Whether it judges one candidate or compares two."""
    system: str = ""
    """System message; the same template language as the template."""
    template: str
    """Prompt template beside this file, such as close-reader.j2."""
    sees: tuple[Sight, ...] = DEFAULT_SIGHT
    """What the template may use; anything else is an error."""
    params: ModelParams = ModelParams()
    """Sampling parameters."""
    answer: AnswerSettings = AnswerSettings()
    """How it answers."""
    shots: Shots = Shots()
    """Worked examples in the prompt."""
    repeats: int = Field(default=1, ge=1, le=50)
    """How often each item is asked."""
    timeout_s: float = Field(default=60, gt=0, le=3600)
    """Seconds one unit may take in all, retries and repeated questions included, waits for its account not."""
    attempts: int = Field(default=4, ge=1, le=20)
    """Most calls for one unit when calls fail for passing reasons; those of an outage do not count."""
    max_candidate_chars: int = Field(default=100_000, gt=0)
    """Longest text shown; a longer one is a failed rating of its own kind, never cut silently."""
    price: Price | None = None
    """Price of the model, where the price table does not know it."""

    @model_validator(mode="after")
    def _only_pairs_tie(self) -> Self:
        if self.mode != "pairwise" and not self.answer.ties:
            raise ValueError("answer: ties: false is for judges that compare two, with mode: pairwise")
        return self


class Pattern(FileRecord):
    """One weighted pattern."""

    pattern: str = Field(min_length=1, max_length=2000)
    """Regular expression in RE2 syntax (no look-around, no back-references), matched in linear time."""
    label: Label
    """The label it speaks for."""
    weight: float
    """Added to the label's score when it matches; may be negative."""
    within: int | None = Field(default=None, gt=0)
    """Counts only in the first so many characters."""
    at: Literal["start", "anywhere"] = "anywhere"
    """Whether it must match at the start of the text."""
    once: bool = True
    """Whether several matches count once."""
    why: str = ""
    """What a match means; becomes the rating's reason."""


class PatternRules(FileRecord):
    """Scores and patterns for the principles a rule set covers."""

    prior: Mapping[Label, float] = Field(min_length=2)
    """Score of each label before any pattern; labels left out can not be given."""
    patterns: tuple[Pattern, ...] = ()
    """The patterns."""


class PatternJudge(_Judge):
    """A judge that adds up weighted patterns; the softmax of the scores. Offline, free, shallow."""

    kind: Literal["pattern"]
    """Kind of judge."""
    reads: Literal["response", "prompt", "both"] = "response"
    """Which text is matched."""
    principles: Mapping[str, PatternRules] = Field(min_length=1)
    """Rules by principle id or a pattern such as "privacy.*"; the first that fits holds."""


class NearestJudge(_Judge):
    """A judge that votes with the nearest labelled examples of the principle. Offline, free, shallow."""

    kind: Literal["nearest"]
    """Kind of judge."""
    ngram: tuple[int, int] = (3, 5)
    """Shortest and longest character n-gram."""
    neighbours: int = Field(default=3, ge=1, le=50)
    """How many examples vote."""
    min_similarity: float = Field(default=0.05, ge=0, le=1)
    """Below this cosine similarity nothing is near, and the judge can not tell."""

    @model_validator(mode="after")
    def _lengths_are_a_range(self) -> Self:
        if not 1 <= self.ngram[0] <= self.ngram[1] <= _LONGEST_NGRAM:
            raise ValueError(f"ngram is two lengths from 1 to {_LONGEST_NGRAM}, the shorter one first")
        return self


class _Recording(FileRecord):
    """What every file of answers obtained elsewhere needs said about it."""

    path: str
    """File of the answers, one JSON object a line, as a path from the judge file."""
    judge: str = ""
    """Which judge's lines to read, where the file holds several."""
    principles: Mapping[Identifier, str] = Field(default_factory=dict)
    """Name the file uses for a principle, where it differs from the principle's id."""


Frame = Literal["item", "presented"]
"""What a pairwise answer of a swapped order names: a candidate of the case, or a place in what was shown."""


class RecordedRatings(_Recording):
    """Ratings obtained elsewhere."""

    frame: Frame = "item"
    """Whether "a" is the first candidate of the case, or the one that was shown first."""
    labels: Mapping[str, Label] = Field(default_factory=dict)
    """Label of the scale for a label of the file, where they differ."""


class ReplyPattern(FileRecord):
    """What one label looks like in a raw reply."""

    pattern: str = Field(min_length=1, max_length=2000)
    """Regular expression in RE2 syntax."""
    label: Label | None = None
    """The label it stands for; without one, the text of the pattern's one group is the answer."""


class ReplyFormat(FileRecord):
    """How raw replies obtained elsewhere are read; declared, never guessed."""

    where: Literal["whole", "first_line", "last_line", "anywhere"]
    """What a pattern must fit: the whole reply, its first or last line with text, or any part of it."""
    patterns: tuple[ReplyPattern, ...] = Field(min_length=1)
    """Looks of the labels."""
    several: Literal["malformed", "first_match", "last_match", "first_pattern"] = "malformed"
    """What decides when different labels are found: nothing, the place in the reply, or the order of `patterns`."""
    finish: Mapping[str, FailureKind] = Field(default_factory=dict)
    """Finish reasons that make a reply a failed rating, and of which kind."""

    @model_validator(mode="after")
    def _places_need_an_open_search(self) -> Self:
        if self.several in {"first_match", "last_match"} and self.where != "anywhere":
            raise ValueError(f"several: {self.several} needs where: anywhere, not where: {self.where}")
        return self


class RecordedReplies(_Recording):
    """Raw replies obtained elsewhere, and how to read them."""

    frame: Frame = "presented"
    """Whether "a" is the candidate that was shown first, or the first candidate of the case."""
    stage: str = ""
    """Which stage's lines to read, where a judge replied more than once."""
    format: ReplyFormat
    """How a reply is read."""


class RecordedJudge(_Judge):
    """A judge whose ratings or raw replies were obtained elsewhere."""

    kind: Literal["recorded"]
    """Kind of judge."""
    who: str = ""
    """Who or what gave the answers."""
    mode: Literal["absolute", "pairwise"] = "absolute"
    """Whether it judged one candidate or compared two."""
    repeats: int = Field(default=1, ge=1, le=50)
    """How many recorded repeats each item has."""
    orders: tuple[Order, ...] = Field(default=(Order.GIVEN, Order.SWAPPED), min_length=1, max_length=2)
    """Orders a pair was asked in; an opinion from one order is marked so, for it can not show a position bias."""
    ratings: RecordedRatings | None = None
    """Ratings obtained elsewhere."""
    replies: tuple[RecordedReplies, ...] = ()
    """Raw replies obtained elsewhere; the first of these that has a line for an item is read."""

    @model_validator(mode="after")
    def _has_one_kind_of_recording(self) -> Self:
        if (self.ratings is None) == (not self.replies):
            raise ValueError("a recorded judge needs either ratings or replies")
        if len(set(self.orders)) != len(self.orders):
            raise ValueError("orders names an order twice")
        return self


Judge = Annotated[ModelJudge | PatternJudge | NearestJudge | RecordedJudge, Field(discriminator="kind")]
"""Any judge, told apart by `kind`."""
