"""How a run ended, in lines, in JSON and as an exit code."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evenhand.cli.identity_lines import (
    AnsweringJudge,
    answering_judges,
    mixed_lines,
    spending_lines,
    upgrade_lines,
)
from evenhand.cli.output import Mark, Part, Screen, Style, plural
from evenhand.cli.pace_lines import pace_lines
from evenhand.judging.budget import NANOUSD, usd
from evenhand.records.baseline import Said
from evenhand.records.pacing import AccountPace, account_paces
from evenhand.records.rated import CallCounts, RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import RunState
from evenhand.records.spending import Spending, spending_by_judge
from evenhand.workflows.find_flips import Flips
from evenhand.workflows.run_suite import RunResult

_FINISHED, _COULD_NOT_MEASURE, _INTERRUPTED = 0, 3, 130
_FLAKY_SHOWN = 3
_STYLES = {RunState.FINISHED: Style.GOOD, RunState.STOPPED: Style.WARNING, RunState.RUNNING: Style.NAME}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDocument:
    """How an execution ended."""

    run: str
    suite: str
    part: str
    """The part of the suite that was judged, in words; empty is the whole."""
    readings: int
    """How often the whole panel was asked."""
    flips: Flips | None
    """How often two readings differ; null for one reading."""
    state: RunState
    interrupted: bool
    reasons: tuple[str, ...]
    """Why ratings are left open; empty when none is."""
    planned: int
    """Ratings in the plan; the sum of the next four."""
    rated: int
    failed: Mapping[str, int]
    """Failed ratings by kind."""
    spared: int
    """Ratings not asked for, because an earlier step of a cascade settled their item."""
    open: int
    failed_share: float
    failed_share_limit: float
    """Above this share the run could not measure."""
    calls: int
    batched_calls: int
    """How many of the calls left in a batch, at the price of one."""
    reused: int
    """Ratings that an earlier run or an imported recording had paid for."""
    imported: int
    """How many of `reused` come from imported recordings."""
    possible_duplicates: int
    """Calls sent before a crash whose reply was never stored."""
    usd: float
    usd_at_risk: float
    """Worst-case price of calls that may have been billed without an answer reaching the ledger."""
    spending: tuple[Spending, ...]
    """What each judge's calls cost, by what they were good for; the sum of `nanousd` is `usd`."""
    judges: tuple[AnsweringJudge, ...]
    """Who answered for each judge that asks a model."""
    mixed: tuple[str, ...]
    """Judges that were more than one instrument; `judges` says in what way."""
    pacing: tuple[AccountPace, ...]
    """How many calls at once each account bore, and what held it back."""
    exit_code: int
    next: tuple[str, ...]
    """Commands to go on with."""


def show_outcome(
    result: RunResult, screen: Screen, *, document: str, divided: str, flips: Flips | None = None
) -> int:
    """Show how an execution ended.

    Args:
        result: How it ended.
        screen: Where to show it.
        document: Name and version of the JSON document.
        divided: Name of the item to look at first; empty where there is none.
        flips: How often two readings differ, in a run of several.

    Returns:
        The exit code.
    """
    screen.document(document, outcome_document(result, divided, flips))
    show_run(result, screen, flips=flips)
    for command in next_commands(result, divided):
        screen.say("next:  ", Mark(command, Style.NAME))
    return exit_code(result)


def show_run(result: RunResult, screen: Screen, *, flips: Flips | None = None) -> None:
    """Show how an execution ended, in lines alone, and not what to do next."""
    for line in (*_lines(result), *_flips_lines(result, flips)):
        screen.result(*line)
    judges = answering_judges(result.run.manifest, result.account)
    for warning in (*mixed_lines(judges), *upgrade_lines(judges)):
        screen.problem(Mark("warning: ", Style.WARNING), warning)
    for number, batch in result.progress.batches.items():
        for remark in batch.remarks:
            screen.problem(Mark(f"batch {number}: ", Style.WARNING), remark)
    for reason in result.reasons:
        screen.problem(Mark("stopped: ", Style.WARNING), reason)
    if result.needs_cap:
        screen.say("The run keeps its cap, so going on takes a higher one.")
    if _is_too_broken(result):
        screen.problem(Mark("could not measure: ", Style.BAD), _broken(result))


def exit_code(result: RunResult) -> int:
    """Return what the run's end means for a script."""
    if result.interrupted:
        return _INTERRUPTED
    return _COULD_NOT_MEASURE if result.account.open or _is_too_broken(result) else _FINISHED


def outcome_document(result: RunResult, divided: str, flips: Flips | None = None) -> OutcomeDocument:
    """Return what the JSON document says."""
    account = result.account
    counts = list(_counts(account))
    judges = answering_judges(result.run.manifest, account)
    return OutcomeDocument(
        run=result.run.id,
        suite=result.run.manifest.suite.id,
        part=result.run.manifest.narrow.words() if result.run.manifest.narrow else "",
        readings=result.run.manifest.readings,
        flips=flips,
        state=result.run.state,
        interrupted=result.interrupted,
        reasons=result.reasons,
        planned=account.planned,
        rated=account.terminal.get(RATED, 0),
        failed=_failed(account),
        spared=account.spared,
        open=account.open,
        failed_share=result.failed_share,
        failed_share_limit=result.run.manifest.suite.limits.failed_share,
        calls=sum(each.attempts for each in counts),
        batched_calls=sum(each.batched for each in counts),
        reused=sum(each.reused for each in counts),
        imported=sum(each.imported for each in counts),
        possible_duplicates=sum(each.possible_duplicates for each in counts),
        usd=account.cost_nanousd / NANOUSD,
        usd_at_risk=sum(each.at_risk_nanousd for each in counts) / NANOUSD,
        spending=spending_by_judge(account.shares),
        judges=judges,
        mixed=tuple(judge.judge for judge in judges if judge.mixed),
        pacing=account_paces(account.pacing),
        exit_code=exit_code(result),
        next=next_commands(result, divided),
    )


def next_commands(result: RunResult, divided: str) -> tuple[str, ...]:
    """Return what to type next."""
    name = result.run.id
    if result.needs_cap:
        return (f"evenhand resume {name} --max-usd USD",)
    if result.account.open:
        return (f"evenhand resume {name}",)
    look = (f"evenhand explain {shlex.quote(f'{divided}@{name}')}",) if divided else ()
    again = (f"evenhand run {shlex.quote(result.run.manifest.suite_path)}",) if _asked_in_vain(result) else ()
    return (f"evenhand report {name}", *look, *again)


def _asked_in_vain(result: RunResult) -> bool:
    """Tell whether calls were made for ratings that failed; a new run asks those again, and the rest is free."""
    failed = sum(judge.failed.total() for judge in result.progress.judges.values())
    return failed > 0 and bool(result.account.calls)


def conservation_line(account: RunAccount) -> str:
    """Return where every planned unit went: planned = rated + failed + spared + open."""
    failed = _failed(account)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in failed.items())
    detail = f" ({kinds})" if kinds else ""
    spared = f" + {account.spared:,} spared" if account.spared else ""
    return (
        f"{account.planned:,} planned = {account.terminal.get('rated', 0):,} rated "
        f"+ {account.failed:,} failed{detail}{spared} + {account.open:,} open"
    )


def _lines(result: RunResult) -> Iterator[tuple[Part, ...]]:
    run = result.run
    state = "interrupted" if result.interrupted else run.state.value
    yield (
        "run ",
        Mark(run.id, Style.STRONG),
        f" of suite {run.manifest.suite.id}: ",
        Mark(state, _STYLES[run.state]),
    )
    if run.manifest.narrow:
        yield ("  part     ", Mark("a part of the suite: ", Style.WARNING), run.manifest.narrow.words())
    yield ("  ratings  ", conservation_line(result.account))
    if verdicts := _verdicts_line(result):
        yield ("  verdicts ", verdicts)
    yield ("  cost     ", _cost_line(result.account))
    for line in spending_lines(result.account):
        yield ("           ", line)
    for line in pace_lines(result.account.pacing):
        yield ("  pace     ", line)


def _verdicts_line(result: RunResult) -> str:
    """Return the verdicts in a line; an execution that went on with a run saw only some, and says nothing."""
    progress = result.progress
    items = progress.items_decided + progress.items_undecided
    if not items or items != result.run.manifest.planned_items:
        return ""
    mean = progress.disagreement_total / items
    decided, undecided = progress.items_decided, progress.items_undecided
    return f"{plural(items, 'item')} = {decided:,} decided + {undecided:,} undecided; mean disagreement {mean:.2f}"


def _flips_lines(result: RunResult, flips: Flips | None) -> Iterator[tuple[Part, ...]]:
    """Yield how often the panel contradicted itself, and on which items most."""
    if flips:
        yield ("  readings ", _flips_line(result, flips))
        for each in flips.flakiest[:_FLAKY_SHOWN]:
            yield ("           ", f"{each.item}: {', '.join(map(_said, each.said))}")


def _flips_line(result: RunResult, flips: Flips) -> str:
    readings = f"the panel was asked {result.run.manifest.readings} times"
    if flips.rate is None:
        return (
            f"{readings}; {plural(flips.flips, 'flip')} in {plural(flips.pairs, 'pair')}, too few for a rate"
        )
    return (
        f"{readings}; two verdicts on an item differ in {flips.rate:.1%} of pairs "
        f"(95 % interval {flips.low:.1%} to {flips.high:.1%}); {flips.flaky:,} of {plural(flips.items, 'item')} flipped"
    )


def _said(said: Said) -> str:
    if isinstance(said, str):
        return said
    return "undecided" if said is None else "missing"


def _cost_line(account: RunAccount) -> str:
    counts = list(_counts(account))
    calls, reused = sum(each.attempts for each in counts), sum(each.reused for each in counts)
    line = f"{usd(account.cost_nanousd)} USD for {plural(calls, 'call')}"
    if batched := sum(each.batched for each in counts):
        line += f", {batched:,} of them in batches at a lower price"
    if reused:
        line += f"; {plural(reused, 'answer')} taken from earlier runs{_imported(counts)}"
    if doubles := sum(each.possible_duplicates for each in counts):
        risk = usd(sum(each.at_risk_nanousd for each in counts))
        line += f"; {plural(doubles, 'call')} possibly paid for twice, at most {risk} USD more"
    return line


def _imported(counts: Sequence[CallCounts]) -> str:
    imported = sum(each.imported for each in counts)
    return f" and recordings ({imported:,} imported)" if imported else ""


def _counts(account: RunAccount) -> Iterator[CallCounts]:
    yield account.preflight
    yield from account.calls.values()


def _failed(account: RunAccount) -> dict[str, int]:
    return {kind: count for kind, count in sorted(account.terminal.items()) if kind not in {RATED, SPARED}}


def _is_too_broken(result: RunResult) -> bool:
    return result.failed_share > result.run.manifest.suite.limits.failed_share


def _broken(result: RunResult) -> str:
    limit = result.run.manifest.suite.limits.failed_share
    return (
        f"{result.failed_share:.1%} of the ratings failed, the suite allows {limit:.1%} "
        "(`limits: failed_share` in the suite file)"
    )
