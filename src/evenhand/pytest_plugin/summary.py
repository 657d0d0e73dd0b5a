"""The section at the end of a session: what was judged, where every rating went, what it cost, and the gates."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from evenhand.pytest_plugin.asking import Judged
from evenhand.pytest_plugin.state import desk_of, options_of
from evenhand.reporting.display import one_line, usd

_MOST_RUNS = 10
_WORDS: Mapping[str, str] = {
    "pass": "pass",
    "fail": "fail",
    "neutral": "outside the rate",
    "undecided": "undecided",
    "not measured": "not measured",
    "quarantined": "in quarantine",
}


def section_lines(config: pytest.Config, verdicts: Counter[str]) -> Iterator[str]:
    """Yield the lines of the section; none where nothing was judged.

    Args:
        config: The session's.
        verdicts: How many verdicts of tests say what.
    """
    desk = desk_of(config)
    judged = desk.judged()
    for each in judged[:_MOST_RUNS]:
        yield from _run_lines(each, options_of(config).root)
    if len(judged) > _MOST_RUNS:
        yield f"and {len(judged) - _MOST_RUNS} runs more; see: evenhand runs"
    if verdicts:
        parts = " + ".join(f"{verdicts[said]:,} {word}" for said, word in _WORDS.items() if verdicts[said])
        yield f"verdicts of tests: {verdicts.total():,} = {parts}"
    for gate in desk.gates():
        yield f"gate of suite {gate.name}: {gate.headline}"


def _run_lines(judged: Judged, root: Path) -> Iterator[str]:
    path = Path(judged.suite)
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    part = "" if judged.is_whole else ", a part"
    yield f"{one_line(shown)}{part}: {f'run {judged.run}' if judged.run else 'not judged'}"
    if judged.problem:
        yield from (f"  could not measure: {line}" for line in judged.problem.split("\n"))
    if judged.run:
        spared = f" + {judged.spared:,} spared" if judged.spared else ""
        yield (
            f"  ratings: {judged.planned:,} planned = {judged.rated:,} rated + {judged.failed:,} failed{spared} "
            f"+ {judged.open:,} open"
        )
        asked = "" if judged.live else "; no model was asked (--evenhand-live allows it)"
        yield (
            f"  cost: {usd(judged.cost_nanousd)} for {judged.calls:,} calls, {judged.reused:,} answers taken from "
            f"earlier runs{asked}"
        )
