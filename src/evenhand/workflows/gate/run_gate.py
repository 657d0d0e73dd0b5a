"""Judge a suite and hold it against its baseline at once: what one step of CI does."""

from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.errors import MeasureError
from evenhand.judging.budget import NANOUSD
from evenhand.workflows.gate.check_gate import CheckedGate, GateWishes, check_gate
from evenhand.workflows.gate.flakiness import run_companion
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.run_suite import RunOptions, RunResult, Watch, run_prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGate:
    """A suite that was judged and gated."""

    run: RunResult
    companion: RunResult | None
    """The run that judged a share of the items several times; None where there is none."""
    checked: CheckedGate


def judge_and_check(
    start: Path, prepared: Prepared, options: RunOptions, wishes: GateWishes, watch: Watch
) -> JudgedGate:
    """Judge a drawn share of a suite several times and then the whole, and decide its gate.

    The share goes first, so that the newest run of the ledger is that of the whole; its first reading is the answers
    that the whole takes over, and what it costs is part of the cap. A run that can not be finished is gated all the
    same, and could not be measured. What goes wrong while the share is read changes no verdict: the notes say it.

    Args:
        start: Folder from which the workspace is looked for.
        prepared: The suite, loaded.
        options: What is said about the execution.
        wishes: What to compare the run with.
        watch: Told once when a run starts.

    Raises:
        FileError: A file has findings.
        UsageError: There is nothing to compare with, or the parts do not fit together.
        MeasureError: No run could be started, or the ledger can not be written.
        KeyboardInterrupt: Somebody interrupted it.
    """
    companion, notes = _read_again(start, prepared, options, watch)
    run = run_prepared(prepared, _with_the_rest(options, companion), watch)
    if run.interrupted:
        raise KeyboardInterrupt
    checked = check_gate(start, run.run.id, replace(wishes, notes=(*wishes.notes, *notes)))
    return JudgedGate(run=run, companion=companion, checked=checked)


def _read_again(
    start: Path, prepared: Prepared, options: RunOptions, watch: Watch
) -> tuple[RunResult | None, tuple[str, ...]]:
    """Judge the share; return what came of it, and why nothing did."""
    spec = prepared.loaded.suite.gate
    if spec is None or not spec.flakiness.share:
        return None, ()
    wanted = spec.flakiness
    try:
        companion = run_companion(
            start, prepared.loaded.path, options, watch, share=wanted.share, readings=wanted.readings
        )
    except MeasureError as error:
        return None, (f"How often the panel changes its mind was not measured: {error}.",)
    if companion and companion.interrupted:
        raise KeyboardInterrupt
    if companion and companion.account.open:
        why = "; ".join(companion.reasons) or "ratings are open"
        return companion, (f"How often the panel changes its mind was not measured: {why}.",)
    return companion, ()


def _with_the_rest(options: RunOptions, companion: RunResult | None) -> RunOptions:
    """Return the options with what the companion leaves of the cap."""
    if companion is None or options.max_usd is None:
        return options
    return replace(options, max_usd=max(0.0, options.max_usd - companion.account.cost_nanousd / NANOUSD))
