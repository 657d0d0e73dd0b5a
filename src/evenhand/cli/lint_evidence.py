"""What a run says against a constitution, in lines for people."""

from collections.abc import Iterator

from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.constitution.lint.results import TITLES, CheckResult, EvidenceLint

_MOST_UNSURE = 3
"""Reasons shown of each check; `--json` has all of them."""


def show_evidence(found: EvidenceLint, screen: Screen) -> None:
    """Say of every check what it looked at, what there is too little of, and what it would need."""
    screen.say(
        Mark(f"Checked against run {found.runs[0]}", Style.STRONG),
        f": {plural(found.judges, 'judge')}, {found.replies:,} replies",
    )
    for check in found.checks:
        screen.say(_line(check))
        for reason in _reasons(check):
            screen.say(Mark(f"    {reason}", Style.FAINT))
    for note in found.notes:
        screen.say(f"note: {note}")


def _line(check: CheckResult) -> str:
    title = f"  {TITLES[check.check]:<20}"
    if check.needs:
        return f"{title}not computed; it needs {check.needs}"
    parts = [
        plural(len(check.findings), "finding") if check.findings else "none found",
        f"{len(check.unsure):,} can not be told" if check.unsure else "",
    ]
    return f"{title}{', '.join(filter(None, parts))}; {_looked_at(check)} {check.of}"


def _looked_at(check: CheckResult) -> str:
    """Say how many were looked at, and of how many where some have too little behind them to be looked at."""
    if check.out_of is None or check.looked_at >= check.out_of:
        return f"{check.looked_at:,}"
    return f"{check.looked_at:,} of {check.out_of:,}"


def _reasons(check: CheckResult) -> Iterator[str]:
    for unsure in check.unsure[:_MOST_UNSURE]:
        name = " and ".join(unsure.principles)
        yield f"too little to say{f' of {name}' if name else ''}: {unsure.reason}"
    if len(check.unsure) > _MOST_UNSURE:
        yield f"and {len(check.unsure) - _MOST_UNSURE:,} more of them; --json lists all"
