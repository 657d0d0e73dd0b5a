"""Baselines in the terminal: words for what is said, and the tables of what changes."""

from typing import Final

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.gate.baseline_diff import BaselineDiff, CellChange, PrincipleDiff
from evenhand.records.baseline import Accepted, Said

MOST_CELLS: Final = 50
"""Changed cells that are listed unless more are asked for."""
_DIFF: Final = (
    Column(title="principle"),
    Column(title="same", right=True),
    Column(title="changed", right=True),
    Column(title="worse", right=True),
    Column(title="better", right=True),
    Column(title="gone", right=True),
    Column(title="new", right=True),
)
_CELLS: Final = (
    Column(title="case", gives_way=True),
    Column(title="principle"),
    Column(title="before"),
    Column(title="now"),
    Column(title="label"),
    Column(title="judges"),
)


def said_words(said: Said) -> str:
    """Return what a verdict or an answer is, in words."""
    if said is None:
        return "undecided"
    return "missing" if said is False else str(said)


def cell_name(change: CellChange) -> str:
    """Return the name of a case, with its candidate where there are several."""
    return change.case if change.candidate in {"", "1"} else f"{change.case}/{change.candidate}"


def judges_for(change: CellChange) -> str:
    """Return how many judges say what the panel says now."""
    agree = sum(each.new == change.new for each in change.judges)
    return f"{agree} of {len(change.judges)}"


def show_accepted(screen: Screen, accepted: Accepted | None) -> None:
    """Say who accepted a baseline, when and why."""
    if accepted is None:
        screen.result("accepted by nobody yet")
        return
    forced = " (forced)" if accepted.forced else ""
    screen.result(
        f"accepted{forced} on {accepted.at} by ", Mark(accepted.by, Style.NAME), f" from run {accepted.run}"
    )
    screen.result("reason: ", accepted.reason)


def show_diff(screen: Screen, diff: BaselineDiff, *, most: int = MOST_CELLS) -> None:
    """Show what a run would change."""
    for change in diff.instrument:
        screen.result(Mark("changed: ", Style.WARNING), change)
    if diff.is_empty:
        screen.result("every verdict is what it was")
        return
    screen.table(_DIFF, [_row(each) for each in diff.principles])
    if diff.changed:
        screen.result("")
        screen.table(_CELLS, [_cell(each) for each in diff.changed[:most]])
    if len(diff.changed) > most:
        screen.say(f"and {plural(len(diff.changed) - most, 'more changed cell')}: --all lists them")


def _row(each: PrincipleDiff) -> tuple[Part, ...]:
    worse = f"{each.worse:,}"
    return (
        Mark(each.principle, Style.STRONG),
        f"{each.same:,}",
        f"{each.changed:,}",
        Mark(worse, Style.BAD) if each.worse else worse,
        f"{each.better:,}",
        f"{each.gone:,}",
        f"{each.fresh:,}",
    )


def _cell(change: CellChange) -> tuple[Part, ...]:
    style = Style.BAD if change.direction < 0 else Style.GOOD if change.direction > 0 else Style.STRONG
    return (
        cell_name(change),
        change.principle,
        said_words(change.old),
        Mark(said_words(change.new), style),
        change.reference or "-",
        judges_for(change),
    )
