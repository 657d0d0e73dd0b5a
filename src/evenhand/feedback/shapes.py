"""The shapes of exported rows: which keys a row has, what each holds, and the same as JSON Schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class Format(StrEnum):
    """What is written."""

    PREFERENCE = "trl-preference"
    UNPAIRED = "trl-unpaired"
    SFT = "sft"
    MESSAGES = "messages"
    PARQUET = "parquet"


class Shape(StrEnum):
    """What the texts of a row are to a trainer."""

    PREFERENCE = "preference"
    UNPAIRED = "unpaired"
    COMPLETION = "completion"


class Source(StrEnum):
    """What rows are made from."""

    PAIRS = "pairs"
    """Pairs that a panel compared."""
    TEXTS = "judged texts"
    """Texts that a panel judged one by one."""
    REVISIONS = "revisions"
    """Replies that went through critique and revision."""


SHAPES: Final[Mapping[Format, Mapping[Source, Shape]]] = {
    Format.PREFERENCE: {Source.PAIRS: Shape.PREFERENCE, Source.REVISIONS: Shape.PREFERENCE},
    Format.UNPAIRED: {Source.TEXTS: Shape.UNPAIRED},
    Format.SFT: {
        Source.PAIRS: Shape.COMPLETION,
        Source.TEXTS: Shape.COMPLETION,
        Source.REVISIONS: Shape.COMPLETION,
    },
    Format.MESSAGES: {
        Source.PAIRS: Shape.COMPLETION,
        Source.TEXTS: Shape.COMPLETION,
        Source.REVISIONS: Shape.COMPLETION,
    },
    Format.PARQUET: {
        Source.PAIRS: Shape.PREFERENCE,
        Source.TEXTS: Shape.UNPAIRED,
        Source.REVISIONS: Shape.PREFERENCE,
    },
}
"""Which shape a format gives to what rows are made from; where nothing stands the format has no meaning."""

Kind = Literal["text", "texts", "number", "truth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A key of every row beside its texts."""

    name: str
    kind: Kind
    words: str
    nullable: bool = False


_OF_A_ROW: Final = (
    Column(name="row_id", kind="text", words="Digest of shape, prompt, texts and label, as sha256."),
    Column(name="case_id", kind="text", words="The case."),
    Column(name="candidate_ids", kind="texts", words="The candidates, the chosen one first."),
    Column(name="producers", kind="texts", words="Who or what wrote them; empty where it is not known."),
    Column(name="source", kind="text", words="Source of the case; rows that share one are in one split."),
    Column(name="slice", kind="text", words="Groups of the case, as JSON."),
    Column(name="principle_ids", kind="texts", words="Principles the label is about."),
    Column(name="outcome", kind="text", words="What the panel, or people, said of the case as it lies."),
    Column(
        name="probability",
        kind="number",
        words="The panel's soft probability of this label; of the text to pass where rows are unpaired or completions.",
        nullable=True,
    ),
    Column(name="probability_clamped", kind="number", words="The same inside of the clamp.", nullable=True),
    Column(
        name="probability_margin",
        kind="number",
        words="Twice the probability less 1. It is not called `margin`, which TRL's reward trainer would subtract.",
        nullable=True,
    ),
    Column(
        name="ratings",
        kind="text",
        words="What each judge said under each principle, in each order and repeat, as JSON.",
    ),
    Column(name="prompt_hashes", kind="texts", words="Digests of what a generator was asked, in order."),
    Column(name="label_source", kind="text", words="`panel` or `people`."),
    Column(
        name="trusted",
        kind="truth",
        words="Whether people settled it, or a calibrated panel may decide it alone.",
    ),
    Column(name="trust_reason", kind="text", words="Why, or why not."),
    Column(name="split", kind="text", words="The split the row lies in."),
)
_OF_A_RUN: Final = (
    Column(name="run", kind="text", words="The run that judged."),
    Column(name="panel", kind="text", words="The panel."),
    Column(name="judge_ids", kind="texts", words="Its judges."),
    Column(name="judge_versions", kind="texts", words="Their versions, in the same order."),
    Column(name="judge_models", kind="texts", words="Their models; empty for judges without one."),
    Column(name="constitution_id", kind="text", words="The constitution."),
    Column(name="constitution_version", kind="text", words="Its version."),
    Column(name="constitution_hash", kind="text", words="Digest of its content, as sha256."),
    Column(
        name="generation_run", kind="text", words="The run in which texts were written; empty without one."
    ),
    Column(name="generator_id", kind="text", words="The generator; empty where nothing was generated."),
    Column(name="generator_version", kind="text", words="Its version."),
    Column(name="generator_model", kind="text", words="Its model."),
    Column(
        name="calibration_run", kind="text", words="The run whose calibration certifies; empty without one."
    ),
    Column(name="calibration_status", kind="text", words="What that calibration allows, in words."),
)
COLUMNS: Final = (*_OF_A_ROW, *_OF_A_RUN)
"""Every key of a row beside its texts, in order; those of the run, at the end, are the same in all rows."""

_MESSAGES: Final = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "role": {"enum": ["system", "user", "assistant", "tool"]},
            "content": {"type": "string"},
        },
        "required": ["role", "content"],
        "additionalProperties": False,
    },
}
_REPLY: Final = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": {
        "type": "object",
        "properties": {"role": {"const": "assistant"}, "content": {"type": "string"}},
        "required": ["role", "content"],
        "additionalProperties": False,
    },
}
_TEXT: Final = {"type": "string"}


def text_keys(format_: Format, shape: Shape) -> tuple[str, ...]:
    """Return the keys of a row that a trainer reads."""
    if format_ is Format.MESSAGES:
        return ("messages",)
    prompt = ("prompt", "prompt_messages") if format_ is Format.PARQUET else ("prompt",)
    return (*prompt, *_ANSWERS[shape])


_ANSWERS: Final[Mapping[Shape, tuple[str, ...]]] = {
    Shape.PREFERENCE: ("chosen", "rejected"),
    Shape.UNPAIRED: ("completion", "label"),
    Shape.COMPLETION: ("completion",),
}


def row_schema(format_: Format, shape: Shape, *, conversational: bool) -> dict[str, Any]:
    """Return the JSON Schema of the rows of a format; of what a row is in Parquet, seen as JSON."""
    keys = text_keys(format_, shape)
    flat = format_ is Format.PARQUET
    texts = {key: _text_schema(key, conversational=conversational and not flat) for key in keys}
    if flat:
        texts["prompt"] = {"type": ["string", "null"]}
    beside = {} if format_ is Format.MESSAGES else column_schemas()
    return {
        "$schema": DIALECT,
        "title": f"feedback-row/v1 {format_} {shape}",
        "type": "object",
        "properties": {**texts, **beside},
        "required": [*texts, *beside],
        "additionalProperties": False,
    }


def column_schemas() -> dict[str, Any]:
    """Return the schema of every key beside the texts."""
    kinds: Mapping[Kind, Mapping[str, Any]] = {
        "text": _TEXT,
        "texts": {"type": "array", "items": _TEXT},
        "number": {"type": "number"},
        "truth": {"type": "boolean"},
    }
    return {
        column.name: {
            **({"type": ["number", "null"]} if column.nullable else kinds[column.kind]),
            "description": column.words,
        }
        for column in COLUMNS
    }


def _text_schema(key: str, *, conversational: bool) -> dict[str, Any]:
    if key == "label":
        return {"type": "boolean"}
    if key == "messages":
        return _MESSAGES
    if not conversational:
        return _TEXT
    return _MESSAGES if key == "prompt" else _REPLY


def flat_columns(shape: Shape) -> dict[str, Kind]:
    """Return the columns of a Parquet file."""
    texts: dict[str, Kind] = {
        key: "truth" if key == "label" else "text" for key in text_keys(Format.PARQUET, shape)
    }
    return {**texts, **{column.name: column.kind for column in COLUMNS}}


def shape_table() -> Iterator[tuple[Format, Source, Shape | None]]:
    """Yield for each format and each thing rows are made from the shape; None where the format has no meaning."""
    for format_, by_source in SHAPES.items():
        for source in Source:
            yield format_, source, by_source.get(source)


__all__ = [
    "COLUMNS",
    "SHAPES",
    "Column",
    "Format",
    "Kind",
    "Shape",
    "Source",
    "column_schemas",
    "flat_columns",
    "row_schema",
    "shape_table",
    "text_keys",
]
