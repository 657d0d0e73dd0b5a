"""Candidates that a model writes: other wordings of the judge's prompt, after a look at what it got wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from evenhand.catalog.generators import LoadedGenerator
from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError
from evenhand.generation.rewording import RewordChain, read_wording
from evenhand.generation.wording_check import why_refused
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Principle
from evenhand.records.generation import FailedStep, Step
from evenhand.records.judge import ModelJudge
from evenhand.records.run import RunState
from evenhand.store.generations import read_steps
from evenhand.store.ledger import open_ledger
from evenhand.tuning.learn import LearnItem
from evenhand.tuning.mistakes import choose_mistakes
from evenhand.tuning.results import RefusedCandidate
from evenhand.workflows.generation.generate import generate
from evenhand.workflows.generation.job import GenerationJob, GenerationOptions, Watch
from evenhand.workflows.tuning.candidates import Candidate
from evenhand.workflows.tuning.proposals import LearnView, Proposed

MISTAKES: Final = 8
"""Mistakes that one question shows."""


@dataclass(frozen=True, kw_only=True)
class Reword:
    """Asks a generator for so many other wordings."""

    start: Path
    generator: LoadedGenerator
    count: int
    options: GenerationOptions
    watch: Watch
    mistakes: int = MISTAKES

    def propose(self, view: LearnView) -> Proposed:
        """Return the wordings that may stand in the place of the judge's prompt; the others are told with the reason.

        Raises:
            MeasureError: The generator could not be asked to the end.
            KeyboardInterrupt: Somebody interrupted it.
        """
        judge = view.current.judge
        if not isinstance(judge, ModelJudge):
            why = "only the prompt of a judge that asks a model can be reworded"
            return Proposed(refused=(RefusedCandidate(name="reword", origin="reword", reason=why),))
        questions = _Questions(view=view, count=self.count, most=self.mistakes)
        job = GenerationJob(
            workspace=find_workspace(self.start),
            purpose="reword",
            title=f"judge {view.current.name}",
            generator=self.generator,
            chains=lambda: iter(questions.chains),
            planned=self.count,
            most_steps=1,
            settings={"judge": view.current.digest, "seed": view.seed, "questions": questions.digest},
        )
        result = generate(job, self.options, self.watch)
        if result.interrupted:
            raise KeyboardInterrupt
        if result.run.state is not RunState.FINISHED:
            raise MeasureError(
                f"generator {self.generator.generator.id} was not asked to the end: {'; '.join(result.reasons)}",
                hint="give the same command again, with a higher --max-usd where money ran out",
            )
        ledger = open_ledger(find_workspace(self.start).ledger_path)
        proposed = self._read(view.current, judge, tuple(read_steps(ledger, result.run.id)))
        return replace(proposed, nanousd=result.account.possibly_spent_nanousd)

    def _read(self, current: Candidate, judge: ModelJudge, steps: Sequence[Step]) -> Proposed:
        candidates, refused = [], []
        for step in sorted(steps, key=lambda step: step.chain):
            if isinstance(step.outcome, FailedStep):
                why = f"no text came: {step.outcome.kind.value}"
                refused.append(RefusedCandidate(name=step.chain, origin="reword", reason=why))
                continue
            text = read_wording(step.outcome)
            if why := why_refused(text, current.template, judge, current.constitution.principles):
                refused.append(RefusedCandidate(name=step.chain, origin="reword", reason=why))
                continue
            told = f"{self.generator.generator.model}, with mistakes under {step.principle_id}"
            candidates.append(
                replace(current, name=step.chain, origin="reword", told=told, template=text, path=None)
            )
        note = f"Of {self.count:,} wordings that were asked for, {len(refused):,} could not stand in for the prompt."
        return Proposed(
            candidates=tuple(candidates), refused=tuple(refused), notes=(note,) if refused else ()
        )


@dataclass(frozen=True, kw_only=True)
class _Questions:
    """What is asked: the principles with most mistakes in turn, with other mistakes each time."""

    view: LearnView
    count: int
    most: int

    @cached_property
    def chains(self) -> tuple[RewordChain, ...]:
        """The questions, in order."""
        principles = self._principles()
        return tuple(
            self._chain(number, principles[number % len(principles)], sample=number // len(principles))
            for number in range(self.count)
        )

    @property
    def digest(self) -> str:
        """Digest of everything that is shown."""
        return content_hash([[chain.name, chain.principle.id, chain.mistakes] for chain in self.chains])

    def _principles(self) -> tuple[Principle, ...]:
        """Return the principles of the shown items, those with most mistakes first."""
        wrong = {item.principle: 0 for item in self.view.items}
        for item in self.view.items:
            wrong[item.principle] += item.wrong
        names = sorted(wrong, key=lambda name: -wrong[name])
        by_id = self.view.current.constitution.by_id
        return tuple(by_id[name] for name in names)

    def _chain(self, number: int, principle: Principle, *, sample: int) -> RewordChain:
        mine = [item for item in self.view.items if item.principle == principle.id]
        rng = np.random.default_rng([self.view.seed, 5, number])
        return RewordChain(
            name=f"reword-{number + 1:02}",
            principle=principle,
            template=self.view.current.template,
            mistakes="\n\n".join(map(_told, choose_mistakes(mine, self.most, rng))),
            sample=sample,
        )


def _told(item: LearnItem) -> str:
    """Return a mistake in words: what was shown, what the judge said and what people say. No reason of anybody."""
    asked = f"What the person asked:\n{item.prompt}\n" if item.prompt else ""
    said = f"The judge answered {item.said}" if item.said else "The judge gave no readable answer"
    return f"{asked}The reply:\n{item.response}\n{said}; people say {item.label}."
