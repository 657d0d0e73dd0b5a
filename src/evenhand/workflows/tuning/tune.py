"""Tune a judge: propose, choose on labels to learn from, let the gate decide, open the seal once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from evenhand.calibration.words import count
from evenhand.catalog.settings import find_workspace
from evenhand.catalog.suites import load_suite
from evenhand.errors import NothingSelectedError, UsageError
from evenhand.records.constitution import Constitution
from evenhand.store.ledger import open_ledger
from evenhand.store.splits import find_lock
from evenhand.tuning.accept import Outcome, decide
from evenhand.tuning.choices import TuningChoices
from evenhand.tuning.gains import paired_gain
from evenhand.tuning.results import (
    CandidateResult,
    Chosen,
    Gated,
    Sealed,
    TuningResult,
)
from evenhand.tuning.scores import Scores
from evenhand.tuning.select import Selection, select
from evenhand.workflows.calibration.divide import refuse_another_division
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.run_suite import RunOptions, Watch
from evenhand.workflows.tuning.candidates import (
    Candidate,
    candidates_from_files,
    current_judge,
    distinct,
)
from evenhand.workflows.tuning.decide import gate_candidate, gate_rules, open_sealed
from evenhand.workflows.tuning.derive import Home, write_suite
from evenhand.workflows.tuning.judge_part import (
    Agree,
    Bench,
    PartScores,
    learn_items,
    put_side_by_side,
    read_scores,
)
from evenhand.workflows.tuning.material import Material, PartName, gather_material
from evenhand.workflows.tuning.proposals import LearnView, Proposed, Proposer
from evenhand.workflows.tuning.review_labels import find_review_labels
from evenhand.workflows.tuning.uses import Tried, held_elsewhere, note_candidates
from evenhand.workflows.versions import version_of

_FEW: Final = 50
"""Items that choose; with fewer, the best of several is mostly luck (methods.md 7.4)."""
_NOT_MEASURED: Final = (
    "How often the judges change their mind was not measured.",
    "What the panel is worth with the candidate was not measured: take it over, then gate and calibrate the suite.",
)
DEFAULT: Final = TuningChoices()


def _agree_to_all(_prepared: Prepared, _besides: float) -> None:
    """Let everything be judged: the cap of the options is the only limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneWishes:
    """What a user may say about one tuning."""

    judge: str
    """The judge of the suite's panel that is tuned."""
    files: tuple[Path, ...] = ()
    """Judge files that are candidates."""
    proposers: tuple[Proposer, ...] = ()
    humans: tuple[Path, ...] = ()
    """Files of labels beside those of the suite."""
    review: bool = True
    """Whether the labels that people gave in the workspace's review are read."""
    slices: tuple[str, ...] = ()
    """Dimensions of slices that the gate tests besides those of the suite."""
    open_sealed: bool = True
    """Whether the sealed labels are opened for an accepted candidate."""
    choices: TuningChoices = DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A tuning that came to an end."""

    result: TuningResult
    current: Candidate
    candidate: Candidate | None
    """The chosen candidate; None where the current judge is the best."""
    root: Path
    """The workspace."""
    runs: tuple[str, ...] = field(default=())
    """Every run that was made, oldest first."""


def tune_judge(
    start: Path,
    suite: Path,
    wishes: TuneWishes,
    options: RunOptions,
    watch: Watch,
    agree: Agree = _agree_to_all,
) -> Tuned:
    """Look for a better prompt of a judge. Nothing in `judges/` is written.

    Candidates are compared on labels to learn from alone; the best of them goes to the gate, which decides on labels
    that nobody saw; only what it accepts is measured once on the sealed ones.

    Args:
        start: Folder from which the workspace is looked for.
        suite: The suite's file.
        wishes: What is tuned, and by whom.
        options: What is said about the runs; the cap is for all of them together.
        watch: Told once when a run starts.
        agree: Asked before a suite is judged.

    Raises:
        FileError: A file has findings.
        UnknownNameError: The panel has no such judge.
        UsageError: Nobody proposes anything, or the labels were divided in another way when they were first used.
        NothingSelectedError: Nothing was proposed that could be judged.
        MeasureError: There are too few labels, or ratings are left open.
        KeyboardInterrupt: Somebody interrupted it; the same command goes on from there.
    """
    workspace = find_workspace(start)
    loaded = load_suite(suite, workspace.root)
    current = current_judge(loaded, wishes.judge)
    if not (wishes.files or wishes.proposers):
        raise UsageError(
            "nobody proposes a candidate", hint="add --candidate FILE, --few-shot N or --reword GENERATOR"
        )
    given = candidates_from_files(loaded, current, wishes.files, workspace.root)
    ledger = open_ledger(workspace.ledger_path, create=True)
    refuse_another_division(
        find_lock(ledger, loaded.suite.id), loaded.suite
    )  # before a proposer sees a label
    material = gather_material(
        loaded,
        wishes.humans,
        find_review_labels(workspace, loaded.suite.id) if wishes.review else None,
        held=held_elsewhere(ledger, loaded.suite.id),
        shown=wishes.choices.shown,
        needs_learning=bool(wishes.proposers),
    )
    tuning = _Tuning(
        wishes=wishes,
        home=Home.of(workspace, loaded, current.name),
        material=material,
        current=current,
        bench=Bench(start=start, options=options, watch=watch, agree=agree),
    )
    return tuning.done(given, workspace.root)


@dataclass(slots=True, kw_only=True)
class _Tuning:
    """The steps of one tuning, in their order."""

    wishes: TuneWishes
    home: Home
    material: Material
    current: Candidate
    bench: Bench
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    shown: int = 0

    def done(self, given: Sequence[Candidate], root: Path) -> Tuned:
        """Take all steps."""
        proposed = self._propose()
        candidates, equal = distinct(
            self.current, [*given, *(each for some in proposed for each in some.candidates)]
        )
        refused = tuple(each for some in proposed for each in some.refused)
        if equal:
            self.left_out.append(
                f"{count(equal, 'candidate')} equal to another or to the current judge: judged once."
            )
        if not candidates:
            why = f": {refused[0].reason}" if refused else ""
            raise NothingSelectedError(f"no candidate is left to judge{why}", hint="give others")
        scores, before, run, parts = self._compare(candidates)
        everybody = (self.current, *candidates)
        selection = self._select(scores, everybody)
        chosen = next(each for each in everybody if each.name == selection.name)
        gate, sealed, outcome, reason = self._decide(chosen, selection)
        digests = frozenset(candidate.digest for candidate in candidates)
        result = TuningResult(
            suite=self.home.loaded.suite.id,
            judge=self.current.name,
            outcome=outcome,
            reason=reason,
            must=self.wishes.choices.must,
            alpha=self.wishes.choices.alpha,
            seed=self.wishes.choices.seed,
            candidates=tuple(self._told(everybody, scores, selection, parts)),
            refused=refused,
            chosen=_chosen(selection, scores, shown=self.shown, run=run),
            gate=gate,
            sealed=sealed,
            tried_now=len(candidates),
            tried_ever=len(before.candidates | digests),
            tunings_before=before.tunings_besides(digests),
            left_out=tuple(self.left_out),
            notes=(
                *self.material.notes,
                *self._about_data(scores),
                *self.notes,
                *self._about_labels(before, digests),
            ),
            evenhand=version_of("evenhand"),
            command=self.bench.options.command,
        )
        return Tuned(
            result=result,
            current=self.current,
            candidate=None if chosen is self.current else chosen,
            root=root,
            runs=tuple(self.bench.runs),
        )

    # -- Proposing -------------------------------------------------------------------------------------

    def _propose(self) -> tuple[Proposed, ...]:
        """Judge the part that proposers see with the current judge, and ask them."""
        if not self.wishes.proposers:
            return ()
        part = self.material.parts[PartName.LEARN]
        suite = write_suite(self.home, PartName.LEARN, part, [self.current], name=self.current.name)
        items = learn_items(self.bench.judge(suite, besides=0), part, self.current.name)
        self.shown = len(items)
        view = LearnView(current=self.current, items=items, seed=self.wishes.choices.seed)
        found = tuple(proposer.propose(view) for proposer in self.wishes.proposers)
        self.bench.spent_nanousd += sum(each.nanousd for each in found)
        self.notes += [note for each in found for note in each.notes]
        return found

    # -- Choosing --------------------------------------------------------------------------------------

    def _compare(
        self, candidates: Sequence[Candidate]
    ) -> tuple[Scores, Tried, str, Mapping[str, PartScores]]:
        """Judge the part that chooses: one run for all candidates that are shown the same constitution."""
        part = self.material.parts[PartName.CHOOSE]
        groups = _by_constitution((self.current, *candidates))
        besides = [self._besides(groups), *[None] * (len(groups) - 1)]
        stored = [
            self.bench.judge(
                write_suite(self.home, PartName.CHOOSE, part, group, name=f"group-{number}"), besides=more
            )
            for number, (group, more) in enumerate(zip(groups, besides, strict=True), start=1)
        ]
        digests = [candidate.digest for candidate in candidates]
        before = note_candidates(stored[0], self.home.loaded.suite, digests)
        runs = [read_scores(each) for each in stored]
        names = (self.current.name, *(candidate.name for candidate in candidates))
        by_name = {name: run for run in runs for name in run.facts}
        self.notes += dict.fromkeys(note for run in runs for note in run.notes)
        return put_side_by_side(runs, names), before, stored[0].run.id, by_name

    def _besides(self, groups: Sequence[Sequence[Candidate]]) -> float:
        """Return how much is judged after the first group, at most, as a share of it."""
        cases = {part: len(each.cases) for part, each in self.material.parts.items()}
        first = len(groups[0]) * cases[PartName.CHOOSE]
        others = sum(len(group) for group in groups[1:]) * cases[PartName.CHOOSE]
        return (others + 2 * cases[PartName.GATE] + 2 * cases[PartName.SEALED]) / first

    def _select(self, scores: Scores, everybody: Sequence[Candidate]) -> Selection:
        choices = self.wishes.choices
        return select(
            scores,
            [candidate.length for candidate in everybody],
            rng=np.random.default_rng([choices.seed, 0]),
            folds=choices.folds,
            rounds=choices.rounds,
        )

    def _told(
        self,
        everybody: Sequence[Candidate],
        scores: Scores,
        selection: Selection,
        parts: Mapping[str, PartScores],
    ) -> Iterator[CandidateResult]:
        old = scores.of(self.current.name)
        for place, candidate in enumerate(everybody):
            facts, new = parts[candidate.name].facts[candidate.name], scores.of(candidate.name)
            rng = np.random.default_rng([self.wishes.choices.seed, 4])
            is_current = candidate is self.current
            yield CandidateResult(
                name=candidate.name,
                origin=candidate.origin,
                told=candidate.told,
                digest=candidate.digest,
                score=float(new.mean()),
                gain=None if is_current else paired_gain(old, new, scores.clusters, rng=rng),
                picked=selection.picked[place] if selection.picked else None,
                length=candidate.length,
                calls=facts.calls,
                nanousd=facts.nanousd,
                failed=facts.failed,
            )

    # -- Deciding --------------------------------------------------------------------------------------

    def _decide(
        self, chosen: Candidate, selection: Selection
    ) -> tuple[Gated | None, Sealed | None, Outcome, str]:
        if chosen is self.current:
            self.left_out.append("The gate split and the sealed split were left alone: nothing was better.")
            return None, None, Outcome.NOTHING, "no candidate beats the current judge where they are compared"
        choices = self.wishes.choices
        spec = gate_rules(self.home.loaded.suite.gate, self.wishes.slices)
        gate = gate_candidate(
            self.bench, self.home, self.material, self.current, chosen, spec=spec, choices=choices
        )
        outcome, reason = decide(
            gate.status, gate.headline, gate.gain, must=choices.must, alpha=choices.alpha
        )
        self.left_out += _NOT_MEASURED
        if outcome is not Outcome.ACCEPTED:
            self.left_out.append("The sealed labels were left closed: nothing was accepted.")
            return gate, None, outcome, reason
        return gate, self._open(chosen, selection), outcome, reason

    def _open(self, chosen: Candidate, selection: Selection) -> Sealed | None:
        if not self.wishes.open_sealed:
            self.left_out.append("The sealed labels were left closed, as asked: the gain is not known.")
            return None
        if not self.material.parts[PartName.SEALED].cases:
            self.left_out.append("There are no sealed labels, so the gain is not known.")
            return None
        return open_sealed(
            self.bench,
            self.home,
            self.material,
            self.current,
            chosen,
            dev=selection.score,
            choices=self.wishes.choices,
        )

    # -- Words -----------------------------------------------------------------------------------------

    def _about_data(self, scores: Scores) -> Iterator[str]:
        if self.material.twins:
            yield (
                f"{count(self.material.twins, 'case')} to learn from left out: the same text lies among those that "
                "certify, or is shown."
            )
        if self.material.held:
            yield (
                f"{count(self.material.held, 'case')} to learn from left out: another suite keeps labels of their "
                "sources to certify with."
            )
        if self.material.sealed_twins:
            yield (
                f"{count(self.material.sealed_twins, 'sealed case')} left out: the same text lies in the gate split, "
                "which decides what is measured on the sealed one."
            )
        if self.material.strangers:
            yield f"{count(self.material.strangers, 'label')} on no item of the suite."
        if scores.n < _FEW:
            yield f"Only {count(scores.n, 'item')} choose: the best of several candidates is mostly luck there."

    def _about_labels(self, before: Tried, digests: frozenset[str]) -> Iterator[str]:
        again = len(before.candidates - digests)
        if again:
            yield (
                f"Compared on these labels before: {count(again, 'other candidate')}. Every tuning on the same labels "
                "adds to the luck of the best; label new cases."
            )


def _by_constitution(candidates: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], ...]:
    """Return the candidates in groups that are shown the same constitution, the current judge's group first."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(_key(candidate.constitution), []).append(candidate)
    return tuple(tuple(group) for group in groups.values())


def _key(constitution: Constitution) -> str:
    return constitution.hash


def _chosen(selection: Selection, scores: Scores, *, shown: int, run: str) -> Chosen:
    return Chosen(
        name=selection.name,
        score=selection.score,
        cross_validated=selection.cross_validated,
        optimism=selection.optimism,
        items=scores.n,
        clusters=scores.independent,
        shown=shown,
        run=run,
    )


__all__ = ["TuneWishes", "Tuned", "tune_judge"]
