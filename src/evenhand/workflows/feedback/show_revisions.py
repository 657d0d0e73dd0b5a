"""Show what a revision run wrote, whatever state it is in: its chains, or all texts of one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.generation import FailedStep, GenerationRun, Step
from evenhand.records.message import flatten
from evenhand.records.run import RunState
from evenhand.store.generations import read_generation, read_steps
from evenhand.store.ledger import open_ledger
from evenhand.workflows.feedback.read_revisions import open_replies


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One text that was asked for."""

    kind: str
    principle_id: str
    key: str
    """Digest of what was asked, as hex: the prompt hash of the text."""
    text: str
    """Hostile; empty where it failed."""
    failure: str
    """Kind of failure; empty where there is a text."""
    detail: str
    """What was wrong; hostile."""
    reused: bool
    """Whether an earlier run had paid for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChain:
    """One reply with what was written."""

    name: str
    """Hostile where case names are."""
    texts: int
    failure: str
    """Kind of failure it ended with; empty where it did not."""
    steps: tuple[ShownStep, ...] = ()
    """Only where the chain was asked for by its name."""
    prompt: str | None = None
    """What the person wrote; hostile. None where the chain was not asked for, or its file has changed."""
    original: str | None = None
    """The first reply; hostile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRevisions:
    """A revision run."""

    run: str
    feedback: str
    state: RunState
    reason: str
    chains: tuple[ShownChain, ...]


def show_revisions(start: Path, run: str, name: str = "") -> ShownRevisions:
    """Return what a revision run wrote.

    Args:
        start: Folder from which the workspace is looked for.
        run: The generation run, or "latest".
        name: A reply: the name of its case, or CASE#CANDIDATE; empty lists all of them without their texts.

    Raises:
        UnknownNameError: There is no such run, or no such reply in it.
        LedgerError: The ledger can not be read.
    """
    workspace = find_workspace(start)
    ledger = open_ledger(workspace.ledger_path)
    made = read_generation(ledger, run, "revise")
    chains = groupby(read_steps(ledger, made.id), lambda step: step.chain)
    if not name:
        found = tuple(_listed(chain, list(steps)) for chain, steps in chains)
    else:
        found, names = (), []
        for chain, steps in chains:
            names.append(chain)
            if chain == name:
                found = (_whole(workspace.root, made, chain, list(steps)),)
                break
        if not found:
            raise UnknownNameError("reply", name, names, within=f"run {made.id}")
    return ShownRevisions(
        run=made.id, feedback=made.manifest.title, state=made.state, reason=made.reason, chains=found
    )


def _listed(name: str, steps: list[Step]) -> ShownChain:
    failures = [step.outcome.kind.value for step in steps if isinstance(step.outcome, FailedStep)]
    return ShownChain(name=name, texts=len(steps) - len(failures), failure=failures[0] if failures else "")


def _whole(root: Path, run: GenerationRun, name: str, steps: list[Step]) -> ShownChain:
    listed = _listed(name, steps)
    prompt, original = next(_first(root, run, name), (None, None))
    return ShownChain(
        name=name,
        texts=listed.texts,
        failure=listed.failure,
        steps=tuple(map(_shown, steps)),
        prompt=prompt,
        original=original,
    )


def _first(root: Path, run: GenerationRun, name: str) -> Iterator[tuple[str, str]]:
    """Yield prompt and first reply of a chain; nothing where the files have changed."""
    try:
        replies = open_replies(root, run)
    except UsageError:
        return
    yield from ((flatten(reply.case.prompt or ""), reply.text) for reply in replies if reply.name == name)


def _shown(step: Step) -> ShownStep:
    failed = step.outcome if isinstance(step.outcome, FailedStep) else None
    return ShownStep(
        kind=step.kind,
        principle_id=step.principle_id,
        key=step.key.hex(),
        text="" if isinstance(step.outcome, FailedStep) else step.outcome,
        failure=failed.kind.value if failed else "",
        detail=failed.detail if failed else "",
        reused=step.reused is not None,
    )


__all__ = ["ShownChain", "ShownRevisions", "ShownStep", "show_revisions"]
