"""Write the suite in which replies are judged before and after they were revised, by the ordinary engine.

It lies in `.evenhand/derived/revise-RUN/` and is made again, byte for byte, whenever it is needed. Nothing in it tells
which of the texts of a case came first: they stand in an order drawn by the seed and their content, under the names 1,
2 and so on, and what judges and people are shown of one of them is the same whichever it was.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evenhand.catalog.feedback_files import LoadedFeedback
from evenhand.catalog.settings import Workspace
from evenhand.catalog.suites import LoadedSuite
from evenhand.records.canonical import ascii_line
from evenhand.records.suite import Candidate
from evenhand.workflows.derived import derived_path, make_folder, path_from
from evenhand.workflows.feedback.read_revisions import RevisedReply
from evenhand.workflows.write_lines import write_lines

_LONGEST_NAME: Final = 300
"""Characters a case may have in its name."""
_SUFFIX: Final = "~revised"


def case_name(reply: str) -> str:
    """Return the name of the case in which a reply is judged: another than the suite's own.

    So no recording or label of the first reply, which may name the case alone, is taken for one of a revision.
    """
    if len(reply) + len(_SUFFIX) <= _LONGEST_NAME:
        return reply + _SUFFIX
    digest = hashlib.sha256(ascii_line(reply).encode()).hexdigest()[:16]
    return f"{reply[: _LONGEST_NAME - len(_SUFFIX) - 17]}~{digest}{_SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The texts of a reply before and after, each text once."""

    name: str
    """Name of the case in the suite."""
    candidate_ids: tuple[str, ...]
    """The candidate of the first reply, then of what is there after each round; equal texts are one candidate."""
    texts: Mapping[str, str]
    """Text of each candidate by its id, in their order; hostile."""
    producers: Mapping[str, str]
    """Who wrote each, by its id."""


def arrange(each: RevisedReply, *, rounds: int, seed: int, producer: str) -> Versions:
    """Return the texts of a reply in an order that says nothing of which came first.

    Args:
        each: The reply.
        rounds: How many rounds it went through.
        seed: Seed of the order.
        producer: Who wrote the revisions.
    """
    texts = [each.text_after(number) for number in range(rounds + 1)]
    name = each.reply.name
    ranked = sorted(dict.fromkeys(texts), key=lambda text: _rank(seed, name, text))
    ids = {text: str(place) for place, text in enumerate(ranked, 1)}
    first = {texts[0]: each.revised.original_producer}
    return Versions(
        name=case_name(name),
        candidate_ids=tuple(ids[text] for text in texts),
        texts={ids[text]: text for text in ranked},
        producers={ids[text]: first.get(text, producer) for text in ranked},
    )


def _rank(seed: int, name: str, text: str) -> bytes:
    return hashlib.sha256(ascii_line([seed, "order", name, text]).encode()).digest()


def derived_folder(workspace: Workspace, run: str) -> Path:
    """Return where the suite of a revision run lies."""
    return derived_path(workspace) / f"revise-{run}"


def derive_suite(
    workspace: Workspace,
    loaded: LoadedFeedback,
    run: str,
    replies: Iterable[tuple[RevisedReply, Versions]],
) -> Path:
    """Write the suite that judges replies before and after; return its file.

    Args:
        workspace: The workspace.
        loaded: The feedback; constitution, panel and walls are those of the suite whose replies were revised.
        run: The revision run.
        replies: The replies with their texts, read once.

    Raises:
        UsageError: A file can not be written.
    """
    assert loaded.revised is not None
    folder = derived_folder(workspace, run)
    make_folder(folder)
    write_lines(folder / "cases.jsonl", (_case_line(each, versions) for each, versions in replies))
    path = folder / "suite.yaml"
    text = json.dumps(_suite(loaded.feedback.id, loaded.revised, folder), sort_keys=True, indent=1)
    write_lines(path, [text.encode(), b"\n"])
    return path


def _case_line(each: RevisedReply, versions: Versions) -> bytes:
    case = each.reply.case.model_copy(
        update={
            "id": versions.name,
            "response": None,
            "producer": "",
            "source": each.reply.source,
            "candidates": tuple(_candidates(versions)),
        }
    )
    return ascii_line(case.canonical()).encode()


def _candidates(versions: Versions) -> Iterator[Candidate]:
    for name, text in versions.texts.items():
        yield Candidate(id=name, text=text, producer=versions.producers[name])


def _suite(feedback: str, suite: LoadedSuite, folder: Path) -> Mapping[str, Any]:
    own = suite.suite
    said: dict[str, Any] = {
        "schema": "suite/v1",
        "id": f"{feedback[:100].rstrip('._-')}.revised",
        "title": f"{own.title or own.id}: replies before and after revision",
        "summary": "Made by evenhand from a revision run; it is written anew whenever it is needed.",
        "constitution": path_from(folder, suite.constitution_path),
        "panel": path_from(folder, suite.panel_path),
        "principles": own.principles.canonical(),
        "cases": [{"path": "cases.jsonl"}],
        "splits": own.splits.canonical(),
        "seed": own.seed,
        "limits": own.limits.canonical(),
    }
    if own.gate is not None:
        said["gate"] = own.gate.model_copy(update={"baseline": "", "quarantine": ""}).canonical()
    return said


__all__ = ["Versions", "arrange", "case_name", "derive_suite", "derived_folder"]
