"""Infer principles from what people decided against a panel; proposals for people, and nothing is applied."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from evenhand.catalog.generators import LoadedGenerator, load_generator
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.constitution.inverse.alike import groups_alike, likeness
from evenhand.constitution.inverse.decisions import Decision, Side, batches, held_out, learned_from
from evenhand.constitution.inverse.gain import explain, measure_gains, worth_testing
from evenhand.constitution.inverse.results import Explained, Inference, Proposal
from evenhand.constitution.inverse.texts import read_proposals, read_vote
from evenhand.errors import MeasureError, NoLabelsError, UsageError
from evenhand.generation.chain import Chain
from evenhand.generation.inference import InferChain, VoteChain
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Constitution
from evenhand.records.generation import GenerationAccount
from evenhand.store.generations import read_steps
from evenhand.workflows.calibration.divide import note_use
from evenhand.workflows.generation.generate import generate
from evenhand.workflows.generation.job import GenerationJob, GenerationOptions, GenerationResult, Watch
from evenhand.workflows.inference.read_decisions import Decided, read_decisions
from evenhand.workflows.read_run import StoredRun, read_own_run

LEAST_OVERRIDES = 200
"""Fewer decisions against the panel say too little to infer principles from (methods.md 7.3)."""
_EXAMPLES = 5
_UNTESTED = Explained(right=0, wrong=0, silent=0, unread=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceChoices:
    """How principles are inferred."""

    least_overrides: int = LEAST_OVERRIDES
    """Fewest decisions against the panel, over all splits that are read."""
    batch: int = 8
    """Decisions shown at a time."""
    most_proposals: int = 20
    """Most proposals under a principle that are voted on: those that were made most often."""
    most_learned: int = 200
    """Most overrides that proposals are scored on at first; as many agreed decisions join them."""
    most_held_out: int = 400
    """Most decisions the tested proposals are held against."""
    most_tested: int = 5
    """Most proposals that are tested."""
    seed: int = 0
    """Seed of every draw."""


DEFAULT_INFERENCE = InferenceChoices()


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredPrinciples:
    """What came of it, and what it cost."""

    inference: Inference
    accounts: tuple[GenerationAccount, ...]
    """Of the generation runs: proposals, first votes, votes on held-out decisions."""


def infer_principles(
    start: Path,
    run: str,
    generator: Path,
    options: GenerationOptions,
    watch: Watch,
    choices: InferenceChoices = DEFAULT_INFERENCE,
) -> InferredPrinciples:
    """Infer principles from the decisions of people on the items of a run.

    Proposals are made from the optimise split and held against the gate split, whose use is written into the ledger;
    the sealed split stays closed. The same call again costs nothing and gives the same.

    Args:
        start: Folder from which the workspace is looked for.
        run: The run of judges, or "latest".
        generator: File of a generator with prompts for `infer` and `vote`.
        options: Cap, replay and the like; the cap holds for each of the three generation runs.
        watch: Told when a generation run starts.
        choices: Sizes and seed.

    Raises:
        NoLabelsError: There are too few decisions against the panel.
        FileError: The generator's file has findings.
        UsageError: The generator lacks a prompt, or an account or price is unknown.
        MeasureError: A generation run did not end; the reasons say how to go on.
    """
    stored = read_own_run(start, run)
    workspace = find_workspace(start)
    loaded = load_generator(generator)
    _refuse_without_prompts(loaded)
    decided = read_decisions(stored)
    overrides = sum(each.is_override for each in (*decided.optimise, *decided.gate))
    if overrides < choices.least_overrides:
        raise NoLabelsError(
            f"people decided against the panel on {overrides:,} items of run {stored.run.id}, and fewer than "
            f"{choices.least_overrides:,} say too little",
            hint="label more items (`evenhand review sample`), or take fewer on your own account with --least N",
        )
    work = _Work(workspace, stored, loaded, options, watch, choices)
    return work.infer(decided, overrides)


def _refuse_without_prompts(loaded: LoadedGenerator) -> None:
    for kind in ("infer", "vote"):
        if kind not in loaded.templates:
            raise UsageError(
                f"generator {loaded.generator.id} has no prompt for {kind}",
                hint="`judges/inferrer.generator.yaml`, which `evenhand init` writes, has both",
            )


@dataclass(slots=True)
class _Work:
    """One inference under way."""

    workspace: Workspace
    stored: StoredRun
    loaded: LoadedGenerator
    options: GenerationOptions
    watch: Watch
    choices: InferenceChoices

    def infer(self, decided: Decided, overrides: int) -> InferredPrinciples:
        seed, choices = self.choices.seed, self.choices
        note_use(
            self.stored.ledger,
            self.stored.manifest.suite,
            decided.read.division,
            run=self.stored.run.id,
            purpose=self.options.command,
        )
        learned = learned_from(decided.optimise, seed, most=choices.most_learned)
        tested_on = held_out(decided.gate, seed, most=choices.most_held_out)
        texts, unread, first = self._propose(learned)
        proposals = tuple(self._put_together(texts))
        scored, second = self._score(proposals, learned)
        done, third = self._test(scored, tested_on)
        generator = self.loaded.generator
        constitution = self.stored.manifest.constitution
        inference = Inference(
            run=self.stored.run.id,
            generation=third.run.id,
            generator=f"{generator.id} {generator.version}",
            model=generator.model,
            constitution=f"{constitution.id} {constitution.version}",
            decisions=len(decided.optimise) + len(decided.gate),
            overrides=overrides,
            learned=len(learned),
            held_out=len(tested_on),
            proposed=sum(map(len, texts.values())),
            unread=unread,
            proposals=done,
            notes=tuple(_notes(decided, texts, proposals)),
        )
        return InferredPrinciples(
            inference=inference, accounts=(first.account, second.account, third.account)
        )

    def _propose(
        self, learned: Sequence[Decision]
    ) -> tuple[Mapping[str, Sequence[str]], int, GenerationResult]:
        """Return what is proposed under each principle, how many texts proposed nothing, and the run."""
        by_id = self.stored.manifest.constitution.by_id
        chains = [
            InferChain(name=f"batch-{number}", principle=by_id[batch[0].principle_id], decisions=batch)
            for number, batch in enumerate(batches(learned, self.choices.seed, size=self.choices.batch))
        ]
        result = self._generate("propose", chains, {"decisions": _digest(learned)})
        found: dict[str, dict[str, None]] = defaultdict(dict)
        read = 0
        for step in read_steps(self.stored.ledger, result.run.id):
            texts = read_proposals(step.outcome) if isinstance(step.outcome, str) else ()
            read += bool(texts)
            found[step.principle_id].update(dict.fromkeys(texts))
        return {name: tuple(texts) for name, texts in found.items()}, len(chains) - read, result

    def _put_together(self, texts: Mapping[str, Sequence[str]]) -> Iterator[Proposal]:
        """Yield one proposal for each group of texts that say the same; the largest groups, where there are many."""
        constitution = self.stored.manifest.constitution
        for principle_id in sorted(texts):
            mine = texts[principle_id]
            groups = sorted(groups_alike(mine), key=lambda group: (-len(group), group[0]))
            for group in groups[: self.choices.most_proposals]:
                nearest_id, nearest = _nearest(mine[group[0]], constitution)
                yield Proposal(
                    principle_id=principle_id,
                    text=mine[group[0]],
                    said_alike=tuple(mine[place] for place in group[1:]),
                    nearest_id=nearest_id,
                    nearest=nearest,
                    learned=_UNTESTED,
                    is_tested=False,
                )

    def _score(
        self, proposals: Sequence[Proposal], learned: Sequence[Decision]
    ) -> tuple[tuple[Proposal, ...], GenerationResult]:
        """Let every proposal vote on the decisions of its principle it was made from."""
        votes, result = self._vote("vote", dict(enumerate(proposals)), learned)
        scored = []
        for place, proposal in enumerate(proposals):
            mine = [
                number for number, each in enumerate(learned) if each.principle_id == proposal.principle_id
            ]
            chosen = [learned[number] for number in mine]
            said = [votes[place][number] for number in mine]
            scored.append(
                replace(proposal, learned=explain(chosen, said), examples=tuple(_examples(chosen, said)))
            )
        return tuple(scored), result

    def _test(
        self, proposals: Sequence[Proposal], tested_on: Sequence[Decision]
    ) -> tuple[tuple[Proposal, ...], GenerationResult]:
        """Let the best proposals vote on decisions nobody learned from."""
        chosen = worth_testing(proposals, most=self.choices.most_tested)
        votes, result = self._vote("test", {place: proposals[place] for place in chosen}, tested_on)
        rng = np.random.default_rng(self.choices.seed)
        return measure_gains(proposals, tested_on, votes, rng=rng), result

    def _vote(
        self, title: str, proposals: Mapping[int, Proposal], decisions: Sequence[Decision]
    ) -> tuple[Mapping[int, list[Side | None]], GenerationResult]:
        """Return the side each proposal takes on each decision of its principle, and the run."""
        chains = {
            f"{place}:{number}": VoteChain(
                name=f"{place}:{number}", proposal=proposal.text, decision=decision
            )
            for place, proposal in proposals.items()
            for number, decision in enumerate(decisions)
            if decision.principle_id == proposal.principle_id
        }
        settings: dict[str, JsonValue] = {
            "decisions": _digest(decisions),
            "proposals": {str(place): each.text for place, each in proposals.items()},
        }
        result = self._generate(title, list(chains.values()), settings)
        votes: dict[int, list[Side | None]] = {
            place: [
                None if each.principle_id == proposal.principle_id else Side.NEITHER for each in decisions
            ]
            for place, proposal in proposals.items()
        }
        for step in read_steps(self.stored.ledger, result.run.id):
            if isinstance(step.outcome, str):
                place, number = map(int, step.chain.split(":"))
                votes[place][number] = read_vote(step.outcome, swapped=chains[step.chain].is_swapped)
        return votes, result

    def _generate(
        self,
        title: str,
        chains: Sequence[Chain],
        settings: Mapping[str, JsonValue],
    ) -> GenerationResult:
        job = GenerationJob(
            workspace=self.workspace,
            purpose="infer",
            title=f"{title} for {self.stored.run.id}",
            generator=self.loaded,
            chains=lambda: iter(chains),
            planned=len(chains),
            most_steps=1,
            settings={
                "what": title,
                "constitution": self.stored.manifest.constitution.hash,
                "seed": self.choices.seed,
                **settings,
            },
        )
        result = generate(job, self.options, self.watch)
        if result.reasons:
            raise MeasureError(
                f"generation run {result.run.id} ({title}) did not end: {'; '.join(result.reasons)}",
                hint="the same command goes on where it stopped, with --max-usd where the cap was met",
            )
        return result


def _nearest(text: str, constitution: Constitution) -> tuple[str, float]:
    """Return the written principle nearest to a text, and how near it is."""
    written = [principle.text for principle in constitution.principles]
    near = likeness([text, *written])[0, 1:]
    place = int(near.argmax())
    return constitution.principles[place].id, float(near[place])


def _examples(decisions: Sequence[Decision], votes: Sequence[Side | None]) -> Iterator[str]:
    found = (
        decision.name
        for decision, vote in zip(decisions, votes, strict=True)
        if decision.is_override and vote is decision.human
    )
    for _, name in zip(range(_EXAMPLES), found, strict=False):
        yield name


def _digest(decisions: Sequence[Decision]) -> str:
    return content_hash(
        [
            [each.name, each.principle_id, each.prompt, each.first, each.second, each.human, each.panel]
            for each in decisions
        ]
    )


def _notes(
    decided: Decided, texts: Mapping[str, Sequence[str]], proposals: Sequence[Proposal]
) -> Iterator[str]:
    if decided.without_text:
        yield f"{decided.without_text:,} decisions are left out: their case files changed since the run."
    voted_on = sum(1 + len(each.said_alike) for each in proposals)
    if left := sum(map(len, texts.values())) - voted_on:
        yield f"{left:,} texts were proposed less often than the others, and were not voted on."
    yield "A proposal says what decisions go along with, and not why people made them; another text may do as well."
