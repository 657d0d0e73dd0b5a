"""Chains for tests: critiques and revisions of a text, and a workspace whose generator writes them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.catalog.generators import load_generator
from evenhand.catalog.settings import find_workspace
from evenhand.generation.chain import Ask, Written
from evenhand.generation.progress import GenerationProgress
from evenhand.records.constitution import Principle
from evenhand.records.generation import GenerationRun
from evenhand.testing import JudgeAnswer, JudgeRequest
from evenhand.workflows.generation.generate import generate
from evenhand.workflows.generation.job import GenerationJob, GenerationOptions, GenerationResult

CALM = Principle(id="calm", title="Stay calm", text="The reply shouts at nobody.")
PRICE = 100.0
"""US dollars per million tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """Criticise a reply and revise it, `rounds` times."""

    name: str
    reply: str
    rounds: int = 1

    def next(self, done: Sequence[Written]) -> Ask | None:
        """Ask for a critique after each revision, and for a revision after each critique."""
        if len(done) == 2 * self.rounds:
            return None
        revisions = [each.text for each in done if each.kind == "revise"]
        data = {"prompt": f"Question {self.name}?", "response": revisions[-1] if revisions else self.reply}
        if len(done) % 2 == 0:
            return Ask(kind="critique", principle=CALM, data=data)
        return Ask(kind="revise", principle=CALM, data={**data, "critique": done[-1].text})


def mends(count: int, *, rounds: int = 1) -> list[Mend]:
    """Return so many chains over different texts."""
    return [Mend(name=f"case-{number}", reply=f"REPLY {number}!", rounds=rounds) for number in range(count)]


def writes(request: JudgeRequest) -> JudgeAnswer:
    """Write in lower case what was shouted; a scripted generator, which says nothing about what a model would write."""
    reply = next((block.text for block in request.blocks if block.name == "reply"), "")
    if any(block.name == "critique" for block in request.blocks):
        return JudgeAnswer(raw=reply.lower())
    return JudgeAnswer(raw=f"It shouts {sum(map(str.isupper, reply))} letters.")


def workspace(
    folder: Path, address: str, *, protocol: str = "openai-chat", accounts: str = "", **settings: Any
) -> Path:
    """Write a workspace with a generator that asks the server at `address`."""
    generator = {
        "schema": "generator/v1",
        "id": "mender",
        "version": "1.0.0",
        "model": "loop/scripted-writer",
        "price": {"input": PRICE, "output": PRICE},
        "prompts": {"critique": "critique.j2", "revise": "revise.j2"},
        **settings,
    }
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "{protocol}"\nbase_url = "{address}"\n{accounts}',
        "judges/mender.generator.yaml": json.dumps(generator),
        "judges/critique.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\nCriticise it.\n',
        "judges/revise.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n'
        '{{ data("critique", case.critique) }}\nRevise it.\n',
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def job(folder: Path, chains: Sequence[Mend], *, most_steps: int = 2, seed: int = 0) -> GenerationJob:
    """Return a job over `chains` in a workspace."""
    return GenerationJob(
        workspace=find_workspace(folder),
        purpose="revise",
        title="mending",
        generator=load_generator(folder / "judges/mender.generator.yaml"),
        chains=lambda: iter(chains),
        planned=len(chains),
        most_steps=most_steps,
        settings={"seed": seed, "chains": [chain.name for chain in chains]},
    )


def unwatched(run: GenerationRun, progress: GenerationProgress) -> None:
    """Watch nothing."""


def write_all(job_: GenerationJob, **options: Any) -> GenerationResult:
    """Take a job as far as it goes."""
    return generate(job_, GenerationOptions(**options), unwatched)
