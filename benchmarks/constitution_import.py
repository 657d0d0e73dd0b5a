"""Import every published constitution among the recorded data, and hold what was found against counts by hand.

    python benchmarks/constitution_import.py [--data FOLDER] [--model-spec FILE]

Each file is imported as the command does it, into a temporary folder, and read back. Three counts stand beside each
other: what was found; what a person counted, written down below with how; and what another rule counts, which knows
nothing of the importer. `words lost` are the words of the file that stand nowhere in the constitution, counted with
repeats: marks such as "Options:" and the words of a table's head are meant to be among them.

With --model-spec a copy of the public Model Spec (release 2025-12-18) is read too; it is not among the recorded data.
"""

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.source import Json
from evenhand.records.constitution import Constitution
from evenhand.workflows.import_constitution import import_constitution

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_WORD = re.compile(r"[^\W\d_]{2,}")
_SCORE_LINE = re.compile(r"^[*|\\ \-]*[+\N{EN DASH}-]?(?:0\.5|1\.0)\b", re.MULTILINE)
_BEST_LINE = re.compile(r"^[*|\\ ]*[+]?1\.0\b", re.MULTILINE)
_LEVELS = 4


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Principles, descriptors of scales and examples of a file."""

    principles: int
    descriptors: int = 0
    examples: int = 0


@dataclass(frozen=True, kw_only=True)
class Published:
    """A file, what a person counted in it, and how another rule counts."""

    format_name: str
    path: str
    by_hand: Counts
    how: str
    """How the person counted."""
    rule: Callable[[str], Counts]
    """Counts in the raw text."""


def _rubric_rule(text: str) -> Counts:
    """Count lines that begin with the best score, but for the one of the general scale; and all score lines alike."""
    return Counts(
        principles=len(_BEST_LINE.findall(text)) - 1, descriptors=len(_SCORE_LINE.findall(text)) - _LEVELS
    )


def _spec_rule(text: str) -> Counts:
    """Count headings with a level, and marks of replies."""
    return Counts(
        principles=len(re.findall(r"^#.*authority=", text, re.MULTILINE)),
        examples=len(re.findall(r"<!-- (?:GOOD|BAD|OK)", text)),
    )


PUBLISHED = (
    Published(
        format_name="json-list",
        path="constitutions/RLMadisonInstructions.json",
        by_hand=Counts(principles=16),
        how="numbered while reading: each entry asks for one choice",
        rule=lambda text: Counts(principles=text.count("Options:")),
    ),
    Published(
        format_name="json-list",
        path="constitutions/CritiqueRevisionInstructions.json",
        by_hand=Counts(principles=16),
        how="the keys harmful0 to harmful15, none missing",
        rule=lambda text: Counts(principles=text.count("CritiqueRequest:")),
    ),
    *(
        Published(
            format_name="humanebench",
            path=f"humanebench/rubric_v{version}.md",
            by_hand=Counts(principles=8, descriptors=32),
            how="the numbers 1 to 8, four scores below each",
            rule=_rubric_rule,
        )
        for version in (1, 2, 3)
    ),
)
MODEL_SPEC = Published(
    format_name="model-spec",
    path="model_spec.md",
    by_hand=Counts(principles=59, examples=397),
    how="grep, line by line: 59 levels; 193 GOOD, 196 BAD and 8 OK",
    rule=_spec_rule,
)


def main() -> None:
    """Import each file and print a line about it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model-spec", type=Path)
    arguments = parser.parse_args()
    files = [(each, arguments.data / each.path) for each in PUBLISHED]
    files += [(MODEL_SPEC, arguments.model_spec)] if arguments.model_spec else []
    head = ("file", "principles", "by hand", "by rule", "descriptors", "by hand", "by rule")
    print("{:<34} {:>10} {:>8} {:>8} {:>12} {:>8} {:>8}".format(*head), end="")
    print(f" {'examples':>9} {'by hand':>8} {'by rule':>8} {'guesses':>8} {'words lost':>12} {'ms':>6}")
    print(*map(_row, files), sep="\n")
    print("\nHow a person counted:")
    for each, _ in files:
        print(f"  {Path(each.path).name}: {each.how}")


def _row(file: tuple[Published, Path]) -> str:
    each, path = file
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        done = import_constitution(each.format_name, path, Path(folder) / "c.md")
        spent = time.process_time() - started
        constitution = load_constitution(Path(folder) / "c.md")
    found = Counts(
        principles=done.principles,
        descriptors=sum(len(scale.describe) for scale in constitution.scales.values()),
        examples=done.examples,
    )
    columns = _beside(found, each.by_hand, each.rule(text))
    lost, words = _lost(each.format_name, text, constitution)
    return (
        "{:<34} {:>10} {:>8} {:>8} {:>12} {:>8} {:>8} {:>9} {:>8} {:>8}".format(
            Path(each.path).name, *columns
        )
        + f" {len(done.guesses):>8} {f'{lost:,} of {words:,}':>12} {spent * 1000:>6.0f}"
    )


def _beside(found: Counts, by_hand: Counts, by_rule: Counts) -> Iterator[int]:
    for name in ("principles", "descriptors", "examples"):
        yield from (getattr(each, name) for each in (found, by_hand, by_rule))


def _lost(format_name: str, text: str, constitution: Constitution) -> tuple[int, int]:
    """Return how many words of a file are nowhere in the constitution, and how many it has."""
    raw = " ".join(_texts(json.loads(text))) if format_name == "json-list" else text
    written, kept = _words([raw]), _words(_texts(constitution.canonical()))
    return (written - kept).total(), written.total()


def _words(texts: Iterable[str]) -> Counter[str]:
    return Counter(word.casefold() for text in texts for word in _WORD.findall(text))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts(each))


if __name__ == "__main__":
    main()
