"""`evenhand judge tune`: look for a better prompt, and let labels that nobody saw decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer

from evenhand.catalog.settings import find_workspace
from evenhand.cli.common_options import EVERY_FORMAT, Replay, ReportFormats, Yes
from evenhand.cli.cost_check import agree_to_cost
from evenhand.cli.judge_tune_lines import show_tuning
from evenhand.cli.output import plural
from evenhand.cli.progress import RunWatch
from evenhand.cli.report import read_formats
from evenhand.cli.session import Session, session_of
from evenhand.errors import UnknownNameError
from evenhand.generation.progress import GenerationProgress
from evenhand.judging.progress import Progress
from evenhand.records.generation import GenerationRun
from evenhand.records.run import Run
from evenhand.tuning.accept import EXIT_CODES, Outcome
from evenhand.tuning.choices import Must, TuningChoices
from evenhand.tuning.results import (
    CandidateResult,
    Chosen,
    Gated,
    RefusedCandidate,
    Sealed,
    TuningResult,
)
from evenhand.workflows.find_suite import find_suite
from evenhand.workflows.generation.job import GenerationOptions
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.run_suite import RunOptions
from evenhand.workflows.tuning.few_shot import FewShot
from evenhand.workflows.tuning.find_generator import find_generator
from evenhand.workflows.tuning.proposals import Proposer
from evenhand.workflows.tuning.reword import Reword
from evenhand.workflows.tuning.tune import TuneWishes, tune_judge
from evenhand.workflows.tuning.write_report import WrittenTuning, write_tuning

_MUST: tuple[Must, ...] = ("better", "no-worse")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeTuneDocument:
    """What a tuning came to; the JSON report has all of it."""

    suite: str
    judge: str
    outcome: Outcome
    exit_code: int
    reason: str
    """Why, in a sentence."""
    candidates: tuple[CandidateResult, ...]
    """The current judge first."""
    refused: tuple[RefusedCandidate, ...]
    """Proposals that were not judged."""
    chosen: Chosen
    gate: Gated | None
    sealed: Sealed | None
    tried_now: int
    """Candidates of this tuning."""
    tried_ever: int
    """Different candidates that were ever compared on these labels."""
    left_out: tuple[str, ...]
    """What was not done, and why."""
    notes: tuple[str, ...]
    files: tuple[str, ...]
    """Reports."""
    proposal: tuple[str, ...]
    """Files of the accepted candidate."""


def judge_tune(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="A suite file, or its name in suites/.")],
    *,
    judge: Annotated[
        str, typer.Option("--judge", metavar="ID", help="The judge of the suite's panel that is tuned.")
    ],
    candidate: Annotated[
        list[Path] | None,
        typer.Option("--candidate", metavar="FILE", help="A judge file to try; may be repeated."),
    ] = None,
    few_shot: Annotated[
        list[int] | None,
        typer.Option(
            "--few-shot",
            metavar="N",
            min=1,
            max=20,
            help="Try N worked examples of each principle, chosen from labels; may be repeated.",
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", min=1, max=50, help="How often examples are drawn.")
    ] = 1,
    reword: Annotated[
        str,
        typer.Option(
            "--reword",
            metavar="GENERATOR",
            help="Ask a generator of judges/ for other wordings of the prompt.",
        ),
    ] = "",
    rewordings: Annotated[
        int, typer.Option("--rewordings", metavar="N", min=1, max=50, help="How many wordings to ask for.")
    ] = 5,
    dspy: Annotated[
        str,
        typer.Option(
            "--dspy",
            metavar="MODULE:NAME",
            help="Ask an optimiser of DSPy that a module of yours makes; its own calls are under no cap.",
        ),
    ] = "",
    humans: Annotated[
        list[Path] | None,
        typer.Option("--humans", metavar="FILE", help="A file of human labels; may be repeated."),
    ] = None,
    slices: Annotated[
        list[str] | None,
        typer.Option(
            "--slice", metavar="NAME", help="Groups of cases that may not get worse; may be repeated."
        ),
    ] = None,
    must: Annotated[
        str,
        typer.Option(
            "--must-be",
            metavar="WHAT",
            help="What a candidate has to be beside the gate: better or no-worse.",
        ),
    ] = "better",
    shown: Annotated[
        float,
        typer.Option(
            "--shown", metavar="SHARE", help="Share of the labels to learn from that proposers see."
        ),
    ] = 0.5,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Seed of every draw.")] = 0,
    keep_sealed: Annotated[
        bool, typer.Option("--keep-sealed", help="Leave the sealed labels closed even if the gate accepts.")
    ] = False,
    max_usd: Annotated[
        float | None,
        typer.Option(
            "--max-usd", metavar="USD", min=0, help="Stop before more is spent, on all runs together."
        ),
    ] = None,
    yes: Yes = False,
    replay: Replay = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder of the proposal; by default one beside the report."
        ),
    ] = None,
    formats: ReportFormats = EVERY_FORMAT,
) -> int:
    """Look for a better prompt of a judge: candidates are compared on labels to learn from, and the gate decides.

    The judge itself is never changed. Ends with 0 if the gate accepts a candidate, 1 if it refuses it, 4 if the labels
    do not tell, 3 if ratings are missing, 5 if nothing is better.
    """
    session = session_of(context)
    wishes = TuneWishes(
        judge=judge,
        files=tuple(candidate or ()),
        proposers=(
            *_few_shot(few_shot or (), draws),
            *_reword(session, reword, rewordings, max_usd=max_usd, replay=replay),
            *_dspy(dspy),
        ),
        humans=tuple(humans or ()),
        slices=tuple(slices or ()),
        open_sealed=not keep_sealed,
        choices=TuningChoices(seed=seed, shown=shown, must=_read_must(must)),
    )
    wanted = read_formats(formats)
    options = RunOptions(max_usd=max_usd, replay=replay, command=session.command_line)
    path = find_suite(session.workspace, suite)
    with _Watching(session, max_usd, sure=yes or replay) as watching:
        tuned = tune_judge(session.workspace, path, wishes, options, watching.watch, watching.agree)
    written = write_tuning(session.workspace, tuned, wanted, out=out)
    session.screen.document("judge-tune/v1", _document(tuned.result, written))
    show_tuning(tuned.result, written, session.screen)
    return EXIT_CODES[tuned.result.outcome]


def _few_shot(counts: Sequence[int], draws: int) -> tuple[Proposer, ...]:
    return (FewShot(counts=tuple(dict.fromkeys(counts)), draws=draws),) if counts else ()


def _reword(
    session: Session, name: str, count: int, *, max_usd: float | None, replay: bool
) -> tuple[Proposer, ...]:
    if not name:
        return ()
    options = GenerationOptions(max_usd=max_usd, replay=replay, command=session.command_line)

    def starts(run: GenerationRun, _progress: GenerationProgress) -> None:
        session.screen.say(f"run {run.id} starts: {plural(count, 'wording')} to write")

    root = find_workspace(session.workspace).root
    generator = find_generator(root, name)
    return (Reword(start=session.workspace, generator=generator, count=count, options=options, watch=starts),)


def _dspy(name: str) -> tuple[Proposer, ...]:
    if not name:
        return ()
    from evenhand.integrations.dspy_optimisers import DspyProposer, load_optimiser  # noqa: PLC0415 - an extra

    return (DspyProposer(optimiser=load_optimiser(name, Path())),)


def _read_must(text: str) -> Must:
    for known in _MUST:
        if text == known:
            return known
    raise UnknownNameError("demand", text, _MUST)


def _document(result: TuningResult, written: WrittenTuning) -> JudgeTuneDocument:
    return JudgeTuneDocument(
        suite=result.suite,
        judge=result.judge,
        outcome=result.outcome,
        exit_code=EXIT_CODES[result.outcome],
        reason=result.reason,
        candidates=result.candidates,
        refused=result.refused,
        chosen=result.chosen,
        gate=result.gate,
        sealed=result.sealed,
        tried_now=result.tried_now,
        tried_ever=result.tried_ever,
        left_out=result.left_out,
        notes=result.notes,
        files=tuple(str(path) for path in written.reports),
        proposal=tuple(str(path) for path in written.proposal),
    )


class _Watching:
    """Shows one run after the other, and asks before the first that costs."""

    def __init__(self, session: Session, cap: float | None, *, sure: bool) -> None:
        self._session = session
        self._cap = cap
        self._sure = sure
        self._now: RunWatch | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._close()

    def agree(self, prepared: Prepared, besides: float) -> None:
        """Ask before a run that, with the runs after it, may cost more than a set sum."""
        self._close()
        if not self._sure:
            agree_to_cost(self._session, prepared, cap=self._cap, again=besides)

    def watch(self, run: Run, progress: Progress) -> None:
        """Show a run; the one before it has ended."""
        self._close()
        self._now = RunWatch(self._session.screen)
        self._now.watch(run, progress)

    def _close(self) -> None:
        if self._now:
            self._now.close()
            self._now = None
