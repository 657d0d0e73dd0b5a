"""Write an accepted candidate as files that a person can look through and take over; never in the place of a judge."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from evenhand.catalog.source import Json
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.errors import UsageError
from evenhand.records.judge import ModelJudge
from evenhand.workflows.derived import make_folder
from evenhand.workflows.tuning.candidates import Candidate
from evenhand.workflows.tuning.tune import Tuned
from evenhand.workflows.write_lines import write_lines

EXAMPLES: Final = "examples.yaml"
"""File of the worked examples that belong into the constitution."""


def write_proposal(tuned: Tuned, folder: Path) -> tuple[Path, ...]:
    """Write the accepted candidate of a tuning into a folder; return the files, none where there is nothing to write.

    A judge that asks a model is written under the id of the judge it may replace, with the next version, its template
    beside it and its worked examples in a file of their own. Any other candidate is a judge file of the workspace
    already. Nothing is written over.

    Args:
        tuned: The tuning.
        folder: Where to write; it is made.

    Raises:
        UsageError: A file is there already, or can not be written.
    """
    candidate = tuned.candidate
    if candidate is None or candidate.origin == "file" or not isinstance(candidate.judge, ModelJudge):
        return ()
    files = dict(_files(tuned.current, candidate, candidate.judge))
    for name in files:
        if (folder / name).exists():
            raise UsageError(
                f"{folder / name} is there already, and a proposal writes nothing over",
                hint="name another folder with --out",
            )
    make_folder(folder)
    for name, text in files.items():
        write_lines(folder / name, [text.encode()], hint="name another folder with --out")
    return tuple(folder / name for name in files)


def _files(current: Candidate, candidate: Candidate, judge: ModelJudge) -> Iterator[tuple[str, str]]:
    name = current.judge.id
    said: dict[str, Any] = {
        **judge.canonical(),
        "id": name,
        "version": _next(current.judge.version),
        "template": f"{name}.j2",
    }
    yield f"{name}.yaml", dump_yaml(_in_order(said))
    yield f"{name}.j2", candidate.template
    shots: dict[str, Json] = {
        principle.id: [example.canonical() for example in principle.examples if example.use == "shot"]
        for principle in candidate.constitution.principles
    }
    if judge.shots.max and any(shots.values()):
        yield EXAMPLES, dump_yaml({name: examples for name, examples in shots.items() if examples})


def _in_order(judge: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a judge file in the order in which people write them."""
    first = ("schema", "id", "version", "title", "owner", "kind", "model")
    names = [*(name for name in first if name in judge), *(name for name in judge if name not in first)]
    return {name: judge[name] for name in names}


def _next(version: str) -> str:
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
