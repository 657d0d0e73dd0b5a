"""Judge a suite and hold it against its baseline at once: what one step of CI does."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.catalog.files import shown_path
from evenhand.errors import MeasureError, UsageError
from evenhand.judging.budget import NANOUSD
from evenhand.store.ledger import open_ledger
from evenhand.store.reading import run_account
from evenhand.workflows.gate.check_gate import (
    CheckedGate,
    GateWishes,
    check_gate,
    refuse_wrong_baseline,
)
from evenhand.workflows.gate.flakiness import run_companion
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.run_suite import RunOptions, RunResult, Watch, run_prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGate:
    """A suite that was judged and gated."""

    run: RunResult | None
    """None where it could not be measured."""
    companion: RunResult | None
    """The run that judged a share of the items several times; None where there is none."""
    checked: CheckedGate


def share_asked_again(prepared: Prepared) -> float:
    """Return how much a gate asks besides its suite, to know how often the panel changes its mind: 0.2 is a fifth."""
    spec = prepared.loaded.suite.gate
    if spec is None or not spec.flakiness.share or not prepared.items:
        return 0.0
    drawn = max(1, math.ceil(spec.flakiness.share * prepared.items))
    return drawn * (spec.flakiness.readings - 1) / prepared.items


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
        UsageError: The suite has no gate, or the baseline that was wished is not there, both of which is said before
            anybody is asked; there is nothing to compare with, or the parts do not fit together.
        MeasureError: No run could be started, or the ledger can not be written.
        KeyboardInterrupt: Somebody interrupted it.
    """
    _refuse_without_a_call(start, prepared, wishes)
    before = _newest(prepared)
    companion, notes = _read_again(start, prepared, options, watch)
    wishes = replace(wishes, notes=(*wishes.notes, *notes))
    again = _newest(prepared)
    spent = _spent(prepared, again) if again and again != before else 0.0
    run, name, broken = _judge(prepared, _with_the_rest(options, spent), watch, again)
    checked = check_gate(start, name, wishes, broken=broken)
    return JudgedGate(run=run, companion=companion, checked=checked)


def _refuse_without_a_call(start: Path, prepared: Prepared, wishes: GateWishes) -> None:
    """Refuse what could not be gated however the judges answer.

    A suite without a first baseline is judged: that run, with its measured flips, is what becomes the baseline.
    """
    loaded = prepared.loaded
    if loaded.suite.gate is None:
        raise UsageError(
            f"suite {loaded.suite.id} has no gate",
            hint=f"add `gate: {{compares: judges}}` to {shown_path(loaded.path)} (see `evenhand schema suite`)",
        )
    if wishes.baseline and not wishes.baseline.is_file():
        raise UsageError(
            f"there is no baseline {shown_path(wishes.baseline)}",
            hint="leave --baseline out for the suite's own, or write one: `evenhand baseline accept`",
        )
    refuse_wrong_baseline(start, loaded.suite, loaded.path, loaded.root, wishes)


def _judge(
    prepared: Prepared, options: RunOptions, watch: Watch, before: str
) -> tuple[RunResult | None, str, tuple[str, ...]]:
    """Judge the suite; return what came of it, the run, and why it is no measurement where it ended in an error.

    Raises:
        MeasureError: No run was started.
        KeyboardInterrupt: Somebody interrupted it.
    """
    try:
        run = run_prepared(prepared, options, watch)
    except MeasureError as error:
        name = _newest(prepared)
        if name == before:
            raise
        return None, name, (str(error),)
    if run.interrupted:
        raise KeyboardInterrupt
    return run, run.run.id, ()


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


def _with_the_rest(options: RunOptions, spent: float) -> RunOptions:
    """Return the options with what was not spent of the cap."""
    if options.max_usd is None:
        return options
    return replace(options, max_usd=max(0.0, options.max_usd - spent))


def _newest(prepared: Prepared) -> str:
    """Return the newest run of the ledger; empty where there is none."""
    path = prepared.workspace.ledger_path
    runs = open_ledger(path).recent_runs(1) if path.is_file() else ()
    return runs[0].id if runs else ""


def _spent(prepared: Prepared, name: str) -> float:
    """Return what the calls of a run may have cost, in US dollars."""
    ledger = open_ledger(prepared.workspace.ledger_path)
    return run_account(ledger, ledger.run(name)).possibly_spent_nanousd / NANOUSD
