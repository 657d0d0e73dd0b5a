"""Judge the part of a suite that a session needs, and note what came of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evenhand.errors import EvenhandError, FileError, MeasureError, UsageError
from evenhand.judging.budget import NANOUSD
from evenhand.judging.progress import Progress
from evenhand.pytest_plugin.cells import Cell
from evenhand.records.gate import Flakiness
from evenhand.records.narrow import Wishes
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Run
from evenhand.reporting.display import one_line
from evenhand.workflows.plan_suite import plan_run
from evenhand.workflows.prepare import Prepared, prepare
from evenhand.workflows.run_suite import RunOptions, RunResult, run_prepared

_FREE_USD = 1.0
"""What may be spent without a cap, as on the command line where nobody can be asked."""
_COMMAND = "pytest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A part of a suite, and how it may be judged."""

    start: Path
    suite: Path
    cases: tuple[str, ...] = ()
    """Names of the cases; empty is all."""
    principles: tuple[str, ...] = ()
    """Ids of the principles; empty is all."""
    gate: bool = False
    """Whether it is for a gate, which needs to know how often the panel changes its mind."""
    live: bool
    max_usd: float | None
    """What is left to spend; None is no cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A part of a suite that was judged in this session, or why it could not be."""

    suite: str
    """File of the suite."""
    cases: tuple[str, ...]
    principles: tuple[str, ...]
    run: str = ""
    """Name of the run; empty where none was started."""
    problem: str = ""
    """Why nothing of it counts; empty where it does."""
    reasons: tuple[str, ...] = ()
    """Why ratings were left open."""
    live: bool = False
    planned: int = 0
    rated: int = 0
    failed: int = 0
    spared: int = 0
    open: int = 0
    calls: int = 0
    reused: int = 0
    cost_nanousd: int = 0
    possibly_spent_nanousd: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it was all of the suite."""
        return not self.cases and not self.principles

    def covers(self, suite: Path, cells: Iterable[Cell]) -> bool:
        """Tell whether all of some cells of a suite belong to it."""
        cases, principles = frozenset(self.cases), frozenset(self.principles)
        return self.suite == suite.as_posix() and all(
            (not cases or cell.case in cases) and (not principles or cell.principle in principles)
            for cell in cells
        )

    def note(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def read_note(content: Mapping[str, Any]) -> Judged:
    """Return what `Judged.note` wrote."""
    lists = {name: tuple(content[name]) for name in ("cases", "principles", "reasons")}
    return Judged(**{**content, **lists})


def judge_part(question: Question) -> Judged:
    """Judge a part of a suite; everything paid is in the ledger, and what is wrong is told in the result.

    Raises:
        KeyboardInterrupt: Somebody interrupted it; the run can be resumed.
    """
    about = Judged(
        suite=question.suite.as_posix(),
        cases=question.cases,
        principles=question.principles,
        live=question.live,
    )
    results: list[RunResult] = []
    try:
        for result in _judge(question):
            results.append(result)
            if result.interrupted:
                raise KeyboardInterrupt
    except EvenhandError as error:
        return Judged(**{**asdict(about), **_told_cost(results), "problem": told(error)})
    told_result = _told_result(results[-1], whole=about.is_whole)
    return Judged(**{**asdict(about), **told_result, **_told_cost(results)})


def told(error: EvenhandError) -> str:
    """Return an error with its next step, safe to show."""
    lines = map(_finding, error.findings) if isinstance(error, FileError) else str(error).split("\n")
    return "\n".join([*map(one_line, lines), *([f"help: {one_line(error.hint)}"] if error.hint else [])])


def _finding(finding: Any) -> str:
    suggestion = f" ({finding.suggestion})" if finding.suggestion else ""
    return f"{finding.path}:{finding.line}:{finding.column} {finding.code}: {finding.message}{suggestion}"


def _judge(question: Question) -> Iterator[RunResult]:
    """Judge what is asked for; a share of it several times before that, where it is for a gate."""
    wishes = Wishes(cases=question.cases, principles=question.principles)
    prepared = prepare(question.start, question.suite, wishes)
    if question.live:
        _refuse_cost(prepared, question.max_usd)
    cap = question.max_usd if question.live else None
    options = RunOptions(replay=not question.live, max_usd=cap, command=_COMMAND)
    share = prepared.loaded.suite.gate.flakiness if question.gate and prepared.loaded.suite.gate else None
    if share and share.share and (again := _read_again(question, options, share)):
        yield again
        options = replace(options, max_usd=_what_is_left(options, again))
    yield run_prepared(prepared, options, _watch)


def _read_again(question: Question, options: RunOptions, share: Flakiness) -> RunResult | None:
    """Judge a share of a suite several times; without that the gate knows less, and says so."""
    from evenhand.workflows.gate.flakiness import run_companion  # noqa: PLC0415 - what gates need is slow to load

    try:
        return run_companion(
            question.start, question.suite, options, _watch, share=share.share, readings=share.readings
        )
    except MeasureError:
        return None


def _what_is_left(options: RunOptions, spent: RunResult) -> float | None:
    if options.max_usd is None:
        return None
    return max(0.0, options.max_usd - spent.account.possibly_spent_nanousd / NANOUSD)


def _watch(_run: Run, _progress: Progress) -> None:
    """Show nothing: pytest owns the terminal."""


def _refuse_cost(prepared: Prepared, cap: float | None) -> None:
    """Spend no more than a set sum by surprise: nobody can be asked here.

    Raises:
        UsageError: The run may cost more, and nothing caps it.
    """
    if cap is not None or prepared.loaded.suite.limits.usd is not None:
        return
    usd = plan_run(prepared).usd
    if usd is not None and usd.high > _FREE_USD:
        usd = plan_run(prepared, look_up=True).usd
    if usd is not None and usd.high > _FREE_USD:
        raise UsageError(
            f"judging {prepared.relative(prepared.loaded.path)} may cost up to {usd.high:.2f} USD and nothing caps it",
            hint="see `evenhand plan`, then say what it may cost: --evenhand-max-usd USD",
        )


def _told_result(result: RunResult, *, whole: bool) -> dict[str, Any]:
    account = result.account
    counts = [account.preflight, *account.calls.values()]
    limit = result.run.manifest.suite.limits.failed_share
    too_broken = whole and account.failed_share > limit
    return {
        "run": result.run.id,
        "problem": f"{account.failed_share:.1%} of the ratings failed, the suite allows {limit:.1%}"
        * too_broken,
        "reasons": tuple(map(one_line, result.reasons)),
        "planned": account.planned,
        "rated": account.terminal.get(RATED, 0),
        "failed": sum(number for state, number in account.terminal.items() if state not in {RATED, SPARED}),
        "spared": account.spared,
        "open": account.open,
        "reused": sum(each.reused for each in counts),
    }


def _told_cost(results: Sequence[RunResult]) -> dict[str, int]:
    """Return what runs cost together: that of the suite, and of the share of it that a gate reads several times."""
    accounts = [result.account for result in results]
    counts = [each for account in accounts for each in (account.preflight, *account.calls.values())]
    return {
        "calls": sum(each.attempts for each in counts),
        "cost_nanousd": sum(account.cost_nanousd for account in accounts),
        "possibly_spent_nanousd": sum(account.possibly_spent_nanousd for account in accounts),
    }


def left_to_spend(max_usd: float | None, judged: Iterable[Judged]) -> float | None:
    """Return what is left of a session's cap; None where there is no cap."""
    if max_usd is None:
        return None
    return max(0.0, max_usd - sum(each.possibly_spent_nanousd for each in judged) / NANOUSD)
