"""`evenhand lint`: what is wrong in the files people write."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.cli.findings import count_findings, show_findings
from evenhand.cli.lint_evidence import show_evidence
from evenhand.cli.output import Mark, Style
from evenhand.cli.session import session_of
from evenhand.constitution.lint.results import EvidenceLint
from evenhand.errors import Finding, UsageError
from evenhand.workflows.lint_workspace import lint_workspace

if TYPE_CHECKING:
    from evenhand.workflows.lint_run import RunLint

_USAGE = 2
_CONFLICT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LintDocument:
    """What lint found."""

    findings: tuple[Finding, ...]
    files: int
    """Files looked at."""
    principles: int
    """Principles looked at."""
    errors: int
    """How many of the findings are errors."""
    evidence: EvidenceLint | None = None
    """What a run says against the constitution; null without --run."""


def lint(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files or folders; by default the whole workspace."),
    ] = None,
    *,
    run: Annotated[
        list[str] | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help="Also hold one constitution against a run; further runs are paraphrased prompts on the same cases.",
        ),
    ] = None,
    humans: Annotated[
        list[Path] | None,
        typer.Option(
            "--humans", metavar="FILE", help="With --run: human labels beside those of the suite (JSONL)."
        ),
    ] = None,
    overall: Annotated[
        Path | None,
        typer.Option(
            "--overall", metavar="FILE", help="With --run: labels of whole replies, pass or fail (JSONL)."
        ),
    ] = None,
    no_review: Annotated[
        bool,
        typer.Option("--no-review", help="With --run: leave out the labels of the workspace's review."),
    ] = False,
) -> int:
    """Check constitutions, judges, panels, suites and settings; with --run, a constitution by what a run shows of it.

    Every finding has its place, a code (see `evenhand explain CODE`) and, where it is known, what to write instead.
    The exit code is 2 when there is an error; warnings alone are no failure. What a run shows is advice, but for
    principles that can not both be kept to where nothing says which goes first: then the exit code is 1.
    """
    session = session_of(context)
    if not run and (humans or overall or no_review):
        raise UsageError("--humans, --overall and --no-review say how a run is read", hint="add --run RUN")
    by_run: RunLint | None = None
    if run:
        from evenhand.workflows.lint_run import lint_run  # noqa: PLC0415 - lint of files alone loads no numpy

        by_run = lint_run(
            session.workspace,
            _only(paths),
            run,
            humans=tuple(humans or ()),
            overall=overall,
            review=not no_review,
        )
    found = lint_workspace(session.workspace, paths or ())
    findings = (*found.findings, *(by_run.findings if by_run else ()))
    blocking = by_run.evidence.blocking if by_run else 0
    screen = session.screen
    screen.document(
        "lint/v1",
        LintDocument(
            findings=findings,
            files=found.files,
            principles=found.principles,
            errors=found.errors + blocking,
            evidence=by_run.evidence if by_run else None,
        ),
    )
    show_findings(findings, screen.result)
    if by_run:
        show_evidence(by_run.evidence, screen)
    style = Style.BAD if found.errors or blocking else Style.GOOD
    screen.say(
        Mark(count_findings(findings, found.files, found.principles), style),
        _not_computed(by_run.evidence) if by_run else "",
    )
    return _USAGE if found.errors else _CONFLICT if blocking else 0


def _not_computed(evidence: EvidenceLint) -> str:
    """Say how many checks the run is too little for: what was not looked at is not fine."""
    open_ = sum(bool(check.needs) for check in evidence.checks)
    return f"; {open_} of {len(evidence.checks)} checks by the run could not be computed" if open_ else ""


def _only(paths: list[Path] | None) -> Path:
    if not paths or len(paths) > 1 or paths[0].is_dir():
        raise UsageError(
            "--run holds one constitution against a run",
            hint="name its file: evenhand lint constitutions/NAME.md --run RUN",
        )
    return paths[0]
