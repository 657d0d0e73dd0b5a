"""Make a run the accepted baseline of its suite: only a whole run, with who and why, and never by itself in CI."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from evenhand.catalog.baselines import write_baseline
from evenhand.errors import UsageError
from evenhand.gate.baseline_diff import BaselineDiff, compare_baselines
from evenhand.records.baseline import Accepted, Baseline
from evenhand.records.instrument import Mixture
from evenhand.records.rated import RunAccount
from evenhand.records.run import RunState
from evenhand.workflows.baseline.compare import sum_up
from evenhand.workflows.baseline.decisions import Decision, Decisions
from evenhand.workflows.baseline.find import find_both, load_accepted
from evenhand.workflows.baseline.who import who_accepts
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.read_run import StoredRun

_NOT_CI: Final = frozenset({"", "0", "false", "no"})
_LONGEST_REASON: Final = 2_000
_IN_CI: Final = "this is CI (the variable CI is set), and a baseline is accepted by a person"
_IN_CI_HINT: Final = "accept it where you work, and commit the file; or overrule this with --force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What somebody says who accepts a run."""

    reason: str
    by: str = ""
    """Who; empty asks git."""
    force: bool = False
    """Whether what speaks against it is overruled."""
    environment: Mapping[str, str]
    """The environment, for whether this is CI."""
    now: datetime | None = None
    """When; None is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRun:
    """A run that is the baseline now."""

    path: str
    suite: str
    run: str
    accepted: Accepted
    overruled: tuple[str, ...]
    """What spoke against it and was overruled."""
    cells: int
    changed: int
    """Cells with another verdict than in the baseline before."""
    reviewed: int
    """How many of them somebody looked at."""
    first: bool
    """Whether there was no baseline before."""


def accept_run(start: Path, suite: str, run: str, said: Acceptance) -> AcceptedRun:
    """Write a run as the accepted baseline of its suite; the old one is replaced in one step, or stays whole.

    A run that is not finished, or that judged a part of the suite or only some judges, is never accepted. Too many
    failed ratings, a judge that was answered by several models, rejected cells and CI speak against it, and may be
    overruled, which is written into the baseline.

    Raises:
        UsageError: Something speaks against it, nobody says who or why, or the file can not be written.
        FileError: The suite, or the baseline there is, is wrong.
        MeasureError: The ledger can not be read.
    """
    reason = " ".join(said.reason.split())[:_LONGEST_REASON]
    if not reason:
        raise UsageError(
            "a baseline needs a reason", hint="say why with --reason TEXT; it is shown in every report"
        )
    place, stored = find_both(start, suite, run)
    account = stored.account()
    _refuse_parts(stored, account)
    against = [*_in_ci(said.environment), *_against_run(stored, account)]
    _refuse(against, force=said.force)
    with collecting_less():
        old, new = load_accepted(place), sum_up(stored)
        old = old.called(stored.manifest.constitution.renamed) if old else None
        diff = compare_baselines(old, new) if old else None
    decisions = Decisions(start, place)
    against += _rejected(diff, decisions)
    _refuse(against, force=said.force)
    accepted = Accepted(
        at=(said.now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        by=who_accepts(place.root, said.by),
        reason=reason,
        run=stored.run.id,
        forced=bool(against),
    )
    write_baseline(place.baseline_path, _signed(new, accepted))
    reviewed = _count_reviewed(diff, decisions)
    decisions.forget()
    return AcceptedRun(
        path=place.shown_baseline,
        suite=place.suite.id,
        run=stored.run.id,
        accepted=accepted,
        overruled=tuple(against),
        cells=new.cells,
        changed=len(diff.changed) if diff else 0,
        reviewed=reviewed,
        first=old is None,
    )


def _signed(new: Baseline, accepted: Accepted) -> Baseline:
    return replace(new, head=new.head.model_copy(update={"accepted": accepted}))


def _count_reviewed(diff: BaselineDiff | None, decisions: Decisions) -> int:
    changed = diff.changed if diff else ()
    return sum(decisions.of(change) is not Decision.OPEN for change in changed)


# -- What speaks against it --------------------------------------------------------------------------


def _refuse_parts(stored: StoredRun, account: RunAccount) -> None:
    """Refuse a run that is not the whole of what the suite asks; nothing overrules that.

    Raises:
        UsageError: It is not.
    """
    run, manifest = stored.run, stored.manifest
    if account.open or run.state is not RunState.FINISHED:
        raise UsageError(
            f"run {run.id} is not complete: {account.open:,} of {account.planned:,} ratings are open",
            hint=f"go on with it: evenhand resume {run.id}",
        )
    if manifest.narrow is not None:
        raise UsageError(
            f"run {run.id} judged a part of the suite: {manifest.narrow.words()}",
            hint=f"judge the whole: evenhand run {manifest.suite_path}",
        )
    if manifest.readings > 1:
        raise UsageError(
            f"run {run.id} pools {manifest.readings} readings of each item, which other runs do not",
            hint=f"accept a run of one reading: evenhand run {manifest.suite_path}",
        )


def _refuse(against: Sequence[str], *, force: bool) -> None:
    if against and not force:
        hint = "overrule it with --force, which is written into the baseline"
        raise UsageError(against[0], hint=_IN_CI_HINT if against[0] == _IN_CI else hint)


def _in_ci(environment: Mapping[str, str]) -> Iterator[str]:
    if environment.get("CI", "").strip().lower() not in _NOT_CI:
        yield _IN_CI


def _against_run(stored: StoredRun, account: RunAccount) -> Iterator[str]:
    limit = stored.manifest.suite.limits.failed_share
    if account.failed_share > limit:
        share = f"{account.failed_share:.1%} of the ratings of run {stored.run.id} failed"
        yield f"{share}, and the suite allows {limit:.1%}"
    for each in account.identities(stored.manifest):
        if each.mixture is Mixture.MODELS:
            yield f"judge {each.judge} was answered by several models: {', '.join(each.models)}"


def _rejected(diff: BaselineDiff | None, decisions: Decisions) -> Iterator[str]:
    rejected = (
        [change for change in diff.changed if decisions.of(change) is Decision.REJECTED] if diff else []
    )
    if rejected:
        first = rejected[0]
        were = "cell was" if len(rejected) == 1 else "cells were"
        such = f"such as {first.case} under {first.principle}"
        yield f"{len(rejected):,} changed {were} rejected in review, {such}"
