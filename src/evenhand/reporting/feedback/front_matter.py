"""The head of a dataset card: YAML that the Hugging Face hub and its `datasets` library read."""

import json
from collections.abc import Iterator
from typing import Any, Final

from evenhand.feedback.card import ExportedFile, ExportFacts
from evenhand.feedback.shapes import COLUMNS, Format, Kind, text_keys

_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST: Final = "n>10M"
_TYPES: Final[dict[Kind, str]] = {"text": "string", "number": "float64", "truth": "bool"}


def front_matter(facts: ExportFacts) -> str:
    """Return the head of the card, its marks included. Every text in it is a JSON string, which YAML reads as one."""
    return "\n".join(["---", *_lines(facts), "---"])


def _lines(facts: ExportFacts) -> Iterator[str]:
    yield f"pretty_name: {_text(_title(facts))}"
    yield f"license: {_text(facts.license or 'unknown')}"
    yield "task_categories:"
    yield "- text-generation"
    yield "tags:"
    yield from (f"- {tag}" for tag in ("evenhand", "synthetic", "feedback", facts.shape.value))
    yield "size_categories:"
    yield f"- {_text(_size(facts.total))}"
    yield "configs:"
    yield from _config("default", facts.files)
    if facts.beside:
        yield from _config("columns", facts.beside)
        return
    yield "dataset_info:"
    yield "  features:"
    yield from _features(facts)


def _config(name: str, files: tuple[ExportedFile, ...]) -> Iterator[str]:
    yield f"- config_name: {name}"
    yield "  data_files:"
    for split in dict.fromkeys(file.split for file in files):
        yield f"  - split: {split}"
        yield "    path:"
        yield from (f"    - {_text(file.path)}" for file in files if file.split == split)


def _features(facts: ExportFacts) -> Iterator[str]:
    """Yield the types of all keys: a reader could not tell from nulls and empty lists."""
    lists = facts.conversational and facts.format is not Format.PARQUET
    for key in text_keys(facts.format, facts.shape):
        yield f"  - name: {key}"
        if key == "label":
            yield "    dtype: bool"
        elif lists:
            yield "    list:"
            for name in ("role", "content"):
                yield from (f"    - name: {name}", "      dtype: string")
        else:
            yield "    dtype: string"
    for column in COLUMNS:
        yield f"  - name: {column.name}"
        yield "    list: string" if column.kind == "texts" else f"    dtype: {_TYPES[column.kind]}"


def _title(facts: ExportFacts) -> str:
    return (
        f"{facts.shape.value.capitalize()} data of suite {facts.provenance.suite}, run {facts.provenance.run}"
    )


def _size(rows: int) -> str:
    return next((words for limit, words in _SIZES if rows < limit), _LARGEST)


def _text(value: Any) -> str:
    return json.dumps(value)


__all__ = ["front_matter"]
