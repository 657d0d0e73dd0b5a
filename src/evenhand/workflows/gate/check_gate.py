"""Hold a run against its baseline: the gate of its suite, decided from the ledger and one committed file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from evenhand.calibration.words import listed
from evenhand.catalog.baselines import read_baseline
from evenhand.catalog.files import shown_path
from evenhand.catalog.gate_files import baseline_path
from evenhand.catalog.quarantine import load_quarantine
from evenhand.errors import NothingSelectedError, UsageError
from evenhand.gate.cells import GateTable
from evenhand.gate.decide import Circumstances, decide_gate, not_measured
from evenhand.gate.pairing import pair_up
from evenhand.gate.results import BaselineFacts, GateResult, QuarantinedCells, RunFacts
from evenhand.judging.budget import NANOUSD
from evenhand.records.baseline import Baseline
from evenhand.records.gate import GateSpec
from evenhand.records.instrument import Mixture
from evenhand.records.quarantine import Quarantine
from evenhand.records.rated import RunAccount
from evenhand.records.run import RunState
from evenhand.records.suite import Suite
from evenhand.store.columns import principles_asked
from evenhand.workflows.calibration.divide import note_use
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.gate.again import read_again
from evenhand.workflows.gate.summarise import SummedRun, count_units, summarise_run
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.versions import version_of

CALLED_FROM_PYTHON: Final = "check_gate() called from Python"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWishes:
    """What a user may say about one gate."""

    baseline: Path | None = None
    """The baseline's file; by default that of the suite."""
    base_run: str = ""
    """A run of the ledger to compare with in its place."""
    open_sealed: bool = False
    """Whether the labels of the sealed split are read too; each opening is counted."""
    review: bool = True
    """Whether the labels that people gave in the workspace's review are read."""
    keep_note: bool = True
    """Whether the use of the labels is written into the ledger."""
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    """The day by which entries of the quarantine run out."""
    notes: tuple[str, ...] = ()
    """What readers have to know besides."""
    command: str = CALLED_FROM_PYTHON


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGate:
    """A gate that was decided."""

    result: GateResult
    stored: StoredRun
    table: GateTable | None
    """What was compared; None where nothing could be."""
    today: date
    """The day by which entries of the quarantine run out."""


def check_gate(
    start: Path, name: str, wishes: GateWishes | None = None, *, broken: tuple[str, ...] = ()
) -> CheckedGate:
    """Decide the gate of a run's suite. Its use of human labels is written into the ledger.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        wishes: What to compare it with.
        broken: Why the run is no measurement, where that is known already.

    Raises:
        UnknownNameError: There is no such run.
        FileError: The baseline, the quarantine or a file of labels is wrong.
        UsageError: The suite has no gate, there is no baseline or it is of another suite, a part of the panel was
            asked, a case file has changed, or everything is in quarantine.
        NothingSelectedError: No item of the run is an anchor.
        MeasureError: The ledger can not be read or written.
    """
    wishes = wishes or GateWishes()
    stored = read_run(start, name)
    spec = gate_of(stored)
    account = stored.account()
    broken = (*broken, *_broken(stored, account))
    told = Circumstances(
        suite=stored.manifest.suite.id,
        title=stored.manifest.suite.title,
        run=stored.run.id,
        baseline=None,
        facts=_facts(stored, account),
        evenhand=version_of("evenhand"),
        command=wishes.command,
        seed=stored.manifest.suite.seed,
        broken=broken,
        notes=(*wishes.notes, *_notes(stored, account)),
    )
    if account.open or stored.run.state is not RunState.FINISHED:
        return CheckedGate(result=not_measured(spec, told), stored=stored, table=None, today=wishes.today)
    with collecting_less():
        readings, about = read_again(stored)
        summed = summarise_run(
            stored, account, open_sealed=wishes.open_sealed, review=wishes.review, readings=readings
        )
        told = replace(told, notes=(*told.notes, *about))
        old, facts = _baseline(start, stored, wishes)
        old = old.called(stored.manifest.constitution.renamed)
        return _decide(stored, spec, told, old, facts, summed, wishes)


def _decide(
    stored: StoredRun,
    spec: GateSpec,
    told: Circumstances,
    old: Baseline,
    facts: BaselineFacts,
    summed: SummedRun,
    wishes: GateWishes,
) -> CheckedGate:
    suite = stored.manifest.suite
    quarantine = load_quarantine(suite, suite_file(stored), stored.root, wishes.today)
    quarantine = quarantine.called(stored.manifest.constitution.renamed)
    asked = principles_asked(stored.ledger, stored.run)
    table = pair_up(old, summed.baseline, spec, quarantine.covers, asked=asked)
    _refuse_nothing(table, spec)
    accesses = summed.accesses
    if summed.division and wishes.keep_note:
        accesses = note_use(stored.ledger, suite, summed.division, run=stored.run.id, purpose=wishes.command)
    told = replace(
        told,
        baseline=facts,
        notes=(*told.notes, *summed.notes, *_about_cells(stored, facts, summed.baseline, table)),
        accesses=len(accesses),
        quarantined=tuple(_quarantined(quarantine, table)),
        labelled=summed.labelled if spec.compares == "candidates" else None,
    )
    return CheckedGate(result=decide_gate(table, spec, told), stored=stored, table=table, today=wishes.today)


def gate_of(stored: StoredRun) -> GateSpec:
    """Return the rules of a run's gate.

    Raises:
        UsageError: The suite has none, only a part of its panel was asked, or its verdicts pool several readings.
    """
    spec = stored.manifest.suite.gate
    if spec is None:
        raise UsageError(
            f"suite {stored.manifest.suite.id} had no gate when run {stored.run.id} was made",
            hint=f"add `gate: {{compares: judges}}` to {stored.manifest.suite_path} (see `evenhand schema suite`), "
            "then run it again; what did not change is taken from the ledger for free",
        )
    left_out = stored.manifest.narrow.judges_left_out if stored.manifest.narrow else ()
    if left_out:
        raise UsageError(
            f"run {stored.run.id} did not ask {', '.join(left_out)}, so that its verdicts are of another panel",
            hint="run the suite without --only judge=...",
        )
    _refuse_pooled(stored)
    return spec


def _refuse_pooled(stored: StoredRun) -> None:
    """Refuse verdicts that pool several readings, which no verdict of one reading can be held against.

    Raises:
        UsageError: They do.
    """
    if stored.manifest.readings > 1:
        raise UsageError(
            f"run {stored.run.id} pools {stored.manifest.readings} readings of each item, which other runs do not",
            hint=f"name another run (`evenhand runs`), or judge once: evenhand run {stored.manifest.suite_path}",
        )


def _refuse_base(base: StoredRun, stored: StoredRun) -> None:
    """Refuse a run of the ledger that this one can not be compared with.

    Raises:
        UsageError: It is this one, is of another suite, is not finished, or pools several readings.
    """
    suite, other = stored.manifest.suite.id, base.manifest.suite.id
    hint = "name an earlier run of the suite with --base-run; `evenhand runs` shows them"
    if base.run.id == stored.run.id:
        raise UsageError(f"run {base.run.id} would be compared with itself", hint=hint)
    if other != suite:
        raise UsageError(
            f"run {base.run.id} is of suite {other}, and run {stored.run.id} is of {suite}", hint=hint
        )
    if base.run.state is not RunState.FINISHED:
        raise UsageError(
            f"run {base.run.id} is not finished", hint=f"go on with it: evenhand resume {base.run.id}"
        )
    _refuse_pooled(base)


def refuse_wrong_baseline(
    start: Path, suite: Suite, suite_path: Path, root: Path, wishes: GateWishes
) -> None:
    """Refuse a baseline that is there and can not be read, or a run to compare with that is not there.

    Raises:
        UnknownNameError: There is no run of that name.
        FileError: The baseline is wrong.
    """
    if wishes.base_run:
        read_run(start, wishes.base_run)
        return
    path = wishes.baseline or baseline_path(suite, suite_path, root)
    if path.is_file():
        read_baseline(path)


def suite_file(stored: StoredRun) -> Path:
    """Return the file that the suite of a run was read from."""
    return stored.root / stored.manifest.suite_path


# -- The run -----------------------------------------------------------------------------------------


def _broken(stored: StoredRun, account: RunAccount) -> Iterator[str]:
    """Yield why a run is no measurement."""
    run = stored.run
    if account.open or run.state is not RunState.FINISHED:
        why = f" ({run.reason})" if run.reason else ""
        yield f"run {run.id} has {account.open:,} of {account.planned:,} ratings open{why}"
    limit = stored.manifest.suite.limits.failed_share
    if account.failed_share > limit:
        yield f"{account.failed_share:.1%} of the ratings failed, and the suite allows {limit:.1%}"
    for each in account.identities(stored.manifest):
        if each.mixture is Mixture.MODELS:
            yield f"judge {each.judge} was answered by more than one model: {', '.join(each.models)}"


def _notes(stored: StoredRun, account: RunAccount) -> Iterator[str]:
    if stored.manifest.narrow:
        yield f"The run judged a part of the suite: {stored.manifest.narrow.words()}."
    for judge, why in stored.manifest.aliases.items():
        yield f"Judge {judge} asks for a floating alias: {why}."
    for each in account.identities(stored.manifest):
        if each.mixture in {Mixture.BESIDES, Mixture.FINGERPRINTS}:
            yield f"Judge {each.judge} is a mixed instrument: {each.mixture.words}."


def _facts(stored: StoredRun, account: RunAccount) -> RunFacts:
    counts = [account.preflight, *account.calls.values()]
    return RunFacts(
        suite_path=stored.manifest.suite_path,
        created=stored.run.created,
        units=count_units(account),
        open=account.open,
        failed_share=account.failed_share,
        failed_share_limit=stored.manifest.suite.limits.failed_share,
        calls=sum(each.attempts for each in counts),
        reused=sum(each.reused for each in counts),
        usd=account.cost_nanousd / NANOUSD,
    )


# -- The baseline ------------------------------------------------------------------------------------


def _baseline(start: Path, stored: StoredRun, wishes: GateWishes) -> tuple[Baseline, BaselineFacts]:
    if wishes.base_run:
        base = read_run(start, wishes.base_run)
        _refuse_base(base, stored)
        readings, _ = read_again(base)
        summed = summarise_run(
            base, base.account(), open_sealed=wishes.open_sealed, review=wishes.review, readings=readings
        )
        old = summed.baseline
        return old, BaselineFacts(path="", run=base.run.id, accepted=None, cells=old.cells)
    path = wishes.baseline or baseline_path(stored.manifest.suite, suite_file(stored), stored.root)
    if not path.is_file():
        raise UsageError(
            f"there is no baseline {shown_path(path)} to compare with",
            hint=f"look at run {stored.run.id} (`evenhand report {stored.run.id}`), then make it the baseline: "
            f"`evenhand baseline accept {stored.manifest.suite_path} --reason TEXT`, and commit the file",
        )
    found = read_baseline(path)
    if found.head.suite != stored.manifest.suite.id:
        raise UsageError(
            f"{shown_path(path)} is a baseline of suite {found.head.suite}, and run {stored.run.id} is of "
            f"{stored.manifest.suite.id}",
            hint="name the right file with --baseline, or accept a baseline of this suite",
        )
    facts = BaselineFacts(
        path=shown_path(path), run=found.head.run, accepted=found.head.accepted, cells=found.cells
    )
    return found, facts


def _about_cells(stored: StoredRun, facts: BaselineFacts, new: Baseline, table: GateTable) -> Iterator[str]:
    """Yield what the gate can not say anything of."""
    if facts.run == stored.run.id:
        yield "The baseline is this very run: it is compared with itself, and nothing can be other than it was."
    told = {each.principle for each in table.principles}
    if silent := [name for name in new.head.principles if name not in told]:
        yield f"The gate says nothing of {listed(silent)}: there is no anchor."


# -- Quarantine --------------------------------------------------------------------------------------


def _quarantined(quarantine: Quarantine, table: GateTable) -> Iterator[QuarantinedCells]:
    for entry in quarantine.entries:
        cells = sum(entry.covers(case, each.principle) for each in table.principles for case in each.cases)
        yield QuarantinedCells(
            case=entry.case,
            principle=entry.principle,
            reason=entry.reason,
            owner=entry.owner,
            until=entry.until,
            cells=cells,
        )


def _refuse_nothing(table: GateTable, spec: GateSpec) -> None:
    """Refuse a gate without a cell.

    Raises:
        NothingSelectedError: There is none.
        UsageError: All of them are in quarantine.
    """
    if not any(each.of or each.fresh for each in table.principles):
        what = (
            "is an anchor: a labelled item of the gate split" if spec.compares == "judges" else "was judged"
        )
        raise NothingSelectedError(
            f"no item of the run {what}",
            hint="label items (`evenhand review sample`), or see `splits:`, `labels:` and `gate: anchors:` there",
        )
    compared: Mapping[str, int] = {each.principle: each.n for each in table.principles}
    if sum(compared.values()) and all(each.quarantined.all() for each in table.principles if each.n):
        raise UsageError(
            "every cell that could be compared is in quarantine, so nothing is left to gate",
            hint="see `evenhand quarantine list`",
        )
